//! A driver that does what it is told: it answers what a case says, and misbehaves where one says
//! so.
//!
//! Speaks the protocol of `spec/driver.md` with another JSON library than the crate's. Its words
//! are what is wrong with its hello, and a directory in which it counts its starts.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio, exit};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

#[cfg(unix)]
use std::os::unix::fs::symlink;

use tinyjson::JsonValue;

use crate::{harness, role};

type Members = HashMap<String, JsonValue>;

/// As long as nobody waits.
const FOR_EVER: Duration = Duration::from_secs(600);

/// Runs tests in which this program is the driver.
pub(crate) fn main(tests: &[(&str, fn())]) -> ExitCode {
    match role::of_this_process() {
        Some(words) => play(&words),
        None => harness::main(tests.iter().map(|(name, run)| test(name, *run)).collect()),
    }
}

fn test(name: &str, run: fn()) -> harness::Test {
    harness::Test {
        name: name.to_owned(),
        run: Box::new(move || {
            if !cfg!(target_os = "linux") {
                let reason = "drivers are ended with all that they started on Linux alone";
                return Ok(harness::Outcome::Ignored(reason.to_owned()));
            }
            run();
            nothing_is_left_running()?;
            Ok(harness::Outcome::Passed("as expected".to_owned()))
        }),
    }
}

/// Neither a driver nor what it left behind runs, or waits to be taken note of.
fn nothing_is_left_running() -> Result<(), String> {
    let this = std::env::current_exe().map_err(|error| error.to_string())?;
    let own = format!(") {} ", std::process::id());
    let begun = Instant::now();
    loop {
        let processes = fs::read_dir("/proc").map_err(|error| error.to_string())?;
        let left = processes.flatten().find(|entry| {
            let read = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
            let stat = String::from_utf8_lossy(&read("stat")).into_owned();
            let is_child = stat
                .replace(") Z ", ") ")
                .replace(") S ", ") ")
                .contains(&own);
            let command = String::from_utf8_lossy(&read("cmdline")).into_owned();
            let is_left = command.starts_with(&*this.to_string_lossy())
                && command.contains("\0--role\0sleeper");
            is_child || is_left
        });
        match left {
            None => return Ok(()),
            Some(entry) if begun.elapsed() > Duration::from_secs(5) => {
                return Err(format!("process {:?} is left", entry.file_name()));
            }
            Some(_) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Plays the driver that the words describe.
fn play(words: &[String]) -> ExitCode {
    let [role, kind, state] = words else {
        thread::sleep(FOR_EVER);
        return ExitCode::FAILURE;
    };
    assert_eq!(role, "rogue");
    let state = Path::new(state);
    let start = (1..)
        .find(|n| fs::create_dir(state.join(format!("start-{n}"))).is_ok())
        .expect("a number is left");
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a request is text");
        let request: JsonValue = line.parse().expect("a request is JSON");
        let request = request.get::<Members>().expect("a request is an object");
        if request.contains_key("hello") {
            hello(kind, start);
        } else {
            Rogue {
                kind,
                state,
                request,
            }
            .run();
        }
    }
    if kind == "ignores-end" {
        thread::sleep(FOR_EVER);
    }
    if kind == "says-goodbye" {
        role::say("goodbye");
    }
    if kind == "goes-on-and-on" {
        role::say(&" ".repeat(17 << 20));
    }
    ExitCode::SUCCESS
}

/// The members of a good hello.
const HELLO: [(&str, &str); 7] = [
    ("protocol", "1"),
    ("name", "\"rogue\""),
    ("version", "\"1.0\""),
    ("ops", "[\"echo\",\"look\",\"race\",\"read-file\"]"),
    ("details", "[\"stage\",\"clause\",\"offset\",\"notes\"]"),
    ("clock", "\"settable\""),
    ("fixed", "{}"),
];

fn hello(kind: &str, start: u32) {
    let mut members = HELLO.to_vec();
    let mut set = |key: &str, to: &'static str| {
        let member = members.iter_mut().find(|(member, _)| *member == key);
        member.expect("there is one").1 = to;
    };
    match (kind, start) {
        ("crashes-first", 1) | ("crashes-always", _) => exit(4),
        ("crashes-every-other", 1 | 3 | 5) => exit(4),
        ("hangs-first", 1) => thread::sleep(FOR_EVER),
        ("garbage-first", 1) => return role::say("[]"),
        ("protocol-2", _) => set("protocol", "2"),
        ("other-version-second", 2) => set("version", "\"1.1\""),
        ("other-name-second", 2) => set("name", "\"rouge\""),
        ("tells-nothing", _) => set("details", "[]"),
        ("echo-alone", _) => set("ops", "[\"echo\"]"),
        ("fixed", _) => {
            set("clock", "\"system\"");
            set("fixed", "{\"program\":\"adopted\"}");
        }
        ("fixed-otherwise", _) => set("fixed", "{\"program\":\"other\"}"),
        _ => {}
    }
    if let Some(missing) = kind.strip_prefix("without-") {
        members.retain(|(member, _)| *member != missing);
    }
    let members = members
        .iter()
        .map(|(key, value)| format!("\"{key}\":{value}"));
    role::say(&format!("{{{}}}", members.collect::<Vec<_>>().join(",")));
}

/// A request, and who is asked.
struct Rogue<'a> {
    kind: &'a str,
    state: &'a Path,
    request: &'a Members,
}

impl Rogue<'_> {
    fn text(&self, key: &str) -> &str {
        self.request[key].get::<String>().expect("a string")
    }

    fn arg(&self, key: &str) -> Option<&JsonValue> {
        let args = self.request["args"].get::<Members>();
        args.expect("args are an object").get(key)
    }

    fn dir(&self) -> PathBuf {
        PathBuf::from(self.text("dir"))
    }

    fn run(&self) {
        match self.text("op") {
            "look" => self.say(Members::from([ok(), ("result".to_owned(), self.look())])),
            "race" => self.race(),
            "read-file" => self.read_file(),
            _ => self.echo(),
        }
    }

    /// An answer with these members beside `id` and `version`, unless they are among them.
    fn answer(&self, members: Members) -> String {
        let mut answer = Members::from([
            ("id".to_owned(), self.request["run"].clone()),
            ("version".to_owned(), "1.0".to_owned().into()),
        ]);
        answer.extend(members);
        JsonValue::from(answer).stringify().expect("it is finite")
    }

    fn say(&self, members: Members) {
        role::say(&self.answer(members));
    }

    /// Makes the files that the case says, misbehaves as it says, and answers what it says.
    fn echo(&self) {
        if let Some(files) = self.arg("files") {
            for (path, content) in files.get::<Members>().expect("an object") {
                let path = self.dir().join(path);
                match content.get::<String>() {
                    Some(content) => fs::write(path, content).expect("it can be written"),
                    None => fs::remove_file(path).expect("it is there"),
                }
            }
        }
        let members = self
            .arg("answer")
            .and_then(|answer| answer.get::<Members>());
        let answer = self.answer(members.cloned().unwrap_or_else(|| Members::from([ok()])));
        match self.arg("do").and_then(|what| what.get::<String>()) {
            Some(what) if what.starts_with("dir ") => {
                self.wreck(what);
                role::say(&answer);
            }
            Some(what) => misbehave(what, &answer),
            None => role::say(&answer),
        }
    }

    /// Does what nobody expects to the directories of cases.
    fn wreck(&self, what: &str) {
        let (dir, others) = (self.dir(), self.state.join("others"));
        let house = dir.parent().expect("all lie in one");
        let number = dir.file_name().and_then(|name| name.to_str()?.parse().ok());
        let number: u64 = number.expect("they are numbered");
        let done = match what {
            "dir removed" => fs::remove_dir_all(&dir),
            "dir is a link" => fs::remove_dir_all(&dir).and_then(|()| symlink(&others, &dir)),
            "dir of the next" => fs::create_dir(house.join((number + 1).to_string())),
            "dir of all removed" => fs::remove_dir_all(house),
            "dir of all is a file" => fs::remove_dir_all(house).and_then(|()| fs::write(house, "")),
            "dir of all is a link" => fs::rename(house, self.state.join("moved"))
                .and_then(|()| fs::create_dir(others.join(number.to_string())))
                .and_then(|()| fs::write(others.join(format!("{number}/file")), ""))
                .and_then(|()| symlink(&others, house)),
            other => panic!("nobody knows how to {other}"),
        };
        done.expect("it can be done");
    }

    /// All files in the directory of the case: their content, and when they were changed.
    fn look(&self) -> JsonValue {
        let mut files = Members::new();
        let mut open = vec![self.dir()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).expect("it can be listed") {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let changed = fs::metadata(&path).and_then(|meta| meta.modified());
                let age = changed
                    .expect("there is a time")
                    .duration_since(SystemTime::UNIX_EPOCH);
                let content = fs::read_to_string(&path).expect("it is text");
                let told = format!("{content} {}", age.expect("it is after 1970").as_secs());
                let name = path.strip_prefix(self.dir()).expect("it lies below");
                files.insert(name.display().to_string(), told.into());
            }
        }
        for variable in ["GOTELEMETRY", "GOTELEMETRYDIR", "DO_NOT_TRACK"] {
            if std::env::var_os(variable).is_some() {
                files.insert(variable.to_owned(), "set".to_owned().into());
            }
        }
        files.into()
    }

    /// Counts into a file of its own, whose content is what reading it gives.
    fn race(&self) {
        let args = self.request["args"].stringify().expect("it is finite");
        let pid = std::process::id();
        fs::write(self.state.join(format!("race-{pid}")), args).expect("it can be written");
        let barrier = self.arg("barrier").and_then(|path| path.get::<String>());
        let barrier = self.dir().join(barrier.expect("a path"));
        match self.kind {
            "bars-the-race" => drop(Command::new("mkfifo").arg(&barrier).status()),
            "links-the-barrier" => drop(symlink(self.state.join("others"), &barrier)),
            "ends-the-race" => drop(fs::remove_dir_all(self.dir())),
            _ => {}
        }
        while !barrier.exists() {
            thread::sleep(Duration::from_millis(1));
        }
        let rounds = self.arg("rounds").and_then(|rounds| rounds.get::<f64>());
        let lost = if self.kind == "loses" { 1.0 } else { 0.0 };
        let rounds = rounds.expect("a number") - lost;
        let names = self
            .arg("names")
            .and_then(|names| names.get::<Vec<JsonValue>>());
        let mut counters = Members::new();
        for name in names.expect("an array") {
            let name = name.get::<String>().expect("a string");
            counters.insert(name.clone(), format!("{rounds}").into());
        }
        if self.kind == "counts-more" {
            counters.insert("6d6f7265".to_owned(), "1".to_owned().into());
        }
        let text = JsonValue::from(counters).stringify().expect("it is finite");
        fs::create_dir_all(self.dir().join("local")).expect("it can be made");
        let path = self.dir().join(format!("local/{pid}.v1.count"));
        fs::write(path, text).expect("it can be written");
        match self.kind {
            "races-badly" => exit(5),
            "races-twice" => {
                self.say(Members::from([ok()]));
                self.say(Members::from([ok()]));
            }
            _ => self.say(Members::from([ok()])),
        }
    }

    fn read_file(&self) {
        let path = self.arg("file").and_then(|path| path.get::<String>());
        let text = fs::read_to_string(self.dir().join(path.expect("a path")));
        let mut counters: JsonValue = text.expect("it is text").parse().expect("it is JSON");
        if self.kind == "misreads" {
            let counters = counters.get_mut::<Members>().expect("an object");
            counters.insert("6e30".to_owned(), "77".to_owned().into());
        }
        let result = Members::from([("counters".to_owned(), counters)]);
        self.say(Members::from([ok(), ("result".to_owned(), result.into())]));
    }
}

fn ok() -> (String, JsonValue) {
    ("outcome".to_owned(), "ok".to_owned().into())
}

/// Does something else than to answer once with the right answer, which is `answer`.
fn misbehave(what: &str, answer: &str) {
    let raw = |bytes: &[u8]| {
        let mut out = std::io::stdout().lock();
        // Nobody may listen any more.
        let _ = out.write_all(bytes).and_then(|()| out.flush());
    };
    match what {
        "crash" => {
            eprintln!("these are\n\nmy last words");
            exit(3);
        }
        "abort" => std::process::abort(),
        "answer and abort" => {
            role::say(answer);
            std::process::abort();
        }
        "exit" => exit(0),
        "hang" => thread::sleep(FOR_EVER),
        "text" => role::say("Hello!"),
        "array" => role::say("[1]"),
        "number" => role::say("7"),
        "empty" => role::say(""),
        "two documents" => role::say(&format!("{answer} {answer}")),
        "no text" => raw(b"\xff\xfe\n"),
        "half" => {
            raw(&answer.as_bytes()[..answer.len() / 2]);
            exit(0);
        }
        "no end of line" => {
            raw(answer.as_bytes());
            exit(0);
        }
        "endless" => {
            let piece = vec![b' '; 1 << 20];
            (0..64).for_each(|_| raw(&piece));
            thread::sleep(FOR_EVER);
        }
        "twice" => raw(format!("{answer}\n{answer}\n").as_bytes()),
        "late" => {
            role::say(answer);
            thread::sleep(Duration::from_millis(100));
            role::say(answer);
        }
        "flood" => loop {
            raw(format!("{answer}\n").as_bytes());
        },
        "deaf" => {
            role::say(answer);
            thread::sleep(FOR_EVER);
        }
        "loud" => {
            (0..1000).for_each(|_| eprintln!("{}", "loud".repeat(1000)));
            role::say(answer);
        }
        "orphan" => {
            leave_behind();
            exit(3);
        }
        "orphan later" => {
            leave_behind();
            role::say(answer);
        }
        other => panic!("nobody knows how to {other}"),
    }
}

/// Starts a process that holds the pipes open for longer than anyone waits.
fn leave_behind() {
    let mut command: Command = role::command(&["sleeper"]).expect("this program");
    let command = command.stdin(Stdio::null());
    // Nobody waits for it: that is what it is for.
    drop(command.spawn().expect("it starts"));
}
