//! What a process adds, in which order: the same for the process that does it and for the one that
//! checks afterwards how far it came.
//!
//! A script follows from a number and a seed alone. It is a list of steps in stages: many new names
//! let the file grow, then counters that are kept are added to, then the week ends.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::random::Random;
use crate::tool::Sums;

/// What a process is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has not begun.
    Starting = 0,
    /// It sets the mode, or opens the file and makes what is missing.
    Opening = 1,
    /// It adds to names that have no record.
    Growing = 2,
    /// It adds to counters that are kept.
    Counting = 3,
    /// It moves on to the file of the next week.
    Rotating = 4,
    /// It has done all.
    Done = 5,
}

impl Phase {
    pub(crate) const ALL: [Phase; 6] = [
        Phase::Starting,
        Phase::Opening,
        Phase::Growing,
        Phase::Counting,
        Phase::Rotating,
        Phase::Done,
    ];
}

/// One step of a script.
pub(crate) enum Step {
    /// Adds a number to a name.
    Name(String, u64),
    /// Adds a number to one of the kept counters.
    Counter(usize, u64),
    /// Ends the week.
    Rotate,
}

/// Steps of one kind.
pub(crate) struct Stage {
    pub(crate) phase: Phase,
    /// The steps, as numbers from the first of the script.
    pub(crate) steps: Range<usize>,
    /// How many steps are done before the next acknowledgement.
    pub(crate) batch: usize,
}

/// All that a process does.
pub(crate) struct Script {
    /// What the names begin with that no other process adds to.
    pub(crate) own: String,
    /// The names of the kept counters.
    pub(crate) counters: Vec<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) stages: Vec<Stage>,
}

impl Script {
    /// The script of process `number`, with so many stages of each kind.
    pub(crate) fn new(number: u64, seed: u64, stages: u64) -> Script {
        let mut random = Random((seed ^ (number << 48)).max(1));
        let own = format!("own/{number}/");
        let of_own = (0..6).map(|counter| format!("{own}counter/{counter}"));
        let of_all = (0..4).map(|counter| format!("all/counter/{counter}"));
        let mut script = Script {
            counters: of_own.chain(of_all).collect(),
            own,
            steps: Vec::new(),
            stages: Vec::new(),
        };
        for week in 0..stages {
            if week > 0 {
                script.rotate(&mut random);
            }
            script.grow(&mut random, week);
            script.count(&mut random);
        }
        script
    }

    fn stage(&mut self, phase: Phase, batch: u64, steps: Vec<Step>) {
        let start = self.steps.len();
        self.steps.extend(steps);
        self.stages.push(Stage {
            phase,
            steps: start..self.steps.len(),
            batch: batch as usize,
        });
    }

    /// New names, which let the file grow.
    fn grow(&mut self, random: &mut Random, week: u64) {
        let names = 10 + random.below(30);
        let steps = (0..names).map(|number| {
            let most = [12, 400, 4000][random.below(3) as usize];
            let filling = "x".repeat(random.below(most) as usize);
            let name = match random.below(4) {
                // Its length follows from its number, as all processes have to mean one name.
                0 => format!("all/{week}/{number}-{}", "y".repeat(number as usize * 50)),
                _ => format!("{}{week}/{number}-{filling}", self.own),
            };
            Step::Name(name, 1 + random.below(9))
        });
        let steps = steps.collect();
        self.stage(Phase::Growing, 1 + random.below(3), steps);
    }

    /// Additions to counters that are kept.
    fn count(&mut self, random: &mut Random) {
        let counters = self.counters.len() as u64;
        let steps = (0..1200).map(|_| {
            let counter = random.below(counters) as usize;
            Step::Counter(counter, 1 + random.below(3))
        });
        let steps = steps.collect();
        self.stage(Phase::Counting, 1 + random.below(60), steps);
    }

    /// The end of a week and of another one, each with the first additions after it, for which the
    /// counters need records again.
    fn rotate(&mut self, random: &mut Random) {
        let counters = self.counters.len() as u64;
        let steps = (0..10).map(|number| match number % 5 {
            0 => Step::Rotate,
            _ => Step::Counter(random.below(counters) as usize, 1),
        });
        let steps = steps.collect();
        self.stage(Phase::Rotating, 1, steps);
    }

    /// How many steps a process can at most have taken that has acknowledged `done` of them.
    pub(crate) fn reach(&self, done: usize) -> usize {
        let stage = self.stages.iter().find(|stage| done < stage.steps.end);
        stage.map_or(done, |stage| (done + stage.batch).min(stage.steps.end))
    }

    /// What these steps add, of those that are wanted.
    pub(crate) fn sums(&self, steps: Range<usize>, wanted: impl Fn(&Step, &str) -> bool) -> Sums {
        let mut sums: BTreeMap<&str, u64> = BTreeMap::new();
        for step in &self.steps[steps] {
            let (name, n) = match step {
                Step::Name(name, n) => (name, n),
                Step::Counter(counter, n) => (&self.counters[*counter], n),
                Step::Rotate => continue,
            };
            if wanted(step, name) {
                *sums.entry(name).or_default() += n;
            }
        }
        let owned = sums.into_iter().map(|(name, n)| (name.to_owned(), n));
        owned.collect()
    }
}
