//! What stands under the name of a count file when a program opens it: the file of its own build,
//! that of another, one that is just being made, or no count file at all.

#![cfg(all(target_os = "linux", not(feature = "disabled")))]

use std::error::Error as _;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::dir::{DirError, TelemetryDir};
use gotelemetry::format::date::Time;
use gotelemetry::format::identity::Identity;
use gotelemetry::recorder::{self, Closed, Counter, Recorder};
use gotelemetry::system::Environment;
use tempfile::TempDir;

const NAME: &str = "tool@v1.0.0-devel-linux-amd64-2026-11-21";

fn tool(program: &str) -> Identity {
    Identity::new(program, "v1.0.0", "devel", "linux", "amd64").expect("it is sound")
}

/// A directory whose weeks end on Friday.
fn home() -> (TempDir, TelemetryDir) {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    fs::create_dir(dir.local()).expect("a directory can be made");
    fs::write(dir.weekends_file(), "5\n").expect("it can be written");
    (home, dir)
}

/// The time at which all of it happens, whatever the day on which it is tested.
fn now() -> Time {
    Time::parse("2026-11-21T10:00:00Z").expect("a time")
}

fn new_recorder() -> &'static Recorder {
    Box::leak(Box::new(Recorder::with_clock(now)))
}

fn open_as(recorder: &'static Recorder, dir: &TelemetryDir, program: &str) -> Result<(), Closed> {
    recorder.open(dir, &Environment::default(), &tool(program), now())
}

/// The recorder and file of a program that has opened it.
fn opened(dir: &TelemetryDir, program: &str) -> (&'static Recorder, PathBuf) {
    let recorder = new_recorder();
    open_as(recorder, dir, program).expect("it can be opened");
    (recorder, recorder.path().expect("it is open").to_owned())
}

fn first_name(dir: &TelemetryDir) -> PathBuf {
    dir.local().join(format!("{NAME}.v1.count"))
}

/// The second name of the tool's file for `program`, worked out here.
fn second_name(dir: &TelemetryDir, program: &str) -> PathBuf {
    let meta = format!(
        "TimeBegin: 2026-11-21T00:00:00Z\nProgram: {program}\nVersion: v1.0.0\n\
         GoVersion: devel\nGOOS: linux\nGOARCH: amd64\n\n"
    );
    let hash = meta.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    dir.local().join(format!("{NAME}-{hash:08x}.v1.count"))
}

// test[open.join]
#[test]
fn a_file_that_ends_on_another_day_is_joined_with_its_end() {
    let (_home, dir) = home();
    let (early, path) = opened(&dir, "example.com/tool");
    early.add(b"runs", 1).expect("there is room");
    fs::write(dir.weekends_file(), "3\n").expect("it can be written");
    let (late, joined) = opened(&dir, "example.com/tool");
    late.add(b"runs", 2).expect("there is room");
    assert_eq!((&joined, &path), (&path, &first_name(&dir)));
    let end = late.span().expect("it is open").end;
    assert_eq!(end.to_string(), "2026-11-27");
    assert_eq!(early.read(b"runs").expect("it can be read"), 3);
}

// test[open.join]
#[test]
fn a_file_whose_header_differs_anywhere_else_is_not_joined() {
    let (_home, dir) = home();
    let (_, path) = opened(&dir, "example.com/tool");
    let sound = fs::read(&path).expect("it can be read");
    let header_len = u32::from_ne_bytes(sound[28..32].try_into().expect("four bytes"));
    for at in 0..header_len as usize {
        let mut bytes = sound.clone();
        bytes[at] ^= 1;
        fs::write(&path, &bytes).expect("it can be written");
        let (_, other) = opened(&dir, "example.com/tool");
        // Of the value of TimeEnd alone some changes are another end that can be.
        let end_alone = (73..93).contains(&at);
        assert!(other != path || end_alone, "{at}");
        assert_eq!(fs::read(&path).expect("it can be read"), bytes, "{at}");
    }
}

// test[open.second]
#[test]
fn a_program_whose_name_is_taken_uses_the_one_with_its_hash() {
    let (_home, dir) = home();
    let (_, first) = opened(&dir, "example.com/tool");
    assert_eq!(first, first_name(&dir));
    for program in ["example.org/tool", "example.net/x/tool"] {
        let (_, second) = opened(&dir, program);
        assert_eq!(second, second_name(&dir, program));
        // The weekday has no part in it.
        fs::write(dir.weekends_file(), "2\n").expect("it can be written");
        assert_eq!(opened(&dir, program).1, second);
    }
}

// test[open.second]
#[test]
fn a_program_whose_second_name_is_taken_as_well_keeps_its_counts() {
    let (_home, dir) = home();
    let (_, first) = opened(&dir, "example.com/tool");
    let second = second_name(&dir, "example.org/tool");
    fs::copy(&first, &second).expect("it can be copied");
    let recorder = new_recorder();
    let counter: &'static Counter = Box::leak(Box::new(Counter::of("runs", recorder)));
    counter.add(3);
    let reason = open_as(recorder, &dir, "example.org/tool").expect_err("both names are taken");
    assert!(reason.to_string().contains("[open.second]"), "{reason}");
    counter.add(4);
    assert_eq!(recorder.waiting(), 7);
    let read = |path: &Path| fs::read(path).expect("it can be read");
    assert!(read(&first) == read(&second));
    assert_eq!(dir.count_files().expect("listed").len(), 2);
}

// test[open.file]
#[test]
fn what_is_no_count_file_is_left_alone_and_counts_stay() {
    for kind in [
        "a directory",
        "a pipe",
        "a device",
        "a link to nothing",
        "too long",
    ] {
        let (_home, dir) = home();
        let path = first_name(&dir);
        match kind {
            "a directory" => fs::create_dir(&path).expect("a directory can be made"),
            "a pipe" => {
                let status = Command::new("mkfifo").arg(&path).status();
                assert!(status.expect("there is a mkfifo").success());
            }
            "a device" => symlink("/dev/zero", &path).expect("a link can be made"),
            "a link to nothing" => symlink("nothing", &path).expect("a link can be made"),
            _ => {
                // But for its length the file is one that could be joined.
                drop(opened(&dir, "example.com/tool"));
                let file = File::options().write(true).open(&path);
                let file = file.expect("it can be opened");
                file.set_len((64 << 20) + 1).expect("it can be made longer");
            }
        }
        let before = fs::symlink_metadata(&path).expect("it is there");
        let recorder = new_recorder();
        let reason = open_as(recorder, &dir, "example.com/tool").expect_err(kind);
        assert!(matches!(reason, Closed::Dir(_)), "{kind}: {reason}");
        recorder.add(b"runs", 3).expect_err("there is no file");
        assert_eq!(recorder.waiting(), 3, "{kind}");
        let after = fs::symlink_metadata(&path).expect("it is there");
        assert_eq!(
            (after.file_type(), after.len(), after.modified().ok()),
            (before.file_type(), before.len(), before.modified().ok()),
            "{kind}"
        );
        assert_eq!(dir.count_files().expect("listed"), [path], "{kind}");
    }
}

// test[open.wait]
#[test]
fn a_new_file_that_stays_short_is_waited_for_and_then_that_of_another() {
    let (_home, dir) = home();
    let path = first_name(&dir);
    for content in [&b""[..], b"# telemetry/counter file v1\n"] {
        fs::write(&path, content).expect("it can be written");
        let start = Instant::now();
        let (_, other) = opened(&dir, "example.com/tool");
        let took = start.elapsed();
        assert!(took >= Duration::from_millis(50), "{took:?}");
        assert_eq!(other, second_name(&dir, "example.com/tool"));
        assert_eq!(fs::read(&path).expect("it can be read"), content);
    }
}

// test[open.wait]
#[test]
fn a_new_file_that_is_finished_a_moment_later_is_joined() {
    let (_home, sample) = home();
    let whole = fs::read(opened(&sample, "example.com/tool").1).expect("it can be read");
    // On a busy machine the moment can be too long.
    let joined_late = (0..20).any(|_| {
        let (_home, dir) = home();
        let path = first_name(&dir);
        fs::write(&path, "").expect("it can be written");
        let started = AtomicBool::new(false);
        thread::scope(|scope| {
            let opening = scope.spawn(|| {
                started.store(true, Ordering::Release);
                opened(&dir, "example.com/tool").1
            });
            while !started.load(Ordering::Acquire) {
                thread::yield_now();
            }
            thread::sleep(Duration::from_millis(10));
            fs::write(&path, &whole).expect("it can be written");
            opening.join().expect("no panic") == path
        })
    });
    assert!(joined_late);
}

static IN_PROCESS: Counter = Counter::new("opening/in-process");

#[test]
fn the_recorder_of_the_process_counts_where_it_was_opened() {
    let (_home, dir) = home();
    IN_PROCESS.add(3);
    recorder::open(&dir, &tool("a/tool")).expect("it can be opened");
    IN_PROCESS.add(4);
    let path = recorder::DEFAULT.path().expect("it is open");
    assert!(path.starts_with(dir.local()), "{}", path.display());
    assert_eq!(IN_PROCESS.read().expect("it can be read"), 7);
    let bytes = fs::read(path).expect("it can be read");
    let counts = gotelemetry::format::parse(&bytes)
        .expect("it is sound")
        .counts();
    assert_eq!(counts[&b"opening/in-process"[..]], 7);
}

#[test]
fn reasons_lead_to_what_the_system_said() {
    let error = DirError::Io {
        action: "read",
        path: PathBuf::from("a"),
        source: std::io::ErrorKind::NotFound.into(),
    };
    let closed = Closed::from(error);
    let source = closed.source().expect("the system refused").to_string();
    assert_eq!(closed.to_string(), format!("a: cannot read: {source}"));
    assert!(Closed::Off.source().is_none());
}
