//! What is sent of the reports that lie ready, and what becomes of each.

#![cfg(target_os = "linux")]

#[path = "support/home.rs"]
mod home;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use gotelemetry::config::Approved;
use gotelemetry::network::{NetworkError, Post};
use gotelemetry::reporter::Weeks;
use gotelemetry::system::Environment;
use gotelemetry::upload::{Fate, Foreseen, Sender, foresee};
use home::{Home, NOW, age, time, usual, usual_config};

const URL: &str = "https://collector.example.com/upload";

/// Answers with one status after the other, and notes what was sent.
struct Fake<'a> {
    statuses: Vec<Result<u16, NetworkError>>,
    sent: Vec<(String, Vec<u8>)>,
    /// Called while a request is on its way.
    meanwhile: Box<dyn Fn() + 'a>,
}

impl<'a> Fake<'a> {
    fn new(statuses: &[u16]) -> Fake<'a> {
        Fake {
            statuses: statuses.iter().rev().map(|status| Ok(*status)).collect(),
            sent: Vec::new(),
            meanwhile: Box::new(|| ()),
        }
    }

    fn doing(statuses: &[u16], meanwhile: impl Fn() + 'a) -> Fake<'a> {
        Fake {
            meanwhile: Box::new(meanwhile),
            ..Fake::new(statuses)
        }
    }
}

impl Post for Fake<'_> {
    fn post(&mut self, url: &str, body: &[u8]) -> Result<u16, NetworkError> {
        self.sent.push((url.to_owned(), body.to_vec()));
        (self.meanwhile)();
        self.statuses.pop().expect("nothing more is to be sent")
    }
}

/// A report of a week, as the usual config allows it.
fn report(date: &str) -> String {
    format!(
        "{{\"Week\":\"{date}\",\"LastWeek\":\"\",\"X\":0.5,\"Programs\":[{{\"Program\":\"a/tool\",\
         \"Version\":\"v1.0.0\",\"GoVersion\":\"go1.27.3\",\"GOOS\":\"linux\",\"GOARCH\":\"amd64\",\
         \"Counters\":{{\"n\":1}},\"Stacks\":{{}}}}],\"Config\":\"v0.93.0\"}}"
    )
}

/// A home in mode on in which these reports lie ready.
fn home(dates: &[&str]) -> Home {
    let home = Home::new("on 2026-10-01");
    for date in dates {
        home.put(&format!("local/{date}.json"), report(date));
    }
    home
}

fn send(home: &Home, post: &mut Fake<'_>) -> Vec<(String, Fate)> {
    let config = usual_config("");
    send_by(home, post, Some(&config.approved()))
}

fn send_by(
    home: &Home,
    post: &mut Fake<'_>,
    approved: Option<&Approved<'_>>,
) -> Vec<(String, Fate)> {
    let sender = Sender {
        dir: &home.dir,
        environment: &Environment::of(|_| None),
        approved,
        now: time(NOW),
        url: URL,
    };
    let fates = sender.send(post).expect("it can be listed");
    let fates = fates.into_iter();
    fates
        .map(|(one, fate)| (one.date.to_string(), fate))
        .collect()
}

fn uploaded(home: &Home) -> Vec<String> {
    let entries = fs::read_dir(home.dir.upload()).expect("it can be listed");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let mut names: Vec<String> = names
        .map(|name| name.into_string().expect("text"))
        .collect();
    names.sort();
    names
}

const A: &str = "2026-11-07";
const B: &str = "2026-11-14";
const C: &str = "2026-11-21";

// test[upload.order, upload.request.url, upload.request.body, upload.answer.ok, upload.once]
#[test]
fn what_lies_ready_is_sent_in_order_and_kept() {
    let home = home(&[C, A, B]);
    let mut post = Fake::new(&[200, 200, 200]);
    let fates = send(&home, &mut post);
    assert!(
        fates.iter().all(|(_, fate)| matches!(fate, Fate::Sent)),
        "{fates:?}"
    );
    let expected = [A, B, C].map(|date| (format!("{URL}/{date}"), report(date).into_bytes()));
    assert_eq!(post.sent, expected);
    assert_eq!(home.local(), [] as [&str; 0]);
    assert_eq!(
        uploaded(&home),
        [A, B, C].map(|date| format!("{date}.json"))
    );
    for date in [A, B, C] {
        let copy = fs::read_to_string(home.dir.root().join(format!("upload/{date}.json")));
        assert_eq!(copy.expect("it is there"), report(date));
    }
    assert!(send(&home, &mut Fake::new(&[])).is_empty());
}

// test[upload.answer.refused, upload.answer.other, upload.answer.next, upload.answer.status]
#[test]
fn the_status_decides_what_becomes_of_a_report() {
    for status in [
        100, 199, 201, 204, 299, 300, 301, 302, 303, 307, 308, 399, 400, 401, 404, 429, 499, 500,
        503, 599, 999,
    ] {
        let home = home(&[A, B]);
        let fates = send(&home, &mut Fake::new(&[status, 200]));
        let refused = (400..500).contains(&status);
        match &fates[0].1 {
            Fate::Refused(by) => assert!(refused && *by == status),
            Fate::Put(by) => assert!(!refused && *by == status),
            fate => panic!("{status}: {fate:?}"),
        }
        assert!(matches!(fates[1].1, Fate::Sent), "{status}");
        assert_eq!(
            home.dir.root().join(format!("local/{A}.json")).exists(),
            !refused
        );
        assert_eq!(uploaded(&home), [format!("{B}.json")]);
    }
    let home = home(&[A]);
    let mut post = Fake::new(&[]);
    let what = "cut".to_owned();
    post.statuses = vec![Err(NetworkError::Failed {
        url: URL.to_owned(),
        what,
    })];
    let fates = send(&home, &mut post);
    assert!(matches!(fates[0].1, Fate::Unanswered(_)), "{fates:?}");
    assert_eq!((home.local().len(), uploaded(&home).len()), (1, 0));
}

// test[upload.mode, upload.config]
#[test]
fn nothing_is_sent_but_in_mode_on_with_a_config() {
    let config = usual_config("");
    let approved = config.approved();
    for (mode, approved, clause) in [
        ("local", Some(&approved), "upload.mode"),
        ("off", Some(&approved), "upload.mode"),
        ("on", Some(&approved), "upload.ready.as-of"),
        ("on 2026-10-01", None, "upload.config"),
        ("on 2026-11-07", Some(&approved), "upload.ready.as-of"),
    ] {
        let home = home(&[A]);
        fs::write(home.dir.mode_file(), mode).expect("it can be written");
        let fates = send_by(&home, &mut Fake::new(&[]), approved);
        let Fate::Held(hold) = &fates[0].1 else {
            panic!("{fates:?}");
        };
        assert_eq!(hold.clause(), clause, "{mode}");
        // Not even a lock is made.
        assert_eq!((home.local().len(), uploaded(&home).len()), (1, 0));
    }
}

// test[upload.mode.again]
#[test]
fn who_turns_it_off_meanwhile_is_heard() {
    for mode in ["local", "off", "on 2026-11-23"] {
        let home = home(&[A, B, C]);
        let turn = || fs::write(home.dir.mode_file(), mode).expect("it can be written");
        let mut post = Fake::doing(&[200], turn);
        let fates = send(&home, &mut post);
        assert_eq!(post.sent.len(), 1, "{mode}");
        assert!(matches!(fates[0].1, Fate::Sent));
        assert!(matches!(&fates[1].1, Fate::Held(_)) && matches!(&fates[2].1, Fate::Held(_)));
        assert_eq!(home.local().len(), 2);
    }
}

// test[upload.ready.check, upload.ready.size, upload.ready.week, upload.ready.kept]
#[test]
fn what_a_collector_would_refuse_stays() {
    let home = home(&[B]);
    home.put(
        &format!("local/{A}.json"),
        report(A).replace("\"n\"", "\"secret\""),
    );
    home.put(&format!("local/{C}.json"), report(B));
    let mut post = Fake::new(&[200]);
    let fates = send(&home, &mut post);
    let words: Vec<&str> = fates.iter().map(|(_, fate)| fate.word()).collect();
    assert_eq!(words, ["held", "sent", "held"]);
    assert!(
        fates[0].1.to_string().contains("[upload.ready.check]"),
        "{}",
        fates[0].1
    );
    assert!(
        fates[2].1.to_string().contains("[upload.ready.week]"),
        "{}",
        fates[2].1
    );
    assert_eq!(home.local(), [format!("{A}.json"), format!("{C}.json")]);
    assert_eq!(uploaded(&home), [format!("{B}.json")]);
}

// test[upload.lock, upload.lock.held, upload.sent]
#[test]
fn what_others_send_or_have_sent_is_not_sent_again() {
    let home = home(&[A, B]);
    home.put(&format!("upload/{A}.json.lock"), "");
    home.put(&format!("upload/{B}.json"), "sent");
    age(&home.dir.upload().join(format!("{A}.json.lock")), 0);
    let fates = send(&home, &mut Fake::new(&[]));
    assert!(
        matches!(fates[0].1, Fate::Locked) && matches!(fates[1].1, Fate::Before),
        "{fates:?}"
    );
    assert_eq!(home.local(), [format!("{A}.json")]);
    assert_eq!(
        uploaded(&home),
        [format!("{A}.json.lock"), format!("{B}.json")]
    );
    // The lock is held while the request is on its way, and gone then.
    fs::remove_file(home.dir.upload().join(format!("{A}.json.lock"))).expect("it is there");
    let looks = || assert!(home.dir.upload().join(format!("{A}.json.lock")).exists());
    send(&home, &mut Fake::doing(&[500], looks));
    assert_eq!(uploaded(&home), [format!("{B}.json")]);
}

// test[upload.read]
#[test]
fn what_is_checked_is_what_is_sent_and_kept() {
    let home = home(&[A]);
    let path = home.dir.root().join(format!("local/{A}.json"));
    let change = || fs::write(&path, "changed").expect("it can be written");
    let mut post = Fake::doing(&[200], change);
    let fates = send(&home, &mut post);
    assert!(matches!(fates[0].1, Fate::Sent));
    assert_eq!(post.sent[0].1, report(A).into_bytes());
    let copy = fs::read_to_string(home.dir.root().join(format!("upload/{A}.json")));
    assert_eq!(copy.expect("it is there"), report(A));
}

// test[upload.answer.copy]
#[test]
fn without_a_copy_the_report_stays() {
    let home = home(&[A]);
    // What lies in the place of the copy is made while the request is on its way.
    let copy = home.dir.root().join(format!("upload/{A}.json"));
    let block = || fs::create_dir(&copy).expect("a directory can be made");
    let fates = send(&home, &mut Fake::doing(&[200], block));
    assert!(matches!(fates[0].1, Fate::Failed(_)), "{fates:?}");
    assert_eq!(home.local(), [format!("{A}.json")]);
}

// test[upload.answer.ok]
#[test]
fn a_report_that_was_sent_is_to_lie_ready_no_longer() {
    let home = home(&[A]);
    let path = home.dir.local().join(format!("{A}.json"));
    let remove = || fs::remove_file(&path).expect("it is there");
    let fates = send(&home, &mut Fake::doing(&[200], remove));
    assert!(matches!(fates[0].1, Fate::Sent), "{fates:?}");
    fs::remove_dir_all(home.dir.upload()).expect("it is there");
    home.put(&format!("local/{A}.json"), report(A));
    let block = || {
        fs::remove_file(&path).expect("it is there");
        fs::create_dir(&path).expect("a directory can be made");
    };
    let fates = send(&home, &mut Fake::doing(&[200], block));
    assert!(matches!(fates[0].1, Fate::Failed(_)), "{fates:?}");
}

#[test]
fn a_report_that_cannot_be_read_does_not_keep_back_the_next() {
    let home = home(&[B]);
    let long = vec![b' '; (16 << 20) + 1];
    home.put(&format!("local/{A}.json"), long);
    let unreadable = home.put(&format!("local/{C}.json"), report(C));
    fs::set_permissions(&unreadable, fs::Permissions::from_mode(0o0)).expect("it can be set");
    let readable = fs::read(&unreadable).is_ok();
    let fates = send(&home, &mut Fake::new(&[200, 200]));
    let words: Vec<&str> = fates.iter().map(|(_, fate)| fate.word()).collect();
    // The superuser reads everything.
    assert_eq!(
        words,
        ["held", "sent", if readable { "sent" } else { "failed" }]
    );
    assert!(
        fates[0].1.to_string().contains("[upload.ready.size]"),
        "{}",
        fates[0].1
    );
}

fn foreseen(home: &Home) -> (Vec<Foreseen>, Weeks) {
    let config = usual_config("");
    let approved = config.approved();
    let weeks = home.weeks(NOW, Some(&approved));
    let (terms, _) = home.terms(NOW, Some(&approved));
    let all = foresee(&home.dir, &weeks, &terms).expect("it can be listed");
    (all, weeks)
}

// test[upload.dry.files, upload.dry.bytes]
#[test]
fn a_dry_run_shows_what_lies_ready_and_what_would_be_made() {
    let home = home(&[A]);
    home.put("local/x.v1.count", usual(&[(b"n", 3), (b"secret", 1)]));
    home.put(&format!("local/{B}.json"), "{");
    let before = (home.local(), uploaded(&home));
    let (all, _) = foreseen(&home);
    let words: Vec<(String, bool, &str)> = all
        .iter()
        .map(|one| {
            let word = one.fate.as_ref().map_or("send", Fate::word);
            (one.date.to_string(), one.is_new, word)
        })
        .collect();
    let expected = [(A, false, "send"), (B, false, "held"), (C, true, "send")];
    assert_eq!(
        words,
        expected.map(|(date, new, word)| (date.to_owned(), new, word))
    );
    assert_eq!(all[0].bytes, report(A).into_bytes());
    let made = String::from_utf8(all[2].bytes.clone()).expect("text");
    assert!(
        made.contains("\"n\": 3") && !made.contains("secret"),
        "{made}"
    );
    assert_eq!((home.local(), uploaded(&home)), before);
}

// test[upload.dry.send]
#[test]
fn a_dry_run_shows_what_another_program_sends() {
    let home = home(&[A]);
    home.put("local/x.v1.count", usual(&[(b"n", 3)]));
    for date in [A, C] {
        let lock = home.put(&format!("upload/{date}.json.lock"), "");
        age(&lock, 0);
    }
    let (all, _) = foreseen(&home);
    let fates: Vec<_> = all.iter().map(|one| &one.fate).collect();
    assert!(
        matches!(fates[..], [Some(Fate::Locked), Some(Fate::Locked)]),
        "{fates:?}"
    );
}
