//! Figure 4: opening a file and counting once, by the clock of a fresh process and as a whole
//! process.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use tempfile::TempDir;

use super::children::{self, number};
use super::home;
use super::table::{Medians, Ratio, Side, alternate, median};

/// Processes of each side in a round; their median is the round's.
const PROCESSES: usize = 5;

/// What one process took, in nanoseconds.
type Measure = fn(&mut Command) -> f64;

pub(crate) fn rows(driver: Option<&Path>) {
    let own_clock: Measure = |command| number(command, "");
    let whole: Measure = started_and_waited_for;
    let used = &Place::used(driver);
    let row = |what: &str, medians: Medians| medians.row(what, Ratio::OursToGo, "<= 0.4");

    let bare = || children::command("bare");
    let medians = beside(driver, "open", used, own_clock, Some(&bare));
    row("4a open and count, file exists", medians);
    let bare = || children::command("make");
    let medians = beside(driver, "open", &Place::Empty, own_clock, Some(&bare));
    row("4a open and count, empty directory", medians);

    let idle = || children::command("nothing");
    let medians = beside(driver, "open", used, whole, Some(&idle));
    row("4b whole process, file exists", medians);
    let medians = beside(driver, "open", &Place::Empty, whole, Some(&idle));
    row("4b whole process, empty directory", medians);
    let medians = beside(driver, "nothing", &Place::Empty, whole, None);
    medians.row("   a process that does nothing", Ratio::OursToGo, "none");
}

/// The directory that a process is called with.
enum Place {
    /// One for each side, in which it has counted before.
    Used { ours: TempDir, go: TempDir },
    /// One for each process, with nothing in it.
    Empty,
}

impl Place {
    fn used(driver: Option<&Path>) -> Place {
        let (ours, go) = (home(), home());
        number(children::command("open").arg(ours.path()), "");
        if let Some(driver) = driver {
            number(Command::new(driver).arg("open").arg(go.path()), "");
        }
        Place::Used { ours, go }
    }
}

/// Processes of ours and of Go's that do `what`, and such as do the least that it takes.
fn beside(
    driver: Option<&Path>,
    what: &str,
    place: &Place,
    measure: Measure,
    floor: Option<&dyn Fn() -> Command>,
) -> Medians {
    let (ours, gos) = match place {
        Place::Used { ours, go } => (Some(ours), Some(go)),
        Place::Empty => (None, None),
    };
    let go = |driver| {
        move || {
            let mut command = Command::new(driver);
            command.arg(what);
            command
        }
    };
    alternate(
        || round(|| children::command(what), ours, measure),
        floor.map(|floor| Box::new(move || round(floor, ours, measure)) as Side<'_>),
        driver.map(|driver| Box::new(move || round(go(driver), gos, measure)) as Side<'_>),
    )
}

/// The median of a few processes, in the directory `used` or each in an empty one.
fn round(command: impl Fn() -> Command, used: Option<&TempDir>, measure: Measure) -> f64 {
    let one = |_| match used {
        Some(home) => measure(command().arg(home.path())),
        None => {
            let home = home();
            measure(command().arg(home.path()))
        }
    };
    median((0..PROCESSES).map(one).collect()).expect("there are several")
}

fn started_and_waited_for(command: &mut Command) -> f64 {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status().expect("the process can be started");
    let took = start.elapsed();
    assert!(status.success(), "{command:?}: {status}");
    took.as_nanos() as f64
}
