//! How figures are gathered and shown: medians of alternating rounds, a ratio, and its target.

/// Rounds of each side, of which the median counts.
pub(crate) const ROUNDS: usize = 20;

/// What makes one measurement of one side, in nanoseconds.
pub(crate) type Side<'a> = Box<dyn FnMut() -> f64 + 'a>;

/// The medians of each side that was measured, in nanoseconds.
pub(crate) struct Medians {
    ours: Option<f64>,
    /// The least that the work can cost.
    floor: Option<f64>,
    go: Option<f64>,
}

/// Which ratio a line shows.
#[derive(Clone, Copy)]
pub(crate) enum Ratio {
    OursToFloor,
    OursToGo,
    GoToOurs,
}

/// The beginning of a table.
pub(crate) fn head(beside: &str) {
    println!("\n{beside}: nanoseconds, medians of {ROUNDS} alternating rounds");
    println!(
        "{:<42} {:>9} {:>9} {:>9}  {:<10} {:>6}  target",
        "", "ours", "floor", "Go", "", "ratio"
    );
}

/// Measures every side once in each round. Who begins changes with the round, as what ran before
/// leaves its traces in the caches.
///
/// The sides are ours, the floor, and Go; the last two can be missing.
pub(crate) fn alternate(
    ours: impl FnMut() -> f64,
    floor: Option<Side<'_>>,
    go: Option<Side<'_>>,
) -> Medians {
    let mut sides: [Option<Side<'_>>; 3] = [Some(Box::new(ours)), floor, go];
    let mut values = [const { Vec::new() }; 3];
    for round in 0..ROUNDS {
        for turn in 0..sides.len() {
            let side = (round + turn) % sides.len();
            if let Some(measure) = &mut sides[side] {
                values[side].push(measure());
            }
        }
    }
    let [ours, floor, go] = values.map(median);
    Medians { ours, floor, go }
}

impl Medians {
    /// Prints the line `what`. Without anything to compare with it shows no ratio.
    pub(crate) fn row(&self, what: &str, ratio: Ratio, target: &str) {
        let divided = |above: Option<f64>, below: Option<f64>| match (above, below) {
            (Some(above), Some(below)) => format!("{:.2}", above / below),
            _ => "-".to_owned(),
        };
        let (name, ratio) = match ratio {
            Ratio::OursToFloor => ("ours/floor", divided(self.ours, self.floor)),
            Ratio::OursToGo => ("ours/Go", divided(self.ours, self.go)),
            Ratio::GoToOurs => ("Go/ours", divided(self.go, self.ours)),
        };
        println!(
            "{what:<42} {:>9} {:>9} {:>9}  {name:<10} {ratio:>6}  {target}",
            shown(self.ours),
            shown(self.floor),
            shown(self.go),
        );
    }
}

fn shown(value: Option<f64>) -> String {
    match value {
        Some(value) if value < 1000.0 => format!("{value:.2}"),
        Some(value) => format!("{value:.0}"),
        None => "-".to_owned(),
    }
}

/// The value in the middle; that of an even number of values lies between the middle ones.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle)?;
    let lower = values.get(middle - usize::from(values.len().is_multiple_of(2)))?;
    Some((lower + upper) / 2.0)
}
