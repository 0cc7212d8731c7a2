//! An increment and new counters of ours, measured by Criterion without anything to compare with.
//!
//! `benches/count.rs` compares them with Go's.

#![allow(
    dead_code,
    reason = "this benchmark takes a part of what the other one is made of"
)]

#[cfg(target_os = "linux")]
#[path = "count/children.rs"]
mod children;
#[cfg(target_os = "linux")]
#[path = "count/inserting.rs"]
mod inserting;
#[cfg(target_os = "linux")]
#[path = "count/table.rs"]
mod table;
#[cfg(target_os = "linux")]
#[path = "count/template.rs"]
mod template;

fn main() {
    #[cfg(target_os = "linux")]
    alone();
}

#[cfg(target_os = "linux")]
fn alone() {
    use std::time::Duration;

    use criterion::{BatchSize, Criterion};
    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::recorder::{self, Counter};

    static COUNTER: Counter = Counter::new("gopls/editor:opened");
    if cfg!(feature = "disabled") {
        println!("counting was compiled away: there is nothing to measure");
        return;
    }
    let home = home();
    let identity = gotelemetry::identity!().expect("the package has an identity");
    recorder::open(&TelemetryDir::at(home.path()), &identity).expect("the file can be opened");
    COUNTER.inc();
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .configure_from_args();
    criterion.bench_function("increment", |bencher| bencher.iter(|| COUNTER.inc()));
    let template = template::Template::new();
    criterion.bench_function("500 new counters of 16000", |bencher| {
        bencher.iter_batched(
            || template.copy(),
            template::Copied::insert,
            BatchSize::PerIteration,
        );
    });
    criterion.final_summary();
}

/// An empty telemetry directory.
#[cfg(target_os = "linux")]
fn home() -> tempfile::TempDir {
    tempfile::TempDir::new().expect("a directory can be made")
}
