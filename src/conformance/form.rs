//! Documents of a fixed form: each value knows its place, so that a fault can be named.
//!
//! What the documents mean is not known here.

use std::path::Path;

use super::ConformanceError;
use crate::json::Value;

/// A value in a document.
#[derive(Clone)]
pub(super) struct Node<'a> {
    value: &'a Value,
    file: &'a Path,
    /// Such as `cases[3].expect`; empty for the whole document.
    place: String,
}

type Result<T> = std::result::Result<T, ConformanceError>;

impl<'a> Node<'a> {
    /// The whole of a document, which was read from `file`.
    pub(super) fn whole(value: &'a Value, file: &'a Path) -> Node<'a> {
        let place = String::new();
        Node { value, file, place }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// The fault that this value is not what it has to be.
    pub(super) fn fault(&self, what: impl Into<String>) -> ConformanceError {
        ConformanceError::Form {
            file: self.file.to_owned(),
            place: self.place.clone(),
            what: what.into(),
        }
    }

    /// The member `key`, if there is one. Anything but an object has none.
    pub(super) fn optional(&self, key: &str) -> Option<Node<'a>> {
        let value = self.value.get(key)?;
        Some(self.inner(value, key))
    }

    pub(super) fn member(&self, key: &str) -> Result<Node<'a>> {
        self.optional(key)
            .ok_or_else(|| self.fault(format!("no member {key:?}")))
    }

    pub(super) fn text(&self) -> Result<&'a str> {
        let text = self.value.as_str();
        text.ok_or_else(|| self.fault("no string"))
    }

    pub(super) fn bool(&self) -> Result<bool> {
        let value = self.value.as_bool();
        value.ok_or_else(|| self.fault("neither true nor false"))
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, least: u64, most: u64) -> Result<u64> {
        let number = self.value.as_u64();
        let number = number.filter(|number| (least..=most).contains(number));
        number.ok_or_else(|| self.fault(format!("no whole number from {least} to {most}")))
    }

    pub(super) fn elements(&self) -> Result<Vec<Node<'a>>> {
        let elements = self
            .value
            .as_array()
            .ok_or_else(|| self.fault("no array"))?;
        let node = |(index, value)| Node {
            value,
            file: self.file,
            place: format!("{}[{index}]", self.place),
        };
        Ok(elements.iter().enumerate().map(node).collect())
    }

    pub(super) fn members(&self) -> Result<Vec<(&'a str, Node<'a>)>> {
        let members = self
            .value
            .as_object()
            .ok_or_else(|| self.fault("no object"))?;
        let node = |(key, value): (&'a String, &'a Value)| (key.as_str(), self.inner(value, key));
        Ok(members.iter().map(node).collect())
    }

    /// The elements of an array of strings.
    pub(super) fn texts(&self) -> Result<Vec<String>> {
        let elements = self.elements()?;
        elements
            .iter()
            .map(|element| Ok(element.text()?.to_owned()))
            .collect()
    }

    fn inner(&self, value: &'a Value, key: &str) -> Node<'a> {
        let dot = if self.place.is_empty() { "" } else { "." };
        Node {
            value,
            file: self.file,
            place: format!("{}{dot}{key}", self.place),
        }
    }
}

/// Whether the path stays inside the directory that it is relative to, whatever the system.
pub(crate) fn stays_inside(path: &str) -> bool {
    let plain = |part: &str| {
        let mut components = Path::new(part).components();
        let first = components.next();
        matches!(first, Some(std::path::Component::Normal(name)) if name == part)
            && components.next().is_none()
            && !part.contains(|c: char| c == '\\' || c.is_control())
    };
    path.split('/').all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_could_lead_elsewhere_do_not_stay_inside() {
        for path in [
            "a",
            "local/a@v1.v1.count",
            "read/chain-cycle",
            "..a/...",
            ".a",
        ] {
            assert!(stays_inside(path), "{path}");
        }
        for path in [
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/..", "a/../b", "a/./b", "a\\b",
            "..\\a", "a\0", "a\nb",
        ] {
            assert!(!stays_inside(path), "{path:?}");
        }
    }

    #[test]
    fn faults_name_file_and_place() {
        let value = Value::parse(br#"{"a":[{"b":1},{"b":{"c":"x"}}]}"#).expect("JSON");
        let whole = Node::whole(&value, "m.json".as_ref());
        let said = |fault: ConformanceError| fault.to_string();
        let elements = whole.member("a").and_then(|a| a.elements()).expect("there");
        let b = elements[1].member("b").expect("there");
        let c = b.member("c").expect("there");
        assert_eq!(
            said(whole.text().expect_err("no text")),
            "m.json: no string"
        );
        assert_eq!(
            said(c.bool().expect_err("a text")),
            "m.json: a[1].b.c: neither true nor false"
        );
        let fault = b.member("d").err().expect("there is none");
        assert_eq!(said(fault), "m.json: a[1].b: no member \"d\"");
        let number = elements[0].member("b").expect("there");
        assert_eq!(number.number(1, 1).expect("it is 1"), 1);
        let fault = number.number(2, 3).expect_err("it is 1");
        assert_eq!(said(fault), "m.json: a[0].b: no whole number from 2 to 3");
    }
}
