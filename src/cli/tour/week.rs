//! The tour's week: it ends, its report is made, and what a config approves goes to a collector on
//! loopback.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::thread;
use std::time::Duration;

use super::super::{CliError, Context, Result};
use super::{PROCESSES, verdict};
use crate::dir::{DirError, TelemetryDir, read_report};
use crate::format::date::{Date, Span, Time};
use crate::format::identity::{goarch, goos};
use crate::mode::{self, Mode};
use crate::report::Report;
use crate::week;

/// No request of the tour takes longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lets the week of a directory end and what a config approves be sent. Returns whether that
/// arrived, and nothing else.
pub(super) fn ends(context: &mut Context<'_>, dir: &TelemetryDir, root: &Path) -> Result<bool> {
    writeln!(
        context.out,
        "5. The week ends. A config approves two of the four counters, and the mode is on:\n"
    )?;
    let (end, later) = end(context, dir)?;
    // Long enough ago for all of the week to have been counted after it.
    let since = context.now.date().plus_days(-30).unwrap_or(end);
    mode::set(dir, Mode::On, since)?;
    let config = root.join("config.json");
    fs::write(&config, config_text()).map_err(DirError::io("write", &config))?;
    let listener = TcpListener::bind("127.0.0.1:0").map_err(DirError::io("listen in", root))?;
    let address = listener
        .local_addr()
        .map_err(DirError::io("listen in", root))?;
    let collector = thread::Builder::new().spawn(move || received(&listener));
    let collector = collector.map_err(DirError::io("start a collector in", root))?;
    let url = format!("http://{address}/upload");
    for more in [&["--dry-run"][..], &[]] {
        let words = [&["$ gotelemetry upload"], more].concat();
        writeln!(context.out, "{}", words.join(" "))?;
        let mut process = Process::new(this()?);
        process
            .env_clear()
            .arg("upload")
            .arg("--dir")
            .arg(dir.root());
        process.arg("--config").arg(&config).args(["--url", &url]);
        process.args(["--config-version", "v0.1.0", "--now", &later.to_string()]);
        let output = process.args(more).stdin(Stdio::null()).output();
        let output = output.map_err(DirError::io("start", Path::new("gotelemetry upload")))?;
        context.out.write_all(&output.stdout)?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            // Whoever waits for a report has to stop waiting.
            drop(TcpStream::connect(address));
            return Err(CliError::Failed(said.trim().to_owned()));
        }
    }
    let body = collector.join().unwrap_or_default().unwrap_or_default();
    let good = is_as_approved(dir, end, &body)?;
    let what = "what was approved arrived, nothing else, and all of it is kept here";
    writeln!(context.out, "\n{}\n", verdict(what, good))?;
    Ok(good)
}

/// The day on which the week of the directory ends, and a time after it.
fn end(context: &Context<'_>, dir: &TelemetryDir) -> Result<(Date, Time)> {
    let weekend = week::read(dir)?.ok_or(DirError::NoWeek)?;
    let span = Span::beginning(context.now.date(), weekend);
    let end = span.map(|span| span.end).ok_or(DirError::NoWeek)?;
    let later = end.plus_days(1).ok_or(DirError::NoWeek)?;
    Ok((end, later.midnight()))
}

fn this() -> Result<std::path::PathBuf> {
    let this = std::env::current_exe();
    Ok(this.map_err(DirError::io("find", Path::new("this program")))?)
}

/// A config that has two counters of the tool.
fn config_text() -> String {
    format!(
        "{{\"GOOS\":[\"{}\"],\"GOARCH\":[\"{}\"],\"GoVersion\":[\"go1.27.3\"],\"Programs\":[{{\
         \"Name\":\"example.com/tool\",\"Versions\":[\"v1.2.0\"],\"Counters\":[\
         {{\"Name\":\"tool/invocations\",\"Rate\":1}},{{\"Name\":\"tool/flag:{{v,x}}\",\"Rate\":1}}\
         ]}}]}}\n",
        goos(),
        goarch()
    )
}

/// The body of the first report that comes, which is answered with status 200.
fn received(listener: &TcpListener) -> Option<Vec<u8>> {
    let (mut stream, _) = listener.accept().ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = request.windows(4).position(|four| four == b"\r\n\r\n") {
            let (head, body) = request.split_at_checked(end + 4)?;
            let head = String::from_utf8_lossy(head).to_lowercase();
            let (_, len) = head.split_once("content-length: ")?;
            let len: usize = len.lines().next()?.parse().ok()?;
            if body.len() >= len {
                let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
                stream.write_all(answer).ok()?;
                return Some(body.to_vec());
            }
        }
        let len = stream.read(&mut buffer).ok().filter(|len| *len > 0)?;
        request.extend(buffer.get(..len)?);
    }
}

/// Whether a body holds what the config approves and no more, and the local report all there was.
fn is_as_approved(dir: &TelemetryDir, end: Date, body: &[u8]) -> Result<bool> {
    let (Ok(sent), Ok(local)) = (
        Report::parse(body),
        Report::parse(&read_report(&dir.local_report(end))?),
    ) else {
        return Ok(false);
    };
    let counted = |report: &Report| -> Vec<(Vec<u8>, i64)> {
        let programs = report.programs.iter();
        let names = programs.flat_map(|program| program.counters.iter().chain(&program.stacks));
        names.map(|(name, count)| (name.clone(), *count)).collect()
    };
    let processes = i64::try_from(PROCESSES).unwrap_or_default();
    let approved = [&b"tool/flag:v"[..], b"tool/invocations"];
    let approved = approved.map(|name| (name.to_vec(), processes));
    Ok(counted(&sent) == approved && counted(&local).len() == super::COUNTS.len())
}
