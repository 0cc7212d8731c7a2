//! The known failures of a driver: which cases do not pass, how, and why.

use std::collections::BTreeMap;
use std::path::Path;

use super::form::Node;
use super::{ConformanceError, Outcome};
use crate::dir::read_bounded;
use crate::json::Value;

/// No file of known failures is longer, in bytes.
const MAX_LEN: u64 = 16 << 20;

/// What is known to fail, of one version of one driver.
///
/// # Examples
///
/// ```
/// use gotelemetry::conformance::Known;
/// let text = br#"{"name": "go", "version": "v1", "failures": [
///     {"id": "read/hash", "outcome": "accepted", "why": "It does not compare hashes."}
/// ]}"#;
/// assert!(Known::parse("known.json".as_ref(), text).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Known {
    name: String,
    version: String,
    failures: BTreeMap<String, Outcome>,
}

impl Known {
    /// Reads a file of known failures.
    ///
    /// # Errors
    ///
    /// If it cannot be read, and those of [`parse`](Known::parse).
    pub fn read(file: &Path) -> Result<Known, ConformanceError> {
        Known::parse(file, &read_bounded(file, MAX_LEN)?)
    }

    /// Reads the text of the file `file`.
    ///
    /// # Errors
    ///
    /// If the text is no list of failures with reasons, or lists a case twice, or one that passes
    /// or is skipped.
    pub fn parse(file: &Path, text: &[u8]) -> Result<Known, ConformanceError> {
        let document = Value::parse(text).map_err(|error| ConformanceError::Json {
            file: file.to_owned(),
            error,
        })?;
        let whole = Node::whole(&document, file);
        let mut failures = BTreeMap::new();
        for failure in whole.member("failures")?.elements()? {
            let why = failure.member("why")?;
            if why.text()?.trim().is_empty() {
                return Err(why.fault("no reason"));
            }
            let id = failure.member("id")?.text()?;
            let outcome = failure.member("outcome")?;
            let word = outcome.text()?;
            let fails = |of: &Outcome| !matches!(of, Outcome::Pass | Outcome::Skip);
            let found = Outcome::ALL.into_iter().find(|of| of.name() == word);
            let found = found
                .filter(fails)
                .ok_or_else(|| outcome.fault(format!("{word:?} is no failure")))?;
            if failures.insert(id.to_owned(), found).is_some() {
                return Err(failure.fault(format!("{id:?} a second time")));
            }
        }
        Ok(Known {
            name: whole.member("name")?.text()?.to_owned(),
            version: whole.member("version")?.text()?.to_owned(),
            failures,
        })
    }

    /// Whether these are the failures of the driver that says this of itself.
    pub(super) fn check(&self, name: &str, version: &str) -> Result<(), ConformanceError> {
        if (self.name.as_str(), self.version.as_str()) == (name, version) {
            return Ok(());
        }
        Err(ConformanceError::OtherDriver {
            known: format!("{} {}", self.name, self.version),
            driver: format!("{name} {version}"),
        })
    }

    pub(super) fn outcome_of(&self, id: &str) -> Option<Outcome> {
        self.failures.get(id).copied()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.failures.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_reasons_or_failures_is_refused() {
        let list = |failures: &str| {
            let text = format!("{{\"name\":\"n\",\"version\":\"1\",\"failures\":[{failures}]}}");
            let known = Known::parse("k.json".as_ref(), text.as_bytes());
            known.err().map(|fault| fault.to_string())
        };
        let one = r#"{"id":"a/b","outcome":"crash","why":"It does."}"#;
        assert_eq!(list(one), None);
        for (failures, said) in [
            (one.replace("It does.", " "), "failures[0].why: no reason"),
            (
                one.replace("crash", "pass"),
                "failures[0].outcome: \"pass\" is no failure",
            ),
            (
                one.replace("crash", "skip"),
                "failures[0].outcome: \"skip\" is no failure",
            ),
            (one.replace("\"a/b\"", "1"), "failures[0].id: no string"),
            (format!("{one},{one}"), "failures[1]: \"a/b\" a second time"),
        ] {
            assert_eq!(list(&failures), Some(format!("k.json: {said}")));
        }
    }
}
