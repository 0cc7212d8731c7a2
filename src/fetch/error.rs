//! What keeps a config from being had.

use std::fmt;

use crate::dir::DirError;
use crate::json::JsonError;
use crate::network::{NetworkError, without_credentials};

/// What does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What it is, and how it fails.
    pub what: &'static str,
    /// The clause of `spec/upload-config.md`.
    pub clause: &'static str,
}

impl Fault {
    pub(super) const fn new(what: &'static str, clause: &'static str) -> Fault {
        Fault { what, clause }
    }
}

/// What keeps an upload config from being had.
#[derive(Debug)]
#[non_exhaustive]
pub enum FetchError {
    /// A request was not answered as it should be.
    Network(NetworkError),
    /// What is kept cannot be read or written.
    Dir(DirError),
    /// What came, or what is kept, does not verify.
    Broken {
        /// Where it came from.
        place: String,
        /// What does not verify.
        fault: Fault,
    },
    /// What the caller or the environment asks for cannot be done.
    Setting {
        /// The name of the variable or option.
        name: &'static str,
        /// What it says.
        value: String,
        /// Why that cannot be done, and what to do.
        what: &'static str,
        /// The clause of `spec/upload-config.md`.
        clause: &'static str,
    },
    /// Nobody is left to be asked: the list of proxies goes on with `direct` or `off`.
    Stopped {
        /// The word.
        word: &'static str,
        /// Why the proxy before it was of no use, if there is one.
        after: Option<NetworkError>,
    },
    /// Two signed tree heads of one database contradict each other.
    Fork {
        /// The signed note that was known.
        known: String,
        /// The signed note that came.
        came: String,
    },
    /// The version is lower than one that was verified before.
    Rollback {
        /// The version that came.
        version: String,
        /// The highest version that was verified.
        highest: String,
    },
    /// The config of a module that verified has another form than a config.
    Config {
        /// The version of the module.
        version: String,
        /// What is wrong with it.
        error: JsonError,
    },
    /// Another program is asking for a config.
    Busy,
}

impl FetchError {
    pub(super) fn broken(
        place: impl Into<String>,
        what: &'static str,
        clause: &'static str,
    ) -> FetchError {
        FetchError::of(place, Fault::new(what, clause))
    }

    pub(super) fn of(place: impl Into<String>, fault: Fault) -> FetchError {
        FetchError::Broken {
            place: place.into(),
            fault,
        }
    }
}

impl FetchError {
    /// Whether it only means that there was no answer, so that a config from before does no harm.
    // spec[config.fetch.failed, config.fetch.dishonest]
    pub fn is_absence(&self) -> bool {
        match self {
            FetchError::Network(error)
            | FetchError::Stopped {
                after: Some(error), ..
            } => !matches!(error, NetworkError::TooLong { .. }),
            FetchError::Stopped { after: None, .. } | FetchError::Busy => true,
            _ => false,
        }
    }
}

impl FetchError {
    /// The id of the clause in `spec/upload-config.md`, or of one it refers to, if one is broken.
    pub fn clause(&self) -> Option<&'static str> {
        Some(match self {
            FetchError::Broken { fault, .. } => fault.clause,
            FetchError::Setting { clause, .. } => clause,
            FetchError::Stopped { .. } => "config.proxy.direct",
            FetchError::Fork { .. } => "config.proof.consistent",
            FetchError::Rollback { .. } => "config.rollback",
            FetchError::Config { error, .. } => error.clause,
            FetchError::Network(NetworkError::Status { .. }) => "config.proxy.status",
            FetchError::Network(NetworkError::TooLong { .. }) => "config.proxy.size",
            FetchError::Network(NetworkError::Late { clause, .. }) => clause,
            FetchError::Network(NetworkError::Failed { .. }) => return None,
            FetchError::Dir(_) | FetchError::Busy => return None,
        })
    }
}

impl From<NetworkError> for FetchError {
    fn from(error: NetworkError) -> FetchError {
        FetchError::Network(error)
    }
}

impl From<DirError> for FetchError {
    fn from(error: DirError) -> FetchError {
        FetchError::Dir(error)
    }
}

// spec[config.error]
impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FetchError::Network(error) => error.fmt(f),
            FetchError::Dir(error) => error.fmt(f),
            FetchError::Broken { place, fault } => {
                let place = without_credentials(place);
                write!(f, "{place}: {} [{}]", fault.what, fault.clause)
            }
            FetchError::Setting {
                name,
                value,
                what,
                clause,
            } => write!(f, "{name} {value:?}: {what} [{clause}]"),
            // spec[config.proxy.direct]
            FetchError::Stopped { word, after } => {
                write!(
                    f,
                    "GOPROXY {word:?}: configs come from proxies alone; name one with --proxy, or \
                     a config file with --config [config.proxy.direct]"
                )?;
                after
                    .as_ref()
                    .map_or(Ok(()), |error| write!(f, "; before it {error}"))
            }
            // spec[config.proof.fork]
            FetchError::Fork { known, came } => write!(
                f,
                "consistency: the checksum database has forked, two of its signed tree heads \
                 contradict each other: {known:?} and {came:?} [config.proof.consistent]"
            ),
            FetchError::Rollback { version, highest } => write!(
                f,
                "version {version}: lower than {highest}, which was verified before; name the \
                 version to take it nevertheless [config.rollback]"
            ),
            FetchError::Config { version, error } => {
                write!(f, "config of version {version}: {error}")
            }
            FetchError::Busy => f.write_str("another program is asking for a config; try again"),
        }
    }
}

impl std::error::Error for FetchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FetchError::Network(error) => Some(error),
            FetchError::Stopped { after, .. } => Some(after.as_ref()?),
            FetchError::Dir(error) => Some(error),
            FetchError::Config { error, .. } => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;
    use std::io;
    use std::path::Path;

    use super::*;

    /// The errors without one that they come from, whether each is an absence, and its clause.
    fn alone() -> [(FetchError, bool, Option<&'static str>); 6] {
        let [known, came, version, highest] = [(); 4].map(|()| String::new());
        let (name, value, what, clause) = ("GOPROXY", String::new(), "no text", "c");
        let setting = FetchError::Setting {
            name,
            value,
            what,
            clause,
        };
        let stopped = FetchError::Stopped {
            word: "off",
            after: None,
        };
        let fork = FetchError::Fork { known, came };
        let rollback = FetchError::Rollback { version, highest };
        [
            (FetchError::Busy, true, None),
            (stopped, true, Some("config.proxy.direct")),
            (FetchError::broken("", what, clause), false, Some("c")),
            (setting, false, Some("c")),
            (fork, false, Some("config.proof.consistent")),
            (rollback, false, Some("config.rollback")),
        ]
    }

    /// The same of errors that come from others.
    fn with_source() -> Vec<(FetchError, bool, Option<&'static str>)> {
        let (url, what, clause) = (String::new(), String::new(), "c");
        let status = NetworkError::Status {
            url: url.clone(),
            status: 404,
        };
        let long = NetworkError::TooLong {
            url: url.clone(),
            max: 1,
        };
        let late = NetworkError::Late {
            url: url.clone(),
            clause,
        };
        let failed = NetworkError::Failed { url, what };
        let stopped = |error: &NetworkError| FetchError::Stopped {
            word: "off",
            after: Some(error.clone()),
        };
        let (offset, what, version) = (0, "no object", String::new());
        let error = JsonError {
            offset,
            clause,
            what,
        };
        let dir = DirError::io("list", Path::new("/"))(io::ErrorKind::NotFound.into());
        vec![
            (stopped(&status), true, Some("config.proxy.direct")),
            (stopped(&long), false, Some("config.proxy.direct")),
            (status.into(), true, Some("config.proxy.status")),
            (long.into(), false, Some("config.proxy.size")),
            (late.into(), true, Some("c")),
            (failed.into(), true, None),
            (FetchError::Config { version, error }, false, Some("c")),
            (dir.into(), false, None),
        ]
    }

    // test[config.fetch.failed, config.fetch.dishonest]
    #[test]
    fn an_error_tells_whether_it_is_an_absence_its_clause_and_its_source() {
        let alone = alone().into_iter().map(|told| (told, false));
        let with_source = with_source().into_iter().map(|told| (told, true));
        for ((error, is_absence, clause), has_source) in alone.chain(with_source) {
            assert_eq!(error.is_absence(), is_absence, "{error:?}");
            assert_eq!(error.clause(), clause, "{error:?}");
            assert_eq!(error.source().is_some(), has_source, "{error:?}");
        }
    }
}
