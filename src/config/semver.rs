//! Semantic versions, as Go writes and orders them.
//!
//! Implements the clauses `config.semver` of `spec/upload-config.md`.

use std::cmp::Ordering;

/// A semantic version, taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Semver<'a> {
    /// Major, minor and patch number in digits; a missing one is `0`.
    numbers: [&'a str; 3],
    /// How many numbers are written.
    written: usize,
    /// What stands behind `-`; empty if there is none.
    pre_release: &'a str,
    /// Whether a build follows.
    has_build: bool,
}

impl<'a> Semver<'a> {
    /// The version that `text` says, if it is one.
    // spec[config.semver]
    pub fn parse(text: &'a str) -> Option<Semver<'a>> {
        let rest = text.strip_prefix('v')?;
        let (rest, build) = cut(rest, '+');
        let (core, pre_release) = cut(rest, '-');
        let mut numbers = ["0"; 3];
        let mut written = 0;
        for number in core.split('.') {
            // spec[config.semver.number]
            if !is_number(number) {
                return None;
            }
            *numbers.get_mut(written)? = number;
            written += 1;
        }
        let is_identifier = |text: &str| {
            let mut characters = text.bytes();
            !text.is_empty() && characters.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if let Some(build) = build
            && (written < 3 || !build.split('.').all(is_identifier))
        {
            return None;
        }
        if let Some(pre_release) = pre_release {
            // spec[config.semver.number]
            let sound = |text: &str| is_identifier(text) && (!is_digits(text) || is_number(text));
            if written < 3 || !pre_release.split('.').all(sound) {
                return None;
            }
        }
        Some(Semver {
            numbers,
            written,
            pre_release: pre_release.unwrap_or_default(),
            has_build: build.is_some(),
        })
    }

    /// Whether it has a pre-release.
    pub fn is_pre_release(&self) -> bool {
        !self.pre_release.is_empty()
    }

    /// Whether it has three numbers and no build: the only versions that modules have.
    pub fn is_canonical(&self) -> bool {
        self.written == 3 && !self.has_build
    }

    /// Whether it names a commit, as `v0.0.0-20231207172801-3c8b0df0c3fd` does.
    // spec[config.pick.line]
    pub fn is_pseudo(&self) -> bool {
        let Some((before, commit)) = self.pre_release.rsplit_once('-') else {
            return false;
        };
        let Some((base, time)) = before.split_at_checked(before.len().saturating_sub(14)) else {
            return false;
        };
        let at_start = matches!(self.numbers, [_, "0", "0"]) && base.is_empty();
        let behind_zero = base == "0." || base.ends_with(".0.");
        time.len() == 14
            && is_digits(time)
            && !commit.is_empty()
            && commit.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && (at_start || behind_zero)
    }

    /// How it is ordered before or behind another one. The build does not count.
    // spec[config.semver.order]
    pub fn order(&self, other: &Semver<'_>) -> Ordering {
        let numbers = self.numbers.iter().zip(other.numbers);
        let numbers = numbers.map(|(ours, theirs)| by_number(ours, theirs));
        numbers.fold(Ordering::Equal, Ordering::then).then_with(|| {
            match (self.pre_release, other.pre_release) {
                (ours, theirs) if ours == theirs => Ordering::Equal,
                ("", _) => Ordering::Greater,
                (_, "") => Ordering::Less,
                (ours, theirs) => by_identifiers(ours, theirs),
            }
        })
    }
}

/// How two texts are ordered as versions: what is none comes before all that are.
///
/// # Examples
///
/// ```
/// use std::cmp::Ordering;
/// use gotelemetry::config::semver;
/// assert_eq!(semver::compare("v0.9.1", "v0.10.0-rc.1"), Ordering::Less);
/// assert_eq!(semver::compare("v0.10", "v0.10.0"), Ordering::Equal);
/// assert_eq!(semver::compare("latest", "v0.1.0"), Ordering::Less);
/// ```
// spec[config.semver.order]
pub fn compare(ours: &str, theirs: &str) -> Ordering {
    match (Semver::parse(ours), Semver::parse(theirs)) {
        (Some(ours), Some(theirs)) => ours.order(&theirs),
        (ours, theirs) => ours.is_some().cmp(&theirs.is_some()),
    }
}

fn by_identifiers(ours: &str, theirs: &str) -> Ordering {
    let mut theirs = theirs.split('.');
    for ours in ours.split('.') {
        let Some(theirs) = theirs.next() else {
            return Ordering::Greater;
        };
        let ordering = match (is_digits(ours), is_digits(theirs)) {
            (true, true) => by_number(ours, theirs),
            (false, false) => ours.cmp(theirs),
            (ours, theirs) => theirs.cmp(&ours),
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
    match theirs.next() {
        Some(_) => Ordering::Less,
        None => Ordering::Equal,
    }
}

/// By value, however many digits there are; none of the two has a needless zero in front.
fn by_number(ours: &str, theirs: &str) -> Ordering {
    ours.len().cmp(&theirs.len()).then_with(|| ours.cmp(theirs))
}

fn is_number(text: &str) -> bool {
    is_digits(text) && (text == "0" || !text.starts_with('0'))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What stands before the first `at`, and what stands behind it.
fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, behind)) => (before, Some(behind)),
        None => (text, None),
    }
}
