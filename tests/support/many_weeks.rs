//! A telemetry directory with weeks of all kinds: due, reported before, too old, of the time before
//! the consent, and files that no report is made of.

use crate::home::{self, Home};

pub(crate) const NOW: &str = "2026-11-23T09:00:00Z";

/// It approves a part of what is counted.
pub(crate) const CONFIG: &str = r#"{"GOOS":["linux","darwin"],"GOARCH":["amd64","arm64"],
"GoVersion":["go1.27.3","go1.26.0"],"SampleRate":1,"Programs":[
{"Name":"cmd/go","Versions":["go1.27.3","go1.26.0"],"Counters":[
{"Name":"go/invocations","Rate":1},{"Name":"go/flag:{race,a<b>&c}","Rate":1},
{"Name":"never","Rate":0}]},
{"Name":"golang.org/x/tools/gopls","Versions":["v0.20.0","v0.21.0-pre.1"],
"Counters":[{"Name":"gopls/client:{vim,other}","Rate":1}],
"Stacks":[{"Name":"gopls/bug","Rate":1,"Depth":16},{"Name":"never/bug","Rate":0}]},
{"Name":"a/tool","Versions":["devel"]}]}"#;

type Build = [&'static str; 5];

const GO: Build = ["cmd/go", "go1.27.3", "go1.27.3", "linux", "amd64"];
const GO_ON_MAC: Build = ["cmd/go", "go1.27.3", "go1.27.3", "darwin", "arm64"];
const OLD_GO: Build = ["cmd/go", "go1.26.0", "go1.26.0", "linux", "amd64"];
const GOPLS: Build = [
    "golang.org/x/tools/gopls",
    "v0.21.0-pre.1",
    "go1.27.3",
    "linux",
    "amd64",
];
const TOOL: Build = ["a/tool", "devel", "go1.27.3", "linux", "amd64"];
const STRANGER: Build = ["b/tool", "v1.0.0", "go1.27.3", "linux", "amd64"];
const NEW_TOOL: Build = ["a/tool", "v1.0.0", "go1.27.3", "linux", "amd64"];
const OF_NEW_GO: Build = ["a/tool", "devel", "go1.28.0", "linux", "amd64"];

/// A stack with ditto marks, one that the config does not have, and one that it never samples.
const STACKS: [(&[u8], u64); 4] = [
    (
        b"gopls/bug\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).load:+12,+0x5c\n\
          \".reload:=40,+0x1a",
        7,
    ),
    (b"gopls/bug\nmain.main:+1,+0x1", 1),
    (b"gopls/other\nmain.main:+1,+0x1", 2),
    (b"never/bug\nmain.main:+1,+0x1", 3),
];

/// The count files: a name, when they begin and end, the build, and the counts.
type File = (
    &'static str,
    &'static str,
    &'static str,
    Build,
    &'static [(&'static [u8], u64)],
);

const FILES: &[File] = &[
    // The usual week, whose programs are merged.
    (
        "b",
        "2026-11-14",
        "2026-11-21T00:00:00Z",
        GO,
        &[(b"go/invocations", 12), (b"never", 1), (b"go/secret", 2)],
    ),
    ("a", "2026-11-16", "2026-11-21T00:00:00Z", GOPLS, &STACKS),
    (
        "c",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        GO,
        &[
            (b"go/invocations", 30),
            (b"go/flag:race", 0),
            (b"go/flag:a<b>&c", 4),
        ],
    ),
    (
        "d",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        GO_ON_MAC,
        &[
            ("go/\u{2028}\u{7f}\u{1f980}\"\\\t\u{1}".as_bytes(), 1),
            (b"go/invocations", 1 << 40),
        ],
    ),
    (
        "e",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        OLD_GO,
        &[(b"go/flag:race", 1)],
    ),
    (
        "f",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        STRANGER,
        &[(b"go/invocations", 1)],
    ),
    (
        "g",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        NEW_TOOL,
        &[(b"x", 1)],
    ),
    (
        "h",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        OF_NEW_GO,
        &[(b"x", 1)],
    ),
    // No name of it is approved, and one file has none.
    (
        "i",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        TOOL,
        &[(b"x", 1), (b"x\nmain.main:+1,+0x1", 1)],
    ),
    (
        "j",
        "2026-11-16",
        "2026-11-21T00:00:00Z",
        ["cmd/vet", "go1.27.3", "go1.27.3", "linux", "amd64"],
        &[],
    ),
    // Another week; the date is the one that is written.
    (
        "k",
        "2026-11-13",
        "2026-11-20T23:00:00-05:00",
        GO,
        &[(b"go/invocations", 5)],
    ),
    (
        "l",
        "2026-11-13",
        "2026-11-20T00:00:00Z",
        GOPLS,
        &[(b"gopls/client:vim", 1), (b"gopls/client:emacs", 1)],
    ),
    // Nothing of a week is approved.
    (
        "m",
        "2026-11-12",
        "2026-11-19T00:00:00Z",
        STRANGER,
        &[(b"x", 1)],
    ),
    // No name at all.
    ("n", "2026-11-11", "2026-11-18T00:00:00Z", GO, &[]),
    // Before the consent, or on its day.
    (
        "o",
        "2026-11-04",
        "2026-11-11T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    (
        "p",
        "2026-11-05",
        "2026-11-11T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    (
        "q",
        "2026-11-03",
        "2026-11-10T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    // Too old.
    (
        "r",
        "2026-10-26",
        "2026-11-02T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    // Reported before.
    (
        "s",
        "2026-11-07",
        "2026-11-14T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    (
        "t",
        "2026-11-08",
        "2026-11-15T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    (
        "u",
        "2026-11-09",
        "2026-11-16T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    // Ends at this very time, and goes on.
    (
        "v",
        "2026-11-16",
        "2026-11-23T09:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
    (
        "w",
        "2026-11-22",
        "2026-11-26T00:00:00Z",
        GO,
        &[(b"go/invocations", 1)],
    ),
];

/// The directory in this mode.
pub(crate) fn home(mode: &str) -> Home {
    let home = Home::new(mode);
    for (name, begin, end, build, counts) in FILES {
        let begin = format!("{begin}T00:00:00Z");
        let file = home::file(&begin, end, *build, counts);
        home.put(&format!("local/{name}.v1.count"), file);
    }
    home.put("local/garbage.v1.count", "no count file");
    home.put("local/long.v1.count", vec![b'#'; 20_000]);
    home.put("local/weekends", "6\n");
    home.put("upload/2026-11-07.json", report("2026-11-07"));
    home.put("upload/2026-11-14.json", report("2026-11-14"));
    home.put("local/local.2026-11-15.json", report("2026-11-15"));
    home.put("local/2026-11-15.json", report("2026-11-15"));
    home.put("local/local.2026-11-16.json", report("2026-11-16"));
    home
}

/// A report that was made before.
pub(crate) fn report(week: &str) -> String {
    report_of(week, "linux")
}

/// One from this operating system.
pub(crate) fn report_of(week: &str, goos: &str) -> String {
    format!(
        r#"{{"Week":"{week}","LastWeek":"","X":0.25,"Programs":[{{"Program":"cmd/go",
"Version":"go1.27.3","GoVersion":"go1.27.3","GOOS":"{goos}","GOARCH":"amd64",
"Counters":{{"go/invocations":3}},"Stacks":{{}}}}],"Config":"v0.92.0"}}"#
    )
}
