//! Upload configs from a proxy and a checksum database: those that verify, and those that do not.

use std::collections::BTreeMap;

use super::case::{Case, Expect};
use super::json::{Json, hex};
use super::site::{CONFIG, MODULE, Site};

/// Where the answers of the proxy lie in a case.
const PROXY: &str = "proxy";

/// What is answered, by path.
pub(super) type Answers = BTreeMap<String, Vec<u8>>;

/// A site that is asked for a config, and what has to come of it.
pub(super) struct Fetching {
    pub(super) id: String,
    pub(super) clauses: Vec<&'static str>,
    pub(super) about: String,
    pub(super) answers: Answers,
    pub(super) proxies: &'static str,
    pub(super) key: String,
    /// A file that zeros extend, and how long it is then.
    pub(super) extended: Option<(String, u64)>,
    pub(super) version: Option<&'static str>,
    pub(super) known: Option<String>,
    pub(super) highest: Option<&'static str>,
    /// The version that is taken, or the clause for which nothing is.
    pub(super) outcome: Result<&'static str, &'static str>,
}

pub(super) fn cases() -> Vec<Case> {
    let all = [sizes(), picks(), versions(), known(), tiles()];
    all.into_iter().flatten().map(Fetching::case).collect()
}

/// A site with records of other modules and two versions.
pub(super) fn site(others: usize) -> Site {
    let mut site = Site::new(others);
    site.publish("v0.41.0", CONFIG);
    site.publish("v0.42.0", CONFIG);
    site
}

pub(super) fn fetching(site: &Site, id: &str, clauses: &[&'static str], about: &str) -> Fetching {
    Fetching {
        id: id.to_owned(),
        clauses: clauses.to_vec(),
        about: format!("{about}."),
        answers: answers(site),
        proxies: "https://proxy.invalid",
        key: site.gosumdb(),
        extended: None,
        version: None,
        known: None,
        highest: None,
        outcome: Ok("v0.42.0"),
    }
}

/// All that a site answers.
fn answers(site: &Site) -> Answers {
    let mut paths: Vec<String> = site.files.keys().cloned().collect();
    let database = format!("/sumdb/{}", site.signer.name);
    paths.push(format!("{database}/supported"));
    for path in site.files.keys() {
        let version = path
            .strip_suffix(".zip")
            .and_then(|path| path.rsplit('/').next());
        paths.extend(version.map(|version| format!("{database}/lookup/{MODULE}@{version}")));
    }
    let mut width = site.size;
    let mut level = 0;
    while width > 0 {
        for number in 0..=width / 256 {
            let part = width - number * 256;
            let tile = format!("{database}/tile/8/{level}/{number:03}");
            match part {
                0 => {}
                1..256 => paths.extend([format!("{tile}.p/{part}"), tile]),
                _ => paths.push(tile),
            }
        }
        width /= 256;
        level += 1;
    }
    let answered = paths.into_iter();
    answered
        .filter_map(|path| {
            let answer = site.answer(&path)?;
            Some((path, answer))
        })
        .collect()
}

impl Fetching {
    /// Changes the answers whose path holds `part`; there has to be one.
    pub(super) fn altered(mut self, part: &str, alter: impl Fn(Vec<u8>) -> Vec<u8>) -> Fetching {
        let mut found = false;
        for (path, answer) in &mut self.answers {
            if path.contains(part) {
                found = true;
                *answer = alter(std::mem::take(answer));
            }
        }
        assert!(found, "{}: nothing is called {part}", self.id);
        self
    }

    fn without(mut self, part: &str) -> Fetching {
        self.answers.retain(|path, _| !path.contains(part));
        self
    }

    pub(super) fn refused(self, clause: &'static str) -> Fetching {
        Fetching {
            outcome: Err(clause),
            ..self
        }
    }

    fn knows(self, note: String) -> Fetching {
        Fetching {
            known: Some(note),
            ..self
        }
    }

    pub(super) fn case(self) -> Case {
        let text = |text: Option<&str>| text.map_or(Json::Null, Json::text);
        let expect = match self.outcome {
            Ok(version) => Expect::ok(Json::object([
                ("version", Json::text(version)),
                ("config", Json::text(hex(CONFIG.as_bytes()))),
            ])),
            Err(clause) => Expect::reject(clause),
        };
        let known = self.known.as_ref().map(|note| hex(note.as_bytes()));
        let case = Case::new(format!("fetch/{}", self.id), "fetch-config", "uploader")
            .shows(&self.clauses, &self.about)
            .args(Json::object([
                ("module", Json::text(MODULE)),
                ("version", text(self.version)),
                ("proxies", Json::text(self.proxies)),
                ("key", Json::text(&self.key)),
                ("proxy", Json::text(PROXY)),
                ("known", text(known.as_deref())),
                ("highest", text(self.highest)),
            ]))
            .expect(expect);
        let case = match self.outcome {
            Ok(_) => case,
            Err(_) => case.base("fetch/size-5"),
        };
        let case = match &self.extended {
            Some((path, len)) => case.extended(&format!("{PROXY}{path}"), *len),
            None => case,
        };
        let answers = self.answers.into_iter();
        answers.fold(case, |case, (path, answer)| {
            case.with(format!("{PROXY}{path}"), answer)
        })
    }
}

/// Trees of sizes at which tiles begin and end.
fn sizes() -> Vec<Fetching> {
    let of = |others: usize| {
        let size = others + 2;
        let clauses = [
            "config.tree.root",
            "config.tree.node",
            "config.tree.leaf",
            "config.tile",
            "config.proof.include",
        ];
        let about = format!("the record is in a tree of {size} records");
        fetching(&site(others), &format!("size-{size}"), &clauses, &about)
    };
    [0, 1, 2, 3, 5, 253, 254, 255, 300, 510, 511].map(of).into()
}

/// A site with versions of all kinds.
fn many() -> Site {
    let mut many = Site::new(3);
    for version in ["v0.9.0", "v0.10.0", "v0.11.0-rc.1", PSEUDO] {
        many.publish(version, CONFIG);
    }
    let latest = format!("{{\"Version\":\"{PSEUDO}\",\"Time\":\"2023-12-07T17:28:01Z\"}}");
    many.files
        .insert(format!("/{MODULE}/@latest"), latest.into_bytes());
    many
}

/// What is picked of a list.
fn picks() -> Vec<Fetching> {
    let many = many();
    let picks = |id, lines: &'static str, version, about| {
        Fetching {
            outcome: Ok(version),
            ..fetching(&many, id, &["config.pick", "config.pick.line"], about)
        }
        .altered("/@v/list", move |_| lines.into())
    };
    vec![
        picks(
            "pick-highest",
            "v0.9.0\nv0.10.0\n",
            "v0.10.0",
            "the higher of two versions is taken",
        ),
        picks(
            "pick-released",
            "v0.11.0-rc.1\nv0.9.0\n",
            "v0.9.0",
            "a released version comes before a higher pre-release",
        ),
        picks(
            "pick-pre-release",
            "v0.11.0-rc.1\n",
            "v0.11.0-rc.1",
            "without a released version a pre-release is taken",
        ),
        picks(
            "pick-words",
            "v1\nv0.10.0+x\n v0.9.0 2026-01-01\nlatest\n",
            "v0.9.0",
            "of a line the first word counts, if it is a version",
        ),
        picks(
            "pick-latest",
            "",
            PSEUDO,
            "where the list is empty, the latest version is taken",
        ),
        picks(
            "pick-no-pseudo",
            "v0.0.0-20231207172801-3c8b0df0c3fd\n",
            PSEUDO,
            "a version that names a commit does not count in the list",
        ),
    ]
}

fn versions() -> Vec<Fetching> {
    let list = format!("/{MODULE}/@v/list");
    let many = many();
    let mut all = vec![
        Fetching {
            version: Some("v0.41.0"),
            highest: Some("v0.42.0"),
            outcome: Ok("v0.41.0"),
            ..fetching(
                &site(3),
                "named",
                &["config.pick.named", "config.rollback"],
                "a version that is named is taken, though it is lower",
            )
        },
        Fetching {
            highest: Some("v0.42.0"),
            ..fetching(
                &site(3),
                "same-again",
                &["config.rollback"],
                "the highest version from before is taken again",
            )
        },
    ];
    let rollback = Fetching {
        highest: Some("v0.42.1"),
        ..fetching(
            &site(3),
            "rollback",
            &["config.rollback"],
            "a version below the highest one from before is refused",
        )
    };
    all.push(rollback.refused("config.rollback"));
    let no_list = fetching(
        &site(3),
        "no-list",
        &["config.proxy.status"],
        "a proxy that has no list has nothing",
    );
    all.push(no_list.without(&list).refused("config.proxy.status"));
    let no_zip = fetching(
        &site(3),
        "no-zip",
        &["config.proxy.status"],
        "a proxy that lacks the zip file has nothing",
    );
    all.push(no_zip.without(".zip").refused("config.proxy.status"));
    let strange = fetching(
        &many,
        "latest-none",
        &["config.pick"],
        "a latest version that is none is refused",
    );
    let strange = strange.altered("/@v/list", |_| Vec::new());
    all.push(
        strange
            .altered("/@latest", |_| b"{\"Version\":\"v1\"}".to_vec())
            .refused("config.pick"),
    );
    all
}

const PSEUDO: &str = "v0.0.0-20231207172801-3c8b0df0c3fd";

/// What is known of the tree from before.
fn known() -> Vec<Fetching> {
    let mut big = site(300);
    big.add_others(20);
    let clauses = &["config.proof.consistent", "config.proof.known"];
    let knows = |id, size: usize, about| {
        fetching(&big, id, clauses, about).knows(big.signer.note(&big.head(size)))
    };
    let mut all = vec![
        knows("grown-from-1", 1, "the tree has grown from 1 record"),
        knows("grown-from-256", 256, "the tree has grown from 256 records"),
        knows("grown-from-301", 301, "the tree has grown from 301 records"),
        knows("as-before", big.size, "the tree is as it was"),
    ];
    let mut older = site(300);
    older.add_others(20);
    let newer = older.signer.note(&older.head(older.size));
    let mut cached = fetching(
        &older,
        "head-from-before",
        clauses,
        "an answer with an older tree head is no fault if it is consistent",
    )
    .knows(newer);
    let note = older.signer.note(&older.head(302));
    cached = cached.altered("/lookup/", move |answer| {
        super::fetched_faults::with_note(&answer, &note)
    });
    all.push(cached);
    for (id, size) in [
        ("forked-older", 5),
        ("forked-same", big.size),
        ("forked-256", 256),
    ] {
        let mut other = Site::new(0);
        other.record("example.com/evil v1.0.0 h1:evil\n".to_owned());
        other.add_others(400);
        let about = "a tree that is no continuation of the one from before is refused";
        let clauses = &["config.proof.consistent", "config.proof.fork"];
        let forked = fetching(&big, id, clauses, about);
        let forked = forked.knows(other.signer.note(&other.head(size)));
        all.push(forked.refused("config.proof.consistent"));
    }
    all
}

/// Tiles that are altered, cut, or there as a whole alone.
fn tiles() -> Vec<Fetching> {
    let mut big = site(300);
    big.add_others(20);
    let mut all = Vec::new();
    for (id, tile) in [("tile-0", "/tile/8/0/001"), ("tile-1", "/tile/8/1/000")] {
        let about = "a tile with another hash is not of the tree";
        let flip = |mut answer: Vec<u8>| {
            answer[3] ^= 1;
            answer
        };
        let altered = fetching(
            &big,
            &format!("{id}-altered"),
            &["config.proof.tile"],
            about,
        );
        all.push(altered.altered(tile, flip).refused("config.proof.tile"));
        let about = "a tile that is cut is refused";
        let cut = fetching(&big, &format!("{id}-cut"), &["config.tile.short"], about);
        let cut = cut.altered(tile, |answer| answer[..answer.len() - 1].to_vec());
        all.push(cut.refused("config.tile.short"));
    }
    // The whole tile serves where a part of it is not there.
    let whole = fetching(
        &older_view(),
        "whole-tile",
        &["config.tile.partial"],
        "where a part of a tile is missing, its beginning serves",
    );
    all.push(whole);
    all
}

/// A site whose tree head covers a part of a tile that it has whole, and only whole.
fn older_view() -> Site {
    let mut site = site(3);
    site.add_others(300);
    site.size = 200;
    site.has_partial = false;
    site
}
