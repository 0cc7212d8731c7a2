//! How names and values are written in reports, and what stands at their heads.

use super::case::Case;
use super::making::{
    BEGIN, Build, END, Making, Name, TOOL, WEEK, file, plain, program, usual, usual_program,
    written,
};

pub(super) fn cases() -> Vec<Case> {
    let all = [example(), strings(), values(), last_weeks(), heads()].concat();
    all.into_iter().flat_map(Making::cases).collect()
}

fn of(build: Build) -> Vec<u8> {
    file(BEGIN, END, build, &[(b"n", 1)])
}

/// The example of reporting.md.
fn example() -> Vec<Making> {
    let config = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"SampleRate":1,"Programs":[
{"Name":"cmd/go","Versions":["go1.27.3"],"Counters":[
{"Name":"go/invocations","Rate":1},{"Name":"go/build/flag:{race,cover}","Rate":0.25}]},
{"Name":"golang.org/x/tools/gopls","Versions":["v0.20.0","v0.21.0"],
"Counters":[{"Name":"gopls/client:{vim,other}","Rate":1}],
"Stacks":[{"Name":"gopls/bug","Rate":1,"Depth":16}]}]}"#;
    let go = ["cmd/go", "go1.27.3", "go1.27.3", "linux", "amd64"];
    let gopls = [
        "golang.org/x/tools/gopls",
        "v0.21.0",
        "go1.27.3",
        "linux",
        "amd64",
    ];
    let of_go: &[(&[u8], u64)] = &[
        (b"go/build/flag:race", 1),
        (b"go/invocations", 12),
        (b"go/secret", 2),
    ];
    let stack = b"gopls/bug\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).load:+12,+0x5c\n\".reload:=40,+0x1a";
    let of_gopls: &[(&[u8], u64)] = &[(b"gopls/client:vim", 3), (b"gopls/rename", 5), (stack, 1)];
    let decoded = written(
        b"gopls/bug\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).load:+12,+0x5c\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).reload:=40,+0x1a",
        "gopls/bug\\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).load:+12,+0x5c\\ngolang.org/x/tools/gopls/internal/cache.(*Snapshot).reload:=40,+0x1a",
        "1",
    );
    let names_of_go = [
        plain("go/build/flag:race", "1").held("rate"),
        plain("go/invocations", "12"),
        plain("go/secret", "2").held("name"),
    ];
    let names_of_gopls = [
        decoded,
        plain("gopls/client:vim", "3"),
        plain("gopls/rename", "5").held("name"),
    ];
    let making = Making::new(
        "example",
        BYTES,
        "The example of reporting.md, byte by byte.",
    )
    .config_text(config)
    .kept("upload/2026-11-14.json", "{}")
    .last_week("2026-11-14")
    .counts(
        "go@go1.27.3-go1.27.3-linux-amd64-2026-11-16",
        file("2026-11-16T00:00:00Z", END, go, of_go),
    )
    .counts(
        "gopls@v0.21.0-go1.27.3-linux-amd64-2026-11-18",
        file("2026-11-18T00:00:00Z", END, gopls, of_gopls),
    )
    .sends(
        WEEK,
        vec![program(go, &names_of_go), program(gopls, &names_of_gopls)],
    );
    vec![making]
}

/// The clauses that every byte of a report shows.
const BYTES: &[&str] = &[
    "report.week",
    "report.bytes.order",
    "report.bytes.indent",
    "report.bytes.colon",
    "report.bytes.empty",
    "report.bytes.end",
    "report.bytes.newline",
    "report.place.delete",
];

fn strings() -> Vec<Making> {
    let keys: &[&str] = &["report.bytes.keys", "json.strings"];
    let odd = |id, about, counts: &[(&[u8], u64)], names: &[Name]| {
        let names: Vec<_> = names.iter().map(|name| name.clone().held("name")).collect();
        Making::new(id, keys, about)
            .counts("a", usual(counts))
            .sends(WEEK, vec![program(TOOL, &names)])
    };
    vec![
        odd(
            "keys-by-bytes",
            "Keys stand in the order of their bytes, capitals first.",
            &[
                (b"b", 1),
                (b"B", 2),
                (b"a:b", 3),
                (b"a", 4),
                (b"a/b", 5),
                ("\u{e9}".as_bytes(), 6),
            ],
            &[
                plain("B", "2"),
                plain("a", "4"),
                plain("a/b", "5"),
                plain("a:b", "3"),
                plain("b", "1"),
                plain("\u{e9}", "6"),
            ],
        ),
        odd(
            "keys-escaped",
            "Keys are escaped as all strings are.",
            &[
                (b"<50ms>&", 1),
                (b"tab\there", 2),
                (b"quote\"back\\", 3),
                ("\u{2028}".as_bytes(), 4),
                (b"\x01\x7f", 5),
            ],
            &[
                written(b"\x01\x7f", "\\u0001\u{7f}", "5"),
                written(b"<50ms>&", "\\u003c50ms\\u003e\\u0026", "1"),
                written(b"quote\"back\\", "quote\\\"back\\\\", "3"),
                written(b"tab\there", "tab\\there", "2"),
                written("\u{2028}".as_bytes(), "\\u2028", "4"),
            ],
        ),
        odd(
            "keys-before-replacing",
            "Keys are ordered before bytes of no character are replaced.",
            &[(b"\xff", 1), ("\u{10000}".as_bytes(), 2), (b"\x80", 3)],
            &[
                written(b"\x80", "\u{fffd}", "3"),
                written("\u{10000}".as_bytes(), "\u{10000}", "2"),
                written(b"\xff", "\u{fffd}", "1"),
            ],
        ),
    ]
}

/// Values of a program that are escaped.
fn values() -> Vec<Making> {
    vec![
        Making::new(
            "values-escaped",
            &["json.strings", "report.bytes.colon"],
            "So are the values of a program.",
        )
        .counts("a", of(["a<b>&c", "v1\t", "go1.27.3", "linux", "amd64"]))
        .counts("b", of(TOOL))
        .holds(
            WEEK,
            "mode",
            vec![
                program(
                    ["a<b>&c", "v1\t", "go1.27.3", "linux", "amd64"],
                    &[plain("n", "1")],
                ),
                program(TOOL, &[plain("n", "1")]),
            ],
        )
        .mode("local"),
    ]
}

fn last_weeks() -> Vec<Making> {
    let of = |id, about, uploaded: &[&str], last| {
        let making = Making::new(id, &["report.last-week"], about)
            .usual()
            .last_week(last)
            .sends(WEEK, usual_program());
        uploaded.iter().fold(making, |making, name| {
            making.kept(&format!("upload/{name}"), "{}")
        })
    };
    vec![
        of(
            "last-week-latest",
            "The latest date of an uploaded report.",
            &["2026-11-07.json", "2026-11-14.json", "2025-12-31.json"],
            "2026-11-14",
        ),
        of(
            "last-week-later",
            "It may be later than the week.",
            &["2026-11-22.json"],
            "2026-11-22",
        ),
        of(
            "last-week-today",
            "The present day does not count, nor does anything earlier then.",
            &["2026-11-14.json", "2026-11-23.json"],
            "",
        ),
        of(
            "last-week-future",
            "Nor does a day to come.",
            &["2026-11-14.json", "2027-01-01.json"],
            "",
        ),
        of(
            "last-week-locks",
            "Locks are no reports.",
            &["2026-11-14.json", "2026-11-22.json.lock"],
            "2026-11-14",
        ),
        of(
            "last-week-no-date",
            "Names that are no date are none.",
            &[
                "2026-11-14.json",
                "zzz.json",
                "2026-11-31.json",
                "local.2026-11-22.json",
            ],
            "2026-11-14",
        ),
    ]
}

/// X and Config.
fn heads() -> Vec<Making> {
    let x = |id, about, x| {
        let clauses = &["report.x.same", "json.floats", "report.filter.head"];
        Making::new(id, clauses, about)
            .usual()
            .x(x)
            .sends(WEEK, usual_program())
    };
    vec![
        x("x-half", "X is the same in both reports.", (0.5, "0.5")),
        x(
            "x-least",
            "The least X is written with an exponent.",
            (f64::EPSILON, "2.220446049250313e-16"),
        ),
        x(
            "x-greatest",
            "The greatest X.",
            (1.0 - f64::EPSILON, "0.9999999999999998"),
        ),
        x(
            "x-of-6-digits",
            "1e-6 and more is written in decimal.",
            (1.000000000139778e-06, "0.000001000000000139778"),
        ),
        Making::new(
            "config-version",
            &["report.config"],
            "Config is the version of the config.",
        )
        .usual()
        .version("v1.2.3-20261121000000-0123456789ab")
        .sends(WEEK, usual_program()),
        Making::new(
            "config-of-held",
            &["report.config"],
            "Be it that the upload report was refused.",
        )
        .usual()
        .mode("on 2026-11-14")
        .holds(WEEK, "as-of", usual_program()),
        Making::new(
            "config-in-local",
            &["report.config"],
            "In mode local there is no config.",
        )
        .usual()
        .mode("local 2026-11-14")
        .holds(WEEK, "mode", usual_program()),
        Making::new(
            "config-none",
            &["report.config", "report.upload.config"],
            "Nor where there is none.",
        )
        .usual()
        .without_config()
        .holds(WEEK, "config", usual_program()),
    ]
}
