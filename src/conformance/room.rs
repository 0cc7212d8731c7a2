//! The directories of the cases: each case has one of its own, with a copy of its input.
//!
//! All lie in one directory that is made for this run alone and removed with it, whatever drivers
//! do: one that takes directories away, or puts something else in their place, gets no others, and
//! what it put there stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::ConformanceError;
use super::manifest::Case;
use super::vectors::Vectors;
use crate::dir::{DirError, read_bounded};
use crate::format::date::Time;

/// How often a name is tried that another run left behind.
const TRIES: u32 = 1000;

/// A directory that was made here, and how to tell it from what may stand in its place later.
#[derive(Clone)]
struct Place {
    path: PathBuf,
    number: Option<Number>,
}

/// What a file system calls a directory as long as it is there.
type Number = (u64, u64);

impl Place {
    fn make(path: PathBuf) -> io::Result<Place> {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        let number = number(&path)?;
        Ok(Place { path, number })
    }

    /// Whether it still stands where it was made.
    fn stands(&self) -> bool {
        number(&self.path).is_ok_and(|number| number == self.number)
    }

    fn remove(&self) {
        if self.stands() {
            // What a driver made unremovable stays.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// The number of the directory at `path`. A link to one is none.
fn number(path: &Path) -> io::Result<Option<Number>> {
    let meta = fs::symlink_metadata(path)?;
    if !meta.is_dir() {
        return Err(io::ErrorKind::NotADirectory.into());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        Ok(Some((meta.dev(), meta.ino())))
    }
    #[cfg(not(unix))]
    Ok(None)
}

/// The directory of a run.
pub(super) struct House {
    place: Place,
    number: u32,
    /// How many rooms there have been. What a driver still does in an earlier one changes no other.
    rooms: u64,
}

impl House {
    /// Makes a directory in `temporary` that nobody else can write to.
    pub(super) fn build(temporary: &Path) -> Result<House, ConformanceError> {
        let parent = fs::canonicalize(temporary).map_err(DirError::io("find", temporary))?;
        Ok(House::build_from(0, &parent)?)
    }

    /// Makes a directory in `parent`, the first for whose number no file lies there.
    fn build_from(first: u32, parent: &Path) -> Result<House, DirError> {
        let mut number = first;
        loop {
            let name = format!("gotelemetry-conformance-{}-{number}", std::process::id());
            let path = parent.join(name);
            let exists = |error: &io::Error| error.kind() == io::ErrorKind::AlreadyExists;
            match Place::make(path.clone()) {
                Err(error) if exists(&error) && number - first < TRIES => number += 1,
                Err(error) => return Err(DirError::io("create", &path)(error)),
                Ok(place) => {
                    return Ok(House {
                        place,
                        number,
                        rooms: 0,
                    });
                }
            }
        }
    }

    /// Makes a directory in this one. A driver that is in the way of that is left with this house:
    /// the run goes on in another.
    fn empty_room(&mut self) -> Result<Room, ConformanceError> {
        if let Ok(room) = self.try_empty_room() {
            return Ok(room);
        }
        let parent = self.place.path.parent().unwrap_or(&self.place.path);
        // Under another name, or the end of this house could be taken for that of the next.
        *self = House::build_from(self.number + 1, parent)?;
        let room = self.try_empty_room();
        Ok(room.map_err(DirError::io("create a directory in", &self.place.path))?)
    }

    fn try_empty_room(&mut self) -> io::Result<Room> {
        self.rooms += 1;
        if !self.place.stands() {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(Room {
            place: Place::make(self.place.path.join(self.rooms.to_string()))?,
            house: self.place.clone(),
        })
    }

    /// Makes the directory of a case.
    pub(super) fn room(
        &mut self,
        case: &Case,
        vectors: &Vectors,
    ) -> Result<Room, ConformanceError> {
        let room = self.empty_room()?;
        for name in &case.input {
            let path = room.path().join(name);
            let content = vectors.file(case, &format!("input/{name}"))?;
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).map_err(DirError::io("create", parent))?;
            }
            fs::write(&path, content).map_err(DirError::io("write", &path))?;
            if let Some(size) = case.extended.get(name) {
                let file = File::options().write(true).open(&path);
                let extended = file.and_then(|file| file.set_len(*size));
                extended.map_err(DirError::io("extend", &path))?;
            }
            if let Some(time) = case.changed.get(name) {
                let set = set_changed(&path, *time);
                set.map_err(DirError::io("set the time of", &path))?;
            }
        }
        Ok(room)
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.place.remove();
    }
}

fn set_changed(path: &Path, time: Time) -> io::Result<()> {
    let span = Duration::from_secs(time.unix().unsigned_abs());
    let time = match time.unix() {
        0.. => SystemTime::UNIX_EPOCH.checked_add(span),
        _ => SystemTime::UNIX_EPOCH.checked_sub(span),
    };
    let time = time.ok_or(io::ErrorKind::InvalidInput)?;
    let file = File::options().write(true).open(path)?;
    file.set_times(FileTimes::new().set_modified(time))
}

/// The directory of a case. It is deleted with the value.
pub(super) struct Room {
    place: Place,
    /// The directory that it lies in.
    house: Place,
}

/// What lies in the directory of a case that should not, or does not and should.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where it lies.
    pub(super) path: String,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Room {
    pub(super) fn path(&self) -> &Path {
        &self.place.path
    }

    /// The path as it stands in requests.
    pub(super) fn text(&self) -> Result<&str, ConformanceError> {
        let not_text = || io::Error::new(io::ErrorKind::InvalidFilename, "it is no UTF-8");
        let text = self.path().to_str().ok_or_else(not_text);
        Ok(text.map_err(DirError::io("name", self.path()))?)
    }

    /// The first difference between the files here and those that have to be here, by their
    /// paths. Directories do not count.
    pub(super) fn difference(
        &self,
        case: &Case,
        vectors: &Vectors,
        expected: &BTreeMap<String, String>,
    ) -> Result<Option<Difference>, ConformanceError> {
        let found = match self.names() {
            Ok(found) => found,
            Err(error) => {
                return Ok(Some(Difference {
                    path: String::new(),
                    expected: "files".to_owned(),
                    found: error.to_string(),
                }));
            }
        };
        let paths: BTreeSet<&String> = expected.keys().chain(&found).collect();
        for path in paths {
            let differs = |expected: String, found: String| {
                let path = path.clone();
                Ok(Some(Difference {
                    path,
                    expected,
                    found,
                }))
            };
            let Some(file) = expected.get(path) else {
                return differs("no such file".to_owned(), "a file".to_owned());
            };
            let expected = vectors.file(case, file)?;
            let len = expected.len();
            if !found.contains(path) {
                return differs(format!("a file of {len} bytes"), "none".to_owned());
            }
            let content = match read_bounded(&self.path().join(path), len as u64) {
                Ok(content) => content,
                Err(DirError::TooLong { .. }) => {
                    return differs(format!("{len} bytes"), "more".to_owned());
                }
                Err(error) => return differs(format!("{len} bytes"), error.to_string()),
            };
            let (at, one, other) = match first_difference(&expected, &content) {
                Some(found) => found,
                None => continue,
            };
            let shown = |byte: Option<u8>, len: usize| match byte {
                Some(byte) => format!("{byte:#04x} at {at:#x}"),
                None => format!("an end at {len:#x}"),
            };
            return differs(shown(one, len), shown(other, content.len()));
        }
        Ok(None)
    }

    /// Whether the directory is still there. Otherwise what lies at its path is none of it.
    fn stands(&self) -> bool {
        self.house.stands() && self.place.stands()
    }

    /// The paths of all that lies here and is no directory. Links are not followed.
    fn names(&self) -> Result<BTreeSet<String>, DirError> {
        if !self.stands() {
            let gone = io::Error::new(io::ErrorKind::NotFound, "the directory was taken away");
            return Err(DirError::io("list", self.path())(gone));
        }
        let mut names = BTreeSet::new();
        let mut open = vec![self.path().to_owned()];
        while let Some(directory) = open.pop() {
            let failed = || DirError::io("list", &directory);
            for entry in fs::read_dir(&directory).map_err(failed())? {
                let entry = entry.map_err(failed())?;
                let path = entry.path();
                if entry.file_type().map_err(failed())?.is_dir() {
                    open.push(path);
                } else {
                    let below = path.strip_prefix(self.path()).unwrap_or(&path);
                    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
                    names.insert(parts.join("/"));
                }
            }
        }
        Ok(names)
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.stands() {
            self.place.remove();
        }
    }
}

/// Where two texts begin to differ, and what stands there in each.
fn first_difference(one: &[u8], other: &[u8]) -> Option<(usize, Option<u8>, Option<u8>)> {
    let ends = || (one.len() != other.len()).then(|| one.len().min(other.len()));
    let at = one
        .iter()
        .zip(other)
        .position(|(a, b)| a != b)
        .or_else(ends)?;
    Some((at, one.get(at).copied(), other.get(at).copied()))
}
