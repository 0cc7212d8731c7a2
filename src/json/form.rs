//! Documents of a known form: members by their names, values of the kind that is asked for.
//!
//! Follows `spec/json.md` where a document repeats or leaves out a member. Which members there are
//! is not known here.

use std::collections::BTreeSet;

use super::write::float;
use super::{Event, JsonError, Reader};

/// A document that has to have a form, read value by value. `null` counts as absent everywhere: as
/// an object without members, an array without elements, an empty string, 0.
pub(crate) struct Form<'a> {
    json: Reader<'a>,
    /// The clause that a document breaks that has another form.
    clause: &'static str,
    /// The clause that a document breaks of which something goes unread, if that is a fault.
    exact: Option<&'static str>,
}

type Result<T> = std::result::Result<T, JsonError>;

impl<'a> Form<'a> {
    /// The document `text`, whose form `clause` states.
    pub(crate) fn new(text: &'a [u8], clause: &'static str) -> Form<'a> {
        Form {
            json: Reader::new(text),
            clause,
            exact: None,
        }
    }

    /// The same, but nothing of the document may be passed over: no member, none of several members
    /// with one key, no part of a string that is no character, no digit of a number in double
    /// precision. `exact` states that.
    pub(crate) fn exact(text: &'a [u8], clause: &'static str, exact: &'static str) -> Form<'a> {
        Form {
            exact: Some(exact),
            ..Form::new(text, clause)
        }
    }

    /// Makes sure that nothing follows.
    pub(crate) fn end(mut self) -> Result<()> {
        match self.next()? {
            Event::End => Ok(()),
            _ => Err(self.error("something follows the document")),
        }
    }

    /// The next piece of the document.
    fn next(&mut self) -> Result<Event<'a>> {
        let event = self.json.next()?;
        if self.json.replaced() {
            self.unread("a string of which a part is no character")?;
        }
        Ok(event)
    }

    /// Reads an object: `member` is called for every key and has to read the value.
    pub(crate) fn members(
        &mut self,
        mut member: impl FnMut(&mut Form<'a>, &str) -> Result<()>,
    ) -> Result<()> {
        match self.next()? {
            Event::Null => return Ok(()),
            Event::ObjectStart => {}
            _ => return Err(self.error("a value that is no object")),
        }
        let mut keys = BTreeSet::new();
        loop {
            let Event::Key(key) = self.next()? else {
                return Ok(());
            };
            // Keys with U+FFFD can be two that a writer could not tell apart.
            if self.exact.is_some()
                && !keys.insert(key.to_string())
                && !key.contains(char::REPLACEMENT_CHARACTER)
            {
                self.unread("a key that stands twice")?;
            }
            member(self, &key)?;
        }
    }

    /// Reads an array: `element` is called for every element and has to read it.
    pub(crate) fn elements(
        &mut self,
        mut element: impl FnMut(&mut Form<'a>) -> Result<()>,
    ) -> Result<()> {
        match self.next()? {
            Event::Null => return Ok(()),
            Event::ArrayStart => {}
            _ => return Err(self.error("a value that is no array")),
        }
        while !self.json.ends_array() {
            element(self)?;
        }
        self.json.next().map(drop)
    }

    /// Reads a string.
    pub(crate) fn string(&mut self) -> Result<String> {
        match self.next()? {
            Event::String(text) => Ok(text.into_owned()),
            Event::Null => Ok(String::new()),
            _ => Err(self.error("a value that is no string")),
        }
    }

    /// Reads a number, as it is written.
    pub(crate) fn number(&mut self) -> Result<&'a str> {
        match self.next()? {
            Event::Number(text) => Ok(text),
            Event::Null => Ok("0"),
            _ => Err(self.error("a value that is no number")),
        }
    }

    /// Reads a number in double precision; one that is too large for that has another form.
    pub(crate) fn float(&mut self) -> Result<f64> {
        let text = self.number()?;
        let finite = text.parse().ok().filter(|number: &f64| number.is_finite());
        let number =
            finite.ok_or_else(|| self.error("a number that double precision cannot hold"))?;
        if self.exact.is_some() && text != float(number) {
            self.unread("a number that no program writes so")?;
        }
        Ok(number)
    }

    /// Passes over a value, whatever it is.
    pub(crate) fn skip(&mut self) -> Result<()> {
        self.unread("a member that is not known")?;
        self.json.skip()
    }

    /// Something goes unread at the place that was read last.
    pub(crate) fn unread(&self, what: &'static str) -> Result<()> {
        match self.exact {
            None => Ok(()),
            Some(clause) => Err(JsonError {
                clause,
                ..self.error(what)
            }),
        }
    }

    /// An error at the value that was read last.
    pub(crate) fn error(&self, what: &'static str) -> JsonError {
        JsonError {
            offset: self.json.offset(),
            clause: self.clause,
            what,
        }
    }
}
