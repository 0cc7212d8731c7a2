//! Go's uploader and ours, as processes over a telemetry directory, and what they leave and send.

#![allow(
    dead_code,
    reason = "each test of uploaders uses a part of this module"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::web::{Reply, Request, Server};

/// What a collector answers.
pub(crate) type Answer = fn(&Request) -> Reply;

/// What an uploader is called with.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// The telemetry directory, which is copied.
    pub(crate) dir: PathBuf,
    /// The present time, or `now` for that of the clock.
    pub(crate) now: String,
    /// The upload config.
    pub(crate) config: PathBuf,
    /// Its version.
    pub(crate) version: &'static str,
}

/// What an uploader has left and sent.
pub(crate) struct Seen {
    pub(crate) output: Output,
    /// The files of the directory with their bytes, by their paths in it.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// What the collector was asked.
    pub(crate) requests: Vec<Request>,
}

impl Seen {
    pub(crate) fn file(&self, name: &str) -> Result<&[u8], String> {
        let file = self.files.get(name).map(Vec::as_slice);
        let names = || self.files.keys().collect::<Vec<_>>();
        file.ok_or_else(|| format!("no {name} among {:?}", names()))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// The paths that were asked for, in order.
    pub(crate) fn paths(&self) -> Vec<&str> {
        let paths = self.requests.iter().map(|request| request.path.as_str());
        paths.collect()
    }
}

/// Go's uploader.
pub(crate) fn go(driver: &Path, dir: &Path, url: &str, case: &Case, x: Option<&str>) -> Command {
    let mut command = Command::new(driver);
    command.env_clear().arg("upload").arg(dir).arg(url);
    command
        .arg(&case.config)
        .args([case.version, &case.now])
        .args(x);
    command
}

/// Ours.
pub(crate) fn ours(dir: &Path, url: &str, case: &Case) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gotelemetry"));
    command
        .env_clear()
        .args(["upload", "--json", "--dir"])
        .arg(dir);
    command.args(["--url", url, "--config-version", case.version]);
    command.arg("--config").arg(&case.config);
    if case.now != "now" {
        command.args(["--now", &case.now]);
    }
    command
}

/// Lets an uploader work on a copy of the directory, with a collector that answers like this.
pub(crate) fn run(
    case: &Case,
    reply: Answer,
    uploader: impl FnOnce(&Path, &str) -> Command,
) -> Result<Seen, String> {
    let copy = TempDir::new().map_err(|error| error.to_string())?;
    copy_tree(&case.dir, copy.path())?;
    let server = Server::start(reply);
    let mut command = uploader(copy.path(), &server.url);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    Ok(Seen {
        output,
        files: files(copy.path())?,
        requests: server.requests(),
    })
}

/// All files below a directory with their bytes, by their paths in it.
pub(crate) fn files(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(dir) = open.pop() {
        for path in entries(&dir)? {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(root).map_err(|error| error.to_string())?;
            let bytes = fs::read(&path).map_err(|error| told(&path, &error))?;
            found.insert(name.to_string_lossy().into_owned(), bytes);
        }
    }
    Ok(found)
}

/// Copies files and directories with the times of their last changes.
fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    fs::create_dir_all(to).map_err(|error| told(to, &error))?;
    for from in entries(from)? {
        let to = to.join(from.file_name().unwrap_or_default());
        if from.is_dir() {
            copy_tree(&from, &to)?;
            continue;
        }
        let copied = fs::copy(&from, &to).and_then(|_| {
            let changed = fs::metadata(&from)?.modified()?;
            let file = fs::File::options().append(true).open(&to)?;
            file.set_modified(changed)
        });
        copied.map_err(|error| told(&from, &error))?;
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(dir).map_err(|error| told(dir, &error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: Result<Vec<PathBuf>, _> = paths.collect();
    paths.map_err(|error| told(dir, &error))
}

/// The X of a report as it is written there.
pub(crate) fn x_of(report: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(report).ok()?;
    let (_, rest) = text.split_once("\n \"X\": ")?;
    rest.split_once(',').map(|(x, _)| x)
}

/// A report with `X` in place of its X.
pub(crate) fn without_x(report: &[u8]) -> Vec<u8> {
    let Some(x) = x_of(report) else {
        return report.to_vec();
    };
    let text = String::from_utf8_lossy(report);
    let masked = text.replacen(&format!("\n \"X\": {x},"), "\n \"X\": X,", 1);
    masked.into_bytes()
}

/// An error that names the first difference between what Go's uploader and ours have left and
/// sent; `same` makes equal what may differ.
pub(crate) fn compare(
    theirs: &Seen,
    ours: &Seen,
    same: fn(&[u8]) -> Vec<u8>,
) -> Result<(), String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(&same(bytes)).into_owned();
    let names = theirs.files.keys().chain(ours.files.keys());
    // Go's programs do not know that file.
    for name in names.filter(|name| *name != "local/upload.lock") {
        let (theirs, ours) = (theirs.files.get(name), ours.files.get(name));
        let (theirs, ours) = (theirs.map(|file| text(file)), ours.map(|file| text(file)));
        if theirs != ours {
            return Err(format!("{name}\n  Go: {theirs:?}\nours: {ours:?}"));
        }
    }
    let sent = |seen: &Seen| {
        let mut sent: Vec<[String; 5]> = seen.requests.iter().map(|one| sent(one, same)).collect();
        // Go sends what it makes in no particular order.
        sent.sort();
        sent
    };
    let (theirs, ours) = (sent(theirs), sent(ours));
    match theirs == ours {
        true => Ok(()),
        false => Err(format!("requests\n  Go: {theirs:?}\nours: {ours:?}")),
    }
}

/// What has to be equal of a request.
fn sent(request: &Request, same: fn(&[u8]) -> Vec<u8>) -> [String; 5] {
    let header = |name| request.header(name).unwrap_or_default().to_owned();
    // A masked X has another length.
    let len = header("content-length") == request.body.len().to_string();
    [
        request.path.clone(),
        request.method.clone(),
        header("content-type"),
        format!("{len} {}", header("transfer-encoding")),
        String::from_utf8_lossy(&same(&request.body)).into_owned(),
    ]
}

pub(crate) fn told(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
