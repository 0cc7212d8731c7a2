//! The command `driver`: what it does with requests that no suite should send.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

/// The longest line, in bytes, its end aside.
const MAX_LINE: usize = 16 << 20;

/// What the driver answers, and whether it ended well.
fn answers(requests: Vec<u8>) -> (Vec<String>, bool) {
    let mut driver = Command::new(env!("CARGO_BIN_EXE_gotelemetry"))
        .arg("driver")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    let mut stdin = driver.stdin.take().expect("it has an input");
    // It may end before it has read all.
    let writer = thread::spawn(move || drop(stdin.write_all(&requests)));
    let output = driver.wait_with_output().expect("it ends");
    writer.join().expect("no panic");
    let text = String::from_utf8(output.stdout).expect("answers are text");
    let lines = text.lines().map(str::to_owned).collect();
    (lines, output.status.success())
}

fn answer(request: &str) -> String {
    let (answers, good) = answers(format!("{request}\n").into_bytes());
    assert!(good && answers.len() == 1, "{request}: {answers:?}");
    answers.concat()
}

const IDENTITY: &str =
    r#"{"program":"p","version":"v1.0.0","go_version":"go1.27","goos":"linux","goarch":"amd64"}"#;

// test[driver.paths]
#[test]
#[cfg(target_os = "linux")]
fn a_path_that_leads_out_of_the_directory_is_an_error_and_touches_nothing() {
    let home = tempfile::tempdir().expect("a directory");
    let (dir, file) = (home.path().join("case"), home.path().join("precious"));
    fs::create_dir(&dir).expect("it can be made");
    fs::write(&file, "theirs").expect("it can be written");
    let (dir, absolute) = (dir.display(), file.display().to_string());
    for path in [absolute.as_str(), "../precious", "sub/../../precious"] {
        let step = |what: &str| {
            format!(
                r#""write","args":{{"identity":{IDENTITY},"environment":{{}},"steps":[{{"do":"{what}","file":"{path}","bytes":"00"}}]}}"#
            )
        };
        let race = format!(
            r#""race","args":{{"identity":{IDENTITY},"now":"2026-11-21T00:00:00Z","barrier":"{path}","names":["61"],"rounds":1,"cold":true}}"#
        );
        let read = |op: &str| format!(r#""{op}","args":{{"file":"{path}"}}"#);
        let with_config = |op: &str| {
            format!(
                r#""{op}","args":{{"file":"r.json","environment":{{}},"now":"2026-11-21T00:00:00Z","config":"{path}","config_version":null,"x":"0"}}"#
            )
        };
        for op in [
            step("put"),
            step("delete"),
            race,
            read("read-file"),
            read("read-report"),
            read("read-config"),
            read("config-has"),
            with_config("report"),
            with_config("verdicts"),
            with_config("ready"),
            with_config("check-report"),
        ] {
            let answer = answer(&format!(r#"{{"run":"a","dir":"{dir}","op":{op}}}"#));
            assert!(answer.contains(r#""outcome":"error""#), "{op}: {answer}");
            assert!(answer.contains("[driver.paths]"), "{op}: {answer}");
            let content = fs::read_to_string(&file).expect("it is still there");
            assert_eq!(content, "theirs", "{op}");
        }
    }
}

#[test]
fn what_the_end_of_the_stream_cuts_off_is_no_request() {
    let (lines, good) = answers(b"{\"hello\":1}\n{\"hello\":1}".to_vec());
    assert_eq!((lines.len(), good), (1, true), "{lines:?}");
}

#[test]
fn a_line_of_16_mib_is_a_request_and_a_longer_one_is_none() {
    let of_len = |len: usize| {
        let mut line = br#"{"run":"a","op":"dance","dir":"/","args":{},"more":""#.to_vec();
        line.resize(len - 2, b'x');
        line.extend(b"\"}\n{\"hello\":1}\n");
        line
    };
    let (lines, good) = answers(of_len(MAX_LINE));
    assert_eq!((lines.len(), good), (2, true), "{lines:?}");
    let (lines, good) = answers(of_len(MAX_LINE + 1));
    assert_eq!((lines.len(), good), (0, false), "{lines:?}");
}
