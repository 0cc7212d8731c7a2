//! Which count files are due, how they are grouped, and under which modes reports are made.

use super::case::Case;
use super::making::{
    BEGIN, END, Making, NOW, TOOL, WEEK, file, of_meta, plain, program, usual, usual_program,
};

pub(super) fn cases() -> Vec<Case> {
    let all = [
        modes(),
        bad(),
        bad_times(),
        due(),
        ends(),
        groups(),
        weeks(),
    ]
    .concat();
    all.into_iter().flat_map(Making::cases).collect()
}

/// A count file that ends then.
fn ending(end: &str) -> Vec<u8> {
    file(BEGIN, end, TOOL, &[(b"n", 1)])
}

fn modes() -> Vec<Making> {
    let of = |id, about| Making::new(id, &["report.mode", "report.upload.mode"], about);
    // In mode off the count file stays.
    let off = |id, about| of(id, about).kept("local/a.v1.count", usual(&[(b"n", 1)]));
    let local = |making: Making| making.usual().holds(WEEK, "mode", usual_program());
    vec![
        of("mode-on", "In mode on reports are made.")
            .usual()
            .sends(WEEK, usual_program()),
        local(of("mode-local", "In mode local a local report is made.").mode("local 2026-11-10")),
        local(of("mode-none", "Without a mode file the mode is local.").without_mode()),
        local(
            of(
                "mode-lowered",
                "The environment can lower the mode to local.",
            )
            .environment(&[("GOTELEMETRY", "local")]),
        ),
        off("mode-off", "In mode off nothing is made or deleted.").mode("off 2026-11-10"),
        off("mode-unknown", "Nor under an unknown word.").mode("enabled"),
        off("mode-empty", "Nor under none.").mode(""),
        off("mode-lowered-to-off", "Nor where the environment says off.")
            .environment(&[("GOTELEMETRY", "off")]),
        off("mode-do-not-track", "Nor where it asks not to be tracked.")
            .environment(&[("DO_NOT_TRACK", "1")]),
        off(
            "mode-off-week-reported",
            "Count files of a week that was reported stay, too.",
        )
        .mode("off")
        .kept("local/local.2026-11-21.json", "{}"),
    ]
}

fn bad() -> Vec<Making> {
    let of = |id, about| {
        Making::new(id, &["report.files.bad"], about)
            .usual()
            .sends(WEEK, usual_program())
    };
    let mut cut = usual(&[(b"n", 7)]);
    cut.truncate(16_383);
    let mut cycle = usual(&[(b"n", 7)]);
    // The header length: the metadata would begin behind its end.
    cycle[28] = 0;
    vec![
        of(
            "file-empty",
            "An empty file among the count files stays, and the others are used.",
        )
        .unread("b.v1.count", ""),
        of("file-of-text", "So does one that is no count file.")
            .unread("0.v1.count", "what I typed"),
        of("file-cut", "So does one that was cut.").unread("b.v1.count", cut),
        of(
            "file-header-length",
            "So does one with a header length at which Go's parser panics.",
        )
        .unread("b.v1.count", cycle),
        Making::new(
            "file-of-other-name",
            &["report.files"],
            "Files with other endings are no count files.",
        )
        .usual()
        .kept("local/b.v2.count", usual(&[(b"n", 7)]))
        .kept("local/b.v1.count.old", usual(&[(b"n", 7)]))
        .kept("local/b.V1.COUNT", usual(&[(b"n", 7)]))
        .sends(WEEK, usual_program()),
        Making::new("file-deeper", &["report.files"], "Nor are those elsewhere.")
            .usual()
            .kept("local/more/b.v1.count", usual(&[(b"n", 7)]))
            .kept("upload/b.v1.count", usual(&[(b"n", 7)]))
            .kept("b.v1.count", usual(&[(b"n", 7)]))
            .sends(WEEK, usual_program()),
        Making::new(
            "file-with-notes",
            &["report.files.notes"],
            "A count file with a record without a name is used.",
        )
        .counts("a", usual(&[(b"", 7), (b"n", 1)]))
        .sends(WEEK, usual_program()),
    ]
}

fn bad_times() -> Vec<Making> {
    let of = |id, about, begin: Option<&str>, end: Option<&str>| {
        let mut meta = vec![
            ("Program", "a/tool"),
            ("Version", "v1.0.0"),
            ("GoVersion", "go1.27.3"),
            ("GOOS", "linux"),
            ("GOARCH", "amd64"),
        ];
        meta.extend(begin.map(|begin| ("TimeBegin", begin)));
        meta.extend(end.map(|end| ("TimeEnd", end)));
        Making::new(id, &["report.files.bad"], about)
            .usual()
            .unread("b.v1.count", of_meta(&meta, &[(b"n", 7)]))
            .sends(WEEK, usual_program())
    };
    vec![
        of(
            "begin-missing",
            "A count file without TimeBegin stays.",
            None,
            Some(END),
        ),
        of(
            "end-missing",
            "So does one without TimeEnd.",
            Some(BEGIN),
            None,
        ),
        of(
            "begin-no-time",
            "So does one with another TimeBegin.",
            Some("yesterday"),
            Some(END),
        ),
        of(
            "end-date",
            "So does one whose TimeEnd is a date.",
            Some(BEGIN),
            Some("2026-11-21"),
        ),
        of(
            "end-empty",
            "So does one whose TimeEnd is empty.",
            Some(BEGIN),
            Some(""),
        ),
        of(
            "end-no-day",
            "So does one whose TimeEnd is no day.",
            Some(BEGIN),
            Some("2026-11-31T00:00:00Z"),
        ),
        of(
            "end-lower-case",
            "So does one whose TimeEnd is written small.",
            Some(BEGIN),
            Some("2026-11-21t00:00:00z"),
        ),
        of(
            "end-without-offset",
            "So does one without an offset.",
            Some(BEGIN),
            Some("2026-11-21T00:00:00"),
        ),
    ]
}

/// When a count file is due.
fn due() -> Vec<Making> {
    let of = |id, about| Making::new(id, &["report.due"], about);
    let late = "local/b.v1.count";
    vec![
        of("end-now", "A count file that ends now is not due.").kept(late, ending(NOW)),
        of("end-a-second-ago", "One that ended a second ago is.")
            .counts("b", ending("2026-11-23T08:59:59Z"))
            .sends("2026-11-23", usual_program()),
        of("end-in-a-second", "One that ends in a second is not.")
            .kept(late, ending("2026-11-23T09:00:01Z")),
        of(
            "end-now-elsewhere",
            "One that ends now by another clock is not.",
        )
        .kept(late, ending("2026-11-23T10:00:00+01:00")),
        of(
            "end-a-second-ago-elsewhere",
            "One that ended a second ago by another clock is.",
        )
        .counts("b", ending("2026-11-23T03:59:59-05:00"))
        .sends("2026-11-23", usual_program()),
        of(
            "end-tomorrow-elsewhere",
            "The date that is written may be a later one.",
        )
        .counts("b", ending("2026-11-24T00:30:00+23:00"))
        .now("2026-11-23T09:00:00Z")
        .sends("2026-11-24", usual_program()),
        of("end-beside-active", "One that is due and one that is not.")
            .usual()
            .kept(late, ending("2026-11-28T00:00:00Z"))
            .sends(WEEK, usual_program()),
        of(
            "end-just-before-midnight",
            "Count files end at the first second of a day.",
        )
        .now("2026-11-21T00:00:00Z")
        .kept(late, ending(END)),
    ]
}

/// By which date files are grouped.
fn ends() -> Vec<Making> {
    let of = |id, about| Making::new(id, &["report.group"], about);
    let sum = |count| vec![program(TOOL, &[plain("n", count)])];
    vec![
        of(
            "group-time-of-day",
            "The time of day does not tell files apart.",
        )
        .usual()
        .counts("b", ending("2026-11-21T23:59:59Z"))
        .sends(WEEK, sum("2")),
        of(
            "group-offset",
            "Nor does the offset: the date that is written counts.",
        )
        .usual()
        .counts("b", ending("2026-11-21T00:30:00+14:00"))
        .counts("c", ending("2026-11-21T23:30:00-09:00"))
        .sends(WEEK, sum("3")),
        of(
            "group-same-instant",
            "Two dates that are one instant are two weeks.",
        )
        .usual()
        .counts("b", ending("2026-11-20T23:00:00-01:00"))
        .sends("2026-11-20", sum("1"))
        .sends(WEEK, sum("1")),
        Making::new(
            "group-name-of-file",
            &["report.group", "report.files"],
            "The date in the name of a count file says nothing.",
        )
        .counts("tool@v1.0.0-go1.27.3-linux-amd64-2020-01-01", ending(END))
        .sends(WEEK, sum("1")),
    ]
}

fn groups() -> Vec<Making> {
    let earlier = "2026-11-09T00:00:00Z";
    let of = |begin| file(begin, END, TOOL, &[(b"n", 1)]);
    let sum = || vec![program(TOOL, &[plain("n", "2")])];
    let begin: &[&str] = &["report.group.begin", "report.upload.as-of"];
    vec![
        Making::new(
            "group-begin",
            begin,
            "The earliest begin of a file is that of the group.",
        )
        .counts("a", of(BEGIN))
        .counts("b", of(earlier))
        .holds(WEEK, "as-of", sum()),
        Making::new("group-begin-first", begin, "Whichever file comes first.")
            .counts("a", of(earlier))
            .counts("b", of(BEGIN))
            .holds(WEEK, "as-of", sum()),
        Making::new(
            "group-begin-elsewhere",
            begin,
            "Begins are compared as instants.",
        )
        .counts("a", of("2026-11-10T10:00:00+14:00"))
        .counts("b", of("2026-11-09T23:00:00-05:00"))
        .holds(WEEK, "as-of", sum()),
        Making::new(
            "group-empty",
            &["report.group.empty"],
            "A week without a name is not reported, and its files stay.",
        )
        .kept("local/a.v1.count", usual(&[]))
        .kept("local/b.v1.count", usual(&[(b"", 3)]))
        .makes_none(WEEK, "nothing"),
        Making::new(
            "group-of-zero",
            &["report.group.empty", "report.merge.zero"],
            "A count of 0 is a count.",
        )
        .counts("a", usual(&[(b"n", 0)]))
        .sends(WEEK, vec![program(TOOL, &[plain("n", "0")])]),
    ]
}

fn weeks() -> Vec<Making> {
    let old = || {
        file(
            "2026-11-11T00:00:00Z",
            "2026-11-14T00:00:00Z",
            TOOL,
            &[(b"n", 5)],
        )
    };
    let five = || vec![program(TOOL, &[plain("n", "5")])];
    vec![
        Making::new(
            "weeks-two",
            &["report.group.weeks", "report.group.each"],
            "Two weeks are reported one by one, the earlier first.",
        )
        .counts("b", old())
        .usual()
        .sends("2026-11-14", five())
        .sends(WEEK, usual_program()),
        Making::new(
            "weeks-one-sent",
            &["report.group.each", "report.upload.as-of"],
            "One week may be sent and the other may not.",
        )
        .mode("on 2026-11-12")
        .counts("b", old())
        .usual()
        .holds("2026-11-14", "as-of", five())
        .sends(WEEK, usual_program()),
        Making::new(
            "weeks-one-empty",
            &["report.group.each", "report.group.empty"],
            "A week without a name keeps no other from being reported.",
        )
        .kept(
            "local/b.v1.count",
            file(BEGIN, "2026-11-14T00:00:00Z", TOOL, &[]),
        )
        .usual()
        .makes_none("2026-11-14", "nothing")
        .sends(WEEK, usual_program()),
        Making::new(
            "weeks-one-reported",
            &["report.group.each", "report.done"],
            "Nor does one that was reported.",
        )
        .counts("b", old())
        .usual()
        .kept("local/local.2026-11-14.json", "{\"Week\":\"2026-11-14\"}")
        .makes_none("2026-11-14", "delete")
        .sends(WEEK, usual_program()),
        Making::new(
            "weeks-one-waits",
            &["report.group.each", "report.broken.wait"],
            "Nor does one whose report is being written.",
        )
        .kept("local/b.v1.count", old())
        .usual()
        .kept("local/local.2026-11-14.json", "{\"Week\":")
        .changed("local/local.2026-11-14.json", "2026-11-23T08:59:00Z")
        .makes_none("2026-11-14", "wait")
        .sends(WEEK, usual_program()),
        Making::new(
            "weeks-none",
            &["report.due"],
            "Without count files nothing is made.",
        ),
    ]
}
