//! A test program that starts itself again as another process, which has a role to play.
//!
//! Both sides speak in lines: the process says what it saw, and goes on when it is told to. What
//! the roles do is not known here.

#![allow(
    dead_code,
    reason = "each test that has roles uses a part of this module"
)]

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What stands before the words of a role on the command line.
const MARK: &str = "--role";

/// After this time without a word a process hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The words of the role that this process has, if it has one.
pub(crate) fn of_this_process() -> Option<Vec<String>> {
    let mut args = std::env::args().skip(1);
    (args.next().as_deref() == Some(MARK)).then(|| args.collect())
}

/// This program in the role that the words name.
pub(crate) fn command(words: &[&str]) -> Result<Command, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.env_clear().arg(MARK).args(words);
    Ok(command)
}

/// Says a line to the process that started this one.
pub(crate) fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    // Without a listener nobody cares.
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Waits until the process that started this one says something, or is gone.
pub(crate) fn listen() {
    let _ = std::io::stdin().read_line(&mut String::new());
}

/// A process that was started. It is killed when dropped.
pub(crate) struct Role {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
    complaints: Option<JoinHandle<String>>,
}

impl Role {
    /// Starts this program in a role.
    pub(crate) fn start(words: &[&str]) -> Result<Role, String> {
        Role::of(command(words)?)
    }

    /// Starts a command whose process has a role.
    pub(crate) fn of(mut command: Command) -> Result<Role, String> {
        let piped = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = piped.spawn().map_err(|error| error.to_string())?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout
                .into_iter()
                .flat_map(|out| BufReader::new(out).lines())
            {
                if line.is_ok_and(|line| sender.send(line).is_err()) {
                    return;
                }
            }
        });
        let complaints = thread::spawn(move || {
            let mut text = Vec::new();
            // What was read until an error is shown.
            let _ = stderr.map(|mut stderr| stderr.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        });
        Ok(Role {
            stdin: child.stdin.take(),
            child,
            lines,
            complaints: Some(complaints),
        })
    }

    /// The next line that the process says.
    pub(crate) fn line(&mut self) -> Result<String, String> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Ok(line),
            Err(RecvTimeoutError::Timeout) => Err("a process hangs".to_owned()),
            Err(RecvTimeoutError::Disconnected) => Err(self.last_words()),
        }
    }

    /// The rest of the next line that the process says, which begins with this word.
    pub(crate) fn told(&mut self, word: &str) -> Result<String, String> {
        let line = self.line()?;
        let rest = line.strip_prefix(word).map(|rest| rest.trim().to_owned());
        rest.ok_or_else(|| format!("not {word}: {line}"))
    }

    /// The number that the process says behind this word.
    pub(crate) fn number(&mut self, word: &str) -> Result<u64, String> {
        let text = self.told(word)?;
        text.parse().map_err(|_| format!("no number: {text}"))
    }

    /// Lets the process go on.
    pub(crate) fn go_on(&mut self) -> Result<(), String> {
        let stdin = self.stdin.as_mut().ok_or("stdin was closed")?;
        stdin.write_all(b"\n").map_err(|error| error.to_string())
    }

    /// Waits for the process's end, which has to be a good one, and returns the lines that are
    /// left.
    pub(crate) fn end(mut self) -> Result<Vec<String>, String> {
        self.stdin = None;
        let mut left = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => left.push(line),
                Err(RecvTimeoutError::Timeout) => return Err("a process hangs".to_owned()),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let complaints = self.complaints();
        if status.success() && complaints.is_empty() {
            Ok(left)
        } else {
            Err(format!("a process ended with {status}\n{complaints}"))
        }
    }

    fn last_words(&mut self) -> String {
        let status = self.child.wait();
        format!("a process ended with {status:?}\n{}", self.complaints())
    }

    fn complaints(&mut self) -> String {
        let thread = self.complaints.take();
        let text = thread.map(|thread| thread.join().unwrap_or_default());
        text.unwrap_or_default()
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
