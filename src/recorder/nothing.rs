//! Recorders and counters where counting is compiled away: all functions, and nothing happens.

use std::time::Duration;

use super::{Closed, DEFAULT};
use crate::dir::TelemetryDir;
use crate::format::date::{Span, Time};
use crate::format::identity::Identity;
use crate::system::Environment;

/// Counts nothing.
#[derive(Debug, Default)]
pub struct Recorder(());

/// Counts nothing.
#[derive(Debug)]
pub struct Counter {
    name: &'static [u8],
}

impl Recorder {
    /// A recorder that counts nothing.
    pub const fn new() -> Recorder {
        Recorder(())
    }

    /// A recorder that asks no clock either.
    pub const fn with_clock(_clock: fn() -> Time) -> Recorder {
        Recorder(())
    }

    /// Opens nothing.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`], as for all other functions that can fail.
    pub fn open(
        &'static self,
        _dir: &TelemetryDir,
        _environment: &Environment,
        _identity: &Identity,
        _now: Time,
    ) -> Result<(), Closed> {
        Err(Closed::Disabled)
    }

    /// Does nothing.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`].
    pub fn rotate(&'static self, _now: Time) -> Result<bool, Closed> {
        Err(Closed::Disabled)
    }

    /// Starts no thread.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`].
    pub fn rotate_every(&'static self, _pause: Duration) -> Result<(), Closed> {
        Err(Closed::Disabled)
    }

    /// Adds nothing.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`].
    pub fn add(&'static self, _name: &[u8], _n: u64) -> Result<(), Closed> {
        Err(Closed::Disabled)
    }

    /// Counts no flag.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`].
    pub fn count_flags<'f>(
        &'static self,
        _base: &str,
        _flags: impl IntoIterator<Item = &'f str>,
    ) -> Result<(), Closed> {
        Err(Closed::Disabled)
    }

    /// Reads nothing.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`].
    pub fn read(&'static self, _name: &[u8]) -> Result<u64, Closed> {
        Err(Closed::Disabled)
    }

    /// No file is open.
    pub fn span(&self) -> Option<Span> {
        None
    }

    /// No file is open.
    pub fn path(&self) -> Option<&std::path::Path> {
        None
    }

    /// Nothing waits.
    pub fn waiting(&'static self) -> u64 {
        0
    }
}

impl Counter {
    /// A counter that counts nothing.
    pub const fn new(name: &'static str) -> Counter {
        Counter::of(name, &DEFAULT)
    }

    /// A counter that counts nothing.
    pub const fn of(name: &'static str, _recorder: &'static Recorder) -> Counter {
        Counter {
            name: name.as_bytes(),
        }
    }

    /// Adds nothing.
    #[inline]
    pub fn inc(&'static self) {}

    /// Adds nothing.
    #[inline]
    pub fn add(&'static self, _n: u64) {}

    /// The name.
    pub fn name(&self) -> &'static [u8] {
        self.name
    }

    /// Nothing waits.
    pub fn waiting(&self) -> u64 {
        0
    }

    /// Nothing is added to.
    #[doc(hidden)]
    pub fn word(&self) -> Option<&'static std::sync::atomic::AtomicU64> {
        None
    }

    /// Reads nothing.
    ///
    /// # Errors
    ///
    /// Always [`Closed::Disabled`].
    pub fn read(&'static self) -> Result<u64, Closed> {
        Err(Closed::Disabled)
    }
}
