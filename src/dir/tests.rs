//! How files are opened and read, and which names tools can have.

use std::io::Write as _;
use std::time::{Duration, Instant};

use super::*;

// test[read.live]
#[test]
fn what_was_read_is_brought_up_to_the_limit_that_is_there_afterwards() {
    let text = "TimeBegin: 2026-11-21T00:00:00Z\n\n";
    let head = header::encode(text.as_bytes(), header::ByteOrder::Little).expect("short");
    let mut stale = head.clone();
    stale.resize(layout::PAGE as usize, 0);
    let mut fresh = stale.clone();
    fresh.resize(2 * layout::PAGE as usize, 7);
    let limit = fresh.len() as u32 - 32;
    fresh[head.len()..head.len() + 4].copy_from_slice(&limit.to_le_bytes());
    let mut file = tempfile::tempfile().expect("a file can be made");
    file.write_all(&fresh).expect("it can be written");
    catch_up(&file, &mut stale).expect("it can be read");
    assert!(stale == fresh);
}

// test[dir.tool.name]
#[test]
fn a_tool_has_a_name_that_is_one_element_and_not_go() {
    let environment = Environment {
        config_home: Some(PathBuf::from("/config")),
        ..Environment::default()
    };
    let of = |name| TelemetryDir::of_tool(name, &environment);
    for name in [
        "", "go", "GO", "Go", ".", ".a", "..", "a.", "a ", "a/b", "a\\b", "a:b", "a\n", "\u{85}",
    ] {
        assert!(
            matches!(of(name), Err(DirError::ToolName { .. })),
            "{name:?}"
        );
    }
    for name in ["a", "gop", "ago", "a.b", " a", "a b"] {
        let dir = of(name).expect("a tool can have this name");
        assert_eq!(
            dir.root(),
            Path::new("/config").join(name).join("telemetry")
        );
    }
    let nowhere = TelemetryDir::of_tool("a", &Environment::default());
    assert!(matches!(nowhere, Err(DirError::NoDirectory)));
}

#[cfg(unix)]
#[test]
fn opening_never_waits_and_no_program_that_is_started_inherits_a_file() {
    let file = open(Path::new("/dev/null")).expect("it is there");
    let flags = rustix::io::fcntl_getfd(&file).expect("it is open");
    assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
    let flags = rustix::fs::fcntl_getfl(&file).expect("it is open");
    assert!(flags.contains(rustix::fs::OFlags::NONBLOCK));
}

#[test]
fn errors_lead_to_their_cause() {
    use std::error::Error as _;
    let io = DirError::io("read", Path::new("a"))(io::ErrorKind::NotFound.into());
    let cause = io.source().expect("it has a cause").to_string();
    assert_eq!(io.to_string(), format!("a: cannot read: {cause}"));
    let error = FormatError::at(3, crate::format::Rule::Date);
    let path = PathBuf::from("a");
    let content = DirError::Content { path, error };
    let cause = content.source().map(ToString::to_string);
    assert_eq!(cause, Some(error.to_string()));
    assert!(DirError::NoWeek.source().is_none());
}

// test[dir.files]
#[test]
fn a_file_is_read_up_to_the_greatest_length_that_belongs_there() {
    let file = tempfile::NamedTempFile::new().expect("a file can be made");
    let set_len = |len| file.as_file().set_len(len).expect("it can be made longer");
    set_len(16 << 20);
    let report = read_report(file.path()).expect("it is no longer than it may be");
    assert_eq!(report.len(), 16 << 20);
    #[cfg(feature = "cli")]
    assert!(read_config(file.path()).expect("it is no longer than it may be") == report);
    set_len((16 << 20) + 1);
    let error = read_report(file.path()).expect_err("it is too long");
    assert!(matches!(
        error,
        DirError::TooLong {
            max: 0x100_0000,
            ..
        }
    ));
    // One byte too many shows the parser that it is.
    set_len((64 << 20) + 2);
    let count_file = read_count_file(file.path()).expect("it can be read");
    assert_eq!(count_file.len(), (64 << 20) + 1);
}

#[test]
fn only_what_is_not_there_is_missing() {
    let io = |kind: io::ErrorKind| DirError::io("read", Path::new("a"))(kind.into());
    assert!(io(io::ErrorKind::NotFound).is_missing());
    assert!(!io(io::ErrorKind::PermissionDenied).is_missing());
    assert!(!DirError::NoWeek.is_missing());
}

// test[dir.where]
#[test]
fn the_environment_names_the_directory_and_else_the_users_holds_it() {
    let mut environment = Environment::default();
    let root = |of: &Environment| TelemetryDir::of_go(of).map(|dir| dir.root().to_owned());
    assert_eq!(root(&environment), None);
    environment.config_home = Some(PathBuf::from("/config"));
    assert_eq!(root(&environment), Some("/config/go/telemetry".into()));
    environment.directory = Some(PathBuf::from("/named"));
    assert_eq!(root(&environment), Some("/named".into()));
}

// test[report.names]
#[test]
fn reports_are_found_by_the_end_of_their_week() {
    let home = tempfile::tempdir().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    let date = |text| Date::parse(text).expect("a date");
    let [early, late] = ["2026-11-13", "2026-11-20"].map(date);
    assert_eq!(dir.last_upload().expect("nothing was sent"), None);
    fs::create_dir(dir.local()).expect("a directory can be made");
    fs::create_dir(dir.upload()).expect("a directory can be made");
    let local = [dir.ready_report(late), dir.local_report(early)];
    let sent = [dir.uploaded(early), dir.uploaded(late)];
    for path in local.iter().chain(&sent).chain([&dir.weekends_file()]) {
        fs::write(path, "{}").expect("it can be written");
    }
    assert!(home.path().join("local/local.2026-11-13.json").exists());
    assert!(home.path().join("local/2026-11-20.json").exists());
    assert!(home.path().join("upload/2026-11-20.json").exists());
    let found = |directory: PathBuf| TelemetryDir::reports(&directory).expect("it can be listed");
    assert_eq!(found(dir.local()), local);
    assert_eq!(found(dir.upload()), sent);
    assert_eq!(dir.last_upload().expect("it can be listed"), Some(late));
    let [ready, whole] = local;
    assert_eq!(
        (upload_week(&ready), upload_week(&whole)),
        (Some(late), None)
    );
    assert_eq!(
        (report_week(&ready), report_week(&whole)),
        (Some(late), Some(early))
    );
}

#[test]
fn a_directory_that_is_missing_is_empty_and_one_that_is_none_an_error() {
    let home = tempfile::tempdir().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    assert_eq!(dir.count_files().expect("nothing is there").len(), 0);
    fs::write(dir.local(), "no directory").expect("it can be written");
    assert!(dir.count_files().is_err());
}

/// A file of three bytes that was changed so many seconds ago.
fn short_file(age: i64) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a file can be made");
    file.write_all(b"new").expect("there is room");
    let then = u64::try_from(system::now().unix() - age).expect("it is past 1970");
    let then = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(then);
    file.as_file().set_modified(then).expect("it can be set");
    file
}

/// Whether a short file that was changed so many seconds ago is read for 50 ms.
fn is_waited_for(age: i64) -> bool {
    let file = short_file(age);
    let start = Instant::now();
    assert_eq!(read_count_file(file.path()).expect("it is there"), b"new");
    start.elapsed() >= Duration::from_millis(50)
}

// test[read.short]
#[test]
fn a_short_file_is_read_for_50_ms_if_it_was_changed_in_the_last_second() {
    assert!(is_waited_for(-2));
    // A second may end meanwhile.
    assert!((0..20).any(|_| is_waited_for(1)));
    // On a busy machine one reading can take long.
    assert!(!(0..20).all(|_| is_waited_for(3)));
    assert!(!(0..20).all(|_| is_waited_for(3600)));
}

// test[read.short]
#[test]
fn a_short_file_is_not_waited_for_without_end() {
    let file = short_file(-3600);
    let path = file.path().to_owned();
    let reading = std::thread::spawn(move || read_count_file(&path).map(|bytes| bytes.len()));
    for _ in 0..500 {
        system::pause();
        if reading.is_finished() {
            break;
        }
    }
    assert!(reading.is_finished(), "it is waited for after 2.5 s");
}
