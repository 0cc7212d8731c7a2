//! The operation that gets an upload config, from a directory in the place of the network.
//!
//! Implements the section *Getting a config* of `spec/driver.md`. No connection is opened.

use std::fs;
use std::path::PathBuf;

use super::{Done, Operation, Refusal, Request, bytes, hex};
use crate::fetch::{self, FetchError, Kept, Sources, Verified, Wanted};
use crate::json::Value;
use crate::network::{Get, NetworkError};
use crate::system::{self, Environment};

pub(super) const OPERATIONS: &[Operation] = &[("fetch-config", fetch_config)];

/// Where the proxy is said to be.
const URL: &str = "https://proxy.invalid";

/// The files of a directory, as a proxy.
struct Files {
    root: PathBuf,
}

impl Get for Files {
    fn get(&mut self, url: &str, max: usize) -> Result<Vec<u8>, NetworkError> {
        let missing = || NetworkError::Status {
            url: url.to_owned(),
            status: 404,
        };
        let path = url.strip_prefix(URL).ok_or_else(missing)?;
        let path = self.root.join(path.trim_start_matches('/'));
        let answer = fs::read(path).map_err(|_| missing())?;
        match answer.len() <= max {
            true => Ok(answer),
            false => Err(NetworkError::TooLong {
                url: url.to_owned(),
                max,
            }),
        }
    }
}

fn fetch_config(request: &Request) -> Result<Done, Refusal> {
    let (key, root) = (request.text("key")?, request.path("proxy")?);
    let environment = Environment::of(|name| (name == "GOSUMDB").then(|| key.into()));
    let fetch = || -> Result<Verified, FetchError> {
        let text = |key| request.args.get(key).and_then(Value::as_str);
        let sources = Sources::of(&environment, Some(text("proxies").unwrap_or(URL)))?;
        let known = request.args.get("known").and_then(bytes);
        let kept = Kept::given(known, text("highest").map(str::to_owned));
        let wanted = Wanted {
            module: text("module").unwrap_or(fetch::GO_MODULE),
            version: text("version"),
        };
        fetch::fetch(
            &mut Files { root: root.clone() },
            &sources,
            wanted,
            &kept,
            system::now(),
        )
    };
    match fetch() {
        Ok(verified) => Ok(Done::with(Value::from([
            ("version", verified.version.as_str().into()),
            ("config", hex(&verified.text).as_str().into()),
        ]))),
        Err(error) => Err(match error.clause() {
            Some(clause) => Refusal::Reject {
                clause,
                offset: 0,
                reason: error.to_string(),
            },
            None => Refusal::Error(error.to_string()),
        }),
    }
}
