//! What came of the cases.
//!
//! Implements the table of `spec/driver.md`. How it is shown is not known here.

use super::known::Known;

/// What came of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The answer is the one expected.
    Pass,
    /// `ok` where a rejection is expected.
    Accepted,
    /// `reject` where `ok` is expected.
    Rejected,
    /// Another result, another stage, clause, offset or other notes than expected, or other files.
    Wrong,
    /// The driver says that something failed.
    Error,
    /// The driver ended before it answered.
    Crash,
    /// The driver did not answer in time.
    Timeout,
    /// The driver wrote what is no answer, or an answer to nothing that was asked.
    Garbage,
    /// The driver answered twice.
    Twice,
    /// The version is missing or another one, or another driver answered after a restart.
    Version,
    /// The driver cannot do this.
    Skip,
}

impl Outcome {
    /// All outcomes, in the order of the table.
    pub const ALL: [Outcome; 11] = [
        Outcome::Pass,
        Outcome::Accepted,
        Outcome::Rejected,
        Outcome::Wrong,
        Outcome::Error,
        Outcome::Crash,
        Outcome::Timeout,
        Outcome::Garbage,
        Outcome::Twice,
        Outcome::Version,
        Outcome::Skip,
    ];

    /// The word for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::conformance::Outcome;
    /// assert_eq!(Outcome::Rejected.name(), "rejected");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Accepted => "accepted",
            Outcome::Rejected => "rejected",
            Outcome::Wrong => "wrong",
            Outcome::Error => "error",
            Outcome::Crash => "crash",
            Outcome::Timeout => "timeout",
            Outcome::Garbage => "garbage",
            Outcome::Twice => "twice",
            Outcome::Version => "version",
            Outcome::Skip => "skip",
        }
    }
}

/// Why a case did not pass, each in one short line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// What happened, or where the difference is.
    pub reason: String,
    /// What was expected, where something was compared.
    pub expected: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
    /// The last lines of the driver's standard error, if it failed and said something.
    pub stderr: Option<String>,
}

impl Detail {
    pub(super) fn because(reason: impl Into<String>) -> Detail {
        Detail {
            reason: reason.into(),
            ..Detail::default()
        }
    }
}

/// A case and what came of it.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// Which case.
    pub id: String,
    /// What an implementation has to be to be judged by it.
    pub level: String,
    /// What it shows, in one sentence.
    pub about: String,
    /// The clauses that it tests.
    pub clauses: Vec<String>,
    /// What came of it.
    pub outcome: Outcome,
    /// The outcome that the known failures list for it.
    pub listed: Option<Outcome>,
    /// Why it did not pass; empty if it did.
    pub detail: Detail,
}

/// How a case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It passed.
    Passed,
    /// It failed as the known failures say.
    Known,
    /// The driver cannot do it.
    Skipped,
    /// It failed; or the known failures list another outcome.
    Failed,
}

impl CaseResult {
    /// How this case counts.
    pub fn standing(&self) -> Standing {
        match (self.outcome, self.listed) {
            (outcome, Some(listed)) if outcome == listed => Standing::Known,
            (_, Some(_)) => Standing::Failed,
            (Outcome::Pass, None) => Standing::Passed,
            (Outcome::Skip, None) => Standing::Skipped,
            _ => Standing::Failed,
        }
    }
}

/// What came of all cases that were run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Name and version of the driver, unless it never answered a hello.
    pub driver: Option<(String, String)>,
    /// The cases in the order of the manifest.
    pub cases: Vec<CaseResult>,
    /// Cases that the known failures list and that do not exist.
    pub missing: Vec<String>,
}

impl Report {
    /// The number of cases that count so.
    pub fn count(&self, standing: Standing) -> usize {
        let cases = self.cases.iter();
        cases.filter(|case| case.standing() == standing).count()
    }

    /// Whether something was compared at all: not if every case was skipped.
    pub fn is_of_something(&self) -> bool {
        self.count(Standing::Skipped) < self.cases.len()
    }

    /// Whether something was compared, nothing failed, and all known failures exist.
    pub fn is_good(&self) -> bool {
        self.is_of_something() && self.count(Standing::Failed) == 0 && self.missing.is_empty()
    }

    /// Notes what the known failures say of each case; `exists` tells whether there is a case.
    pub(super) fn compare(&mut self, known: &Known, exists: impl Fn(&str) -> bool) {
        for case in &mut self.cases {
            case.listed = known.outcome_of(&case.id);
            if case.listed.is_some() && case.outcome == Outcome::Pass {
                case.detail.reason = "it passes, and the known failures list it".to_owned();
            }
        }
        let ids = known.ids().filter(|id| !exists(id));
        self.missing = ids.map(str::to_owned).collect();
    }
}
