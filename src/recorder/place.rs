//! Where and for whom a recorder counts.

use super::Closed;
use crate::dir::TelemetryDir;
use crate::format::date::Time;
use crate::format::identity::Identity;
use crate::mapped::CountFile;
use crate::system::Environment;
use crate::week;

/// Where and for whom a recorder counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) dir: TelemetryDir,
    pub(super) environment: Environment,
    pub(super) identity: Identity,
}

impl Place {
    /// Opens the count file of the week of `now`.
    pub(super) fn open(&self, now: Time) -> Result<CountFile, Closed> {
        let weekend = || week::read_or_create(&self.dir);
        let local = self.dir.local();
        Ok(CountFile::open(
            &local,
            &self.identity,
            now.date(),
            weekend,
        )?)
    }
}
