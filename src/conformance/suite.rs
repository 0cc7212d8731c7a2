//! A run of the suite: one driver after the other, one case after the other.
//!
//! Implements the section *What the suite makes of it* of `spec/driver.md`. Whatever a driver does,
//! the suite goes on.

use std::collections::BTreeMap;
use std::time::Instant;

use super::judge::Judge;
use super::manifest::Case;
use super::outcome::{CaseResult, Detail, Outcome, Report};
use super::room::House;
use super::session::{Fault, Hello, Session, short, shorten};
use super::vectors::Vectors;
use super::{ConformanceError, Settings, race};
use crate::json::Value;

/// After so many starts in a row without a hello a driver is not started again.
const MAX_STARTS: u32 = 3;

struct Suite<'a> {
    vectors: &'a Vectors,
    settings: &'a Settings,
    house: House,
    /// The driver that runs, which has answered the hello.
    session: Option<(Session, Hello)>,
    /// Name and version that the first hello gave.
    driver: Option<(String, String)>,
    /// Starts in a row without a hello, and what came of the last of them.
    failed_starts: u32,
    start_fault: Option<Fault>,
    /// The last case that the driver which runs has answered.
    answered: Option<String>,
    results: Vec<CaseResult>,
    /// Where in them each case is.
    places: BTreeMap<String, usize>,
}

/// Runs the cases that the settings ask for, in the order of the manifest.
///
/// # Errors
///
/// If there is nothing to run, if the known failures are another driver's, if the driver cannot be
/// started at all, or if vectors or temporary files cannot be read or written. Whatever a driver
/// does is no error: it is in the report.
///
/// # Examples
///
/// ```no_run
/// use gotelemetry::conformance::{self, DriverCommand, Settings, Vectors};
/// let own = DriverCommand::new("gotelemetry", ["driver"]);
/// let settings = Settings::new(own, std::env::temp_dir());
/// let report = conformance::run(&Vectors::built_in()?, &settings)?;
/// assert!(report.is_good());
/// # Ok::<(), conformance::ConformanceError>(())
/// ```
pub fn run(vectors: &Vectors, settings: &Settings) -> Result<Report, ConformanceError> {
    let filter = settings.filter.as_deref().unwrap_or_default();
    let cases: Vec<&Case> = vectors
        .cases()
        .iter()
        .filter(|case| case.id.contains(filter))
        .collect();
    if cases.is_empty() {
        let filter = filter.to_owned();
        return Err(ConformanceError::NoCase { filter });
    }
    let mut suite = Suite {
        vectors,
        settings,
        house: House::build(&settings.temporary)?,
        session: None,
        driver: None,
        failed_starts: 0,
        start_fault: None,
        answered: None,
        results: Vec::new(),
        places: BTreeMap::new(),
    };
    for case in cases {
        suite.take(case)?;
    }
    suite.end();
    let mut report = Report {
        driver: suite.driver,
        cases: suite.results,
        missing: Vec::new(),
    };
    // Of a driver that never said who it is nothing is known.
    if let (Some(known), Some(_)) = (&settings.known, &report.driver) {
        let exists = |id: &str| vectors.cases().iter().any(|case| case.id == id);
        report.compare(known, exists);
    }
    Ok(report)
}

impl Suite<'_> {
    /// Runs a case and keeps what came of it.
    fn take(&mut self, case: &Case) -> Result<(), ConformanceError> {
        let (outcome, detail) = match self.ready()? {
            Err(fault) => (fault.outcome, fault.detail),
            Ok((session, hello)) => {
                let before = self.answered.take();
                let result = self.ask(case, session, hello)?;
                match before.clone() {
                    Some(before) if result.0 == Outcome::Crash => {
                        self.ask_again(case, result, &before)?
                    }
                    _ => {
                        // A case that was not asked changes nothing.
                        self.answered = self.answered.take().or(before);
                        result
                    }
                }
            }
        };
        self.places.insert(case.id.clone(), self.results.len());
        self.results.push(CaseResult {
            id: case.id.clone(),
            level: case.level.clone(),
            about: case.about.clone(),
            clauses: case.clauses.clone(),
            outcome,
            listed: None,
            detail,
        });
        Ok(())
    }

    /// Runs a case with a driver, and keeps that if it can go on.
    fn ask(
        &mut self,
        case: &Case,
        session: Session,
        hello: Hello,
    ) -> Result<(Outcome, Detail), ConformanceError> {
        let (session, result) = self.run_case(case, session, &hello)?;
        self.session = session.map(|session| (session, hello));
        Ok(result)
    }

    /// Runs a case again, during which a driver ended that had answered the case `before`. If a
    /// driver that has done nothing else does not end, the end was the earlier case's.
    fn ask_again(
        &mut self,
        case: &Case,
        crashed: (Outcome, Detail),
        before: &str,
    ) -> Result<(Outcome, Detail), ConformanceError> {
        let Ok((session, hello)) = self.ready()? else {
            return Ok(crashed);
        };
        let result = self.ask(case, session, hello)?;
        if result.0 != Outcome::Crash {
            let mut detail = crashed.1;
            detail.reason = detail
                .reason
                .replace("before it answered", "after its answer");
            let outcome = Outcome::Crash;
            self.blame(before, Fault { outcome, detail });
        }
        Ok(result)
    }

    /// The driver, which is started if it does not run. What it did instead of answering the hello
    /// is a fault.
    fn ready(&mut self) -> Result<Result<(Session, Hello), Fault>, ConformanceError> {
        if let Some(session) = self.session.take() {
            return Ok(Ok(session));
        }
        if let Some(fault) = &self.start_fault
            && self.failed_starts == MAX_STARTS
        {
            let mut fault = fault.clone();
            fault.detail.reason = format!(
                "not started again after {MAX_STARTS} starts without a hello; {}",
                fault.detail.reason
            );
            return Ok(Err(fault));
        }
        let started = self.start()?;
        match &started {
            Ok(_) => self.failed_starts = 0,
            Err(fault) => {
                self.failed_starts += 1;
                self.start_fault = Some(fault.clone());
            }
        }
        Ok(started)
    }

    fn start(&mut self) -> Result<Result<(Session, Hello), Fault>, ConformanceError> {
        self.answered = None;
        let command = self.settings.driver.as_ref().unwrap_or(&self.settings.own);
        let mut session = match Session::start(command) {
            Ok(session) => session,
            Err(source) if self.results.is_empty() => {
                let command = command.to_string();
                return Err(ConformanceError::Driver { command, source });
            }
            Err(error) => {
                let detail = Detail::because(format!("cannot start it again: {error}"));
                let outcome = Outcome::Crash;
                return Ok(Err(Fault { outcome, detail }));
            }
        };
        let hello = match session.hello(Instant::now() + self.settings.case_deadline) {
            Ok(hello) => hello.clone(),
            Err(fault) => return Ok(Err(fault)),
        };
        let (name, version) = (hello.name.clone(), hello.version.clone());
        match &self.driver {
            None => {
                if let Some(known) = &self.settings.known {
                    known.check(&name, &version)?;
                }
                self.driver = Some((name, version));
            }
            Some(first) if (&first.0, &first.1) != (&name, &version) => {
                let detail = Detail {
                    expected: Some(shorten(&format!("{} {}", first.0, first.1))),
                    found: Some(shorten(&format!("{name} {version}"))),
                    ..Detail::because("another driver answered the hello after a restart")
                };
                let outcome = Outcome::Version;
                return Ok(Err(Fault { outcome, detail }));
            }
            Some(_) => {}
        }
        Ok(Ok((session, hello)))
    }

    /// Runs a case, and gives the driver back if it can go on.
    fn run_case(
        &mut self,
        case: &Case,
        mut session: Session,
        hello: &Hello,
    ) -> Result<(Option<Session>, (Outcome, Detail)), ConformanceError> {
        if let Some(reason) = unable(case, hello) {
            let skipped = (Outcome::Skip, Detail::because(reason));
            return Ok((Some(session), skipped));
        }
        let room = self.house.room(case, self.vectors)?;
        if let Some(race) = &case.race {
            let fault = race::run(case, race, &room, hello, self.settings)?;
            let passed = (Outcome::Pass, Detail::default());
            let result = fault.map_or(passed, |fault| (fault.outcome, fault.detail));
            return Ok((Some(session), result));
        }
        session.ask(&case.id, &case.op, room.text()?, case.args.clone());
        let answer = session.answer(Instant::now() + self.settings.case_deadline);
        for id in session.take_repeated() {
            self.blame(&id, twice());
        }
        match answer {
            Err(fault) => Ok((None, (fault.outcome, fault.detail))),
            Ok(answer) => {
                self.answered = Some(case.id.clone());
                let judge = Judge {
                    vectors: self.vectors,
                    case,
                    hello,
                    room: &room,
                };
                Ok((Some(session), judge.judge(&answer)?))
            }
        }
    }

    /// Changes the outcome of an earlier case.
    fn blame(&mut self, id: &str, fault: Fault) {
        let place = self.places.get(id);
        if let Some(result) = place.and_then(|place| self.results.get_mut(*place)) {
            result.outcome = fault.outcome;
            result.detail = fault.detail;
        }
    }

    /// Ends the driver and looks at what it wrote behind its last answer.
    fn end(&mut self) {
        if let Some((session, _)) = self.session.take() {
            let (repeated, garbage) = session.end(Instant::now() + self.settings.end_deadline);
            if let Some((id, fault)) = garbage {
                self.blame(&id, fault);
            }
            for id in repeated {
                self.blame(&id, twice());
            }
        }
    }
}

fn twice() -> Fault {
    let outcome = Outcome::Twice;
    let detail = Detail::because("it answered twice");
    Fault { outcome, detail }
}

/// Why a driver cannot do a case at all, if it cannot.
fn unable(case: &Case, hello: &Hello) -> Option<String> {
    if !hello.ops.contains(&case.op) {
        return Some(format!("it has no operation {}", case.op));
    }
    // Races take the time and the identity that the drivers have.
    if case.race.is_some() {
        return None;
    }
    let steps = case.args.get("steps").and_then(Value::as_array);
    let mut asked = steps.into_iter().flatten().chain([&case.args]);
    if !hello.clock_settable && asked.any(|args| args.get("now").is_some()) {
        return Some("its clock cannot be set".to_owned());
    }
    let identity = case.args.get("identity")?;
    let other = |(member, value): &(&String, &Value)| {
        identity.get(member).is_some_and(|asked| asked != *value)
    };
    let (member, value) = hello.fixed.iter().find(other)?;
    Some(format!(
        "its {member} cannot be another than {}",
        short(value)
    ))
}
