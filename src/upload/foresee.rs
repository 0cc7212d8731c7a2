//! What an uploader would send, without sending or changing anything.
//!
//! Implements the section *Dry run* of `spec/upload.md`.

use std::fs;

use super::lock::Lock;
use super::ready::{Hold, Ready, Text, ready};
use super::send::Fate;
use crate::dir::{DirError, TelemetryDir};
use crate::format::date::Date;
use crate::reporter::Weeks;
use crate::verdict::Terms;

/// A report that lies ready or would, and what an uploader would do with it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Foreseen {
    /// The date of its name.
    pub date: Date,
    /// Whether it is still to be made.
    pub is_new: bool,
    /// What keeps it from being sent. `None` if it would be sent.
    pub fate: Option<Fate>,
    /// Its bytes, as far as they can be read.
    pub bytes: Vec<u8>,
}

/// What an uploader would do with the reports that lie ready in a directory and with those that it
/// would make of `weeks`, in ascending order of their dates.
///
/// # Errors
///
/// If `local/` cannot be listed.
// spec[upload.dry.files, upload.dry.send, upload.dry.bytes, upload.dry.agree, upload.dry.rule]
pub fn foresee(
    dir: &TelemetryDir,
    weeks: &Weeks,
    terms: &Terms<'_>,
) -> Result<Vec<Foreseen>, DirError> {
    let mut all = Vec::new();
    for week in &weeks.weeks {
        let made = week.judge(terms).and_then(|judgement| judgement.upload());
        if let Some(report) = made {
            let bytes = report.to_bytes();
            let one = Ready {
                date: week.date,
                path: dir.ready_report(week.date),
            };
            let held = one.held(terms).map(Fate::Held);
            let fate = held
                .or_else(|| locked(dir, &one, terms))
                .or_else(|| check(&one, &bytes, terms).map(Fate::Held));
            all.push(Foreseen {
                date: week.date,
                is_new: true,
                fate,
                bytes,
            });
        }
    }
    for one in ready(dir)? {
        // A half-written one is replaced.
        if all.iter().all(|made| made.date != one.date) {
            all.push(lying(dir, &one, terms));
        }
    }
    all.sort_by_key(|foreseen| foreseen.date);
    Ok(all)
}

fn check(one: &Ready, bytes: &[u8], terms: &Terms<'_>) -> Option<Hold> {
    one.check(bytes, terms.approved, terms.now).err()
}

fn locked(dir: &TelemetryDir, one: &Ready, terms: &Terms<'_>) -> Option<Fate> {
    Lock::is_held(dir, one.date, terms.now).then_some(Fate::Locked)
}

/// What would become of a report that lies ready.
fn lying(dir: &TelemetryDir, one: &Ready, terms: &Terms<'_>) -> Foreseen {
    let (fate, bytes) = match one.read() {
        Ok(Text::Whole(bytes)) => (None, bytes),
        Ok(Text::TooLong) => (Some(Fate::Held(Hold::Size)), Vec::new()),
        Ok(Text::Gone) => (Some(Fate::Gone), Vec::new()),
        Err(error) => (Some(Fate::Failed(error)), Vec::new()),
    };
    let was_sent = fs::symlink_metadata(dir.uploaded(one.date)).is_ok();
    let config = terms.approved.is_none().then_some(Hold::Config);
    let held = one.held(terms).or(config).map(Fate::Held);
    // In the order in which an uploader looks.
    let fate = held
        .or_else(|| locked(dir, one, terms))
        .or_else(|| was_sent.then_some(Fate::Before))
        .or(fate)
        .or_else(|| check(one, &bytes, terms).map(Fate::Held));
    Foreseen {
        date: one.date,
        is_new: false,
        fate,
        bytes,
    }
}
