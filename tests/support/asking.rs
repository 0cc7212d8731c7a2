//! A directory in which configs are kept, and how tests have them fetched.

#![allow(dead_code, reason = "each test of configs uses a part of this module")]

use std::fs;

use gotelemetry::dir::TelemetryDir;
use gotelemetry::fetch::{self, FetchError, GO_MODULE, Kept, Sources, Verified, Wanted};
use gotelemetry::format::date::Time;
use gotelemetry::system::Environment;
use tempfile::TempDir;

use crate::fake::{Fake, URL};
use crate::site::{CONFIG, Site};

pub(crate) const NOW: &str = "2026-11-23T09:00:00Z";

pub(crate) fn time(text: &str) -> Time {
    Time::parse(text).expect("a time")
}

pub(crate) fn sources(gosumdb: &str) -> Sources {
    let environment = Environment::of(|name| match name {
        "GOSUMDB" => Some(gosumdb.into()),
        _ => None,
    });
    Sources::of(&environment, Some(URL)).expect("they are sound")
}

/// A directory in which configs are kept.
pub(crate) struct Place {
    _home: TempDir,
    pub(crate) dir: TelemetryDir,
}

impl Place {
    pub(crate) fn new() -> Place {
        let home = tempfile::tempdir().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path().join("telemetry"));
        Place { _home: home, dir }
    }

    pub(crate) fn fetch(&self, site: &Site) -> Result<Verified, FetchError> {
        self.fetch_by(site, &mut Fake::of(site), None)
    }

    pub(crate) fn named(&self, site: &Site, version: &str) -> Result<Verified, FetchError> {
        self.fetch_by(site, &mut Fake::of(site), Some(version))
    }

    pub(crate) fn fetch_by(
        &self,
        site: &Site,
        fake: &mut Fake<'_>,
        version: Option<&str>,
    ) -> Result<Verified, FetchError> {
        let kept = Kept::open(&self.dir)?;
        let wanted = Wanted {
            module: GO_MODULE,
            version,
        };
        fetch::fetch(fake, &sources(&site.gosumdb()), wanted, &kept, time(NOW))
    }

    /// The name under which something is kept for the database of a site.
    pub(crate) fn name(what: &str, site: &Site) -> String {
        format!("{what}-{}", &site.gosumdb()[16..24])
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.dir.root().join("config")).expect("it is there");
        let name = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("it can be read").file_name();
            name.into_string().expect("it is text")
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }
}

#[track_caller]
pub(crate) fn refused(result: Result<Verified, FetchError>, what: &str) {
    let error = result.expect_err("it does not verify").to_string();
    assert!(error.contains(what), "{error}");
}

pub(crate) fn site(others: usize) -> Site {
    let mut site = Site::new(others);
    site.publish("v0.41.0", CONFIG);
    site.publish("v0.42.0", CONFIG);
    site
}
