//! Reports that lie ready and are sent, what is answered, and what becomes of them.

use super::case::{Case, Expect};
use super::checks::CONFIG;
use super::configs;
use super::json::{Json, hex};
use super::ready::{MODE, NOW, of_week};

const A: &str = "2026-11-07";
const B: &str = "2026-11-14";
const C: &str = "2026-11-21";

pub(super) fn cases() -> Vec<Case> {
    let statuses = STATUSES.iter().map(|status| answered(*status));
    let held = [held_by_text(), held_by_name()].concat();
    let all = [several(), locks(), held, modes()].concat();
    statuses.chain(all.into_iter().map(Sending::case)).collect()
}

/// A directory in which reports lie ready, and what has to come of sending them.
#[derive(Clone)]
struct Sending {
    id: String,
    clauses: &'static [&'static str],
    about: String,
    mode: &'static str,
    environment: &'static [(&'static str, &'static str)],
    has_config: bool,
    answers: Vec<Option<u16>>,
    /// What lies there before, by path.
    before: Vec<(String, String)>,
    changed: Vec<(String, &'static str)>,
    /// The dates of the reports that are sent.
    sent: Vec<&'static str>,
    /// The paths that are gone afterwards.
    gone: Vec<String>,
    /// The dates of the reports of which there is a copy then.
    copies: Vec<&'static str>,
}

fn sending(id: &str, clauses: &'static [&'static str], about: &str) -> Sending {
    Sending {
        id: id.to_owned(),
        clauses,
        about: format!("{about}."),
        mode: MODE,
        environment: &[],
        has_config: true,
        answers: Vec::new(),
        before: Vec::new(),
        changed: Vec::new(),
        sent: Vec::new(),
        gone: Vec::new(),
        copies: Vec::new(),
    }
}

fn ready(date: &str) -> String {
    format!("local/{date}.json")
}

fn copy(date: &str) -> String {
    format!("upload/{date}.json")
}

fn lock(date: &str) -> String {
    format!("upload/{date}.json.lock")
}

impl Sending {
    /// Has the usual report of a week lie ready.
    fn lies(self, date: &str) -> Sending {
        self.with(ready(date), of_week(date))
    }

    fn with(mut self, path: String, text: impl Into<String>) -> Sending {
        self.before.push((path, text.into()));
        self
    }

    fn changed(mut self, path: String, time: &'static str) -> Sending {
        self.changed.push((path, time));
        self
    }

    fn gone(mut self, path: String) -> Sending {
        self.gone.push(path);
        self
    }

    /// Has a report be sent and this be answered.
    fn sends(mut self, date: &'static str, answer: Option<u16>) -> Sending {
        self.sent.push(date);
        self.answers.push(answer);
        match answer {
            Some(200) => {
                self.copies.push(date);
                self.gone(ready(date))
            }
            Some(400..=499) => self.gone(ready(date)),
            _ => self,
        }
    }

    fn mode(self, mode: &'static str) -> Sending {
        Sending { mode, ..self }
    }

    fn case(self) -> Case {
        let text = |date: &str| {
            let lying = self.before.iter().find(|(path, _)| *path == ready(date));
            lying.map(|(_, text)| text.clone()).expect("it lies there")
        };
        let mut before = self.before.clone();
        before.push(("mode".to_owned(), self.mode.to_owned()));
        if self.has_config {
            before.push((configs::FILE.to_owned(), CONFIG.to_owned()));
        }
        let mut after = before.clone();
        after.retain(|(path, _)| !self.gone.contains(path));
        after.extend(self.copies.iter().map(|date| (copy(date), text(date))));
        let requests = self.sent.iter().map(|date| {
            Json::object([
                ("path", Json::text(format!("/{date}"))),
                ("body", Json::text(hex(text(date).as_bytes()))),
            ])
        });
        let result = Json::object([("requests", Json::Array(requests.collect()))]);
        let status = |answer: &Option<u16>| match answer {
            Some(status) => Json::Number(u64::from(*status)),
            None => Json::Null,
        };
        let environment = self.environment.iter();
        let environment = environment.map(|(name, value)| (*name, Json::text(*value)));
        let config = match self.has_config {
            true => Json::text(configs::FILE),
            false => Json::Null,
        };
        let files = after.into_iter();
        let case = Case::new(format!("send/{}", self.id), "send", "uploader")
            .shows(self.clauses, &self.about)
            .args(Json::object([
                ("environment", Json::object(environment)),
                ("now", Json::text(NOW)),
                ("config", config),
                (
                    "answers",
                    Json::Array(self.answers.iter().map(status).collect()),
                ),
            ]))
            .expect(Expect::Accept {
                result,
                files: Some(
                    files
                        .map(|(path, text)| (path, text.into_bytes()))
                        .collect(),
                ),
            });
        let case = before
            .into_iter()
            .fold(case, |case, (path, text)| case.with(path, text));
        let changed = self.changed.iter();
        changed.fold(case, |case, (path, time)| case.changed(path, time))
    }
}

/// Each status that decides something, and no answer.
const STATUSES: [Option<u16>; 30] = [
    Some(200),
    Some(100),
    Some(199),
    Some(201),
    Some(202),
    Some(204),
    Some(206),
    Some(299),
    Some(300),
    Some(301),
    Some(302),
    Some(303),
    Some(304),
    Some(307),
    Some(308),
    Some(399),
    Some(400),
    Some(401),
    Some(403),
    Some(404),
    Some(408),
    Some(413),
    Some(422),
    Some(429),
    Some(499),
    Some(500),
    Some(502),
    Some(503),
    Some(599),
    None,
];

fn answered(status: Option<u16>) -> Case {
    let (clauses, what): (&[&str], &str) = match status {
        Some(200) => (
            &[
                "upload.answer.ok",
                "upload.request.url",
                "upload.request.body",
            ],
            "is kept as it was sent",
        ),
        Some(400..=499) => (&["upload.answer.refused"], "goes without a copy"),
        _ => (&["upload.answer.other"], "stays"),
    };
    let named = status.map_or("none".to_owned(), |status| status.to_string());
    let about = match status {
        Some(status) => format!("a report that is answered with status {status} {what}"),
        None => format!("a report that is not answered {what}"),
    };
    let id = format!("answer-{named}");
    sending(&id, clauses, &about)
        .lies(C)
        .sends(C, status)
        .case()
}

fn several() -> Vec<Sending> {
    let three = |id, clauses, about| sending(id, clauses, about).lies(C).lies(A).lies(B);
    vec![
        three(
            "in-order",
            &["upload.order"],
            "three reports are sent in the order of their dates",
        )
        .sends(A, Some(200))
        .sends(B, Some(200))
        .sends(C, Some(200)),
        three(
            "goes-on",
            &["upload.answer.next", "upload.once"],
            "whatever is answered, the next report is sent, and none twice",
        )
        .sends(A, Some(500))
        .sends(B, None)
        .sends(C, Some(200)),
        three(
            "goes-on-after-refusal",
            &["upload.answer.next"],
            "a refused report does not keep back the next",
        )
        .sends(A, Some(400))
        .sends(B, Some(301))
        .sends(C, Some(404)),
        sending(
            "sent-before",
            &["upload.sent"],
            "a report of which there is a copy is not sent, and lies ready no longer",
        )
        .lies(B)
        .lies(C)
        .with(copy(B), "a copy")
        .gone(ready(B))
        .sends(C, Some(200)),
        sending(
            "nothing",
            &["upload.ready.name"],
            "nothing lies ready, and nothing is sent",
        ),
    ]
}

/// A lock, when it was last changed, and whether it is an orphan.
const LOCKS: [(&str, &str, &str, bool); 6] = [
    ("an-hour", "2026-11-23T08:00:00Z", "an hour before", false),
    (
        "a-day-less",
        "2026-11-22T09:00:01Z",
        "a second less than a day before",
        false,
    ),
    ("a-day", "2026-11-22T09:00:00Z", "a day before", true),
    ("a-month", "2026-10-23T09:00:00Z", "a month before", true),
    (
        "tomorrow-less",
        "2026-11-24T08:59:59Z",
        "a second less than a day after the present time",
        false,
    ),
    (
        "tomorrow",
        "2026-11-24T09:00:00Z",
        "a day after the present time",
        true,
    ),
];

fn locks() -> Vec<Sending> {
    let mut all = Vec::new();
    for (id, time, when, is_orphan) in LOCKS {
        let begun = |id: String, clauses, about: String| {
            sending(&id, clauses, &about)
                .lies(C)
                .with(lock(C), "")
                .changed(lock(C), time)
        };
        all.push(match is_orphan {
            true => begun(
                format!("lock-{id}"),
                &["upload.lock.orphan", "upload.lock.take", "upload.lock"],
                format!("a lock that was made {when} is taken over"),
            )
            .gone(lock(C))
            .sends(C, Some(200)),
            false => begun(
                format!("lock-{id}"),
                &["upload.lock.orphan", "upload.lock.held"],
                format!("a report whose lock was made {when} is not sent"),
            ),
        });
    }
    all.push(
        sending(
            "lock-alone",
            &["upload.lock.sweep"],
            "the orphan of a report that lies ready no longer is removed, a live lock is not",
        )
        .with(lock(A), "")
        .changed(lock(A), "2026-11-20T09:00:00Z")
        .gone(lock(A))
        .with(lock(B), "")
        .changed(lock(B), "2026-11-23T08:59:00Z"),
    );
    all.push(
        sending(
            "lock-of-another",
            &["upload.lock.held", "upload.answer.next"],
            "the lock of one report keeps back no other",
        )
        .lies(B)
        .lies(C)
        .with(lock(B), "")
        .changed(lock(B), "2026-11-23T08:59:00Z")
        .sends(C, Some(200)),
    );
    all
}

/// A report under this date, which holds this.
fn one(
    id: &str,
    clauses: &'static [&'static str],
    about: &str,
    date: &str,
    text: String,
) -> Sending {
    sending(id, clauses, about).with(ready(date), text)
}

/// What a report says, and why it is not sent.
fn held_by_text() -> Vec<Sending> {
    let unknown = of_week(C).replace("runs:a", "secret");
    let about = "a report with a counter that the config lacks is not sent";
    let unknown = one("unknown", &["upload.ready.check"], about, C, unknown);
    let half = of_week(C)[..99].to_owned();
    let half = one(
        "half",
        &["upload.ready.check"],
        "half a report is not sent",
        C,
        half,
    );
    let about = "a report of another week than its name says is not sent";
    let other = one("other-week", &["upload.ready.week"], about, C, of_week(B));
    let long = format!("{}{}", of_week(C), " ".repeat(102_401 - of_week(C).len()));
    let about = "a report of 102401 bytes is not sent";
    let long = one("too-long", &["upload.ready.size"], about, C, long);
    let about = "a report that is held does not keep back the next";
    let next = one(
        "held-and-next",
        &["upload.ready.kept"],
        about,
        B,
        "{".to_owned(),
    );
    let next = next.lies(C).sends(C, Some(200));
    vec![unknown, half, other, long, next]
}

/// What a report is called, and why it is not sent.
fn held_by_name() -> Vec<Sending> {
    let dated = |id, clauses, about, date| one(id, clauses, about, date, of_week(date));
    let about = "a report of 23 days is not sent";
    let old = dated("too-old", &["upload.ready.age"], about, "2026-10-31");
    let about = "a report of the as-of date is not sent";
    let as_of = dated("as-of", &["upload.ready.as-of"], about, C);
    let about = "a report of tomorrow is not sent";
    let future = dated("future", &["upload.ready.future"], about, "2026-11-24");
    let about = "a file whose name is more than a date is not sent";
    let stray = dated("stray", &["upload.ready.stray"], about, C)
        .with("local/x-2026-11-21.json".to_owned(), of_week(C))
        .with("local/local.2026-11-21.json".to_owned(), of_week(C))
        .sends(C, Some(200));
    vec![
        old.mode("on 2026-01-01"),
        as_of.mode("on 2026-11-21"),
        future,
        stray,
    ]
}

fn modes() -> Vec<Sending> {
    let lying = |id, clauses, about| sending(id, clauses, about).lies(C);
    let mut all = vec![
        lying("local", &["upload.mode"], "in mode local nothing is sent").mode("local 2026-11-01"),
        lying("off", &["upload.mode"], "in mode off nothing is sent").mode("off"),
        lying(
            "unknown-mode",
            &["upload.mode"],
            "under a word that is no mode nothing is sent",
        )
        .mode("yes"),
        Sending {
            has_config: false,
            ..lying(
                "no-config",
                &["upload.config"],
                "without a config nothing is sent",
            )
        },
    ];
    for (id, environment) in [
        ("environment-off", &[("GOTELEMETRY", "off")][..]),
        ("environment-local", &[("GOTELEMETRY", "local")]),
        ("do-not-track", &[("DO_NOT_TRACK", "1")]),
    ] {
        all.push(Sending {
            environment,
            ..lying(
                id,
                &["upload.mode"],
                "what lowers the mode keeps everything here",
            )
        });
    }
    all
}
