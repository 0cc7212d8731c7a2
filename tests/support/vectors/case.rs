//! A case, its expectation, and its files.

use super::json::{Json, hex};

/// One case of the suite; the manifest's README says what each member is.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) op: &'static str,
    pub(crate) level: &'static str,
    pub(crate) clauses: Vec<&'static str>,
    pub(crate) about: String,
    pub(crate) base: Option<String>,
    /// Paths and bytes of what lies there before.
    pub(crate) input: Vec<(String, Vec<u8>)>,
    /// Paths of files that zeros extend, and the sizes that they have then.
    pub(crate) extended: Vec<(String, u64)>,
    /// Paths and times of the last change.
    pub(crate) changed: Vec<(String, String)>,
    pub(crate) args: Json,
    pub(crate) race: Option<Json>,
    pub(crate) expect: Expect,
}

/// What has to come of a case.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expect {
    /// It is taken, with this result, and leaves these files (`None`: the operation writes none).
    Accept {
        result: Json,
        files: Option<Vec<(String, Vec<u8>)>>,
    },
    /// It is taken, with notes on these clauses at these offsets.
    Noted {
        result: Json,
        notes: Vec<(&'static str, u64)>,
    },
    /// It is rejected.
    Reject {
        stage: Option<&'static str>,
        clause: &'static str,
        offset: Option<u64>,
    },
    /// Any of these, each with the reason why it is permitted.
    OneOf(Vec<(String, Expect)>),
}

impl Expect {
    /// `ok` with this result.
    pub(crate) fn ok(result: Json) -> Expect {
        let files = None;
        Expect::Accept { result, files }
    }

    /// A rejection of something that is no count file.
    pub(crate) fn reject(clause: &'static str) -> Expect {
        let (stage, offset) = (None, None);
        Expect::Reject {
            stage,
            clause,
            offset,
        }
    }

    /// `ok` without a result, and these files beside what lay there before.
    pub(crate) fn files(files: Vec<(String, Vec<u8>)>) -> Expect {
        let (result, files) = (Json::Object(Vec::new()), Some(files));
        Expect::Accept { result, files }
    }
}

impl Case {
    /// A case without files.
    pub(crate) fn new(id: impl Into<String>, op: &'static str, level: &'static str) -> Case {
        Case {
            id: id.into(),
            op,
            level,
            clauses: Vec::new(),
            about: String::new(),
            base: None,
            input: Vec::new(),
            extended: Vec::new(),
            changed: Vec::new(),
            args: Json::Object(Vec::new()),
            race: None,
            expect: Expect::ok(Json::Object(Vec::new())),
        }
    }

    /// Names the clauses that it tests, and says what it shows.
    pub(crate) fn shows(mut self, clauses: &[&'static str], about: impl Into<String>) -> Case {
        self.clauses = clauses.to_vec();
        self.about = about.into();
        self
    }

    /// Adds a file that lies there before.
    pub(crate) fn with(mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Case {
        self.input.push((path.into(), bytes.into()));
        self
    }

    /// Says that zeros extend a file to a size: it is stored without them.
    pub(crate) fn extended(mut self, path: &str, size: u64) -> Case {
        self.extended.push((path.to_owned(), size));
        self
    }

    /// Says when a file was last changed.
    pub(crate) fn changed(mut self, path: &str, time: &str) -> Case {
        self.changed.push((path.to_owned(), time.to_owned()));
        self
    }

    /// Sets the arguments.
    pub(crate) fn args(mut self, args: Json) -> Case {
        self.args = args;
        self
    }

    /// Sets what has to come of it.
    pub(crate) fn expect(mut self, expect: Expect) -> Case {
        self.expect = expect;
        self
    }

    /// The valid case from which it differs in the fault alone.
    pub(crate) fn base(mut self, id: &str) -> Case {
        self.base = Some(id.to_owned());
        self
    }

    /// The files that lie in the case's directory in `spec/vectors`.
    pub(crate) fn files(&self, all: &[Case]) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for (path, bytes) in &self.input {
            files.push((format!("input/{path}"), bytes.clone()));
        }
        for (path, stored, bytes) in self.expected_files() {
            // What has to be as it was is not stored twice.
            if !self
                .input
                .iter()
                .any(|input| input.0 == path && input.1 == bytes)
            {
                files.push((stored, bytes));
            }
        }
        if !files.is_empty() {
            files.push(("about.txt".to_owned(), self.about_text(all).into_bytes()));
        }
        files
    }

    /// What has to be there afterwards: path, path in the case's directory, bytes.
    fn expected_files(&self) -> Vec<(String, String, Vec<u8>)> {
        let of = |prefix: &str, expect: &Expect| match expect {
            Expect::Accept {
                files: Some(files), ..
            } => files
                .iter()
                .map(|(path, bytes)| (path.clone(), format!("{prefix}/{path}"), bytes.clone()))
                .collect(),
            _ => Vec::new(),
        };
        match &self.expect {
            Expect::OneOf(several) => {
                let several = several.iter().enumerate();
                several
                    .flat_map(|(number, (_, expect))| of(&format!("expect/{number}"), expect))
                    .collect()
            }
            expect => of("expect", expect),
        }
    }

    /// The object from paths to stored files of the expectation that stores below `prefix`.
    pub(super) fn files_json(&self, prefix: &str, files: &[(String, Vec<u8>)]) -> Json {
        Json::object(files.iter().map(|(path, bytes)| {
            let unchanged = self
                .input
                .iter()
                .any(|input| input.0 == *path && input.1 == *bytes);
            let prefix = if unchanged { "input" } else { prefix };
            (path.clone(), Json::text(format!("{prefix}/{path}")))
        }))
    }

    fn about_text(&self, all: &[Case]) -> String {
        let mut text = format!("{}\n\n{}\n", self.id, self.about);
        text.push_str(&format!("Clauses: {}.\n", self.clauses.join(", ")));
        let Some(base) = &self.base else {
            return text;
        };
        let base = all.iter().find(|case| case.id == *base);
        let base = base.unwrap_or_else(|| panic!("{}: there is no case {:?}", self.id, self.base));
        text.push_str(&format!("\nDiffers from {}:\n", base.id));
        for (path, bytes) in &self.input {
            match base.input.iter().find(|input| input.0 == *path) {
                Some((_, valid)) => differences(path, valid, bytes, &mut text),
                None => text.push_str(&format!("{path}: is not there in it\n")),
            }
        }
        for (path, size) in &self.extended {
            text.push_str(&format!(
                "{path}: zeros follow, up to a size of {size} bytes\n"
            ));
        }
        text
    }
}

/// Says where `bytes` differ from `valid`.
fn differences(path: &str, valid: &[u8], bytes: &[u8], text: &mut String) {
    if valid.len() != bytes.len() {
        text.push_str(&format!(
            "{path}: {} bytes instead of {}\n",
            bytes.len(),
            valid.len()
        ));
    }
    let common = valid.len().min(bytes.len());
    let pairs = valid.iter().zip(bytes);
    let same = pairs.take_while(|(valid, byte)| valid == byte).count();
    let ends = valid.iter().rev().zip(bytes.iter().rev());
    let tail = ends
        .take(common - same)
        .take_while(|(valid, byte)| valid == byte)
        .count();
    if valid.len() != bytes.len() && tail > 0 {
        let place = |bytes: &[u8]| shown(&bytes[same..bytes.len() - tail]);
        let (valid, bytes) = (place(valid), place(bytes));
        text.push_str(&format!(
            "{path}, offset {same}: {bytes} instead of {valid}\n"
        ));
        return;
    }
    let mut at = 0;
    while let Some(from) = (at..common).find(|off| valid[*off] != bytes[*off]) {
        // Words that lie close belong to one change.
        let mut to = from + 1;
        while let Some(next) = (to..common.min(to + 4)).find(|off| valid[*off] != bytes[*off]) {
            to = next + 1;
        }
        text.push_str(&format!(
            "{path}, offset {from}: {} instead of {}\n",
            shown(&bytes[from..to]),
            shown(&valid[from..to])
        ));
        at = to;
    }
}

fn shown(bytes: &[u8]) -> String {
    match bytes.len() {
        0 => "nothing".to_owned(),
        1..=32 => hex(bytes),
        len => format!("{}.. ({len} bytes)", hex(&bytes[..16])),
    }
}
