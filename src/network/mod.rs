//! L3: requests to other machines.
//!
//! Implements the sections *The request* and *The answer* of `spec/upload.md` as far as they are
//! about a single request. [`Get`] and [`Post`] are all that other modules know of networks, so
//! that tests can stand in for one; [`Client`], with feature `net`, is the one place that opens
//! connections. What is asked for, and what is sent, is not known here.

#[cfg(feature = "net")]
mod client;
#[cfg(feature = "net")]
mod lookup;

#[cfg(feature = "net")]
pub use client::{Client, Deadlines};

use std::fmt;

/// Asks for documents.
pub trait Get {
    /// The answer to a GET request, if its status is 200 and it has at most `max` bytes.
    ///
    /// # Errors
    ///
    /// Why there is no such answer.
    fn get(&mut self, url: &str, max: usize) -> Result<Vec<u8>, NetworkError>;
}

/// Sends reports.
pub trait Post {
    /// The status of the answer to a POST request with a report as its body.
    ///
    /// # Errors
    ///
    /// Why there is no answer.
    fn post(&mut self, url: &str, body: &[u8]) -> Result<u16, NetworkError>;
}

/// Why a request has not been answered as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NetworkError {
    /// The answer has another status than 200.
    Status {
        /// What was asked for.
        url: String,
        /// The status.
        status: u16,
    },
    /// The answer is too long.
    TooLong {
        /// What was asked for.
        url: String,
        /// The greatest length, in bytes.
        max: usize,
    },
    /// It took too long.
    Late {
        /// What was asked for.
        url: String,
        /// The clause that bounds it.
        clause: &'static str,
    },
    /// There is no answer for another reason.
    Failed {
        /// What was asked for.
        url: String,
        /// Why, in the words of the system.
        what: String,
    },
}

impl NetworkError {
    /// Whether the answer says that there is no such document.
    pub fn is_missing(&self) -> bool {
        matches!(
            self,
            NetworkError::Status {
                status: 404 | 410,
                ..
            }
        )
    }
}

/// A URL as it is shown: without a name or password that it may hold.
pub(crate) fn without_credentials(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

impl NetworkError {
    /// What was asked for, as it is shown.
    fn place(&self) -> String {
        let (NetworkError::Status { url, .. }
        | NetworkError::TooLong { url, .. }
        | NetworkError::Late { url, .. }
        | NetworkError::Failed { url, .. }) = self;
        without_credentials(url)
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.place();
        match self {
            NetworkError::Status { status, .. } => {
                write!(f, "{url}: answered with status {status}")?;
                match status {
                    300..400 => f.write_str(", and redirects are not followed"),
                    _ => Ok(()),
                }
            }
            NetworkError::TooLong { max, .. } => {
                write!(f, "{url}: more than {max} bytes [config.proxy.size]")
            }
            NetworkError::Late { clause, .. } => write!(f, "{url}: took too long [{clause}]"),
            NetworkError::Failed { what, .. } => write!(f, "{url}: {what}"),
        }
    }
}

impl std::error::Error for NetworkError {}

/// Stands in for a network where there is none: no request is answered.
#[derive(Debug)]
pub struct Offline;

impl Post for Offline {
    fn post(&mut self, url: &str, _: &[u8]) -> Result<u16, NetworkError> {
        Err(NetworkError::Failed {
            url: url.to_owned(),
            what: "this program has no networking code".to_owned(),
        })
    }
}
