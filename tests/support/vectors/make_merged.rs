//! How the count files of a week are added up.

use super::case::Case;
use super::making::{
    BEGIN, Build, END, Making, TOOL, WEEK, file, of_meta, plain, program, usual, usual_program,
    written,
};

pub(super) fn cases() -> Vec<Case> {
    let all = [
        builds(),
        same_builds(),
        orders(),
        kinds(),
        nameless(),
        sums(),
    ]
    .concat();
    all.into_iter().flat_map(Making::cases).collect()
}

const N: &[(&[u8], u64)] = &[(b"n", 1)];

fn of(build: Build) -> Vec<u8> {
    file(BEGIN, END, build, N)
}

const BUILDS: &[&str] = &[
    "report.merge",
    "report.merge.bytes",
    "report.filter.program",
];

/// Two files of builds that differ in one value are two programs.
fn builds() -> Vec<Making> {
    let second = |id, about, build: Build, held: &'static str| {
        let names = [plain("n", "1")];
        Making::new(id, BUILDS, about)
            .counts("a", of(TOOL))
            .counts("b", of(build))
            .sends(
                WEEK,
                vec![program(TOOL, &names), program(build, &names).held(held)],
            )
    };
    vec![
        second(
            "build-program",
            "Two programs.",
            ["b/tool", "v1.0.0", "go1.27.3", "linux", "amd64"],
            "program",
        ),
        second(
            "build-version",
            "Two versions.",
            ["a/tool", "v1.0.1", "go1.27.3", "linux", "amd64"],
            "version",
        ),
        second(
            "build-go-version",
            "Two toolchain versions.",
            ["a/tool", "v1.0.0", "go1.27.4", "linux", "amd64"],
            "go_version",
        ),
        second(
            "build-goos",
            "Two operating systems.",
            ["a/tool", "v1.0.0", "go1.27.3", "darwin", "amd64"],
            "goos",
        ),
        second(
            "build-goarch",
            "Two architectures.",
            ["a/tool", "v1.0.0", "go1.27.3", "linux", "arm64"],
            "goarch",
        ),
        second(
            "build-case",
            "Upper and lower case make two programs.",
            ["A/tool", "v1.0.0", "go1.27.3", "linux", "amd64"],
            "program",
        ),
    ]
}

/// Files of one build are one program.
fn same_builds() -> Vec<Making> {
    let empty: Build = ["a/tool", "", "go1.27.3", "linux", "amd64"];
    let mut lacking = vec![
        ("TimeBegin", BEGIN),
        ("TimeEnd", END),
        ("Program", "a/tool"),
    ];
    lacking.extend([
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ]);
    vec![
        Making::new(
            "build-same",
            &["report.merge", "report.merge.sum"],
            "Three files of one program are added up.",
        )
        .counts("a", of(TOOL))
        .counts("b", usual(&[(b"n", 2), (b"flag:a", 7)]))
        .counts("c", usual(&[(b"flag:a", 1)]))
        .sends(
            WEEK,
            vec![program(TOOL, &[plain("flag:a", "8"), plain("n", "3")])],
        ),
        Making::new(
            "build-value-missing",
            &["report.merge"],
            "A key that is missing counts as an empty value.",
        )
        .counts("a", of(empty))
        .counts("b", of_meta(&lacking, N))
        .sends(
            WEEK,
            vec![program(empty, &[plain("n", "2")]).held("version")],
        ),
        Making::new(
            "build-of-other-file-name",
            &["report.merge"],
            "What the file is called does not matter.",
        )
        .counts("other@v2.0.0-go1.26-plan9-mips-2020-01-01", of(TOOL))
        .sends(WEEK, usual_program()),
    ]
}

fn orders() -> Vec<Making> {
    let build = |name| [name, "v1.0.0", "go1.27.3", "linux", "amd64"];
    let one = |name| program(build(name), &[plain("n", "1")]).held("program");
    let order: &[&str] = &["report.merge.order", "report.group.order"];
    vec![
        Making::new(
            "order-of-files",
            order,
            "Programs stand in the order of their files, not of their names.",
        )
        .counts("a", of(build("z")))
        .counts("b", of(build("y")))
        .counts("c", of(build("x")))
        .sends(WEEK, vec![one("z"), one("y"), one("x")]),
        Making::new(
            "order-of-bytes",
            order,
            "Names of files are ordered by bytes.",
        )
        .counts("a", of(build("fourth")))
        .counts("B", of(build("second")))
        .counts("a-", of(build("third")))
        .counts("10", of(build("first")))
        .sends(
            WEEK,
            vec![one("first"), one("second"), one("third"), one("fourth")],
        ),
        Making::new(
            "order-of-first",
            order,
            "A program stands where it occurs first.",
        )
        .counts("a", of(build("y")))
        .counts("b", of(build("x")))
        .counts("c", of(build("y")))
        .sends(
            WEEK,
            vec![
                program(build("y"), &[plain("n", "2")]).held("program"),
                one("x"),
            ],
        ),
        Making::new(
            "order-in-upload",
            &["report.filter.order", "report.merge.order"],
            "The programs of an upload report keep their order.",
        )
        .config(
            "\"GoVersion\":[\"go1.27.3\"]",
            "\"GoVersion\":[\"go1.27.3\",\"go1.26\"]",
        )
        .counts("a", of(build("z")))
        .counts("b", of(["a/tool", "v1.0.0", "go1.26", "linux", "amd64"]))
        .counts("c", of(TOOL))
        .sends(
            WEEK,
            vec![
                one("z"),
                program(
                    ["a/tool", "v1.0.0", "go1.26", "linux", "amd64"],
                    &[plain("n", "1")],
                ),
                program(TOOL, &[plain("n", "1")]),
            ],
        ),
    ]
}

fn kinds() -> Vec<Making> {
    let stack = |json, count| written(b"bug\na.f:+1,+0x2\na.g:=3,+0x4", json, count);
    let json = "bug\\na.f:+1,+0x2\\na.g:=3,+0x4";
    let kind: &[&str] = &["report.merge.kind", "report.merge.sum"];
    vec![
        Making::new(
            "kind-stack",
            kind,
            "A name with a newline is a stack, and its dittos are resolved.",
        )
        .counts(
            "a",
            usual(&[(b"n", 1), (b"bug\na.f:+1,+0x2\n\".g:=3,+0x4", 2)]),
        )
        .sends(
            WEEK,
            vec![program(TOOL, &[stack(json, "2"), plain("n", "1")])],
        ),
        Making::new(
            "kind-two-spellings",
            kind,
            "Two spellings of one stack are added up.",
        )
        .counts("a", usual(&[(b"bug\na.f:+1,+0x2\n\".g:=3,+0x4", 2)]))
        .counts("b", usual(&[(b"bug\na.f:+1,+0x2\na.g:=3,+0x4", 5)]))
        .sends(WEEK, vec![program(TOOL, &[stack(json, "7")])]),
        Making::new(
            "kind-newline-last",
            kind,
            "A newline at the end makes a stack.",
        )
        .counts("a", usual(&[(b"n", 1), (b"n\n", 2)]))
        .sends(
            WEEK,
            vec![program(
                TOOL,
                &[plain("n", "1"), written(b"n\n", "n\\n", "2").held("name")],
            )],
        ),
        Making::new(
            "kind-of-one-name",
            kind,
            "A counter and a stack that begins alike are two.",
        )
        .counts("a", usual(&[(b"bug", 1), (b"bug\na.f:+1,+0x2", 2)]))
        .sends(
            WEEK,
            vec![program(
                TOOL,
                &[
                    plain("bug", "1").held("name"),
                    written(b"bug\na.f:+1,+0x2", "bug\\na.f:+1,+0x2", "2"),
                ],
            )],
        ),
    ]
}

/// Programs without a name beside others.
fn nameless() -> Vec<Making> {
    vec![
        Making::new(
            "none-in-a-file",
            &["report.merge.none", "report.filter.empty"],
            "A program without a name stays if another has one.",
        )
        .counts(
            "a",
            file(
                BEGIN,
                END,
                ["b/tool", "v1.0.0", "go1.27.3", "linux", "amd64"],
                &[],
            ),
        )
        .counts("b", of(TOOL))
        .sends(
            WEEK,
            vec![
                program(["b/tool", "v1.0.0", "go1.27.3", "linux", "amd64"], &[]).held("program"),
                program(TOOL, &[plain("n", "1")]),
            ],
        ),
        Making::new(
            "none-approved",
            &["report.merge.none", "report.filter.empty"],
            "So does one that is approved.",
        )
        .config(
            "\"GoVersion\":[\"go1.27.3\"]",
            "\"GoVersion\":[\"go1.27.3\",\"go1.26\"]",
        )
        .counts(
            "a",
            file(
                BEGIN,
                END,
                ["a/tool", "v1.0.0", "go1.26", "linux", "amd64"],
                &[],
            ),
        )
        .counts("b", of(TOOL))
        .sends(
            WEEK,
            vec![
                program(["a/tool", "v1.0.0", "go1.26", "linux", "amd64"], &[]),
                program(TOOL, &[plain("n", "1")]),
            ],
        ),
    ]
}

fn sums() -> Vec<Making> {
    const MOST: u64 = (1 << 53) - 1;
    const GREATEST: &str = "9007199254740991";
    let of = |id, about, first: u64, second: Option<u64>, sum: &'static str| {
        let making = Making::new(id, &["report.merge.sum"], about)
            .counts("a", usual(&[(b"n", first)]))
            .sends(WEEK, vec![program(TOOL, &[plain("n", sum)])]);
        match second {
            Some(second) => making.counts("b", usual(&[(b"n", second)])),
            None => making,
        }
    };
    vec![
        of("sum-zero", "0 and 0 are 0.", 0, Some(0), "0"),
        of(
            "sum-most",
            "The greatest count that is written as it is.",
            MOST,
            None,
            GREATEST,
        ),
        of(
            "sum-most-of-two",
            "The greatest sum.",
            MOST - 1,
            Some(1),
            GREATEST,
        ),
        of(
            "sum-below-most",
            "The one below.",
            MOST - 2,
            Some(1),
            "9007199254740990",
        ),
        of(
            "sum-past-most",
            "A greater sum is written as that.",
            MOST,
            Some(1),
            GREATEST,
        ),
        of(
            "count-past-most",
            "So is a greater count.",
            MOST + 1,
            None,
            GREATEST,
        ),
        of("count-63-bits", "So is 2^63.", 1 << 63, None, GREATEST),
        of("count-64-bits", "So is 2^64 - 1.", u64::MAX, None, GREATEST),
        of(
            "sum-past-64-bits",
            "No sum wraps around.",
            u64::MAX,
            Some(u64::MAX),
            GREATEST,
        ),
        of(
            "sum-wraps-to-0",
            "Not even to 0.",
            1 << 63,
            Some(1 << 63),
            GREATEST,
        ),
    ]
}
