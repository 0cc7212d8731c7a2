//! A driver as a process: lines in, lines out, and an end whatever it does.
//!
//! A driver may hang, flood, close its pipes or leave processes behind that hold them open. So
//! each pipe has a thread that may wait for ever, nobody waits for a thread, and what waits for a
//! line looks at the process as well. On Linux a driver leads a process group, which is killed
//! before its end is taken note of: its number cannot belong to others then. What the lines say is
//! not known here.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A line is no longer, in bytes, its end aside.
const MAX_LINE: u64 = 16 << 20;

/// How much is kept of the end of standard error, in bytes.
const KEPT_ERRORS: usize = 4096;

/// How many lines of it are shown.
const SHOWN_ERRORS: usize = 4;

/// How often the process is looked at while a line is waited for.
const TICK: Duration = Duration::from_millis(10);

/// How long what a process wrote before it ended can be on its way.
const GRACE: Duration = Duration::from_millis(200);

/// Variables that change what programs count, and that are the user's, not the driver's.
const NOT_PASSED_ON: [&str; 3] = ["GOTELEMETRY", "GOTELEMETRYDIR", "DO_NOT_TRACK"];

/// How a driver is started.
///
/// # Examples
///
/// ```
/// use gotelemetry::conformance::DriverCommand;
/// let driver = DriverCommand::split("go run ./driver").unwrap();
/// assert_eq!(driver, DriverCommand::new("go", ["run", "./driver"]));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriverCommand {
    program: OsString,
    args: Vec<OsString>,
}

impl DriverCommand {
    /// The program `program` with arguments.
    pub fn new<A: Into<OsString>>(
        program: impl Into<OsString>,
        args: impl IntoIterator<Item = A>,
    ) -> DriverCommand {
        DriverCommand {
            program: program.into(),
            args: args.into_iter().map(Into::into).collect(),
        }
    }

    /// A program and its arguments, each without white space in it; `None` if there is no program.
    pub fn split(text: &str) -> Option<DriverCommand> {
        let mut words = text.split_whitespace();
        Some(DriverCommand::new(words.next()?, words))
    }
}

impl fmt::Display for DriverCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.program.display())?;
        self.args
            .iter()
            .try_for_each(|arg| write!(f, " {}", arg.display()))
    }
}

/// Why there is no line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// The process ended, or closed its standard output.
    Ended,
    /// It is too late.
    Late,
    /// The line is too long.
    TooLong,
}

/// A process that answers. It is killed when dropped.
pub(super) struct Peer {
    child: Child,
    /// Requests on their way; none once standard input is to be closed.
    requests: Option<Sender<Vec<u8>>>,
    /// `None` for one that is too long.
    lines: Receiver<Option<Vec<u8>>>,
    errors: Arc<Mutex<Vec<u8>>>,
    /// Hung up when standard error has ended.
    errors_end: Receiver<()>,
}

impl Peer {
    pub(super) fn start(command: &DriverCommand) -> io::Result<Peer> {
        let mut process = Command::new(&command.program);
        process
            .args(&command.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        for variable in NOT_PASSED_ON {
            process.env_remove(variable);
        }
        lead_a_group(&mut process);
        let child = process.spawn()?;
        let (requests, to_write) = channel::<Vec<u8>>();
        // One line waits here, the next in the thread; the driver waits with the rest.
        let (line_read, lines) = sync_channel(1);
        let errors = Arc::new(Mutex::new(Vec::new()));
        let (end, errors_end) = channel();
        let kept = Arc::clone(&errors);
        let mut peer = Peer {
            child,
            requests: Some(requests),
            lines,
            errors,
            errors_end,
        };
        // Where there are no threads left, the peer is dropped, which kills the process.
        if let Some(mut stdin) = peer.child.stdin.take() {
            spawn(move || {
                // A driver that does not listen is noticed by what it answers.
                let _ = to_write.iter().try_for_each(|line| stdin.write_all(&line));
            })?;
        }
        if let Some(stdout) = peer.child.stdout.take() {
            spawn(move || read_lines(stdout, &line_read))?;
        }
        if let Some(stderr) = peer.child.stderr.take() {
            spawn(move || {
                keep_tail(stderr, &kept);
                drop(end);
            })?;
        }
        Ok(peer)
    }

    /// Sends a line, which ends with its end, without waiting for the driver to take it.
    pub(super) fn send(&self, line: Vec<u8>) {
        if let Some(requests) = &self.requests {
            // A driver that closed its standard input is noticed by what it answers.
            let _ = requests.send(line);
        }
    }

    /// Closes standard input as soon as all that was sent is written.
    pub(super) fn close(&mut self) {
        self.requests = None;
    }

    /// The next line, without its end. A last line without an end is none.
    pub(super) fn line(&mut self, deadline: Instant) -> Result<Vec<u8>, Silence> {
        let mut ended = false;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // Looked at first, so that a flood of lines ends as well.
            if left.is_zero() {
                return Err(Silence::Late);
            }
            let wait = if ended { GRACE } else { TICK };
            match self.lines.recv_timeout(left.min(wait)) {
                Ok(line) => return line.ok_or(Silence::TooLong),
                Err(RecvTimeoutError::Disconnected) => return Err(Silence::Ended),
                // Another process may hold the pipe open.
                Err(RecvTimeoutError::Timeout) if ended => return Err(Silence::Ended),
                Err(RecvTimeoutError::Timeout) => ended = has_ended(&mut self.child),
            }
        }
    }

    /// Waits until the process has ended by itself, but no longer than to the deadline.
    pub(super) fn await_end(&mut self, deadline: Instant) -> bool {
        loop {
            if has_ended(&mut self.child) {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::sleep(left.min(TICK));
        }
    }

    /// Ends the process; how it had ended by itself, if it had.
    pub(super) fn finish(&mut self) -> Option<ExitStatus> {
        let by_itself = self.await_end(Instant::now() + GRACE);
        kill(&mut self.child);
        let status = self.child.wait().ok();
        status.filter(|_| by_itself)
    }

    /// The last lines of standard error, shortened; all of them once the process has ended.
    pub(super) fn last_words(&self) -> Option<String> {
        // It hangs up when all has been read, unless another process holds the pipe open.
        let _ = self.errors_end.recv_timeout(GRACE);
        let kept = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let lines: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
        let shown = lines.get(lines.len().saturating_sub(SHOWN_ERRORS)..)?;
        (!shown.is_empty()).then(|| shown.join(" | "))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        kill(&mut self.child);
        // It cannot fail for a child of ours; a second wait tells what the first did.
        let _ = self.child.wait();
    }
}

/// Starts a thread that nobody waits for.
fn spawn(run: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(run).map(drop)
}

/// Passes lines on until there are no more, one is too long, or nobody wants them.
fn read_lines(pipe: impl Read, lines: &SyncSender<Option<Vec<u8>>>) {
    let mut pipe = BufReader::new(pipe);
    loop {
        let mut line = Vec::new();
        let read = pipe
            .by_ref()
            .take(MAX_LINE + 1)
            .read_until(b'\n', &mut line);
        let too_long = line.len() as u64 > MAX_LINE;
        let whole = line.pop() == Some(b'\n');
        if read.is_err() || !(whole || too_long) {
            return;
        }
        if lines.send(whole.then_some(line)).is_err() || !whole {
            return;
        }
    }
}

/// Reads to the end, and keeps the last bytes.
fn keep_tail(mut pipe: impl Read, kept: &Mutex<Vec<u8>>) {
    let mut piece = [0; 4096];
    while let Ok(len @ 1..) = pipe.read(&mut piece) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(piece.get(..len).unwrap_or_default());
        let surplus = kept.len().saturating_sub(KEPT_ERRORS);
        kept.drain(..surplus);
    }
}

#[cfg(target_os = "linux")]
fn lead_a_group(process: &mut Command) {
    std::os::unix::process::CommandExt::process_group(process, 0);
}

/// Whether the process has ended; its end is not taken note of.
#[cfg(target_os = "linux")]
fn has_ended(child: &mut Child) -> bool {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    // An error says that its end has been taken note of.
    !matches!(
        waitid(WaitId::Pid(Pid::from_child(child)), options),
        Ok(None)
    )
}

/// Kills the process and all that it started in its group, unless its end has been taken note of.
#[cfg(target_os = "linux")]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    let pid = Pid::from_child(child);
    if waitid(WaitId::Pid(pid), options).is_ok() {
        // What cannot be killed has ended.
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(not(target_os = "linux"))]
fn lead_a_group(_process: &mut Command) {}

#[cfg(not(target_os = "linux"))]
fn has_ended(child: &mut Child) -> bool {
    !matches!(child.try_wait(), Ok(None))
}

#[cfg(not(target_os = "linux"))]
fn kill(child: &mut Child) {
    // What cannot be killed has ended.
    let _ = child.kill();
}
