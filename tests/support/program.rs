//! Runs the program as a user does: as a process of its own, with a home directory of its own.
//!
//! Nothing is in the environment but the home directory and what a test says. A call that hangs is
//! ended and fails its test. What the program does is not known here.

#![allow(
    dead_code,
    reason = "each integration test is a crate of its own and uses a part of this"
)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// No call takes nearly as long, unless it waits for something that never comes.
const DEADLINE: Duration = Duration::from_secs(20);

/// A user's home directory, deleted with the value.
pub(crate) struct Home {
    root: TempDir,
}

impl Home {
    pub(crate) fn new() -> Home {
        Home {
            root: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    /// The home directory itself.
    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The telemetry directory that follows from the home directory. Nobody has made it yet.
    pub(crate) fn dir(&self) -> PathBuf {
        self.root().join(".config/go/telemetry")
    }

    /// Something in the telemetry directory.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir().join(name)
    }

    /// Writes a file in the telemetry directory, and the directories above it.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        make_parent(&path);
        fs::write(&path, content).expect("a test can write its files");
        path
    }

    /// What a file in the telemetry directory says.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there, and is text")
    }

    /// All that lies in the telemetry directory but directories, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut open = vec![self.dir()];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten() {
                let path = entry.expect("the directory can be listed").path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let name = path.strip_prefix(self.dir()).expect("it lies in there");
                    names.push(name.to_string_lossy().into_owned());
                }
            }
        }
        names.sort();
        names
    }

    /// A call of the program by the user who lives here.
    pub(crate) fn call(&self, args: &[&str]) -> Call {
        Call::homeless(args).env("HOME", self.root())
    }

    /// The standard output of a call that must go well.
    #[track_caller]
    pub(crate) fn output(&self, args: &[&str]) -> String {
        let output = self.call(args).run();
        assert_eq!((output.code, output.err.as_str()), (0, ""), "{args:?}");
        output.out
    }
}

/// A call of the program in the making.
pub(crate) struct Call {
    command: Command,
    out: Option<File>,
}

impl Call {
    /// A call with nothing at all in the environment.
    pub(crate) fn homeless(args: &[&str]) -> Call {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
        command.env_clear().args(args);
        Call { command, out: None }
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Call {
        self.command.env(name, value);
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Call {
        self.command.arg(arg);
        self
    }

    pub(crate) fn working_in(mut self, directory: &Path) -> Call {
        self.command.current_dir(directory);
        self
    }

    /// Sends standard output elsewhere; the output then shows none.
    pub(crate) fn onto(mut self, out: File) -> Call {
        self.out = Some(out);
        self
    }

    /// Starts the process, its outputs in pipes.
    pub(crate) fn spawn(mut self) -> Child {
        let out = self.out.map_or_else(Stdio::piped, Stdio::from);
        self.command
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(Stdio::piped());
        self.command.spawn().expect("the program starts")
    }

    pub(crate) fn run(self) -> Output {
        finish(self.spawn())
    }
}

/// How a call ended.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Output {
    /// Panics unless the call ended so.
    #[track_caller]
    pub(crate) fn is(&self, code: i32, out: &str, err: &str) {
        assert_eq!(
            (self.out.as_str(), self.err.as_str(), self.code),
            (out, err, code)
        );
    }
}

/// The line of `status` that begins with `label`, without the label.
pub(crate) fn status_line(status: &str, label: &str) -> String {
    let line = status.lines().find_map(|line| line.strip_prefix(label));
    line.expect("status has the line").trim().to_owned()
}

/// Reads what a process has left to say and waits for its end.
pub(crate) fn finish(mut child: Child) -> Output {
    let out = child.stdout.take().map(gather);
    let err = child.stderr.take().map(gather);
    let text = |pipe: Option<JoinHandle<Vec<u8>>>| {
        let bytes = pipe.map(|pipe| pipe.join().expect("the pipe can be read"));
        String::from_utf8(bytes.unwrap_or_default()).expect("the program writes UTF-8")
    };
    let code = wait(&mut child);
    Output {
        code,
        out: text(out),
        err: text(err),
    }
}

/// Reads a pipe in a thread of its own, so that no process waits for room in it.
fn gather(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("the pipe can be read");
        bytes
    })
}

fn wait(child: &mut Child) -> i32 {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the process is ours") {
            return status.code().expect("no signal ended the program");
        }
        if start.elapsed() > DEADLINE {
            child.kill().expect("the process is ours");
            panic!("the program hangs");
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Makes a named pipe, which nobody opens at the other end.
pub(crate) fn make_pipe(path: &Path) {
    make_parent(path);
    let status = Command::new("mkfifo").arg(path).status();
    assert!(status.expect("there is a mkfifo").success());
}

/// The file that takes nothing: every write to it fails.
pub(crate) fn full() -> File {
    let file = File::options().write(true).open("/dev/full");
    file.expect("Linux has /dev/full")
}

fn make_parent(path: &Path) {
    let parent = path.parent().expect("the path has a directory");
    fs::create_dir_all(parent).expect("a test can make its directories");
}
