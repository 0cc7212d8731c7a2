//! Races: several drivers count into one directory at once, then read what came of it.
//!
//! Implements the last paragraph of `spec/driver.md`. Half of the drivers are this program, so that
//! what is right for one implementation alone is not enough.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::judge::{difference, reason};
use super::manifest::{Case, Race};
use super::outcome::{Detail, Outcome};
use super::peer::DriverCommand;
use super::room::Room;
use super::session::{Answer, Fault, Hello, Session, Verdict, shorten};
use super::{ConformanceError, Settings};
use crate::dir::{DirError, TelemetryDir};
use crate::json::Value;
use crate::system;

/// The file that begins the race.
const BARRIER: &str = "barrier";

/// How long drivers have to get to the barrier.
const BEFORE_BARRIER: Duration = Duration::from_millis(200);

/// A driver in the race.
struct Racer {
    session: Session,
    hello: Hello,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The driver under test.
    Driver,
    /// This program.
    Own,
}

impl Kind {
    /// The fault of a driver of this kind.
    fn blame(self, mut fault: Fault) -> Fault {
        if self == Kind::Own {
            fault.detail.reason = format!("gotelemetry itself: {}", fault.detail.reason);
        }
        fault
    }

    fn fault(self, outcome: Outcome, detail: Detail) -> Fault {
        self.blame(Fault { outcome, detail })
    }
}

/// Runs a race; a fault is why it did not pass. `hello` is what the driver under test said.
pub(super) fn run(
    case: &Case,
    race: &Race,
    room: &Room,
    hello: &Hello,
    settings: &Settings,
) -> Result<Option<Fault>, ConformanceError> {
    let deadline = Instant::now() + settings.race_deadline;
    let dir = room.text()?;
    let raced = gather(race, hello, settings, deadline).and_then(|mut racers| {
        let args = arguments(case, race, &racers)?;
        for racer in &mut racers {
            racer.session.ask(&case.id, &case.op, dir, args.clone());
        }
        Ok(racers)
    });
    let mut racers = match raced {
        Ok(racers) => racers,
        Err(fault) => return Ok(Some(fault)),
    };
    thread::sleep(BEFORE_BARRIER);
    if let Err(error) = lift_barrier(room) {
        return Ok(Some(error?));
    }
    let finished = finish(&mut racers, deadline)
        .and_then(|()| read_all(case, race, room, dir, &mut racers, deadline))
        .and_then(|()| end(racers, Instant::now() + settings.end_deadline));
    Ok(finished.err())
}

/// Makes the file that begins the race. What is there already is a driver's, and is not opened: it
/// may be something that waits for ever, or leads elsewhere.
fn lift_barrier(room: &Room) -> Result<(), Result<Fault, ConformanceError>> {
    use io::ErrorKind::{AlreadyExists, NotADirectory, NotFound, PermissionDenied};
    let barrier = room.path().join(BARRIER);
    File::create_new(&barrier)
        .map(drop)
        .map_err(|error| match error.kind() {
            AlreadyExists | NotADirectory | NotFound | PermissionDenied => {
                let detail = Detail::because(format!("no barrier can be made: {error}"));
                Ok(Kind::Driver.fault(Outcome::Wrong, detail))
            }
            _ => Err(DirError::io("write", &barrier)(error).into()),
        })
}

/// Starts the drivers, all at once.
fn gather(
    race: &Race,
    hello: &Hello,
    settings: &Settings,
    deadline: Instant,
) -> Result<Vec<Racer>, Fault> {
    let mut sessions = Vec::new();
    for number in 0..race.processes {
        let (kind, command) = match &settings.driver {
            Some(driver) if number % 2 == 0 => (Kind::Driver, driver),
            _ => (Kind::Own, &settings.own),
        };
        sessions.push((kind, start(command).map_err(|fault| kind.blame(fault))?));
    }
    let mut racers = Vec::new();
    for (kind, mut session) in sessions {
        let said = session.hello(deadline).map_err(|fault| kind.blame(fault))?;
        let said = said.clone();
        // Without a driver all are the one that said hello before.
        let same = (&said.name, &said.version) == (&hello.name, &hello.version);
        if !same && (kind == Kind::Driver || settings.driver.is_none()) {
            let detail = Detail {
                expected: Some(shorten(&format!("{} {}", hello.name, hello.version))),
                found: Some(shorten(&format!("{} {}", said.name, said.version))),
                ..Detail::because("another driver answered the hello")
            };
            return Err(kind.fault(Outcome::Version, detail));
        }
        if !said.ops.contains("race") {
            let detail = Detail::because("it cannot race");
            return Err(kind.fault(Outcome::Skip, detail));
        }
        racers.push(Racer {
            session,
            hello: said,
            kind,
        });
    }
    Ok(racers)
}

fn start(command: &DriverCommand) -> Result<Session, Fault> {
    Session::start(command).map_err(|error| Fault {
        outcome: Outcome::Crash,
        detail: Detail::because(format!("cannot start {command}: {error}")),
    })
}

/// What all drivers are asked: an identity that each of them can have, a time that is present to
/// each of them.
fn arguments(case: &Case, race: &Race, racers: &[Racer]) -> Result<Value, Fault> {
    let mut args = case.args.as_object().cloned().unwrap_or_default();
    let mut fixed: BTreeMap<&String, &Value> = BTreeMap::new();
    for racer in racers {
        for (member, value) in &racer.hello.fixed {
            if *fixed.entry(member).or_insert(value) != value {
                let what = format!("the drivers have no {member} in common");
                return Err(racer.kind.fault(Outcome::Skip, Detail::because(what)));
            }
        }
    }
    if let Some(Value::Object(identity)) = args.get_mut("identity") {
        for (member, value) in fixed {
            identity.insert(member.clone(), value.clone());
        }
    }
    if racers.iter().any(|racer| !racer.hello.clock_settable) {
        let now = system::now().to_string();
        args.insert("now".to_owned(), Value::String(now));
    }
    let names = race.names.iter().map(|name| Value::String(hex(name)));
    let members = [
        ("barrier", Value::from(BARRIER)),
        ("names", Value::Array(names.collect())),
        ("rounds", Value::Number(race.rounds.to_string())),
        ("cold", Value::Bool(race.cold)),
    ];
    args.extend(members.map(|(key, value)| (key.to_owned(), value)));
    Ok(Value::Object(args))
}

/// Waits until all have answered.
fn finish(racers: &mut [Racer], deadline: Instant) -> Result<(), Fault> {
    for racer in racers {
        let kind = racer.kind;
        let answer = racer.session.answer(deadline);
        done(&answer.map_err(|fault| kind.blame(fault))?, kind)?;
    }
    Ok(())
}

/// Nothing but `ok` is expected in a race.
fn done(answer: &Answer, kind: Kind) -> Result<(), Fault> {
    let (outcome, default) = match answer.verdict {
        Verdict::Ok => return Ok(()),
        Verdict::Reject => (Outcome::Rejected, "rejected"),
        Verdict::Skip => (Outcome::Skip, "skipped"),
        Verdict::Error => (Outcome::Error, "an error"),
    };
    Err(kind.fault(outcome, Detail::because(reason(answer, default))))
}

/// Lets one driver of each kind read every count file, and compares the sums.
fn read_all(
    case: &Case,
    race: &Race,
    room: &Room,
    dir: &str,
    racers: &mut [Racer],
    deadline: Instant,
) -> Result<(), Fault> {
    let total = race.rounds * race.processes as u64;
    let expected = race
        .names
        .iter()
        .map(|name| (hex(name), decimal(total.into())));
    let expected = Value::Object(expected.collect());
    for kind in [Kind::Driver, Kind::Own] {
        let wrong = |detail| kind.fault(Outcome::Wrong, detail);
        let reads =
            |racer: &&mut Racer| racer.kind == kind && racer.hello.ops.contains("read-file");
        let Some(racer) = racers.iter_mut().find(reads) else {
            continue;
        };
        let files = TelemetryDir::at(room.path()).count_files();
        let files = files.map_err(|error| wrong(Detail::because(error.to_string())))?;
        let mut sums: BTreeMap<String, u128> = BTreeMap::new();
        for (number, file) in files.iter().enumerate() {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let path = Value::String(format!("local/{name}"));
            let id = format!("{}: file {number}", case.id);
            let session = &mut racer.session;
            session.ask(&id, "read-file", dir, Value::from([("file", path)]));
            let answer = session
                .answer(deadline)
                .map_err(|fault| kind.blame(fault))?;
            done(&answer, kind)?;
            let summed = add(&answer, &mut sums);
            summed.ok_or_else(|| wrong(Detail::because(format!("{name}: no counters"))))?;
        }
        let found = sums.into_iter().map(|(name, sum)| (name, decimal(sum)));
        let found = Value::Object(found.collect());
        if let Some(detail) = difference(&expected, &found, "the sum of counters") {
            return Err(wrong(detail));
        }
    }
    Ok(())
}

/// Adds the counts of a file that was read to the sums; `None` if they are none.
fn add(answer: &Answer, sums: &mut BTreeMap<String, u128>) -> Option<()> {
    for (name, count) in answer.whole.get("result")?.get("counters")?.as_object()? {
        let count: u64 = count.as_str()?.parse().ok()?;
        *sums.entry(name.clone()).or_default() += u128::from(count);
    }
    Some(())
}

/// Ends all drivers.
fn end(mut racers: Vec<Racer>, deadline: Instant) -> Result<(), Fault> {
    racers.iter_mut().for_each(|racer| racer.session.close());
    let mut fault = None;
    for racer in racers {
        let kind = racer.kind;
        let (repeated, garbage) = racer.session.end(deadline);
        let garbage = garbage.map(|(_, garbage)| kind.blame(garbage));
        let twice = || kind.fault(Outcome::Twice, Detail::because("it answered twice"));
        let twice = (!repeated.is_empty()).then(twice);
        fault = fault.or(twice).or(garbage);
    }
    fault.map_or(Ok(()), Err)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn decimal(number: u128) -> Value {
    Value::String(number.to_string())
}
