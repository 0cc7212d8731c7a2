//! Where Go's uploader and ours differ, as the sections *Where this differs from Go* of
//! `spec/reporting.md` and `spec/upload.md` say.

use crate::go::Toolchain;
use crate::harness::Outcome;
use crate::home::{self, Home};
use crate::support::raw::{self, Raw};
use crate::uploaders::{Answer, Seen};
use crate::web::{Reply, Request};
use crate::{both, case_of, many_weeks};

const ON: &str = "on 2026-10-01";
const WEEK: &str = "local/local.2026-11-21.json";

/// How many days before the present time a thing was changed that was left behind.
const LONG_AGO: u64 = 3;

fn ok(_: &Request) -> Reply {
    Reply::Status(200, Vec::new())
}

/// A difference: how a home comes to be, what the collector answers, and what has to be seen of
/// Go's uploader and of ours.
struct Difference {
    name: &'static str,
    home: fn() -> Home,
    reply: Answer,
    seen: fn(&Toolchain, &Seen, &Seen) -> Option<bool>,
}

const DIFFERENCES: [Difference; 14] = [
    Difference {
        name: "GOOS that the config does not have",
        home: || {
            counted(
                ["cmd/go", "go1.27.3", "go1.27.3", "plan9", "amd64"],
                &[(b"go/invocations", 1)],
            )
        },
        reply: ok,
        seen: |_, go, ours| {
            let (go, ours) = (body(go)?, body(ours)?);
            Some(go.contains("plan9") && ours.contains("\"Programs\": null"))
        },
    },
    Difference {
        name: "mode on without a date",
        home: || {
            let home = usual("on");
            home::age(&home.root.path().join("mode"), 0);
            home
        },
        reply: ok,
        seen: |_, go, ours| {
            Some(go.paths() == ["/2026-11-21"] && ours.paths().is_empty() && ours.has(WEEK))
        },
    },
    Difference {
        name: "mode that is no mode",
        home: || usual("maybe"),
        reply: ok,
        seen: |_, go, ours| Some(go.has(WEEK) && !ours.has(WEEK) && ours.has("local/a.v1.count")),
    },
    Difference {
        name: "ready report of long ago",
        home: || ready("2026-10-02.json", &many_weeks::report("2026-10-02")),
        reply: ok,
        seen: |_, go, ours| {
            Some(go.paths() == ["/2026-10-02"] && stays(ours, "local/2026-10-02.json"))
        },
    },
    Difference {
        name: "ready report under another name",
        home: || ready("secret-2026-11-20.json", "{}"),
        reply: ok,
        seen: |_, go, ours| {
            Some(go.paths() == ["/2026-11-20"] && stays(ours, "local/secret-2026-11-20.json"))
        },
    },
    Difference {
        name: "ready report of a name too short",
        home: || ready("a.json", "{}"),
        reply: ok,
        // It panics, and sends nothing.
        seen: |_, go, ours| Some(!go.output.status.success() && ours.output.status.success()),
    },
    Difference {
        name: "half a ready report",
        home: || ready("2026-11-20.json", &many_weeks::report("2026-11-20")[..100]),
        reply: |_| Reply::Status(400, Vec::new()),
        seen: |_, go, ours| {
            let sent = go.requests.first()?.body.len() == 100;
            Some(sent && !go.has("local/2026-11-20.json") && stays(ours, "local/2026-11-20.json"))
        },
    },
    Difference {
        name: "ready report that the collector refuses",
        home: || {
            ready(
                "2026-11-20.json",
                &many_weeks::report_of("2026-11-20", "plan9"),
            )
        },
        reply: |_| Reply::Status(400, Vec::new()),
        seen: |_, go, ours| {
            Some(!go.has("local/2026-11-20.json") && stays(ours, "local/2026-11-20.json"))
        },
    },
    Difference {
        name: "header length below 32",
        home: || {
            let home = usual(ON);
            let mut broken = Raw::new(&raw::sample_meta());
            broken.set32(28, 0);
            home.put("local/0.v1.count", broken.into_bytes());
            home
        },
        reply: ok,
        seen: |_, go, ours| {
            let went_on = ours.has(WEEK) && ours.has("local/0.v1.count");
            Some(!go.output.status.success() && !go.has(WEEK) && went_on)
        },
    },
    Difference {
        name: "redirect",
        home: || usual(ON),
        reply: |request| match request.method.as_str() {
            "POST" => Reply::Raw(
                b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\n\r\n".to_vec(),
            ),
            _ => Reply::Status(200, Vec::new()),
        },
        seen: |_, go, ours| {
            let lost = go.paths() == ["/2026-11-21", "/page"] && go.has("upload/2026-11-21.json");
            Some(lost && ours.requests.len() == 1 && ours.has("local/2026-11-21.json"))
        },
    },
    Difference {
        name: "lock that was left behind",
        home: || {
            let home = usual(ON);
            let lock = home.put("upload/2026-11-21.json.lock", "");
            home::age(&lock, LONG_AGO);
            home
        },
        reply: ok,
        seen: |_, go, ours| Some(go.requests.is_empty() && ours.requests.len() == 1),
    },
    Difference {
        name: "sums past 2^63",
        home: || counted(GO, &[(b"go/invocations", u64::MAX), (b"x", 1 << 53)]),
        reply: ok,
        seen: |_, go, ours| {
            let (go, ours) = (local(go)?, local(ours)?);
            let clamped = ours.matches(": 9007199254740991").count() == 2;
            Some(clamped && go.contains(": -1,") && go.contains(": 9007199254740992"))
        },
    },
    Difference {
        name: "names that are no UTF-8",
        home: || counted(GO, &[(b"a\xff", 1), (b"b", 2)]),
        reply: ok,
        seen: |toolchain, go, ours| {
            let (go, ours) = (local(go)?, local(ours)?);
            let is_old = ["go1.23", "go1.25"]
                .iter()
                .any(|old| toolchain.version.starts_with(old));
            Some(go.contains("\\ufffd") == is_old && go.replace("\\ufffd", "\u{fffd}") == ours)
        },
    },
    Difference {
        name: "uploaded report under another name",
        home: || {
            let home = usual(ON);
            home.put("upload/2026-11-07-copy.json", "");
            home
        },
        reply: ok,
        seen: |_, go, ours| {
            let last_week = |seen| Some(body(seen)?.contains("\"LastWeek\": \"2026-11-07-copy\""));
            Some(last_week(go)? && !last_week(ours)?)
        },
    },
];

const GO: [&str; 5] = ["cmd/go", "go1.27.3", "go1.27.3", "linux", "amd64"];

/// A home with a count file of the usual week.
fn counted(build: [&'static str; 5], counts: &[(&[u8], u64)]) -> Home {
    let home = Home::new(ON);
    let file = home::file(home::BEGIN, home::END, build, counts);
    home.put("local/a.v1.count", file);
    home
}

fn usual(mode: &str) -> Home {
    let home = counted(GO, &[(b"go/invocations", 1)]);
    home.put("mode", mode);
    home
}

fn ready(name: &str, text: &str) -> Home {
    let home = Home::new(ON);
    home.put(&format!("local/{name}"), text);
    home
}

/// What was sent, if it was one report.
fn body(seen: &Seen) -> Option<String> {
    let [request] = seen.requests.as_slice() else {
        return None;
    };
    String::from_utf8(request.body.clone()).ok()
}

fn local(seen: &Seen) -> Option<String> {
    let report = seen.file(WEEK).ok()?;
    String::from_utf8(report.to_vec()).ok()
}

fn stays(seen: &Seen, name: &str) -> bool {
    seen.requests.is_empty() && seen.has(name)
}

// test[report.filter.program, mode.as-of, report.mode, upload.ready.age, upload.ready.name]
// test[upload.ready.stray, upload.ready.check, report.files.bad, upload.redirect]
// test[upload.lock.orphan, report.merge.sum, json.strings, report.last-week]
pub(crate) fn uploaders_differ_where_it_is_said(toolchain: &Toolchain) -> Result<Outcome, String> {
    let mut names = Vec::new();
    for difference in &DIFFERENCES {
        let name = difference.name;
        let home = (difference.home)();
        let (go, ours) = both(toolchain, &case_of(&home), difference.reply)?;
        if (difference.seen)(toolchain, &go, &ours) != Some(true) {
            let of = |seen: &Seen| {
                let files: Vec<String> = seen.files.keys().cloned().collect();
                format!("{:?}\n{files:?}\n{:?}", seen.output, seen.requests)
            };
            return Err(format!("{name}\n  Go: {}\nours: {}", of(&go), of(&ours)));
        }
        names.push(name);
    }
    Ok(Outcome::Passed(names.join("; ")))
}
