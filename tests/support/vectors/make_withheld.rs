//! What keeps an upload report from being made, and what keeps parts out of it.

use super::case::Case;
use super::making::{
    BEGIN, Build, END, Making, TOOL, WEEK, Written, file, plain, program, usual, usual_program,
    written,
};

pub(super) fn cases() -> Vec<Case> {
    let all = [
        ages(),
        as_of(),
        samples(),
        firsts(),
        programs(),
        counters(),
        stacks(),
        rates(),
        all(),
    ];
    all.concat().into_iter().flat_map(Making::cases).collect()
}

fn ages() -> Vec<Making> {
    let of = |id, about, now| {
        Making::new(id, &["report.upload.age"], about)
            .usual()
            .now(now)
    };
    vec![
        of(
            "age-504-hours",
            "504 hours after its end a week may be sent.",
            "2026-12-12T00:00:00Z",
        )
        .sends(WEEK, usual_program()),
        of(
            "age-504-hours-and-a-second",
            "A second later it may not.",
            "2026-12-12T00:00:01Z",
        )
        .holds(WEEK, "age", usual_program()),
        of("age-of-a-year", "Nor a year later.", "2027-11-21T00:00:00Z").holds(
            WEEK,
            "age",
            usual_program(),
        ),
        Making::new(
            "age-of-date",
            &["report.upload.age"],
            "The age is counted from the first second of the day that is written in TimeEnd.",
        )
        .counts(
            "a",
            file(BEGIN, "2026-11-21T23:59:59-11:00", TOOL, &[(b"n", 1)]),
        )
        .now("2026-12-12T00:00:01Z")
        .holds(WEEK, "age", usual_program()),
        Making::new(
            "age-of-one",
            &["report.upload.age", "report.group.each"],
            "One week is too old, the next is not.",
        )
        .counts(
            "a",
            file(
                "2026-11-11T00:00:00Z",
                "2026-11-14T00:00:00Z",
                TOOL,
                &[(b"n", 2)],
            ),
        )
        .counts("b", usual(&[(b"n", 1)]))
        .now("2026-12-08T12:00:00Z")
        .holds("2026-11-14", "age", vec![program(TOOL, &[plain("n", "2")])])
        .sends(WEEK, usual_program()),
    ]
}

fn as_of() -> Vec<Making> {
    let of = |id, about, mode| {
        Making::new(id, &["report.upload.as-of"], about)
            .usual()
            .mode(mode)
    };
    vec![
        of(
            "as-of-before",
            "The as-of date is the day before the begin.",
            "on 2026-11-13",
        )
        .sends(WEEK, usual_program()),
        of(
            "as-of-begin",
            "The as-of date is the day of the begin.",
            "on 2026-11-14",
        )
        .holds(WEEK, "as-of", usual_program()),
        of(
            "as-of-inside",
            "The as-of date lies in the week.",
            "on 2026-11-17",
        )
        .holds(WEEK, "as-of", usual_program()),
        of("as-of-end", "The as-of date is the end.", "on 2026-11-21").holds(
            WEEK,
            "as-of",
            usual_program(),
        ),
        of(
            "as-of-of-the-file",
            "Without a date the day of the last change counts.",
            "on",
        )
        .changed("mode", "2026-11-13T23:59:59Z")
        .sends(WEEK, usual_program()),
        of("as-of-of-the-file-late", "That may be too late.", "on")
            .changed("mode", "2026-11-14T00:00:00Z")
            .holds(WEEK, "as-of", usual_program()),
        Making::new(
            "as-of-begin-later",
            &["report.upload.as-of"],
            "A second behind midnight a begin is behind the as-of date.",
        )
        .counts("a", file("2026-11-14T00:00:01Z", END, TOOL, &[(b"n", 1)]))
        .mode("on 2026-11-14")
        .sends(WEEK, usual_program()),
        Making::new(
            "as-of-begin-elsewhere",
            &["report.upload.as-of"],
            "The begin is an instant, whatever date is written.",
        )
        .counts(
            "a",
            file("2026-11-14T10:00:00+10:00", END, TOOL, &[(b"n", 1)]),
        )
        .mode("on 2026-11-14")
        .holds(WEEK, "as-of", usual_program()),
    ]
}

fn samples() -> Vec<Making> {
    let of = |id, about, rate: &str, x| {
        Making::new(id, &["report.upload.sample"], about)
            .usual()
            .config("\"SampleRate\":1", &format!("\"SampleRate\":{rate}"))
            .x(x)
    };
    let half: Written = (0.5, "0.5");
    let more: Written = (0.5 + f64::EPSILON, "0.5000000000000002");
    vec![
        of("sample-equal", "X equals SampleRate.", "0.5", half).sends(WEEK, usual_program()),
        of("sample-above", "X is greater.", "0.5", more).holds(WEEK, "sample", usual_program()),
        of("sample-0", "A SampleRate of 0 holds nothing.", "0", half).sends(WEEK, usual_program()),
        of("sample-negative", "Nor does one below 0.", "-1", half).sends(WEEK, usual_program()),
        of(
            "sample-tiny",
            "One just above 0 holds all but the least X.",
            "1e-300",
            half,
        )
        .holds(WEEK, "sample", usual_program()),
        of("sample-null", "One that is null is 0.", "null", half).sends(WEEK, usual_program()),
    ]
}

/// Several reasons at once: the first is named.
fn firsts() -> Vec<Making> {
    let of = |id, about| {
        Making::new(id, &["report.verdict"], about)
            .counts("a", file(BEGIN, END, OTHER, &[(b"m", 1)]))
            .config("\"SampleRate\":1", "\"SampleRate\":0.25")
    };
    let all = || vec![program(OTHER, &[plain("m", "1")])];
    vec![
        of("first-mode", "Of all reasons the mode comes first.")
            .mode("local 2026-11-30")
            .without_config()
            .now("2027-11-23T09:00:00Z")
            .holds(WEEK, "mode", all()),
        of("first-config", "Then the config.")
            .mode("on 2026-11-30")
            .without_config()
            .now("2027-11-23T09:00:00Z")
            .holds(WEEK, "config", all()),
        of("first-age", "Then the age.")
            .mode("on 2026-11-30")
            .now("2027-11-23T09:00:00Z")
            .holds(WEEK, "age", all()),
        of("first-as-of", "Then the as-of date.")
            .mode("on 2026-11-30")
            .holds(WEEK, "as-of", all()),
        of(
            "first-sample",
            "Then SampleRate, before what the config has.",
        )
        .holds(WEEK, "sample", all()),
    ]
}

const OTHER: Build = ["b/tool", "v9", "go1", "plan9", "mips"];

fn programs() -> Vec<Making> {
    let of = |id, about, build: Build, held: &'static str| {
        let stack = written(b"bug\na.f:+1,+0x2", "bug\\na.f:+1,+0x2", "2");
        let names = [stack, plain("n", "1")];
        Making::new(id, &["report.filter.program", "report.verdict"], about)
            .counts(
                "a",
                file(BEGIN, END, build, &[(b"n", 1), (b"bug\na.f:+1,+0x2", 2)]),
            )
            .counts("b", usual(&[(b"n", 1)]))
            .sends(
                WEEK,
                vec![
                    program(build, &names).held(held),
                    program(TOOL, &[plain("n", "1")]),
                ],
            )
    };
    vec![
        of(
            "program-first",
            "Of several values that the config lacks Program comes first.",
            OTHER,
            "program",
        ),
        of(
            "version-second",
            "Then Version.",
            ["a/tool", "v9", "go1", "plan9", "mips"],
            "version",
        ),
        of(
            "go-version-third",
            "Then GoVersion.",
            ["a/tool", "v1.0.0", "go1", "plan9", "mips"],
            "go_version",
        ),
        of(
            "goos-fourth",
            "Then GOOS.",
            ["a/tool", "v1.0.0", "go1.27.3", "plan9", "mips"],
            "goos",
        ),
        of(
            "goarch-last",
            "Then GOARCH.",
            ["a/tool", "v1.0.0", "go1.27.3", "linux", "mips"],
            "goarch",
        ),
        of(
            "program-empty",
            "A program without a path is not in the config.",
            ["", "", "", "", ""],
            "program",
        ),
        of(
            "version-devel",
            "A version of a developer is not.",
            ["a/tool", "devel", "go1.27.3", "linux", "amd64"],
            "version",
        ),
        of(
            "go-version-devel",
            "Nor is a toolchain of a developer.",
            ["a/tool", "v1.0.0", "devel", "linux", "amd64"],
            "go_version",
        ),
    ]
}

/// A case in which the usual tool has these names.
fn names(
    id: &'static str,
    clauses: &'static [&'static str],
    about: &'static str,
    names: &[super::making::Name],
) -> Making {
    let counts: Vec<(&[u8], u64)> = names.iter().map(super::making::Name::counted).collect();
    Making::new(id, clauses, about)
        .counts("a", usual(&counts))
        .sends(WEEK, vec![program(TOOL, names)])
}

fn counters() -> Vec<Making> {
    let clause: &[&str] = &["report.filter.counter"];
    vec![
        names(
            "counter-known",
            &["report.filter.counter", "report.filter.value"],
            "Counters that the config has are sent with their counts.",
            &[
                plain("flag:a", "7"),
                plain("flag:b", "0"),
                plain("n", "9007199254740991"),
            ],
        ),
        names(
            "counter-unknown",
            clause,
            "One that it does not have stays.",
            &[plain("n", "1"), plain("secret", "2").held("name")],
        ),
        names(
            "counter-of-braces",
            clause,
            "So does one with the braces of the config.",
            &[plain("flag:{a,b}", "1").held("name"), plain("n", "1")],
        ),
        names(
            "counter-other-piece",
            clause,
            "So does another bucket.",
            &[
                plain("flag:", "1").held("name"),
                plain("flag:a", "2"),
                plain("flag:c", "3").held("name"),
            ],
        ),
        names(
            "counter-other-case",
            clause,
            "So does one in other case.",
            &[plain("N", "1").held("name"), plain("n", "2")],
        ),
        names(
            "counter-of-a-stack",
            clause,
            "So does one with the name of a stack.",
            &[plain("bug", "1").held("name"), plain("n", "2")],
        ),
        names(
            "counter-no-utf-8",
            clause,
            "So does one with bytes of no character.",
            &[
                plain("n", "2"),
                written(b"n\xff", "n\u{fffd}", "1").held("name"),
            ],
        ),
        names(
            "counter-fffd",
            clause,
            "A name that only looks like one of the config is another.",
            &[written(b"flag:\xff", "flag:\u{fffd}", "1").held("name")],
        )
        .config("flag:{a,b}", "flag:{a,b,\\ufffd}"),
    ]
}

fn stacks() -> Vec<Making> {
    let clause: &[&str] = &["report.filter.stack"];
    vec![
        names(
            "stack-known",
            clause,
            "Stacks that the config has are sent, whatever their frames.",
            &[
                written(b"bug\na.f:+1,+0x2", "bug\\na.f:+1,+0x2", "1"),
                written(b"bug\nb.f:+1,+0x2", "bug\\nb.f:+1,+0x2", "2"),
            ],
        ),
        names(
            "stack-unknown",
            clause,
            "One that it does not have stays.",
            &[
                written(b"bug\na.f:+1,+0x2", "bug\\na.f:+1,+0x2", "1"),
                written(b"bugs\na.f:+1,+0x2", "bugs\\na.f:+1,+0x2", "2").held("name"),
            ],
        ),
        names(
            "stack-of-a-counter",
            clause,
            "So does one with the name of a counter.",
            &[
                plain("n", "1"),
                written(b"n\na.f:+1,+0x2", "n\\na.f:+1,+0x2", "2").held("name"),
            ],
        ),
        names(
            "stack-of-no-name",
            clause,
            "So does one without a name.",
            &[
                written(b"\na.f:+1,+0x2", "\\na.f:+1,+0x2", "2").held("name"),
                plain("n", "1"),
            ],
        ),
        names(
            "stack-with-dot",
            clause,
            "The first line counts as it is once decoded.",
            &[
                written(b"bug.x\na.f:+1,+0x2", "bug.x\\na.f:+1,+0x2", "2").held("name"),
                plain("n", "1"),
            ],
        ),
    ]
}

fn rates() -> Vec<Making> {
    let clause: &[&str] = &["report.filter.counter", "report.filter.stack"];
    let few = || plain("few", "1");
    let rare = || written(b"rare\na.f:+1,+0x2", "rare\\na.f:+1,+0x2", "2");
    let quarter: Written = (0.25, "0.25");
    let more: Written = (0.25 + f64::EPSILON, "0.2500000000000002");
    vec![
        names(
            "rate-equal",
            clause,
            "X equals the Rate of a counter and of a stack.",
            &[few(), rare()],
        )
        .x(quarter),
        names(
            "rate-above",
            clause,
            "X is greater.",
            &[few().held("rate"), plain("n", "3"), rare().held("rate")],
        )
        .x(more),
        names(
            "rate-0",
            &["report.filter.counter"],
            "A Rate of 0 sends nothing.",
            &[few(), plain("n", "3").held("rate")],
        )
        .config("{\"Name\":\"n\",\"Rate\":1}", "{\"Name\":\"n\",\"Rate\":0}")
        .x(quarter),
        names(
            "rate-absent",
            &["report.filter.counter"],
            "Nor does the want of one.",
            &[few(), plain("n", "3").held("rate")],
        )
        .config("{\"Name\":\"n\",\"Rate\":1}", "{\"Name\":\"n\"}")
        .x(quarter),
        names(
            "rate-of-last",
            &["report.filter.counter", "config.rate"],
            "The last entry has the Rate.",
            &[plain("flag:a", "3").held("rate"), plain("flag:b", "4")],
        )
        .config(
            "{\"Name\":\"few\",\"Rate\":0.25}",
            "{\"Name\":\"flag:a\",\"Rate\":0.25}",
        ),
        names(
            "rate-and-name",
            &["report.verdict"],
            "A name that the config lacks is held for that, whatever X is.",
            &[few().held("rate"), plain("more", "4").held("name")],
        ),
    ]
}

fn all() -> Vec<Making> {
    let nothing = "\"GoVersion\":[\"go1.27.3\"]";
    vec![
        names(
            "counter-none-left",
            &["report.filter.counter", "report.filter.empty"],
            "A program of which no name is left is sent without names.",
            &[plain("secret", "1").held("name")],
        ),
        Making::new(
            "no-program-left",
            &["report.filter.none", "report.bytes.null"],
            "An upload report is made if no program is left in it.",
        )
        .config(nothing, "\"GoVersion\":[]")
        .usual()
        .sends(
            WEEK,
            vec![program(TOOL, &[plain("n", "1")]).held("go_version")],
        ),
        Making::new(
            "upload-of-all",
            &["report.upload", "report.filter.head"],
            "An upload report of which nothing is held.",
        )
        .last_week("2026-11-14")
        .kept("upload/2026-11-14.json", "{}")
        .usual()
        .sends(WEEK, usual_program()),
    ]
}
