//! The telemetry directory: where it is, what lies in it, and how files are read from it.
//!
//! Implements `spec/directory.md`. What the files say is not known here.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::format::date::Date;
use crate::format::identity::FILE_SUFFIX;
use crate::format::{FormatError, header, layout};
use crate::system::{self, Environment};

/// No report is longer, in bytes.
// spec[dir.files]
const MAX_REPORT_LEN: u64 = 16 * 1024 * 1024;

/// How many bytes of a count file are read at most: one too many for the parser.
// spec[dir.files]
const MAX_COUNT_FILE_LEN: u64 = layout::MAX_FILE_LEN as u64 + 1;

/// How often a file that may just be made is looked at again: for 50 ms.
const RETRIES: u32 = 10;

/// What keeps a file of the telemetry directory from being used.
#[derive(Debug)]
#[non_exhaustive]
pub enum DirError {
    /// The system refused.
    Io {
        /// What was to be done, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why it was refused.
        source: io::Error,
    },
    /// The content of a file breaks a rule.
    Content {
        /// The file.
        path: PathBuf,
        /// Which rule, and where.
        error: FormatError,
    },
    /// What should be a file is a directory, a pipe or the like.
    NotAFile {
        /// Where it lies.
        path: PathBuf,
    },
    /// A file is longer than anything that belongs there.
    TooLong {
        /// The file.
        path: PathBuf,
        /// The greatest length, in bytes.
        max: u64,
    },
    /// There is no telemetry directory: the user's configuration directory is unknown.
    NoDirectory,
    /// The count files of a program's names belong to others.
    Foreign {
        /// The last one that was tried.
        path: PathBuf,
    },
    /// No week ends after the present day, as the calendar does.
    NoWeek,
    /// No tool outside the Go project can have this name.
    ToolName {
        /// The name.
        name: String,
    },
}

impl DirError {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> DirError {
        let path = path.to_owned();
        move |source| DirError::Io {
            action,
            path,
            source,
        }
    }

    /// Whether what was looked for is not there.
    pub fn is_missing(&self) -> bool {
        match self {
            DirError::Io { source, .. } => source.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }
}

impl fmt::Display for DirError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DirError::Io {
                action,
                path,
                source,
            } => write!(f, "{}: cannot {action}: {source}", path.display()),
            DirError::Content { path, error } => write!(f, "{}: {error}", path.display()),
            DirError::NotAFile { path } => {
                write!(f, "{}: not a regular file [dir.files]", path.display())
            }
            DirError::TooLong { path, max } => {
                write!(f, "{}: longer than {max} bytes [dir.files]", path.display())
            }
            DirError::NoDirectory => write!(
                f,
                "no telemetry directory [dir.where]: give --dir, or set GOTELEMETRYDIR or HOME"
            ),
            DirError::Foreign { path } => {
                write!(
                    f,
                    "{}: belongs to another program [open.second]",
                    path.display()
                )
            }
            DirError::NoWeek => write!(f, "no week ends after this day [week.span]"),
            DirError::ToolName { name } => {
                write!(
                    f,
                    "{name:?} is not the name of a tool outside the Go project [dir.tool.name]"
                )
            }
        }
    }
}

impl std::error::Error for DirError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            DirError::Io { source, .. } => Some(source),
            DirError::Content { error, .. } => Some(error),
            _ => None,
        }
    }
}

/// A telemetry directory. It need not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TelemetryDir {
    root: PathBuf,
}

impl TelemetryDir {
    /// The directory at `root`.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::dir::TelemetryDir;
    /// let dir = TelemetryDir::at("/home/gopher/.config/go/telemetry");
    /// assert!(dir.mode_file().ends_with("telemetry/mode"));
    /// ```
    pub fn at(root: impl Into<PathBuf>) -> TelemetryDir {
        TelemetryDir { root: root.into() }
    }

    /// The directory that programs of the Go project share: what the environment names, else the
    /// user's. `None` if there is no way to tell; telemetry is off then.
    // spec[dir.where]
    pub fn of_go(environment: &Environment) -> Option<TelemetryDir> {
        let named = environment.directory.clone();
        let users = || Some(environment.config_home.as_ref()?.join("go/telemetry"));
        named.or_else(users).map(TelemetryDir::at)
    }

    /// The directory of the tool `name`, which does not belong to the Go project.
    ///
    /// # Errors
    ///
    /// [`DirError::ToolName`] if `name` is `go` in any case, begins or ends with a dot, ends with a
    /// space, or is no single path element;
    /// [`DirError::NoDirectory`] if the user's configuration directory is unknown.
    // spec[dir.tool]
    pub fn of_tool(name: &str, environment: &Environment) -> Result<TelemetryDir, DirError> {
        // spec[dir.tool.name]
        let forbidden = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
        if name.is_empty()
            || name.eq_ignore_ascii_case("go")
            || name.starts_with('.')
            || name.ends_with(['.', ' '])
            || name.contains(forbidden)
        {
            let name = name.to_owned();
            return Err(DirError::ToolName { name });
        }
        let config = environment
            .config_home
            .as_ref()
            .ok_or(DirError::NoDirectory)?;
        Ok(TelemetryDir::at(config.join(name).join("telemetry")))
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that holds the mode.
    pub fn mode_file(&self) -> PathBuf {
        self.root.join("mode")
    }

    /// The directory of count files and of reports that were not uploaded.
    pub fn local(&self) -> PathBuf {
        self.root.join("local")
    }

    /// The file that holds the day on which weeks end.
    pub fn weekends_file(&self) -> PathBuf {
        self.local().join("weekends")
    }

    /// The directory of uploaded reports.
    pub fn upload(&self) -> PathBuf {
        self.root.join("upload")
    }

    /// The report of all that was counted in the week that ended on `date`.
    // spec[report.names]
    pub fn local_report(&self, date: Date) -> PathBuf {
        self.local().join(format!("local.{date}.json"))
    }

    /// The part of that report that may be sent, until it is.
    // spec[report.names]
    pub fn ready_report(&self, date: Date) -> PathBuf {
        self.local().join(format!("{date}.json"))
    }

    /// The copy of what was sent of the week that ended on `date`.
    pub fn uploaded(&self, date: Date) -> PathBuf {
        self.upload().join(format!("{date}.json"))
    }

    /// The count files, sorted by name; none if there is no such directory.
    ///
    /// # Errors
    ///
    /// If the directory cannot be listed.
    // spec[id.file-suffix]
    pub fn count_files(&self) -> Result<Vec<PathBuf>, DirError> {
        list(&self.local(), FILE_SUFFIX)
    }

    /// The reports in `local/` or `upload/`, sorted by name: all names that end in `.json`.
    ///
    /// # Errors
    ///
    /// If the directory cannot be listed.
    pub fn reports(directory: &Path) -> Result<Vec<PathBuf>, DirError> {
        list(directory, ".json")
    }

    /// The week of the last report in `upload/`, if there is one.
    ///
    /// # Errors
    ///
    /// If the directory cannot be listed.
    pub fn last_upload(&self) -> Result<Option<Date>, DirError> {
        let reports = TelemetryDir::reports(&self.upload())?;
        let dates = reports.iter().filter_map(|path| upload_week(path));
        Ok(dates.max())
    }
}

/// The week of an upload report, or of the copy of one, by its name, `YYYY-MM-DD.json`.
// spec[report.names, report.last-week]
pub fn upload_week(path: &Path) -> Option<Date> {
    Date::parse(path.file_name()?.to_str()?.strip_suffix(".json")?).ok()
}

/// The week of a report by its name, `YYYY-MM-DD.json` or `local.YYYY-MM-DD.json`.
// spec[report.names]
pub fn report_week(path: &Path) -> Option<Date> {
    let name = path.file_name()?.to_str()?;
    upload_week(name.strip_prefix("local.").unwrap_or(name).as_ref())
}

/// The paths in `directory` whose names end in `suffix`, sorted by name. A name need not be text.
pub(crate) fn list(directory: &Path, suffix: &str) -> Result<Vec<PathBuf>, DirError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(DirError::io("list", directory))?,
    };
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(DirError::io("list", directory))?;
        if entry
            .file_name()
            .as_encoded_bytes()
            .ends_with(suffix.as_bytes())
        {
            paths.push(entry.path());
        }
    }
    paths.sort();
    Ok(paths)
}

/// The bytes of the count file at `path`, for [`parse`](crate::format::parse()), as they are while
/// programs may count into it (`read.live`).
///
/// # Errors
///
/// If it cannot be read or is no regular file. Of a file that is longer than any count file, one
/// byte too many is read, so that the parser rejects it.
pub fn read_count_file(path: &Path) -> Result<Vec<u8>, DirError> {
    let failed = |error| DirError::io("read", path)(error);
    let mut tries = 0;
    loop {
        let (file, len) = open_regular(path)?;
        let (mut bytes, _) = read_up_to(&file, len, MAX_COUNT_FILE_LEN).map_err(&failed)?;
        if bytes.len() >= layout::PAGE as usize {
            catch_up(&file, &mut bytes).map_err(failed)?;
            return Ok(bytes);
        }
        // spec[read.short]
        // A program may just be making it.
        let age = system::modified(path).map(|then| system::now().unix() - then.unix());
        if tries == RETRIES || age.is_none_or(|age| age > 1) {
            return Ok(bytes);
        }
        system::pause();
        tries += 1;
    }
}

/// Brings the bytes of a count file up to date with the limit: records that were read after the
/// table can only be judged by a limit that was read after both.
// spec[read.live]
fn catch_up(mut file: &File, bytes: &mut Vec<u8>) -> io::Result<()> {
    let Ok((header_len, order)) = header::decode_len(bytes) else {
        return Ok(());
    };
    let mut word = [0; 4];
    file.seek(SeekFrom::Start(u64::from(header_len)))?;
    file.read_exact(&mut word)?;
    let place = bytes.get_mut(header_len as usize..);
    if let Some(place) = place.and_then(<[u8]>::first_chunk_mut) {
        *place = word;
    }
    let len = bytes.len() as u64;
    if u64::from(order.u32(word)) > len {
        file.seek(SeekFrom::Start(len))?;
        file.take(MAX_COUNT_FILE_LEN.saturating_sub(len))
            .read_to_end(bytes)?;
    }
    Ok(())
}

/// The text of the report at `path`.
///
/// # Errors
///
/// If it cannot be read, is no regular file, or is longer than 16 MiB.
pub fn read_report(path: &Path) -> Result<Vec<u8>, DirError> {
    read_bounded(path, MAX_REPORT_LEN)
}

/// The text of the upload config at `path`, anywhere on the machine.
///
/// # Errors
///
/// If it cannot be read, is no regular file, or is longer than 16 MiB.
// spec[config.size]
#[cfg(feature = "cli")]
pub fn read_config(path: &Path) -> Result<Vec<u8>, DirError> {
    read_bounded(path, MAX_REPORT_LEN)
}

/// The bytes of a file of at most `max` bytes.
// spec[dir.files]
pub(crate) fn read_bounded(path: &Path, max: u64) -> Result<Vec<u8>, DirError> {
    let (file, len) = open_regular(path)?;
    let (bytes, whole) = read_up_to(&file, len, max).map_err(DirError::io("read", path))?;
    if whole {
        return Ok(bytes);
    }
    let path = path.to_owned();
    Err(DirError::TooLong { path, max })
}

/// Opens a file for reading that is a file. Returns its length as well, which may change.
// spec[dir.files]
fn open_regular(path: &Path) -> Result<(File, u64), DirError> {
    let file = open(path).map_err(DirError::io("read", path))?;
    let meta = file.metadata().map_err(DirError::io("read", path))?;
    if !meta.is_file() {
        let path = path.to_owned();
        return Err(DirError::NotAFile { path });
    }
    Ok((file, meta.len()))
}

/// The first `max` bytes of a file, and whether they are the whole of it. It was `len` bytes long.
fn read_up_to(file: &File, len: u64, max: u64) -> io::Result<(Vec<u8>, bool)> {
    // Room for one byte more, so that its end is seen without more room being made.
    let room = len.min(max).saturating_add(1);
    let mut bytes = Vec::with_capacity(usize::try_from(room).unwrap_or_default());
    // One pass, so that a file that grows meanwhile is not taken for a longer one.
    file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    let max = usize::try_from(max).unwrap_or(usize::MAX);
    let whole = bytes.len() <= max;
    bytes.truncate(max);
    Ok((bytes, whole))
}

/// Opens a file for reading. What is no file may be opened as well, but never waits.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let opened = rustix::io::retry_on_intr(|| rustix::fs::open(path, flags, Mode::empty()));
    Ok(File::from(opened?))
}

/// Opens a file for reading.
#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests;
