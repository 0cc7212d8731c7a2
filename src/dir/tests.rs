//! How files are opened and read, and which names tools can have.

use std::io::Write as _;

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
fn no_program_that_is_started_inherits_a_file() {
    let file = open(Path::new("/dev/null")).expect("it is there");
    let flags = rustix::io::fcntl_getfd(&file).expect("it is open");
    assert!(flags.contains(rustix::io::FdFlags::CLOEXEC));
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
