//! Getting an upload config from a proxy and a database that are honest, and what is kept of it.

#[path = "support/asking.rs"]
mod asking;
#[path = "support/fake.rs"]
mod fake;
#[path = "support/site.rs"]
mod site;

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use asking::{NOW, Place, refused, site, sources, time};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fake::Fake;
use gotelemetry::fetch::note::Key;
use gotelemetry::fetch::tree::Tile;
use gotelemetry::fetch::{self, FetchError, GO_MODULE, Kept, Proxy, Sources, Wanted, go_env};
use gotelemetry::system::Environment;
use ring::digest::{SHA256, digest};
use site::{CONFIG, MODULE, Signer, Site};

// test[config.hash, config.hash.line, config.hash.check, config.sum.key, config.sum.key.hash]
// test[config.sum.lookup, config.sum.record, config.sum.line, config.note.form]
// test[config.note.signature]
// test[config.note.verify, config.note.tree, config.tree.leaf, config.tree.node, config.tree.root]
// test[config.tile, config.tile.partial, config.proof.include, config.cache, config.proof.keep]
// test[config.proof.known, config.zip.config]
#[test]
fn an_honest_site_is_believed() {
    for others in [
        0, 1, 2, 254, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 66_000,
    ] {
        for has_partial in [true, false] {
            let mut site = site(others);
            site.has_partial = has_partial;
            // The whole tile is there only once it is full.
            if !has_partial {
                site.add_others(65_536 + 256);
                site.size = others + 2;
            }
            let place = Place::new();
            let verified = place.fetch(&site).expect("it verifies");
            assert_eq!(verified.version, "v0.42.0", "{others}");
            assert_eq!(verified.text, CONFIG.as_bytes());
            let names = ["highest", "last", "tree"].map(|what| Place::name(what, &site));
            let [highest, last, tree] = &names;
            assert_eq!(place.files(), [highest, last, "lock", tree]);
        }
    }
}

// test[config.proof.consistent]
#[test]
fn a_tree_that_grew_is_believed_whatever_its_sizes() {
    let mut site = site(0);
    site.add_others(1100);
    let all = site.size;
    for older in (2..all).step_by(7).chain([255, 256, 257, 512, 513, 768]) {
        let place = Place::new();
        site.size = older;
        place.fetch(&site).expect("it verifies");
        for newer in [older, older + 1, all - 1, all] {
            site.size = newer.max(older);
            place
                .fetch(&site)
                .unwrap_or_else(|error| panic!("{older} {newer}: {error}"));
        }
        // An answer from before is no fault, and does not take the place of the newer head.
        site.size = older;
        place.fetch(&site).expect("it verifies");
        let head = fs::read_to_string(place.dir.root().join("config").join(&place.files()[3]));
        let head = head.expect("it is there");
        assert!(
            head.starts_with(&format!("go.sum database tree\n{all}\n")),
            "{head}"
        );
    }
}

// test[config.proof.keep, config.proof.known]
#[test]
fn the_newest_tree_head_is_kept() {
    let mut site = site(3);
    let place = Place::new();
    for (size, kept) in [(5, 5), (6, 6), (5, 6), (300, 300), (6, 300)] {
        site.add_others(size - site.size.min(size));
        site.size = size;
        place.fetch(&site).expect("it verifies");
        let tree = place.dir.root().join("config").join(&place.files()[3]);
        let note = fs::read_to_string(tree).expect("it is there");
        let head = format!("go.sum database tree\n{kept}\n");
        assert!(note.starts_with(&head), "{size} {note}");
    }
}

// test[config.rollback, config.pick.named]
#[test]
fn a_version_from_before_is_taken_only_if_it_is_named() {
    let mut site = site(3);
    let place = Place::new();
    place.fetch(&site).expect("it verifies");
    site.files
        .insert(format!("/{MODULE}/@v/list"), b"v0.41.0\n".to_vec());
    let result = place.fetch(&site);
    assert!(
        matches!(result, Err(FetchError::Rollback { .. })),
        "{result:?}"
    );
    refused(result, "version v0.41.0: lower than v0.42.0");
    let verified = place.named(&site, "v0.41.0").expect("it verifies");
    assert_eq!(verified.version, "v0.41.0");
    // That makes it neither the highest nor the one that is kept.
    let key = sources(&site.gosumdb()).database.key;
    let (kept, _) = Kept::look(&place.dir).last(&key).expect("it is kept");
    assert_eq!(kept.version, "v0.42.0");
    refused(place.fetch(&site), "[config.rollback]");
    refused(place.named(&site, "v0.43.0"), "status 404");
    refused(place.named(&site, "latest"), "[config.pick]");
}

// test[config.pick, config.pick.line]
#[test]
fn the_highest_version_is_taken() {
    let list = |list: &str| {
        let mut site = Site::new(3);
        for version in [
            "v0.9.0",
            "v0.10.0",
            "v0.11.0-rc.1",
            "v0.0.0-20231207172801-3c8b0df0c3fd",
        ] {
            site.publish(version, CONFIG);
        }
        let files = &mut site.files;
        files.insert(format!("/{MODULE}/@v/list"), list.as_bytes().to_vec());
        let latest = br#"{"Version":"v0.0.0-20231207172801-3c8b0df0c3fd","Time":"x"}"#;
        files.insert(format!("/{MODULE}/@latest"), latest.to_vec());
        Place::new().fetch(&site).map(|verified| verified.version)
    };
    let is = |lines: &str, version: &str| {
        assert_eq!(list(lines).expect("it verifies"), version, "{lines:?}");
    };
    is("v0.10.0\nv0.9.0\n", "v0.10.0");
    is("v0.9.0\nv0.10.0", "v0.10.0");
    is("v0.9.0\nv0.11.0-rc.1\n", "v0.9.0");
    is("v0.11.0-rc.1\n", "v0.11.0-rc.1");
    is(
        "  v0.9.0   2026-01-01\r\nv0.10\nv1\nv0.10.0+x\nlatest\n\n",
        "v0.9.0",
    );
    for none in ["", "\n", "v0.0.0-20231207172801-3c8b0df0c3fd\n", "v1\n"] {
        is(none, "v0.0.0-20231207172801-3c8b0df0c3fd");
    }
}

// test[config.cache.damaged]
#[test]
fn what_is_kept_and_damaged_is_not_passed_over_where_it_guards() {
    let site = site(3);
    let place = Place::new();
    place.fetch(&site).expect("it verifies");
    let config = place.dir.root().join("config");
    let key = sources(&site.gosumdb()).database.key;
    let tree = config.join(&place.files()[3]);
    let note = fs::read(&tree).expect("it is there");
    for bytes in [&b""[..], &note[..note.len() - 2], b"\xff"] {
        fs::write(&tree, bytes).expect("it can be written");
        refused(place.fetch(&site), "[config.cache.damaged]");
    }
    // What cannot be read is not the same as nothing.
    fs::remove_file(&tree).expect("it is there");
    fs::create_dir(&tree).expect("a directory can be made");
    let wanted = Wanted {
        module: GO_MODULE,
        version: None,
    };
    let (mut fake, kept) = (Fake::of(&site), Kept::look(&place.dir));
    let unread = fetch::fetch(
        &mut fake,
        &sources(&site.gosumdb()),
        wanted,
        &kept,
        time(NOW),
    );
    assert!(matches!(unread, Err(FetchError::Dir(_))), "{unread:?}");
    fs::remove_dir(&tree).expect("it is there");
    fs::write(&tree, note).expect("it can be written");
    for text in ["", "v1", "v0.41.0\nv0.42.0\n"] {
        fs::write(config.join(Place::name("highest", &site)), text).expect("it can be written");
        refused(place.fetch(&site), "[config.cache.damaged]");
    }
    fs::write(config.join(Place::name("highest", &site)), "v0.42.0\n").expect("it can be written");
    for text in [
        "",
        "v0.42.0\n{}",
        "v0.42.0 never\n{}",
        "v0.42.0 2026-11-23T09:00:00Z\n{",
    ] {
        fs::write(config.join(Place::name("last", &site)), text).expect("it can be written");
        assert!(Kept::look(&place.dir).last(&key).is_none(), "{text:?}");
    }
    place.fetch(&site).expect("it verifies");
    let (verified, then) = Kept::look(&place.dir).last(&key).expect("it is kept");
    assert_eq!(
        (verified.text.as_slice(), then),
        (CONFIG.as_bytes(), time(NOW))
    );
}

// test[config.cache, config.proof.known]
#[test]
fn the_longest_config_and_note_that_are_taken_are_read_again() {
    let site = site(3);
    let place = Place::new();
    let stranger = Signer::new("other.example.com", 9);
    let mut fake = Fake::by(|path| {
        let mut answer = site.answer(path)?;
        if path.contains("/lookup/") {
            answer.extend(stranger.line("x").repeat(99).into_bytes());
        }
        Some(answer)
    });
    for _ in 0..2 {
        let result = place.fetch_by(&site, &mut fake, None);
        result.expect("it verifies");
    }
    let key = sources(&site.gosumdb()).database.key;
    let last = place
        .dir
        .root()
        .join("config")
        .join(Place::name("last", &site));
    let line = format!("v0.42.0 {NOW}\n");
    for (len, is_read) in [(16 << 20, true), ((16 << 20) + 1, false)] {
        let mut text = [line.as_bytes(), CONFIG.as_bytes()].concat();
        text.resize(line.len() + len, b' ');
        fs::write(&last, text).expect("it can be written");
        assert_eq!(Kept::look(&place.dir).last(&key).is_some(), is_read);
    }
}

// test[config.fetch.weekly]
#[test]
fn a_config_is_fresh_for_a_week() {
    let site = site(3);
    let place = Place::new();
    place.fetch(&site).expect("it verifies");
    let key = sources(&site.gosumdb()).database.key;
    let fresh = |now: &str| Kept::look(&place.dir).fresh(&key, time(now)).is_some();
    assert!(fresh(NOW) && fresh("2026-11-30T08:59:59Z") && fresh("2026-11-16T09:00:01Z"));
    assert!(!fresh("2026-11-30T09:00:00Z") && !fresh("2026-11-16T09:00:00Z"));
}

// test[config.cache.one]
#[test]
fn one_program_at_a_time_changes_what_is_kept() {
    let site = site(3);
    let place = Place::new();
    let held = Kept::open(&place.dir).expect("nobody has it");
    assert!(matches!(place.fetch(&site), Err(FetchError::Busy)));
    drop(held);
    // One that only looks changes nothing.
    let look = Kept::look(&place.dir);
    let wanted = Wanted {
        module: GO_MODULE,
        version: None,
    };
    let sources = sources(&site.gosumdb());
    let result = fetch::fetch(&mut Fake::of(&site), &sources, wanted, &look, time(NOW));
    assert_eq!(result.expect("it verifies").version, "v0.42.0");
    assert_eq!(place.files(), ["lock"]);
    place.fetch(&site).expect("it verifies");
}

/// What the environment and the option `--proxy` lead to: URLs, each with what stands behind it.
fn proxies(goproxy: &str) -> Vec<String> {
    let environment = Environment::of(|name| match name {
        "GOPROXY" => Some(goproxy.into()),
        _ => None,
    });
    let sources = Sources::of(&environment, None).expect("they are sound");
    let told = |proxy: &Proxy| match proxy {
        Proxy::At { url, falls_back } => format!("{url}{}", if *falls_back { "|" } else { "," }),
        Proxy::Word(word) => (*word).to_owned(),
        _ => unreachable!("there are no others"),
    };
    sources.proxies.iter().map(told).collect()
}

// test[config.proxy.list, config.proxy.https, config.proxy.direct]
#[test]
fn a_list_of_proxies_is_read_as_go_reads_it() {
    for (list, urls) in [
        ("", &["https://proxy.golang.org,", "direct"][..]),
        ("https://a.example/,off", &["https://a.example,", "off"]),
        (
            " http://a | b.example ,, c:80|file:///d/",
            &[
                "http://a|",
                "https://b.example,",
                "https://c:80|",
                "file:///d,",
            ],
        ),
        ("direct,https://a", &["direct"]),
        ("a/b", &["https://a/b,"]),
    ] {
        assert_eq!(proxies(list), urls, "{list:?}");
    }
}

// test[config.proxy.list]
#[test]
fn the_environment_says_nothing_if_the_caller_names_proxies() {
    let environment = Environment::of(|name| match name {
        "GOPROXY" => Some(OsString::from_vec(vec![0xff])),
        _ => None,
    });
    let refused = Sources::of(&environment, None).expect_err("it is no text");
    assert!(refused.to_string().contains("[config.proxy.list]"));
    let sources = Sources::of(&environment, Some("a.example")).expect("they are sound");
    assert_eq!(sources.proxies.len(), 1);
}

// test[config.setting.file, config.setting.line]
#[test]
fn the_file_of_the_go_command_is_where_goenv_says() {
    let home = tempfile::tempdir().expect("a directory can be made");
    let path = |name: &str| home.path().join(name);
    fs::create_dir(path("go")).expect("a directory can be made");
    fs::write(path("go/env"), "GOPROXY=usual").expect("a file can be written");
    fs::write(path("other"), "GOPROXY=other\r\n GOPROXY=a\nGOPROXY").expect("it can be written");
    let read = |goenv: Option<OsString>, home: &Path| {
        let environment = Environment::of(|name| match name {
            "XDG_CONFIG_HOME" => Some(home.into()),
            "GOENV" => goenv.clone(),
            _ => None,
        });
        let settled = go_env::read(&environment).expect("it can be read");
        settled
            .goproxy
            .map(|text| text.into_string().expect("text"))
    };
    let set = |text: &str| Some(text.to_owned());
    assert_eq!(read(None, home.path()), set("usual"));
    assert_eq!(read(Some("".into()), home.path()), set("usual"));
    assert_eq!(
        read(Some(path("other").into()), home.path()),
        set("other\r")
    );
    assert_eq!(read(Some(path("none").into()), home.path()), None);
    assert_eq!(read(Some("off".into()), home.path()), None);
    assert_eq!(read(None, &path("nowhere")), None);
}

// test[config.sum.name, config.sum.known]
#[test]
fn a_database_is_known_by_its_name_or_by_its_key() {
    let database = |gosumdb: &str| {
        let environment = Environment::of(|name| match name {
            "GOSUMDB" => Some(gosumdb.into()),
            _ => None,
        });
        let database = Sources::of(&environment, None)
            .expect("they are sound")
            .database;
        (
            database.key.name().to_owned(),
            database.key.digits(),
            database.url,
        )
    };
    let go = |url: Option<&str>| {
        (
            "sum.golang.org".to_owned(),
            "033de0ae".to_owned(),
            url.map(str::to_owned),
        )
    };
    assert_eq!(database(""), go(None));
    assert_eq!(database(" sum.golang.org "), go(None));
    assert_eq!(
        database("sum.golang.org https://a.example/"),
        go(Some("https://a.example"))
    );
    assert_eq!(
        database("sum.golang.google.cn"),
        go(Some("https://sum.golang.google.cn"))
    );
    let own = Site::new(0).gosumdb();
    let (name, digits, url) = database(&format!("{own}\ta.example"));
    assert_eq!(
        (name.as_str(), url.as_deref()),
        ("sum.example.com", Some("https://a.example"))
    );
    assert_eq!(digits, own[16..24]);
}

/// The digits that a key with this name and these bytes has.
fn digits(name: &str, bytes: &[u8]) -> String {
    let hash = digest(&SHA256, &[name.as_bytes(), b"\n", bytes].concat());
    hash.as_ref()[..4]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}

// test[config.sum.key, config.sum.key.hash]
#[test]
fn a_key_has_a_name_eight_digits_and_33_bytes() {
    let clause = |name: &str, digits: &str, bytes: &[u8]| {
        let key = format!("{name}+{digits}+{}", STANDARD.encode(bytes));
        Key::parse(&key).err().map(|fault| fault.clause)
    };
    let bytes = [&[1][..], &[7; 33]].concat();
    for (name, bytes, is_key) in [
        ("a.example", &bytes[..33], true),
        ("", &bytes[..33], false),
        ("a example", &bytes[..33], false),
        ("a.example", &bytes[..32], false),
        ("a.example", &bytes, false),
        ("a.example", &bytes[1..], false),
    ] {
        let form = (!is_key).then_some("config.sum.key");
        assert_eq!(clause(name, &digits(name, bytes), bytes), form, "{name:?}");
    }
    let names = (0..10_000).map(|number| format!("{number}.example"));
    let digits_of = |name: String| (digits(&name, &bytes[..33]), name);
    let mut found = names.map(digits_of);
    let (digits, name) = found
        .find(|(digits, _)| digits.starts_with('0'))
        .expect("there is one");
    for (digits, expected) in [
        (digits.as_str(), None),
        (&digits.to_uppercase(), None),
        (&digits[1..], Some("config.sum.key")),
        (&format!("0{digits}"), Some("config.sum.key")),
        (&format!("{}g", &digits[..7]), Some("config.sum.key")),
        (&format!("f{}", &digits[1..]), Some("config.sum.key.hash")),
    ] {
        assert_eq!(clause(&name, digits, &bytes[..33]), expected, "{digits}");
    }
}

// test[config.tile.number]
#[test]
fn a_tile_is_asked_for_by_groups_of_digits() {
    for (number, path) in [
        (0, "000"),
        (5, "005"),
        (999, "999"),
        (1000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (u64::MAX / 256, "x072/x057/x594/x037/x927/935"),
    ] {
        let tile = Tile {
            level: 3,
            number,
            width: 256,
        };
        assert_eq!(tile.path(), format!("/tile/8/3/{path}"));
        assert!(!tile.is_partial() && Tile { width: 255, ..tile }.is_partial());
    }
}

// test[config.hash.check, config.rollback]
#[test]
fn what_one_database_vouched_for_is_nothing_to_another() {
    let (place, own) = (Place::new(), site(3));
    place.fetch(&own).expect("it verifies");
    let mut other = Site::new(3);
    other.signer = Signer::new("sum.example.org", 5);
    other.publish("v0.30.0", CONFIG);
    let key = sources(&other.gosumdb()).database.key;
    assert!(Kept::look(&place.dir).last(&key).is_none());
    // Nor is its highest version above that of the other.
    let verified = place.fetch(&other).expect("it verifies");
    assert_eq!(verified.version, "v0.30.0");
    place.fetch(&own).expect("it still verifies");
}
