//! The answer of a checksum database to a look-up: a record, and the signed tree head over it.
//!
//! Implements the clauses `config.sum.record` and `config.sum.line` of `spec/upload-config.md`.
//! That the record is in the tree is not known here.

/// A record and a signed note, not verified yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The number of the record.
    pub number: u64,
    /// Its text, the newline at its end included.
    pub text: &'a str,
    /// The note with the tree head.
    pub note: &'a [u8],
}

impl<'a> Record<'a> {
    /// Reads an answer; `None` if it is not of the form of one.
    // spec[config.sum.record]
    pub fn parse(answer: &'a [u8]) -> Option<Record<'a>> {
        let text = std::str::from_utf8(answer).ok()?;
        let (number, rest) = text.split_once('\n')?;
        let end = rest.find("\n\n")?;
        let (text, note) = rest.split_at_checked(end + 1)?;
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_text = !text.starts_with('\n') && !text.contains(|c: char| c < ' ' && c != '\n');
        Some(Record {
            number: number.parse().ok().filter(|_| is_number)?,
            text: Some(text).filter(|_| is_text)?,
            note: note.strip_prefix('\n')?.as_bytes(),
        })
    }

    /// The hash of the zip file of a version of a module, `h1:..`; `None` if the record has none.
    // spec[config.sum.line]
    pub fn hash(&self, module: &str, version: &str) -> Option<&'a str> {
        let start = format!("{module} {version} ");
        let rests = self.text.lines().map(|line| line.strip_prefix(&start));
        rests.flatten().find(|rest| rest.starts_with("h1:"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // test[config.sum.record]
    #[test]
    fn a_record_ends_before_the_first_empty_line() {
        let record = Record::parse("7\na b\nc\n\nd\n\n\u{2014} e\n".as_bytes()).expect("a record");
        assert_eq!((record.number, record.text), (7, "a b\nc\n"));
        assert_eq!(record.note, "d\n\n\u{2014} e\n".as_bytes());
        for wrong in [
            "",
            "7",
            "7\n",
            "7\n\n",
            "7\n\n\n",
            "7\na\n",
            "+7\na\n\n",
            "\na\n\n",
            "7\na\r\n\n",
            "18446744073709551616\na\n\n",
        ] {
            assert_eq!(Record::parse(wrong.as_bytes()), None, "{wrong:?}");
        }
        assert_eq!(Record::parse(b"7\na\xff\n\n"), None);
    }

    // test[config.sum.line]
    #[test]
    fn the_first_line_of_the_module_and_version_has_the_hash() {
        let text = "m v1 h2:z\nm v1/go.mod h1:y\nm v10 h1:x\nm v1 h1:a\nm v1 h1:b\n";
        let answer = format!("0\n{text}\n");
        let record = Record::parse(answer.as_bytes()).expect("a record");
        assert_eq!(record.hash("m", "v1"), Some("h1:a"));
        assert_eq!(record.hash("m", "v2"), None);
    }
}
