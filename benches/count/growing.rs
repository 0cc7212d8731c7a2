//! Figure 6: what growth does to the counters that there are. This is counted, not timed.
//!
//! Three counts of ours are taken. The address that each counter adds to, before and after. The
//! mappings of the file, as a second one would mean that it was mapped again. And the memory of the
//! counters that was read or written, by the marks that the processor leaves in the page table: the
//! counters lie in memory of their own, the marks are cleared, the file grows, and Linux tells in
//! `/proc/self/smaps` how much is marked. That a round of additions is seen shows that the marks
//! work at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::format::parse;
use gotelemetry::recorder::{Counter, Recorder};
use memmap2::MmapMut;

use super::children::number;
use super::go::Toolchain;
use super::home;
use super::inserting::{names, open};

/// Counters that are attached before the file grows.
const ATTACHED: usize = 1_000;

/// By how many pages of the format the file grows.
const PAGES: u64 = 10;

/// A page of the format, in bytes.
const PAGE: u64 = 16_384;

pub(crate) fn show(toolchains: &[Toolchain]) {
    println!("\n6  growth by {PAGES} pages, with {ATTACHED} attached counters");
    let home = home();
    let recorder = open(home.path());
    let names: Vec<&'static str> = names(0..20_000).leak().lines().collect();
    let (old, new) = names.split_at(ATTACHED);
    let counters = counters(recorder, old);
    let memory = Memory {
        address: std::ptr::from_ref(counters[0]).addr(),
    };
    counters.iter().for_each(|counter| counter.inc());
    let before = addresses(&counters);
    let control = memory.touched_by(|| counters.iter().for_each(|counter| counter.inc()));

    let mut inserted = 0;
    let len = file_len(home.path());
    let growth = memory.touched_by(|| {
        inserted = grow(recorder, home.path(), new, len + PAGES * PAGE);
    });
    let after = addresses(&counters);
    let moved = before.iter().zip(&after).filter(|(old, new)| old != new);
    println!(
        "   ours: {} -> {} bytes by {inserted} new counters",
        len,
        file_len(home.path())
    );
    println!(
        "   ours: {} counters add to another address than before (target 0)",
        moved.count()
    );
    println!(
        "   ours: the file is mapped {} times (target 1)",
        mappings(home.path())
    );
    println!(
        "   ours: {growth} of the memory with the counters were read or written (target 0 kB)"
    );
    println!("   ours: {control} were when every counter was added to");
    check(&counters, home.path());
    for toolchain in toolchains {
        beside(toolchain, &names[..ATTACHED + inserted]);
    }
}

/// Adds to new counters until the file is `len` bytes long. Returns how many it took.
fn grow(recorder: &'static Recorder, dir: &Path, names: &[&'static str], len: u64) -> usize {
    for (inserted, name) in names.iter().enumerate() {
        if file_len(dir) >= len {
            return inserted;
        }
        Box::leak(Box::new(Counter::of(name, recorder))).inc();
    }
    panic!("there are too few names");
}

/// Counters with nothing beside them in memory: the allocator gives a second thread memory of its
/// own, and this one ends when they are made.
fn counters(recorder: &'static Recorder, names: &[&'static str]) -> Vec<&'static Counter> {
    let make = |name: &&'static str| &*Box::leak(Box::new(Counter::of(name, recorder)));
    let mut counters = Vec::with_capacity(names.len());
    std::thread::scope(|scope| {
        scope.spawn(|| counters.extend(names.iter().map(make)));
    });
    counters
}

fn addresses(counters: &[&'static Counter]) -> Vec<usize> {
    let address = |counter: &&'static Counter| {
        let word = counter.word().expect("it is attached");
        std::ptr::from_ref(word).addr()
    };
    counters.iter().map(address).collect()
}

/// Whether all that was added is in the file: each counter was added to twice, and a third time
/// after the file grew.
fn check(counters: &[&'static Counter], dir: &Path) {
    counters.iter().for_each(|counter| counter.inc());
    let bytes = fs::read(file(dir)).expect("it can be read");
    let counts = parse(&bytes).expect("it is sound").counts();
    let thrice = counts.values().filter(|count| **count == 3).count();
    assert_eq!(thrice, ATTACHED);
    println!("   ours: {thrice} counters have in the file what was added before and after");
}

fn file(dir: &Path) -> PathBuf {
    let files = TelemetryDir::at(dir).count_files().expect("it can be read");
    files.into_iter().next().expect("there is a file")
}

fn file_len(dir: &Path) -> u64 {
    fs::metadata(file(dir)).expect("there is a file").len()
}

/// How often this process has the file in `dir` mapped.
fn mappings(dir: &Path) -> usize {
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux tells");
    let path = file(dir);
    let path = path.to_str().expect("the path is text");
    maps.lines().filter(|line| line.ends_with(path)).count()
}

/// The memory in which the counters lie, as Linux knows it.
struct Memory {
    /// Where one of them lies.
    address: usize,
}

impl Memory {
    /// How much of the memory `work` touches, as text.
    fn touched_by(&self, work: impl FnOnce()) -> String {
        let cleared = fs::write("/proc/self/clear_refs", "1");
        // A processor leaves no mark on a page that it remembers from before the marks were
        // cleared. It forgets all pages when much memory is given back.
        let mut much = MmapMut::map_anon(8 << 20).expect("there is memory");
        much.fill(1);
        drop(much);
        work();
        match (cleared, self.referenced()) {
            (Ok(()), Some((marked, size))) => format!("{marked} of {size} kB"),
            _ => "unknown kB (Linux does not tell)".to_owned(),
        }
    }

    /// How much of the mapping in which the counters lie is marked, and its size, both in kB.
    fn referenced(&self) -> Option<(usize, usize)> {
        let maps = fs::read_to_string("/proc/self/smaps").ok()?;
        let mut lines = maps.lines().skip_while(|line| !self.begins_in(line));
        let mut value = |name: &str| {
            let line = lines.find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse().ok()
        };
        let size = value("Size:")?;
        Some((value("Referenced:")?, size))
    }

    /// Whether a line of `smaps` is the head of the mapping in which the counters lie.
    fn begins_in(&self, line: &str) -> bool {
        let range = line
            .split(' ')
            .next()
            .and_then(|range| range.split_once('-'));
        let hex = |text: &str| usize::from_str_radix(text, 16).ok();
        let range = range.and_then(|(start, end)| Some(hex(start)?..hex(end)?));
        range.is_some_and(|range| range.contains(&self.address))
    }
}

/// The same of Go, which tells where each of its counters adds.
fn beside(toolchain: &Toolchain, names: &[&str]) {
    let driver = toolchain.driver().expect("the driver can be built");
    let home = home();
    let mut command = Command::new(driver);
    command.arg("reattached").arg(home.path());
    let moved = number(command.arg(ATTACHED.to_string()), &names.join("\n"));
    println!(
        "   {}: {moved} counters add to another address than before",
        toolchain.version
    );
}
