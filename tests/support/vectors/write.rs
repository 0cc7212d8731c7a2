//! Scripts for a writer: what it is told to do, and the files that it has to leave.

use super::case::{Case, Expect};
use super::json::Json;
use crate::support::raw::{self, Order, Raw};

/// The identity of a tool in the order of the metadata.
#[derive(Clone, Copy)]
pub(super) struct Identity {
    pub(super) program: &'static str,
    pub(super) version: &'static str,
    pub(super) go_version: &'static str,
}

/// The one that most cases count under.
pub(super) const TOOL: Identity = Identity {
    program: "example.com/tool/cmd/tool",
    version: "v1.20.3",
    go_version: "go1.27.3",
};

/// A Wednesday.
pub(super) const NOW: &str = "2026-11-18T12:30:00Z";
pub(super) const BEGIN: &str = "2026-11-18";
/// The next Saturday, on which weeks end in most cases.
pub(super) const END: &str = "2026-11-21";
pub(super) const SATURDAY: &[u8] = b"6\n";
pub(super) const WEEKENDS: &str = "local/weekends";

impl Identity {
    pub(super) fn json(self) -> Json {
        Json::object([
            ("program", Json::text(self.program)),
            ("version", Json::text(self.version)),
            ("go_version", Json::text(self.go_version)),
            ("goos", Json::text("linux")),
            ("goarch", Json::text("amd64")),
        ])
    }

    /// The metadata of the file for this span.
    pub(super) fn meta(self, begin: &str, end: &str) -> Vec<u8> {
        raw::meta_text(&[
            ("TimeBegin", &format!("{begin}T00:00:00Z")),
            ("TimeEnd", &format!("{end}T00:00:00Z")),
            ("Program", self.program),
            ("Version", self.version),
            ("GoVersion", self.go_version),
            ("GOOS", "linux"),
            ("GOARCH", "amd64"),
        ])
    }

    /// The path of the file that begins on this day.
    pub(super) fn path(self, begin: &str) -> String {
        format!("local/{}.v1.count", self.stem(begin))
    }

    /// The path that it has if another program has that file.
    pub(super) fn second_path(self, begin: &str) -> String {
        let meta = String::from_utf8(self.meta(begin, begin)).expect("it is text");
        let kept = meta
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("TimeEnd: "));
        let mut hash: u32 = 2_166_136_261;
        for byte in kept.flat_map(str::bytes) {
            hash = (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
        }
        format!("local/{}-{hash:08x}.v1.count", self.stem(begin))
    }

    fn stem(self, begin: &str) -> String {
        let base = self.program.rsplit('/').next().expect("it has an end");
        let at = if self.version.is_empty() { "" } else { "@" };
        let (version, go_version) = (self.version, self.go_version);
        format!("{base}{at}{version}-{go_version}-linux-amd64-{begin}")
    }

    /// An empty file for the usual span.
    pub(super) fn file(self) -> Raw {
        Raw::new(&self.meta(BEGIN, END))
    }
}

/// A step that adds to a counter.
pub(super) fn add(name: &[u8], n: u64) -> Json {
    Json::object([
        ("do", Json::text("add")),
        ("name", Json::hex(name)),
        ("n", Json::decimal(n)),
    ])
}

/// A step that adds to a counter at a time.
pub(super) fn add_at(name: &[u8], n: u64, now: &str) -> Json {
    match add(name, n) {
        Json::Object(mut members) => {
            members.push(("now".to_owned(), Json::text(now)));
            Json::Object(members)
        }
        other => other,
    }
}

/// A step that opens the file.
pub(super) fn open() -> Json {
    at("open", NOW)
}

/// A step that happens at a time.
pub(super) fn at(what: &str, now: &str) -> Json {
    Json::object([("do", Json::text(what)), ("now", Json::text(now))])
}

/// A step that writes a file.
pub(super) fn put(file: &str, bytes: &[u8]) -> Json {
    Json::object([
        ("do", Json::text("put")),
        ("file", Json::text(file)),
        ("bytes", Json::hex(bytes)),
    ])
}

/// A step that deletes a file.
pub(super) fn delete(file: &str) -> Json {
    Json::object([("do", Json::text("delete")), ("file", Json::text(file))])
}

/// A case in a directory whose weeks end on Saturday.
pub(super) fn case(id: &str, identity: Identity, steps: Vec<Json>) -> Case {
    bare(id, identity, &[], steps).with(WEEKENDS, SATURDAY)
}

/// A case in a directory without any file, in an environment.
pub(super) fn bare(
    id: &str,
    identity: Identity,
    environment: &[(&str, &str)],
    steps: Vec<Json>,
) -> Case {
    let environment = environment
        .iter()
        .map(|(name, value)| (*name, Json::text(*value)));
    Case::new(format!("write/{id}"), "write", "writer").args(Json::object([
        ("identity", identity.json()),
        ("environment", Json::object(environment)),
        ("steps", Json::Array(steps)),
    ]))
}

/// What has to be there afterwards: all input that is not named, and these files.
pub(super) fn leaves(case: Case, files: Vec<(String, Vec<u8>)>) -> Case {
    let all = left_by(&case, files);
    case.expect(Expect::files(all))
}

/// The files of [`leaves`].
pub(super) fn left_by(case: &Case, files: Vec<(String, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    let named = |path: &str| files.iter().any(|file| file.0 == path);
    let kept = case.input.iter().filter(|input| !named(&input.0));
    kept.cloned().chain(files.iter().cloned()).collect()
}

/// The case that a tool adds these names, 1 more each, and finds them in this order.
fn counted(id: &str, names: &[Vec<u8>]) -> Case {
    let mut steps = vec![open()];
    let mut raw = TOOL.file();
    for (number, name) in names.iter().enumerate() {
        steps.push(add(name, number as u64 + 1));
        raw.add(name, number as u64 + 1);
    }
    leaves(case(id, TOOL, steps), vec![(TOOL.path(BEGIN), raw.bytes)])
}

pub(super) fn cases() -> Vec<Case> {
    [
        placing(),
        pages(),
        counting(),
        high_counts(),
        no_text(),
        refused(),
    ]
    .concat()
}

fn placing() -> Vec<Case> {
    let raw = TOOL.file();
    let sharing = super::sample::sharing(&raw, "tool/chain", 5);
    let texts = |texts: &[&str]| {
        texts
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect::<Vec<_>>()
    };
    let sizes: Vec<Vec<u8>> = [1, 15, 16, 17, 47, 48, 49, 80]
        .map(|len| vec![b's'; len])
        .to_vec();
    let bytes: Vec<u8> = (0..=255).filter(|byte| *byte != b'\n').collect();
    vec![
        counted("one-counter", &texts(&["tool/start"])).shows(
            &[
                "fmt.header.write",
                "fmt.meta.keys",
                "fmt.place",
                "fmt.place.limit",
                "fmt.record.size",
            ],
            "One counter in a new file.",
        ),
        counted(
            "three-counters",
            &texts(&["tool/a", "tool/b:<50ms", "tool/c"]),
        )
        .shows(
            &["fmt.place", "fmt.bucket"],
            "Three counters, one after the other.",
        ),
        counted("five-in-a-chain", &sharing).shows(
            &["fmt.link", "fmt.bucket"],
            "Five counters of one chain: each stands before those that were there.",
        ),
        counted("name-sizes", &sizes).shows(
            &["fmt.record.size"],
            "Names that fill their records and names that do not.",
        ),
        counted("name-bytes", &[bytes])
            .shows(&["fmt.bucket"], "A name of every byte but the newline."),
        counted("stack-name", &texts(&["bug\nmain.f:+1,+0x2\n\".g:+3,+0x4"])).shows(
            &["stack.ditto"],
            "The name of a stack is stored as it was given.",
        ),
        counted(
            "forty-counters",
            &(0..40)
                .map(|n| format!("tool/n:{n}").into_bytes())
                .collect::<Vec<_>>(),
        )
        .shows(
            &["fmt.bucket", "fmt.link"],
            "Forty counters in the chains of their names.",
        ),
    ]
}

fn pages() -> Vec<Case> {
    let first = TOOL.file().first_record() as usize;
    let rest = 16384 - first;
    // Three records of 4064 bytes, then one that ends where it is said.
    let three: Vec<Vec<u8>> = (0..3_u8).map(|n| vec![b'p' + n; 4064 - 16]).collect();
    let filling = |left: usize| {
        let len = rest - 3 * 4064 - left - 16;
        let mut names = three.clone();
        names.push(vec![b'f'; len]);
        names.push(b"tool/after".to_vec());
        names
    };
    let long: Vec<Vec<u8>> = (0..9_u8).map(|n| vec![b'a' + n; 4096]).collect();
    vec![
        counted("page-all-but-32", &filling(32)).shows(
            &["fmt.place", "fmt.page"],
            "A record that ends 32 bytes before its page does stays; the next one moves on.",
        ),
        counted("page-exact", &filling(0)).shows(
            &["fmt.place", "fmt.page"],
            "A record that would end with its page moves to the next one.",
        ),
        counted("page-all-but-64", &filling(64)).shows(
            &["fmt.place"],
            "A record that fits into the last 64 bytes of a page but for the reserved ones.",
        ),
        counted("nine-long-names", &long).shows(
            &["fmt.page", "fmt.name.max", "grow.extend"],
            "Names of full length in three pages.",
        ),
    ]
}

/// The counter of the cases that look at one count.
const NAME: &[u8] = b"tool/count";

/// The case that these steps leave one counter with this count.
fn sum(id: &str, steps: Vec<Json>, count: u64, clauses: &[&'static str], about: &str) -> Case {
    let mut raw = TOOL.file();
    raw.add(NAME, count);
    let case = case(id, TOOL, steps).shows(clauses, about);
    leaves(case, vec![(TOOL.path(BEGIN), raw.bytes)])
}

fn counting() -> Vec<Case> {
    vec![
        sum(
            "add-twice",
            vec![open(), add(NAME, 2), add(NAME, 3)],
            5,
            &["count.add"],
            "Two additions to one counter.",
        ),
        sum(
            "add-large",
            vec![open(), add(NAME, 1 << 40)],
            1 << 40,
            &["count.add"],
            "An addition of more than 32 bits.",
        ),
        sum(
            "add-before-open",
            vec![add(NAME, 2), add(NAME, 3), open()],
            5,
            &["count.add"],
            "What is added before the file is open is moved into it.",
        ),
        sum(
            "add-around-open",
            vec![add(NAME, 2), open(), add(NAME, 3)],
            5,
            &["count.add"],
            "Additions before and after opening.",
        ),
        sum(
            "add-34-bits-before-open",
            vec![add(NAME, 1 << 33), add(NAME, 1), open()],
            (1 << 33) + 1,
            &["count.add"],
            "More than 33 bits before the file is open.",
        ),
        sum(
            "add-max-before-open",
            vec![add(NAME, u64::MAX), add(NAME, 1), open()],
            u64::MAX,
            &["count.add", "fmt.count.max"],
            "The greatest count, and one more, before the file is open.",
        ),
        nothing(),
        sum(
            "add-nothing-more",
            vec![open(), add(NAME, 1), add(NAME, 0)],
            1,
            &["count.add"],
            "An addition of 0 changes nothing.",
        ),
    ]
}

/// A counter to which nothing is added.
fn nothing() -> Case {
    let steps = vec![open(), add(NAME, 0)];
    let case = case("add-nothing", TOOL, steps)
        .shows(&["count.zero"], "An addition of 0 makes no record.");
    leaves(case, vec![(TOOL.path(BEGIN), TOOL.file().bytes)])
}

fn high_counts() -> Vec<Case> {
    let half = 1 << 63;
    vec![
        sum(
            "count-reaches-half",
            vec![open(), add(NAME, half - 1), add(NAME, 1)],
            half,
            &["count.high"],
            "A count that reaches 2^63 stays exact.",
        ),
        sum(
            "count-above-half",
            vec![open(), add(NAME, half), add(NAME, 7)],
            half + 7,
            &["count.high"],
            "A count above 2^63 stays exact.",
        ),
        sum(
            "count-reaches-max",
            vec![open(), add(NAME, u64::MAX - 1), add(NAME, 1)],
            u64::MAX,
            &["fmt.count.max"],
            "A count that reaches the greatest.",
        ),
        sum(
            "count-past-max",
            vec![open(), add(NAME, u64::MAX), add(NAME, 1)],
            u64::MAX,
            &["fmt.count.max", "count.high"],
            "A count stays at the greatest.",
        ),
        sum(
            "count-low-past-max",
            vec![open(), add(NAME, 5), add(NAME, u64::MAX - 3)],
            u64::MAX,
            &["fmt.count.max", "count.high"],
            "A low count and an addition whose sum is past the greatest count.",
        ),
        sum(
            "count-far-past-max",
            vec![open(), add(NAME, half), add(NAME, half), add(NAME, half)],
            u64::MAX,
            &["fmt.count.max", "count.high"],
            "Three additions whose sum is past the greatest count.",
        ),
    ]
}

/// The counter of the cases in which a name is no text.
const NO_TEXT: &[u8] = b"tool/count-\xff";

/// Names are bytes, so a program can count what is no UTF-8.
fn no_text() -> Vec<Case> {
    let of = |id: &str, steps: Vec<Json>, count: u64, clauses: &[&'static str], about: &str| {
        let mut raw = TOOL.file();
        if count > 0 {
            raw.add(NO_TEXT, count);
        }
        let case = case(&format!("no-text-{id}"), TOOL, steps).shows(clauses, about);
        leaves(case, vec![(TOOL.path(BEGIN), raw.bytes)])
    };
    let max = u64::MAX;
    vec![
        of(
            "around-open",
            vec![add(NO_TEXT, 2), open(), add(NO_TEXT, 3), add(NO_TEXT, 4)],
            9,
            &["count.add"],
            "A name that is no UTF-8 is counted before and after opening.",
        ),
        of(
            "past-max",
            vec![open(), add(NO_TEXT, max - 1), add(NO_TEXT, 1 << 63)],
            max,
            &["fmt.count.max", "count.high"],
            "Its count stays at the greatest.",
        ),
        of(
            "nothing",
            vec![open(), add(NO_TEXT, 0)],
            0,
            &["count.zero"],
            "An addition of 0 makes no record of it.",
        ),
    ]
}

/// Names that get no record.
fn refused() -> Vec<Case> {
    let alone = |id: &str, name: &[u8], clause: &'static str, about: &str| {
        let mut raw = TOOL.file();
        raw.add(b"tool/before", 1);
        raw.add(b"tool/after", 1);
        let steps = vec![
            open(),
            add(b"tool/before", 1),
            add(name, 1),
            add(b"tool/after", 1),
        ];
        let case = case(id, TOOL, steps).shows(&[clause], about);
        leaves(case, vec![(TOOL.path(BEGIN), raw.bytes)])
    };
    vec![
        alone(
            "name-empty",
            b"",
            "fmt.name.min",
            "An empty name gets no record.",
        ),
        alone(
            "name-4097",
            &[b'n'; 4097],
            "fmt.name.max",
            "A name of 4097 bytes gets no record.",
        ),
    ]
}

/// A file of the usual identity that another process wrote these counters to.
pub(super) fn written_before(names: &[(&[u8], u64)]) -> Raw {
    let mut raw = TOOL.file();
    for (name, count) in names {
        raw.add(name, *count);
    }
    raw
}

/// The same in the other byte order.
pub(super) fn big_endian() -> Raw {
    Raw::with_order(&TOOL.meta(BEGIN, END), Order::Big)
}
