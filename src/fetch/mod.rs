//! L3: getting an upload config that verifies.
//!
//! Implements the section *Getting a config* of `spec/upload-config.md`. The data's way:
//! [`Sources`] says who is asked, by the environment and by what `go env -w` keeps (`go_env`);
//! [`fetch`] picks a version, has the checksum database vouch for it (`record` reads what it
//! answers, `note` checks its signature, `tree` that it has not forked and that the record is in
//! it), unpacks the module (`archive`), compares the hashes and keeps what verified ([`Kept`]).
//! Requests go through [`Get`]; no connection is opened here.

pub mod archive;
mod error;
pub mod go_env;
mod kept;
pub mod note;
pub mod record;
mod sources;
pub mod tree;
pub mod version;

pub use error::{Fault, FetchError};
pub use kept::{Kept, Verified};
pub use sources::{Database, Proxy, Sources};

use crate::config::{UploadConfig, semver};
use crate::format::date::Time;
use crate::network::{Get, NetworkError};
use archive::Module;
use record::Record;
use tree::{Head, Tile, Tree, TreeError};

/// The module with the config of the programs of the Go project.
pub const GO_MODULE: &str = "golang.org/x/telemetry/config";

/// How long all requests for a config may take together.
// spec[config.fetch.deadline]
pub const DEADLINE: std::time::Duration = std::time::Duration::from_secs(120);

/// The greatest length of a zip file, in bytes.
// spec[config.proxy.size]
const MAX_LEN: usize = 16 * 1024 * 1024;

/// The greatest length of a list, a record or a tile, in bytes.
const MAX_SMALL: usize = 1024 * 1024;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The path of the module.
    pub module: &'a str,
    /// The version, if the caller names one.
    pub version: Option<&'a str>,
}

/// Asks for a config and verifies it. What verified is kept at the time `now`, if `kept` may be
/// changed.
///
/// # Errors
///
/// If a request fails, or anything that came does not verify.
pub fn fetch(
    get: &mut dyn Get,
    sources: &Sources,
    wanted: Wanted<'_>,
    kept: &Kept,
    now: Time,
) -> Result<Verified, FetchError> {
    let key = &sources.database.key;
    let highest = kept.highest(key)?;
    let mut session = Session { get, sources };
    // spec[config.pick.named]
    let version = match wanted.version {
        Some(version) => version.to_owned(),
        None => session.pick(wanted.module)?,
    };
    if !version::is_version(&version) {
        let what = "version: not a semantic version with three numbers";
        return Err(FetchError::broken(version, what, "config.pick"));
    }
    // spec[config.rollback]
    let is_lower = match highest {
        Some(highest) if semver::compare(&version, &highest).is_lt() => {
            if wanted.version.is_none() {
                return Err(FetchError::Rollback { version, highest });
            }
            true
        }
        _ => false,
    };
    let hash = session.vouched(wanted.module, &version, kept)?;
    let config = session.module(wanted.module, &version, &hash)?;
    let verified = match UploadConfig::parse(&config) {
        Ok(parsed) => Verified {
            version,
            text: config,
            config: parsed,
        },
        Err(error) => return Err(FetchError::Config { version, error }),
    };
    // One that is older and was named is for the caller alone.
    if !is_lower {
        kept.keep_config(key, &verified, now)?;
    }
    Ok(verified)
}

/// The requests for one config.
struct Session<'a> {
    get: &'a mut dyn Get,
    sources: &'a Sources,
}

/// How it ended to ask one proxy after the other.
enum Asked {
    Answer(Vec<u8>, String),
    /// At this word nobody is asked any more; with the failure of the one before it.
    Word(&'static str, Option<NetworkError>),
    Failed(NetworkError),
    /// The list is at its end.
    Nobody(Option<NetworkError>),
}

impl Session<'_> {
    /// Asks the proxies for the same, one after the other.
    // spec[config.proxy.next]
    fn walk(&mut self, path: &str, max: usize) -> Asked {
        let mut last = None;
        for proxy in &self.sources.proxies {
            let (url, falls_back) = match proxy {
                Proxy::At { url, falls_back } => (url, *falls_back),
                Proxy::Word(word) => return Asked::Word(word, last),
            };
            match self.get.get(&format!("{url}{path}"), max) {
                Ok(answer) => return Asked::Answer(answer, url.clone()),
                Err(error) if error.is_missing() || falls_back => last = Some(error),
                Err(error) => return Asked::Failed(error),
            }
        }
        Asked::Nobody(last)
    }

    fn ask(&mut self, path: &str, max: usize) -> Result<(Vec<u8>, String), FetchError> {
        match self.walk(path, max) {
            Asked::Answer(answer, url) => Ok((answer, format!("{url}{path}"))),
            Asked::Failed(error) | Asked::Nobody(Some(error)) => Err(error.into()),
            Asked::Nobody(None) => Err(FetchError::Stopped {
                word: "off",
                after: None,
            }),
            // spec[config.proxy.direct]
            Asked::Word(word, after) => Err(FetchError::Stopped { word, after }),
        }
    }

    /// The version that the proxies lead to.
    // spec[config.pick]
    fn pick(&mut self, module: &str) -> Result<String, FetchError> {
        let path = format!("/{}/@v/list", version::escape(module));
        let (list, _) = self.ask(&path, MAX_SMALL)?;
        if let Some(version) = version::pick(&String::from_utf8_lossy(&list)) {
            return Ok(version.to_owned());
        }
        let path = format!("/{}/@latest", version::escape(module));
        let (answer, url) = self.ask(&path, MAX_SMALL)?;
        version::latest(&answer).map_err(|error| {
            FetchError::broken(url, "version: the answer names none", error.clause)
        })
    }

    /// The hash that the checksum database has for a version of a module.
    // spec[config.sum.lookup]
    fn vouched(&mut self, module: &str, version: &str, kept: &Kept) -> Result<String, FetchError> {
        let known = kept.head(&self.sources.database.key)?;
        let base = self.base()?;
        let (path, name) = (version::escape(module), version::escape(version));
        let url = format!("{base}/lookup/{path}@{name}");
        let answer = self.get.get(&url, MAX_SMALL)?;
        let broken = |what, clause| FetchError::broken(url.as_str(), what, clause);
        let record = Record::parse(&answer)
            .ok_or_else(|| broken("record: not of its form", "config.sum.record"))?;
        let key = &self.sources.database.key;
        let head = key
            .open(record.note)
            .map_err(|fault| FetchError::of(url.as_str(), fault))?;
        let newer = self.prove(&base, known, (record.note, head), &record, &url)?;
        if let Some(note) = newer {
            kept.keep_head(key, &note)?;
        }
        let hash = record.hash(module, version).map(str::to_owned);
        hash.ok_or_else(|| broken("hash: the record has none of the module", "config.sum.line"))
    }

    /// Proves that a tree head that came agrees with the one that is known, and that the record is
    /// in the tree. Returns the note of the tree head that came if it is the newest now.
    // spec[config.proof.consistent, config.proof.include, config.proof.fork]
    fn prove(
        &mut self,
        base: &str,
        known: Option<(Vec<u8>, Head)>,
        (note, came): (&[u8], Head),
        record: &Record<'_>,
        url: &str,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let (newer, older) = match &known {
            Some((_, known)) if known.size >= came.size => (*known, Some(came)),
            Some((_, known)) => (came, Some(*known)),
            None => (came, None),
        };
        let fork = || {
            let text = |note: &[u8]| String::from_utf8_lossy(note).into_owned();
            let known = known.as_ref().map(|(known, _)| text(known));
            FetchError::Fork {
                known: known.unwrap_or_default(),
                came: text(note),
            }
        };
        if older.is_some_and(|older| older.size == newer.size && older.root != newer.root) {
            return Err(fork());
        }
        let failed = |error| match error {
            TreeError::Fetch(error) => FetchError::Network(error),
            TreeError::Broken(tile, fault) => {
                FetchError::of(format!("{base}{}", tile.path()), fault)
            }
        };
        let mut tree =
            Tree::open(newer, |tile: &Tile| tile_of(self.get, base, tile)).map_err(failed)?;
        if let Some(older) = older
            && tree.root(older.size).map_err(failed)? != older.root
        {
            return Err(fork());
        }
        let hash = tree.record(record.number).map_err(failed)?;
        if hash != Some(tree::leaf(record.text.as_bytes())) {
            let what = "inclusion: the record is not in the tree";
            return Err(FetchError::broken(url, what, "config.proof.include"));
        }
        let is_newer = known
            .as_ref()
            .is_none_or(|(_, known)| came.size > known.size);
        Ok(is_newer.then(|| note.to_vec()))
    }

    /// Where the checksum database is asked.
    // spec[config.sum.place]
    fn base(&mut self) -> Result<String, FetchError> {
        let database = &self.sources.database;
        if let Some(url) = &database.url {
            return Ok(url.clone());
        }
        let name = database.key.name();
        let path = format!("/sumdb/{name}/supported");
        match self.walk(&path, MAX_SMALL) {
            Asked::Answer(_, url) => Ok(format!("{url}/sumdb/{name}")),
            Asked::Failed(error) => Err(error.into()),
            Asked::Word(..) | Asked::Nobody(_) => Ok(format!("https://{name}")),
        }
    }

    /// The config in the module, if the module has the hash.
    // spec[config.hash.check]
    fn module(&mut self, module: &str, version: &str, hash: &str) -> Result<Vec<u8>, FetchError> {
        let (path, name) = (version::escape(module), version::escape(version));
        let (zip, url) = self.ask(&format!("/{path}/@v/{name}.zip"), MAX_LEN)?;
        let broken = |what, clause| FetchError::broken(url.as_str(), what, clause);
        let unpacked = Module::unpack(&zip, &format!("{module}@{version}/"));
        let unpacked = unpacked.map_err(|fault| FetchError::of(url.as_str(), fault))?;
        match unpacked.hash == hash {
            true => Ok(unpacked.config),
            false => Err(broken(
                "hash: the zip file is not the one that the checksum database vouches for",
                "config.hash.check",
            )),
        }
    }
}

/// A tile, or the beginning of the whole one where the database does not have it partly.
// spec[config.tile.partial]
fn tile_of(get: &mut dyn Get, base: &str, tile: &Tile) -> Result<Vec<u8>, NetworkError> {
    let whole = format!("{base}{}", tile.path());
    if tile.is_partial() {
        let partial = format!("{whole}.p/{}", tile.width);
        if let Ok(bytes) = get.get(&partial, MAX_SMALL) {
            return Ok(bytes);
        }
    }
    let mut bytes = get.get(&whole, MAX_SMALL)?;
    if tile.is_partial() && bytes.len() == Tile::WHOLE_LEN {
        bytes.truncate(32 * usize::from(tile.width));
    }
    Ok(bytes)
}
