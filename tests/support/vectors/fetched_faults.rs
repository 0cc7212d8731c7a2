//! Upload configs that do not verify: notes, tree heads, records and zip files that are refused.

use super::case::Case;
use super::fetched::{Fetching, fetching, site};
use super::site::{CONFIG, MODULE, Signer, Site, zip};

pub(super) fn cases() -> Vec<Case> {
    let all = [
        settings(),
        keys(),
        sizes(),
        notes(),
        refused_notes(),
        heads(),
        records(),
        record_without_hash(),
        zips(),
        large_zips(),
    ];
    all.into_iter().flatten().map(Fetching::case).collect()
}

/// The answer of a look-up with another note.
pub(super) fn with_note(answer: &[u8], note: &str) -> Vec<u8> {
    let text = String::from_utf8(answer.to_vec()).expect("text");
    let start = text.find("go.sum database tree").expect("a note");
    format!("{}{note}", &text[..start]).into_bytes()
}

/// What has to come of a site whose look-ups have another note.
fn noted(id: &str, clause: &'static str, about: &str, note: String) -> Fetching {
    let case = fetching(&site(3), &format!("note-{id}"), &[clause], about);
    case.altered("/lookup/", move |answer| with_note(&answer, &note))
}

const VERIFY: &str = "config.note.verify";
const FORM: &str = "config.note.form";
const SIGNATURE: &str = "config.note.signature";

/// A key that is none of the database's.
fn stranger() -> Signer {
    Signer::new("other.example.com", 9)
}

/// A note with so many signatures.
fn signed_by(count: usize) -> String {
    let site = site(3);
    let note = site.signer.note(&site.head(5));
    format!("{note}{}", stranger().line("x").repeat(count - 1))
}

fn notes() -> Vec<Fetching> {
    let site = site(3);
    let head = site.head(5);
    let others = format!("{}{}", stranger().note(&head), site.signer.line(&head));
    let more = site.signer.note(&format!("{head}more\n"));
    vec![
        noted(
            "of-others",
            VERIFY,
            "signatures of others are passed over",
            others,
        ),
        noted(
            "100",
            FORM,
            "a note may have 100 signatures",
            signed_by(100),
        ),
        noted(
            "more-lines",
            "config.note.tree",
            "further lines of a tree head are passed over",
            more,
        ),
    ]
}

fn refused_notes() -> Vec<Fetching> {
    let site = site(3);
    let head = site.head(5);
    let ours = &site.signer;
    let note = ours.note(&head);
    let forger = Signer::new("sum.example.com", 8);
    let refused = |id, clause, about, note| noted(id, clause, about, note).refused(clause);
    let two = format!("{head}\n{}{}", ours.line("x"), ours.line(&head));
    let (controlled, cut) = (
        note.replace("tree\n", "tree\r\n"),
        note.trim_end().to_owned(),
    );
    let other_text = format!("{head}\n{}", ours.line("x"));
    vec![
        refused(
            "forged",
            VERIFY,
            "a note that another key has signed is refused",
            forger.note(&head),
        ),
        refused(
            "stranger",
            VERIFY,
            "a note that only others have signed is refused",
            stranger().note(&head),
        ),
        refused(
            "other-text",
            VERIFY,
            "a signature of another text is refused",
            other_text,
        ),
        refused(
            "first-counts",
            VERIFY,
            "the first signature of the key counts",
            two,
        ),
        refused(
            "101",
            FORM,
            "a note with 101 signatures is refused",
            signed_by(101),
        ),
        refused(
            "unsigned",
            FORM,
            "a note without an empty line is refused",
            head.clone(),
        ),
        refused(
            "control",
            FORM,
            "a note with a control character is refused",
            controlled,
        ),
        refused(
            "cut",
            FORM,
            "a note that does not end in a newline is refused",
            cut,
        ),
        refused(
            "hyphen",
            SIGNATURE,
            "a signature begins with a dash",
            note.replace('\u{2014}', "-"),
        ),
    ]
}

/// What the environment says, and whether it can be followed.
fn settings() -> Vec<Fetching> {
    let site = site(3);
    let proxies = |id: &str, clause: &'static str, about, proxies| Fetching {
        proxies,
        ..fetching(&site, &format!("proxies-{id}"), &[clause], about)
    };
    let (next, direct, scheme) = (
        "config.proxy.next",
        "config.proxy.direct",
        "config.proxy.scheme",
    );
    vec![
        proxies(
            "next",
            next,
            "where the first proxy has nothing the next is asked",
            "https://other.invalid,https://proxy.invalid",
        ),
        proxies(
            "short",
            "config.proxy.https",
            "a word with a dot stands for a URL",
            " proxy.invalid/ , off",
        ),
        proxies(
            "direct",
            direct,
            "configs come from proxies alone",
            "https://other.invalid,direct,https://proxy.invalid",
        )
        .refused(direct),
        proxies("off", direct, "nobody is asked", "off").refused(direct),
        proxies(
            "scheme",
            scheme,
            "a URL of another kind is refused",
            "ftp://proxy.invalid",
        )
        .refused(scheme),
        proxies("path", scheme, "a path is no URL", "/proxy").refused(scheme),
    ]
}

/// Which database vouches, and whether it can.
fn keys() -> Vec<Fetching> {
    let site = site(3);
    let key = |id: &str, clause: &'static str, about, key: &str| {
        let case = Fetching {
            key: key.to_owned(),
            ..fetching(&site, &format!("key-{id}"), &[clause], about)
        };
        case.refused(clause)
    };
    let good = site.gosumdb();
    let other_hash = good.replacen(&good[16..24], "00000000", 1);
    vec![
        key(
            "off",
            "config.sum.off",
            "without a database nothing is used",
            "off",
        ),
        key(
            "no-key",
            "config.sum.key",
            "an unknown name is no key",
            "sum.example.com",
        ),
        key(
            "short",
            "config.sum.key",
            "a key of 32 bytes is none",
            "sum.example.com+00000000+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        ),
        key(
            "hash",
            "config.sum.key.hash",
            "a key with another hash is refused",
            &other_hash,
        ),
    ]
}

/// Answers that are too long.
fn sizes() -> Vec<Fetching> {
    let list = format!("/{MODULE}/@v/list");
    let clause = "config.proxy.size";
    let of = |id: &str, path: &str, len| Fetching {
        extended: Some((path.to_owned(), len)),
        ..fetching(
            &site(3),
            id,
            &[clause],
            "an answer that is too long is refused",
        )
    };
    let zip = format!("/{MODULE}/@v/v0.42.0.zip");
    vec![
        of("long-list", &list, 1_048_577).refused(clause),
        of("long-zip", &zip, 16_777_217).refused(clause),
    ]
}

fn heads() -> Vec<Fetching> {
    let site = site(3);
    let head = site.head(5);
    let signed = |id: &str, clause: &'static str, about, text: String| {
        let note = site.signer.note(&text);
        let case = fetching(&site, &format!("head-{id}"), &[clause], about);
        case.altered("/lookup/", move |answer| with_note(&answer, &note))
            .refused(clause)
    };
    let tree = "config.note.tree";
    vec![
        signed(
            "other-kind",
            tree,
            "a signed note that is no tree head is refused",
            head.replace("go.sum", "go.mod"),
        ),
        signed(
            "zero-in-front",
            tree,
            "a number with a needless zero is refused",
            head.replace("\n5\n", "\n05\n"),
        ),
        signed(
            "sign",
            tree,
            "a number with a sign is refused",
            head.replace("\n5\n", "\n+5\n"),
        ),
        signed(
            "too-many",
            tree,
            "more records than a signed number of 64 bits can tell are refused",
            head.replace("\n5\n", "\n9223372036854775808\n"),
        ),
        signed(
            "no-root",
            tree,
            "a tree head without a root is refused",
            "go.sum database tree\n5\n".to_owned(),
        ),
        signed(
            "short-root",
            tree,
            "a root of 30 bytes is refused",
            format!("go.sum database tree\n5\n{}\n", "A".repeat(40)),
        ),
        signed(
            "other-root",
            "config.proof.tile",
            "a root to which the tiles do not lead is refused",
            format!("go.sum database tree\n5\n{}=\n", "A".repeat(43)),
        ),
    ]
}

fn records() -> Vec<Fetching> {
    let site = site(3);
    let with = |id: &str, clause: &'static str, about, from: &'static str, to: &'static str| {
        let case = fetching(&site, &format!("record-{id}"), &[clause], about);
        let replaced = move |answer: Vec<u8>| {
            let text = String::from_utf8(answer).expect("text");
            text.replacen(from, to, 1).into_bytes()
        };
        case.altered("/lookup/", replaced).refused(clause)
    };
    let include = "config.proof.include";
    let record = "config.sum.record";
    vec![
        with(
            "other-number",
            include,
            "a record that stands elsewhere in the tree is refused",
            "4\n",
            "3\n",
        ),
        with(
            "beyond",
            include,
            "a number beyond the tree is refused",
            "4\n",
            "5\n",
        ),
        with(
            "other-hash",
            include,
            "a record with another hash is refused",
            "h1:",
            "h1:A",
        ),
        with(
            "no-number",
            record,
            "an answer without a number is refused",
            "4\n",
            "\n",
        ),
        with(
            "signed-number",
            record,
            "a number with a sign is refused",
            "4\n",
            "+4\n",
        ),
        with(
            "empty-line",
            record,
            "a text that begins with an empty line is refused",
            "4\n",
            "4\n\n",
        ),
        with(
            "control",
            record,
            "a text with a control character is refused",
            " v0.42.0 h1",
            "\u{1}v0.42.0 h1",
        ),
    ]
}

/// A record that has a hash of another kind.
fn record_without_hash() -> Vec<Fetching> {
    let mut other = Site::new(3);
    other.publish("v0.42.0", CONFIG);
    let text = format!("{MODULE} v0.42.0 h2:x\n");
    other.record(text.clone());
    let note = other.signer.note(&other.head(5));
    let none = fetching(
        &other,
        "record-no-hash",
        &["config.sum.line"],
        "a record without a hash of the zip file is refused",
    );
    let none = none.altered("/lookup/", move |_| {
        format!("4\n{text}\n{note}").into_bytes()
    });
    vec![none.refused("config.sum.line")]
}

/// What has to come of a site whose zip file is another one.
fn zipped(id: &str, clause: &'static str, about: &str, zip: Vec<u8>) -> Fetching {
    let case = fetching(&site(3), &format!("zip-{id}"), &[clause], about);
    case.altered("v0.42.0.zip", move |_| zip.clone())
        .refused(clause)
}

fn zips() -> Vec<Fetching> {
    let prefix = format!("{MODULE}@v0.42.0/");
    let of = |entries: &[(&str, Vec<u8>)]| zip(&prefix, entries);
    let config = || ("config.json", CONFIG.as_bytes().to_vec());
    let names = "config.zip.names";
    let other = of(&[("config.json", CONFIG.replace("runs", "more").into_bytes())]);
    let hash = "config.hash.check";
    let elsewhere = zip("x/", &[config()]);
    vec![
        zipped(
            "other-content",
            hash,
            "a zip file with another hash is refused",
            other,
        ),
        zipped(
            "fewer-files",
            hash,
            "a zip file that lacks a file is refused",
            of(&[config()]),
        ),
        zipped(
            "no-config",
            "config.zip.config",
            "a zip file without a config is refused",
            of(&[]),
        ),
        zipped(
            "other-module",
            names,
            "a zip file of another module is refused",
            elsewhere,
        ),
        zipped(
            "twice",
            names,
            "a name that stands twice is refused",
            of(&[config(), config()]),
        ),
        zipped(
            "newline",
            names,
            "a name with a newline is refused",
            of(&[("a\nb", Vec::new())]),
        ),
    ]
}

/// Zip files that hold too much, and one that holds another document than a config.
fn large_zips() -> Vec<Fetching> {
    let prefix = format!("{MODULE}@v0.42.0/");
    let size = "config.zip.size";
    let many: Vec<String> = (0..1025).map(|number| number.to_string()).collect();
    let many: Vec<(&str, Vec<u8>)> = many.iter().map(|n| (n.as_str(), Vec::new())).collect();
    let bomb = [("a", Vec::new()), ("b", vec![0; (64 << 20) + 1])];
    let mut wrong = Site::new(3);
    wrong.publish("v0.42.0", r#"{"GOOS":7}"#);
    let about = "a config of another form is refused though it verifies";
    let wrong = fetching(&wrong, "zip-no-config-in-it", &["config.form"], about);
    vec![
        zipped(
            "1025",
            size,
            "a zip file with 1025 entries is refused",
            zip(&prefix, &many),
        ),
        zipped(
            "bomb",
            size,
            "a zip file that holds more than 64 MiB is refused",
            zip(&prefix, &bomb),
        ),
        wrong.refused("config.form"),
    ]
}
