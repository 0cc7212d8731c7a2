//! Versions of a module: which one is taken, and how they are written in URLs.
//!
//! Implements the clauses `config.pick` and `config.proxy.escape` of `spec/upload-config.md`.

use crate::config::semver::Semver;
use crate::json::{Form, JsonError};

/// The version that is taken of a list, one on a line; `None` if no line counts.
// spec[config.pick]
pub fn pick(list: &str) -> Option<&str> {
    let versions = list.lines().filter_map(of_line);
    let ranked = versions.max_by(|ours, theirs| {
        let released = |version: &Semver<'_>| !version.is_pre_release();
        released(&ours.1)
            .cmp(&released(&theirs.1))
            .then(ours.1.order(&theirs.1))
    });
    ranked.map(|(text, _)| text)
}

/// The version on a line of a list, if it counts.
// spec[config.pick.line]
fn of_line(line: &str) -> Option<(&str, Semver<'_>)> {
    let word = line.split_whitespace().next()?;
    let version = Semver::parse(word)?;
    (version.is_canonical() && !version.is_pseudo()).then_some((word, version))
}

/// Whether a module can have this version.
pub fn is_version(text: &str) -> bool {
    Semver::parse(text).is_some_and(|version| version.is_canonical())
}

/// The version that the answer to `@latest` names; nothing if it names none.
///
/// # Errors
///
/// If it is no JSON document of that form.
pub fn latest(answer: &[u8]) -> Result<String, JsonError> {
    let mut form = Form::new(answer, "config.pick");
    let mut version = String::new();
    form.members(|form, key| match key {
        "Version" => {
            version = form.string()?;
            Ok(())
        }
        _ => form.skip(),
    })?;
    form.end()?;
    Ok(version)
}

/// How a path or a version is written in a URL.
// spec[config.proxy.escape]
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}
