//! The names of counters: what a writer may write, and what the conventions ask for.
//!
//! Implements the sections *Names* and *Conventions* of `spec/names.md`. The names of stack
//! counters are put together in [`super::stack`].

use super::error::FormatError;
use super::layout::{self, index};
use super::rule::Rule;

/// Whether a writer may give a record this name.
///
/// # Errors
///
/// `fmt.name.min` for an empty name, `fmt.name.max` for one of more than 4096 bytes.
pub fn check(name: &[u8]) -> Result<(), FormatError> {
    let len = name.len();
    // spec[fmt.name.min]
    if len == 0 {
        return Err(FormatError::at(0, Rule::NameMin));
    }
    // spec[fmt.name.max]
    if len > index(layout::MAX_NAME_LEN) {
        let offset = u64::from(layout::MAX_NAME_LEN);
        return Err(FormatError::at(offset, Rule::NameMax { len }));
    }
    Ok(())
}

/// The name of the chart and, if there is a colon, that of the bucket.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::name;
/// assert_eq!(name::split("gopls/client:vscode"), ("gopls/client", Some("vscode")));
/// assert_eq!(name::split("go/invocations"), ("go/invocations", None));
/// assert_eq!(name::split("a:b:c"), ("a", Some("b:c")));
/// ```
// spec[name.split]
pub fn split(name: &str) -> (&str, Option<&str>) {
    match name.split_once(':') {
        Some((chart, bucket)) => (chart, Some(bucket)),
        None => (name, None),
    }
}

/// The name that counts the use of `flag` by the program whose path ends in `base`.
///
/// # Examples
///
/// ```
/// assert_eq!(gotelemetry::format::name::of_flag("gofmt", "w"), "gofmt/flag:w");
/// ```
// spec[name.flag]
pub fn of_flag(base: &str, flag: &str) -> String {
    format!("{base}/flag:{flag}")
}

/// A convention that a name can miss. Such a name is counted all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Convention {
    /// Names are UTF-8.
    Utf8,
    /// Names hold no white space.
    WhiteSpace,
    /// Names hold no control characters.
    Control,
    /// Names hold at most one colon.
    OneColon,
}

impl Convention {
    /// The id of the clause in `spec/` that states the convention.
    pub const fn clause(self) -> &'static str {
        match self {
            Convention::Utf8 => "name.utf8",
            Convention::WhiteSpace => "name.white-space",
            Convention::Control => "name.control",
            Convention::OneColon => "name.one-colon",
        }
    }
}

/// The conventions that a counter's name misses; for a stack counter, judge its first line.
///
/// # Examples
///
/// ```
/// use gotelemetry::format::name::{Convention, missed};
/// assert_eq!(missed(b"tool/run:fast"), []);
/// assert_eq!(missed(b"a b:c:d"), [Convention::WhiteSpace, Convention::OneColon]);
/// ```
pub fn missed(name: &[u8]) -> Vec<Convention> {
    let Ok(text) = std::str::from_utf8(name) else {
        return vec![Convention::Utf8];
    };
    let misses = [
        (Convention::WhiteSpace, text.contains(char::is_whitespace)),
        (
            Convention::Control,
            text.contains(|c: char| c.is_control() && !c.is_whitespace()),
        ),
        (Convention::OneColon, text.matches(':').count() > 1),
    ];
    misses
        .into_iter()
        .filter(|(_, missed)| *missed)
        .map(|(convention, _)| convention)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    // test[fmt.name.min, fmt.name.max]
    #[test]
    fn names_of_1_to_4096_bytes_are_written() {
        assert_eq!(check(b"").map_err(|e| e.clause()), Err("fmt.name.min"));
        assert!(check(b"a").is_ok());
        assert!(check(&[b'a'; 4096]).is_ok());
        assert_eq!(
            check(&[b'a'; 4097]).map_err(|e| e.clause()),
            Err("fmt.name.max")
        );
    }

    // test[name.split]
    #[test]
    fn the_first_colon_separates_chart_and_bucket() {
        assert_eq!(split("a/b:c:d"), ("a/b", Some("c:d")));
        assert_eq!(split("a:"), ("a", Some("")));
        assert_eq!(split(":a"), ("", Some("a")));
        assert_eq!(split("a/b"), ("a/b", None));
    }

    // test[name.flag]
    #[test]
    fn a_flag_is_counted_behind_the_base_of_the_programs_path() {
        assert_eq!(of_flag("tool", "v"), "tool/flag:v");
    }

    #[test]
    fn a_name_that_is_not_text_misses_one_convention_alone() {
        assert_eq!(missed(b"a b\xff"), [Convention::Utf8]);
        assert_eq!(missed("a\u{7}".as_bytes()), [Convention::Control]);
        assert_eq!(missed("a\u{2003}b".as_bytes()), [Convention::WhiteSpace]);
    }

    #[test]
    fn a_name_has_one_colon_at_the_most() {
        for (name, colons) in [("a", 0), ("a:b", 1), ("a:b:c", 2), ("a:b:c:d", 3)] {
            let missed = missed(name.as_bytes());
            assert_eq!(missed.contains(&Convention::OneColon), colons > 1, "{name}");
        }
    }

    #[test]
    fn every_convention_has_a_clause() {
        let all = [
            (Convention::Utf8, "name.utf8"),
            (Convention::WhiteSpace, "name.white-space"),
            (Convention::Control, "name.control"),
            (Convention::OneColon, "name.one-colon"),
        ];
        for (convention, clause) in all {
            assert_eq!(convention.clause(), clause);
        }
    }
}
