//! L3: the upload config: what may be sent.
//!
//! Implements the sections *Form*, *What a config has* and *Versions* of `spec/upload-config.md`.
//! [`UploadConfig`] is the document as it stands, [`Approved`] answers what it has, [`semver`] and
//! [`go_version`] order its versions. What a report makes of the answers is not known here, nor
//! where a config comes from.

mod approved;
pub mod go_version;
pub mod semver;

pub use approved::{Approved, ApprovedProgram};

use crate::json::{Form, JsonError};

/// No config is longer, in bytes.
const MAX_LEN: usize = 16 * 1024 * 1024;

/// How many programs a config can have.
const MAX_PROGRAMS: usize = 65_536;

/// How many elements the other arrays can have, each of them.
const MAX_ELEMENTS: usize = 65_536;

/// How many elements all arrays can have together.
const MAX_ALL: usize = 1_048_576;

/// An upload config, as it stands.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct UploadConfig {
    /// The operating systems, in Go's terms.
    pub goos: Vec<String>,
    /// The processor architectures, in Go's terms.
    pub goarch: Vec<String>,
    /// The versions of the toolchain.
    pub go_version: Vec<String>,
    /// The share of reports that is sent, if it is above 0.
    pub sample_rate: f64,
    /// The programs.
    pub programs: Vec<ProgramConfig>,
}

/// What may be sent of a program.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ProgramConfig {
    /// The path of the program.
    pub name: String,
    /// Its versions.
    pub versions: Vec<String>,
    /// Its plain counters.
    pub counters: Vec<Entry>,
    /// Its stack counters.
    pub stacks: Vec<Entry>,
}

/// Counters of a program, or one of its stack counters.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Entry {
    /// The name; that of a counter can stand for several, as `a:{b,c}` does.
    pub name: String,
    /// The share of reports that holds it.
    pub rate: f64,
    /// The most frames of a stack. Nothing goes by it.
    pub depth: i64,
}

impl UploadConfig {
    /// Reads a config from its text. Unknown fields are passed over.
    ///
    /// # Errors
    ///
    /// A clause of `spec/json.md` for text that is no document, `config.size` for one that is too
    /// long, `config.form` for a value of the wrong kind or too many of them.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::config::UploadConfig;
    /// let text = br#"{"GOOS":["linux"],"Programs":[{"Name":"cmd/go","Versions":["go1.27.3"],
    ///     "Counters":[{"Name":"go/build/flag:{race,cover}","Rate":0.25}]}]}"#;
    /// let config = UploadConfig::parse(text).unwrap();
    /// let approved = config.approved();
    /// let go = approved.program(b"cmd/go").unwrap();
    /// assert_eq!(go.counter(b"go/build/flag:race"), Some(0.25));
    /// assert_eq!(go.counter(b"go/build/flag:work"), None);
    /// ```
    // spec[config.form, config.keys, config.number, config.depth]
    pub fn parse(text: &[u8]) -> Result<UploadConfig, JsonError> {
        // spec[config.size]
        if text.len() > MAX_LEN {
            return Err(JsonError {
                offset: MAX_LEN,
                clause: "config.size",
                what: "more than 16777216 bytes",
            });
        }
        let mut form = Form::new(text, "config.form");
        let mut config = UploadConfig::default();
        let mut room = MAX_ALL;
        // spec[json.last]
        form.members(|form, key| {
            match key {
                "GOOS" => config.goos = strings(form, &mut room)?,
                "GOARCH" => config.goarch = strings(form, &mut room)?,
                "GoVersion" => config.go_version = strings(form, &mut room)?,
                "SampleRate" => config.sample_rate = form.float()?,
                "Programs" => {
                    config.programs = list(form, &mut room, MAX_PROGRAMS, program)?;
                }
                // spec[config.unknown]
                _ => form.skip()?,
            }
            Ok(())
        })?;
        form.end()?;
        Ok(config)
    }

    /// What the config has, made ready to be asked.
    pub fn approved(&self) -> Approved<'_> {
        Approved::of(self)
    }
}

/// Reads an array; `room` is how many elements all arrays that follow may have.
// spec[config.elements]
fn list<T>(
    form: &mut Form<'_>,
    room: &mut usize,
    max: usize,
    element: impl Fn(&mut Form<'_>, &mut usize) -> Result<T, JsonError>,
) -> Result<Vec<T>, JsonError> {
    let mut elements = Vec::new();
    form.elements(|form| {
        if elements.len() == max || *room == 0 {
            return Err(form.error("more elements than a config can have"));
        }
        *room -= 1;
        elements.push(element(form, room)?);
        Ok(())
    })?;
    Ok(elements)
}

fn strings(form: &mut Form<'_>, room: &mut usize) -> Result<Vec<String>, JsonError> {
    list(form, room, MAX_ELEMENTS, |form, _| form.string())
}

fn program(form: &mut Form<'_>, room: &mut usize) -> Result<ProgramConfig, JsonError> {
    let mut program = ProgramConfig::default();
    form.members(|form, key| {
        match key {
            "Name" => program.name = form.string()?,
            "Versions" => program.versions = strings(form, room)?,
            "Counters" => program.counters = list(form, room, MAX_ELEMENTS, entry)?,
            "Stacks" => program.stacks = list(form, room, MAX_ELEMENTS, entry)?,
            // spec[config.unknown]
            _ => form.skip()?,
        }
        Ok(())
    })?;
    Ok(program)
}

fn entry(form: &mut Form<'_>, _: &mut usize) -> Result<Entry, JsonError> {
    let mut entry = Entry::default();
    form.members(|form, key| {
        match key {
            "Name" => entry.name = form.string()?,
            "Rate" => entry.rate = form.float()?,
            "Depth" => {
                let depth = form.number()?.parse().ok();
                entry.depth = depth.ok_or_else(|| form.error("a Depth that is no whole number"))?;
            }
            // spec[config.unknown]
            _ => form.skip()?,
        }
        Ok(())
    })?;
    Ok(entry)
}
