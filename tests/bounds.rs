//! What is read from the telemetry directory: regular files and links to them, and no more of each
//! than such a file can have.

#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use gotelemetry::dir::{DirError, TelemetryDir, read_count_file};
use gotelemetry::mode::{self, Source};
use gotelemetry::system::Environment;
use gotelemetry::week;
use tempfile::TempDir;

/// A telemetry directory with a `local` directory.
fn home() -> (TempDir, TelemetryDir) {
    let home = TempDir::new().expect("a directory can be made");
    let dir = TelemetryDir::at(home.path());
    fs::create_dir(dir.local()).expect("a directory can be made");
    (home, dir)
}

/// A file of `len` bytes that begins with `text` and goes on with `fill`.
fn filled(path: &Path, text: &str, fill: u8, len: usize) -> PathBuf {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(len, fill);
    fs::write(path, bytes).expect("it can be written");
    path.to_owned()
}

/// The bound that a file was found to pass.
fn bound<T>(result: Result<T, DirError>) -> Option<u64> {
    match result {
        Err(DirError::TooLong { max, .. }) => Some(max),
        _ => None,
    }
}

// test[dir.files]
#[test]
fn of_a_count_file_one_byte_more_than_it_can_have_is_read() {
    let (_home, dir) = home();
    let path = dir.local().join("x.v1.count");
    let file = File::create(&path).expect("it can be made");
    for (len, read) in [
        (1 << 16, 1 << 16),
        (67_108_864, 67_108_864),
        (67_108_865, 67_108_865),
        (1 << 33, 67_108_865),
    ] {
        file.set_len(len).expect("it can be made longer");
        let bytes = read_count_file(&path).expect("it can be read");
        assert_eq!(bytes.len(), read, "{len}");
    }
}

// test[dir.files]
#[test]
fn a_mode_or_weekends_file_of_more_than_4096_bytes_is_not_read() {
    let (_home, dir) = home();
    let stated = || {
        let stated = mode::read(Some(&dir), &Environment::default());
        (stated.mode.name(), stated.source)
    };
    filled(&dir.mode_file(), "on 2026-11-21", b' ', 4096);
    assert_eq!(stated(), ("on", Source::File));
    filled(&dir.mode_file(), "on 2026-11-21", b' ', 4097);
    assert_eq!(stated(), ("off", Source::UnknownWord));

    filled(&dir.weekends_file(), "3\n", b' ', 4096);
    let day = week::read(&dir).expect("it can be read");
    assert_eq!(day.map(|day| day.number()), Some(3));
    filled(&dir.weekends_file(), "3\n", b' ', 4097);
    assert_eq!(bound(week::read(&dir)), Some(4096));
}

#[cfg(feature = "cli")]
// test[dir.files]
#[test]
fn a_report_of_more_than_16_mib_is_not_read() {
    let (_home, dir) = home();
    let report = dir.local().join("local.2026-11-14.json");
    let csv = || {
        let mut program = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
        let output = program.env_clear().args(["csv", "--dir"]).arg(dir.root());
        let output = output.output().expect("the program runs");
        String::from_utf8(output.stderr).expect("it writes text")
    };
    filled(&report, "{}", b' ', 16 << 20);
    assert_eq!(csv(), "");
    filled(&report, "{}", b' ', (16 << 20) + 1);
    let said = format!(
        "gotelemetry: {}: longer than 16777216 bytes [dir.files]\n",
        report.display()
    );
    assert_eq!(csv(), said);
}

// test[dir.files]
#[test]
fn a_link_to_a_file_is_read_and_one_to_a_pipe_is_not_waited_for() {
    let (home, dir) = home();
    let path = dir.local().join("x.v1.count");
    let target = filled(&home.path().join("target"), "", 7, 20_000);
    symlink(&target, &path).expect("a link can be made");
    assert_eq!(
        read_count_file(&path).expect("it can be read").len(),
        20_000
    );
    for kind in ["pipe", "directory", "device"] {
        let other = home.path().join(kind);
        match kind {
            "pipe" => {
                let status = Command::new("mkfifo").arg(&other).status();
                assert!(status.expect("there is a mkfifo").success());
            }
            "directory" => fs::create_dir(&other).expect("a directory can be made"),
            _ => symlink("/dev/zero", &other).expect("a link can be made"),
        }
        for link in [&path, &dir.weekends_file(), &dir.mode_file()] {
            drop(fs::remove_file(link));
            symlink(&other, link).expect("a link can be made");
        }
        let counts = read_count_file(&path);
        assert!(matches!(counts, Err(DirError::NotAFile { .. })), "{kind}");
        let weekends = week::read(&dir);
        assert!(matches!(weekends, Err(DirError::NotAFile { .. })), "{kind}");
        let mode = mode::read(Some(&dir), &Environment::default());
        assert_eq!(mode.source, Source::Default, "{kind}");
    }
}
