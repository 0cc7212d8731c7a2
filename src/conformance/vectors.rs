//! The vectors: the manifest and the files of its cases, compiled in or in a directory.

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};

use super::manifest::{self, Case};
use super::{ConformanceError, pack};
use crate::dir::read_bounded;

const MANIFEST: &str = "manifest.json";

/// No manifest is longer, in bytes: what it lists is kept in memory.
const MAX_MANIFEST_LEN: u64 = 16 << 20;

/// No other file among the vectors is longer, in bytes.
const MAX_FILE_LEN: u64 = 128 << 20;

/// What the suite asks, and what it expects: `spec/vectors/README.md`.
///
/// # Examples
///
/// ```no_run
/// use gotelemetry::conformance::Vectors;
/// let vectors = Vectors::in_directory("spec/vectors".as_ref())?;
/// # Ok::<(), gotelemetry::conformance::ConformanceError>(())
/// ```
pub struct Vectors {
    files: Files,
    cases: Vec<Case>,
}

enum Files {
    BuiltIn(pack::Files),
    /// Below this directory.
    In(PathBuf),
}

impl Vectors {
    /// The vectors that are compiled in.
    ///
    /// # Errors
    ///
    /// [`ConformanceError::NotBuiltIn`] without feature `conformance`; else if the manifest is
    /// faulty.
    pub fn built_in() -> Result<Vectors, ConformanceError> {
        Vectors::of(Files::BuiltIn(pack::built_in()?))
    }

    /// The vectors in a directory.
    ///
    /// # Errors
    ///
    /// If there is no manifest, if it is faulty, or if a file is missing that it names.
    pub fn in_directory(directory: &Path) -> Result<Vectors, ConformanceError> {
        Vectors::of(Files::In(directory.to_owned()))
    }

    fn of(files: Files) -> Result<Vectors, ConformanceError> {
        let text = files.read(MANIFEST, MAX_MANIFEST_LEN)?;
        let cases = manifest::parse(&files.shown(MANIFEST), &text)?;
        for case in &cases {
            let inputs = case.input.iter().map(|path| format!("input/{path}"));
            let expected = case.expect.iter().flat_map(|expected| &expected.files);
            let expected = expected.flat_map(|files| files.values().cloned());
            for path in inputs.chain(expected) {
                files.find(&format!("{}/{path}", case.id))?;
            }
        }
        drop(text);
        Ok(Vectors { files, cases })
    }

    pub(super) fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// The bytes of a file of a case, by its path below the directory of that name.
    pub(super) fn file(&self, case: &Case, path: &str) -> Result<Cow<'_, [u8]>, ConformanceError> {
        self.files
            .read(&format!("{}/{path}", case.id), MAX_FILE_LEN)
    }
}

impl Files {
    fn read(&self, path: &str, max: u64) -> Result<Cow<'_, [u8]>, ConformanceError> {
        match self {
            Files::BuiltIn(files) => match files.get(path) {
                Some(content) => Ok(Cow::Borrowed(content)),
                None => Err(self.missing(path)),
            },
            Files::In(directory) => Ok(read_bounded(&directory.join(path), max).map(Cow::Owned)?),
        }
    }

    fn find(&self, path: &str) -> Result<(), ConformanceError> {
        let there = match self {
            Files::BuiltIn(files) => files.contains_key(path),
            Files::In(directory) => {
                fs::metadata(directory.join(path)).is_ok_and(|meta| meta.is_file())
            }
        };
        match there {
            true => Ok(()),
            false => Err(self.missing(path)),
        }
    }

    fn missing(&self, path: &str) -> ConformanceError {
        let file = self.shown(path);
        ConformanceError::Missing { file }
    }

    /// A path as people see it.
    fn shown(&self, path: &str) -> PathBuf {
        match self {
            Files::BuiltIn(_) => Path::new("(built in)").join(path),
            Files::In(directory) => directory.join(path),
        }
    }
}
