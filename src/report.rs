//! Weekly reports: what they say, how they are read back, and the bytes they are written in.
//!
//! Implements `spec/report.md` and the section *Bytes* of `spec/reporting.md`. Of which counts a
//! report is made, and how it gets its name, is not known here.

use std::collections::BTreeMap;

use crate::json::{Form, JsonError, Writer};

/// How many programs a report can name.
const MAX_PROGRAMS: usize = 65_536;

/// A report: what was counted in one week.
///
/// Names are bytes, as in count files; those of a report that was read back are UTF-8.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The day on which the week ended, `YYYY-MM-DD`.
    pub week: String,
    /// The week of the last report that was uploaded before; empty if there was none.
    pub last_week: String,
    /// A random number above 0 and below 1.
    pub x: f64,
    /// The programs that counted.
    pub programs: Vec<ProgramReport>,
    /// The version of the upload config.
    pub config: String,
}

/// What one build of a program counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProgramReport {
    /// The build.
    pub build: Build,
    /// The plain counters.
    pub counters: BTreeMap<Vec<u8>, i64>,
    /// The stack counters, their names decoded.
    pub stacks: BTreeMap<Vec<u8>, i64>,
}

/// What tells one build of a program from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Build {
    /// The path of the program.
    pub program: Vec<u8>,
    /// Its version.
    pub version: Vec<u8>,
    /// The version of the toolchain that built it.
    pub go_version: Vec<u8>,
    /// The operating system, in Go's terms.
    pub goos: Vec<u8>,
    /// The processor architecture, in Go's terms.
    pub goarch: Vec<u8>,
}

impl Build {
    /// The keys of the five values, in metadata as in reports.
    pub(crate) const KEYS: [&str; 5] = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"];

    /// The five values, in the order of the keys.
    pub fn values(&self) -> [&[u8]; 5] {
        let Build {
            program,
            version,
            go_version,
            goos,
            goarch,
        } = self;
        [program, version, go_version, goos, goarch]
    }

    /// The build with these values, in the order of the keys.
    pub(crate) fn of([program, version, go_version, goos, goarch]: [Vec<u8>; 5]) -> Build {
        Build {
            program,
            version,
            go_version,
            goos,
            goarch,
        }
    }

    fn value(&mut self, key: &str) -> Option<&mut Vec<u8>> {
        match key {
            "Program" => Some(&mut self.program),
            "Version" => Some(&mut self.version),
            "GoVersion" => Some(&mut self.go_version),
            "GOOS" => Some(&mut self.goos),
            "GOARCH" => Some(&mut self.goarch),
            _ => None,
        }
    }
}

impl Report {
    /// Reads a report from its text. Unknown fields are passed over.
    ///
    /// # Errors
    ///
    /// A clause of `spec/json.md` for text that is no document, `report.form` for a value of the
    /// wrong kind.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::report::Report;
    /// let text = br#"{"Week":"2026-11-21","Programs":[{"Program":"cmd/go","Counters":{"n":3}}]}"#;
    /// let report = Report::parse(text).unwrap();
    /// assert_eq!(report.programs[0].counters[&b"n"[..]], 3);
    /// ```
    pub fn parse(text: &[u8]) -> Result<Report, JsonError> {
        Report::read(Form::new(text, "report.form"))
    }

    /// Reads a report whose bytes are to be sent: what it says is all that they say.
    // spec[upload.ready.check]
    pub(crate) fn parse_exact(text: &[u8]) -> Result<Report, JsonError> {
        Report::read(Form::exact(text, "report.form", "privacy.approved.body"))
    }

    // spec[report.form, report.head]
    fn read(mut form: Form<'_>) -> Result<Report, JsonError> {
        let mut report = Report::default();
        // spec[json.last]
        form.members(|form, key| {
            match key {
                "Week" => report.week = form.string()?,
                "LastWeek" => report.last_week = form.string()?,
                "X" => report.x = form.float()?,
                "Programs" => report.programs = programs(form)?,
                "Config" => report.config = form.string()?,
                // spec[report.unknown]
                _ => form.skip()?,
            }
            Ok(())
        })?;
        form.end()?;
        Ok(report)
    }

    /// The bytes of the report, as Go writes them.
    // spec[report.bytes.order, report.bytes.indent, report.bytes.colon, report.bytes.empty]
    // spec[report.bytes.end, report.bytes.newline]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut json = Writer::indented(" ");
        json.object(|json| {
            json.key(b"Week").string(self.week.as_bytes());
            json.key(b"LastWeek").string(self.last_week.as_bytes());
            json.key(b"X").f64(self.x);
            json.key(b"Programs");
            match self.programs.as_slice() {
                // spec[report.bytes.null]
                [] => json.null(),
                programs => json.array(|json| programs.iter().for_each(|one| one.write(json))),
            }
            json.key(b"Config").string(self.config.as_bytes());
        });
        json.finish()
    }
}

impl ProgramReport {
    fn write(&self, json: &mut Writer) {
        json.object(|json| {
            for (key, value) in Build::KEYS.iter().zip(self.build.values()) {
                json.key(key.as_bytes()).string(value);
            }
            for (key, counts) in [("Counters", &self.counters), ("Stacks", &self.stacks)] {
                // spec[report.bytes.keys]
                json.key(key.as_bytes()).object(|json| {
                    for (name, count) in counts {
                        json.key(name).i64(*count);
                    }
                });
            }
        });
    }
}

fn programs(form: &mut Form<'_>) -> Result<Vec<ProgramReport>, JsonError> {
    let mut programs = Vec::new();
    form.elements(|form| {
        // spec[report.programs]
        if programs.len() == MAX_PROGRAMS {
            return Err(form.error("more than 65536 programs"));
        }
        let mut program = ProgramReport::default();
        form.members(|form, key| {
            match key {
                "Counters" => program.counters = counts(form)?,
                "Stacks" => program.stacks = counts(form)?,
                _ => match program.build.value(key) {
                    Some(value) => *value = form.string()?.into_bytes(),
                    // spec[report.unknown]
                    None => form.skip()?,
                },
            }
            Ok(())
        })?;
        programs.push(program);
        Ok(())
    })?;
    Ok(programs)
}

fn counts(form: &mut Form<'_>) -> Result<BTreeMap<Vec<u8>, i64>, JsonError> {
    let mut counts = BTreeMap::new();
    form.members(|form, name| {
        let count = whole(form.number()?)
            .ok_or_else(|| form.error("a count that is no whole number of 64 bits"))?;
        // The last one is checked with the report.
        match counts.insert(name.as_bytes().to_vec(), count) {
            Some(..0) => form.unread("a count below 0 that stands before another"),
            _ => Ok(()),
        }
    })?;
    Ok(counts)
}

/// A count; one that only an unsigned number can hold is the greatest that a signed one can.
// spec[report.count]
fn whole(text: &str) -> Option<i64> {
    let unsigned = |_| text.parse::<u64>().map(|_| i64::MAX);
    text.parse::<i64>().or_else(unsigned).ok()
}
