//! Versions of Go's toolchain, as Go orders them.
//!
//! Implements the clauses `config.go-version` of `spec/upload-config.md`.

use std::cmp::Ordering;

/// From this second number on, a version without a third number comes before that with 0 there.
const FIRST_WITH_PATCH: &str = "21";

/// A Go version, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct GoVersion<'a> {
    /// The first and the second number in digits; a missing second one is `0`.
    major: &'a str,
    minor: &'a str,
    /// The third number; `None` if it is lower than 0.
    patch: Option<&'a str>,
    /// The word behind two numbers; empty if there is none.
    word: &'a str,
    /// The number behind the word; empty if there is none.
    number: &'a str,
}

impl<'a> GoVersion<'a> {
    /// The version that `text` says, if it is one.
    // spec[config.go-version]
    pub fn parse(text: &'a str) -> Option<GoVersion<'a>> {
        let text = text.split('-').next()?.strip_prefix("go")?;
        let (major, rest) = number(text)?;
        if rest.is_empty() {
            // spec[config.go-version.absent]
            return Some(GoVersion::of(major, "0", Some("0")));
        }
        let (minor, rest) = number(rest.strip_prefix('.')?)?;
        if rest.is_empty() {
            // spec[config.go-version.absent]
            let is_old = by_number(minor, FIRST_WITH_PATCH).is_lt();
            return Some(GoVersion::of(major, minor, is_old.then_some("0")));
        }
        if let Some(rest) = rest.strip_prefix('.') {
            let (patch, rest) = number(rest)?;
            let version = GoVersion::of(major, minor, Some(patch));
            return rest.is_empty().then_some(version);
        }
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let word = rest.strip_suffix(digits).filter(|word| !word.is_empty())?;
        let is_whole = digits.is_empty() || number(digits)?.1.is_empty();
        is_whole.then_some(GoVersion {
            word,
            number: digits,
            ..GoVersion::of(major, minor, None)
        })
    }

    fn of(major: &'a str, minor: &'a str, patch: Option<&'a str>) -> GoVersion<'a> {
        GoVersion {
            major,
            minor,
            patch,
            word: "",
            number: "",
        }
    }

    /// How it is ordered before or behind another one.
    // spec[config.go-version.order]
    pub fn order(&self, other: &GoVersion<'_>) -> Ordering {
        let patch = match (self.patch, other.patch) {
            (Some(ours), Some(theirs)) => by_number(ours, theirs),
            (ours, theirs) => ours.is_some().cmp(&theirs.is_some()),
        };
        by_number(self.major, other.major)
            .then(by_number(self.minor, other.minor))
            .then(patch)
            .then(self.word.cmp(other.word))
            .then(by_number(self.number, other.number))
    }
}

/// How two texts are ordered as Go versions: what is none comes before all that are.
///
/// # Examples
///
/// ```
/// use std::cmp::Ordering;
/// use gotelemetry::config::go_version;
/// assert_eq!(go_version::compare("go1.20rc1", "go1.20"), Ordering::Less);
/// assert_eq!(go_version::compare("go1.21", "go1.21rc1"), Ordering::Less);
/// assert_eq!(go_version::compare("devel", "go1"), Ordering::Less);
/// ```
// spec[config.go-version.order]
pub fn compare(ours: &str, theirs: &str) -> Ordering {
    match (GoVersion::parse(ours), GoVersion::parse(theirs)) {
        (Some(ours), Some(theirs)) => ours.order(&theirs),
        (ours, theirs) => ours.is_some().cmp(&theirs.is_some()),
    }
}

/// The number at the beginning of `text`, without a needless zero, and what follows it.
fn number(text: &str) -> Option<(&str, &str)> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_suffix(rest)?;
    let sound = digits == "0" || !digits.is_empty() && !digits.starts_with('0');
    sound.then_some((digits, rest))
}

/// By value, however many digits there are, none before all; none has a needless zero in front.
fn by_number(ours: &str, theirs: &str) -> Ordering {
    ours.len().cmp(&theirs.len()).then_with(|| ours.cmp(theirs))
}
