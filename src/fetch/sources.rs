//! Where configs are asked for, and who vouches for them.
//!
//! Implements the sections *Asking a proxy* and *The checksum database* of `spec/upload-config.md`
//! as far as they are about `GOPROXY` and `GOSUMDB`.

use std::ffi::OsStr;

use super::error::FetchError;
use super::note::Key;
use crate::system::Environment;

/// What `GOPROXY` stands for where it is unset.
const PROXIES: &str = "https://proxy.golang.org,direct";

/// The database where `GOSUMDB` is unset, and its key.
// spec[config.sum.known]
const DATABASE: &str = "sum.golang.org";
const DATABASE_KEY: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";

/// Another name of it, under which it is asked at another place.
const DATABASE_IN_CHINA: &str = "sum.golang.google.cn";

/// Where to ask for a config, and who vouches for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sources {
    /// Who is asked, in this order.
    pub proxies: Vec<Proxy>,
    /// Who vouches.
    pub database: Database,
}

/// One who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proxy {
    /// A proxy.
    At {
        /// Its URL, without a slash at its end.
        url: String,
        /// Whether the next one is asked after any failure.
        falls_back: bool,
    },
    /// `direct` or `off`: nobody is asked from here on.
    Word(&'static str),
}

/// A checksum database.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Database {
    /// The key that it signs with.
    pub key: Key,
    /// Where it is asked, if that is set.
    pub url: Option<String>,
}

impl Sources {
    /// What the environment says, or the proxies that the caller names instead.
    ///
    /// # Errors
    ///
    /// If the one or the other is not of its form, or the database is switched off.
    // spec[config.proxy.list, config.sum.environment]
    pub fn of(environment: &Environment, proxies: Option<&str>) -> Result<Sources, FetchError> {
        let proxies = match (proxies, &environment.goproxy) {
            (Some(text), _) => list("--proxy", text)?,
            (None, Some(text)) => list("GOPROXY", read("GOPROXY", text, "config.proxy.list")?)?,
            (None, None) => list("GOPROXY", PROXIES)?,
        };
        // spec[config.sum.name]
        let database = match &environment.gosumdb {
            Some(text) => read("GOSUMDB", text, "config.sum.name")?,
            None => DATABASE,
        };
        let database = database_of(database)?;
        Ok(Sources { proxies, database })
    }
}

fn read<'t>(
    name: &'static str,
    text: &'t OsStr,
    clause: &'static str,
) -> Result<&'t str, FetchError> {
    text.to_str().ok_or_else(|| FetchError::Setting {
        name,
        value: text.to_string_lossy().into_owned(),
        what: "no text",
        clause,
    })
}

// spec[config.proxy.list, config.proxy.direct]
fn list(name: &'static str, text: &str) -> Result<Vec<Proxy>, FetchError> {
    let mut proxies = Vec::new();
    for word in text.split_inclusive([',', '|']) {
        let falls_back = word.ends_with('|');
        match word.trim_end_matches([',', '|']).trim() {
            "" => {}
            "direct" => proxies.push(Proxy::Word("direct")),
            "off" => proxies.push(Proxy::Word("off")),
            word => proxies.push(Proxy::At {
                url: url(name, word, "config.proxy.scheme")?,
                falls_back,
            }),
        }
        // Nobody behind it is asked, whoever that is.
        if let Some(Proxy::Word(_)) = proxies.last() {
            break;
        }
    }
    match proxies.is_empty() {
        false => Ok(proxies),
        true => Err(FetchError::Setting {
            name,
            value: text.to_owned(),
            what: "names no proxy",
            clause: "config.proxy.list",
        }),
    }
}

/// The URL that a word of a list stands for.
// spec[config.proxy.https, config.proxy.scheme]
fn url(name: &'static str, word: &str, clause: &'static str) -> Result<String, FetchError> {
    let is_short = !word.contains(":/") && word.contains(['.', ':', '/']) && !word.starts_with('/');
    let url = match is_short {
        true => format!("https://{word}"),
        false => word.to_owned(),
    };
    let schemes = ["https://", "http://", "file://"];
    if !schemes.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(FetchError::Setting {
            name,
            value: word.to_owned(),
            what: "no URL that begins with https://, http:// or file://",
            clause,
        });
    }
    Ok(url.trim_end_matches('/').to_owned())
}

// spec[config.sum.name, config.sum.known]
fn database_of(text: &str) -> Result<Database, FetchError> {
    let failed = |what, clause| FetchError::Setting {
        name: "GOSUMDB",
        value: text.to_owned(),
        what,
        clause,
    };
    let mut words = text.split_whitespace();
    let place = |word: Option<&str>| {
        word.map(|word| url("GOSUMDB", word, "config.sum.name"))
            .transpose()
    };
    let (name, at, more) = (words.next(), words.next(), words.next());
    if more.is_some() {
        return Err(failed("more than a key and a URL", "config.sum.name"));
    }
    let (key, known_at) = match name {
        // spec[config.sum.off]
        Some("off") => {
            let what = "a config that is not verified is not used; unset it, or name a config \
                        file with --config";
            return Err(failed(what, "config.sum.off"));
        }
        None | Some(DATABASE) => (DATABASE_KEY, None),
        Some(DATABASE_IN_CHINA) => (DATABASE_KEY, Some("https://sum.golang.google.cn")),
        Some(key) => (key, None),
    };
    Ok(Database {
        key: Key::parse(key).map_err(|fault| failed(fault.what, fault.clause))?,
        url: place(at)?.or(known_at.map(str::to_owned)),
    })
}
