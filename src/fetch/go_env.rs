//! The file in which `go env -w` keeps what it sets.
//!
//! Implements the clauses `config.setting` of `spec/upload-config.md`.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::dir::{DirError, read_bounded};
use crate::system::Environment;

/// The greatest length of the file, in bytes.
// spec[config.setting.unread]
const MAX_LEN: u64 = 1024 * 1024;

/// The environment, and what the file says of which the environment says nothing.
///
/// # Errors
///
/// If the file is there and cannot be read, or is longer than 1 MiB.
// spec[config.setting, config.setting.unread]
pub fn read(environment: &Environment) -> Result<Environment, DirError> {
    let Some(path) = path(environment) else {
        return Ok(environment.clone());
    };
    match read_bounded(&path, MAX_LEN) {
        Ok(text) => Ok(apply(environment, &text)),
        Err(error) if error.is_missing() => Ok(environment.clone()),
        Err(error) => Err(error),
    }
}

// spec[config.setting.file]
fn path(environment: &Environment) -> Option<PathBuf> {
    match &environment.goenv {
        Some(path) if path == "off" => None,
        Some(path) => Some(PathBuf::from(path)),
        None => Some(environment.config_home.as_ref()?.join("go/env")),
    }
}

/// The environment, and what a file with this text says of which the environment says nothing.
// spec[config.setting, config.setting.line]
pub fn apply(environment: &Environment, text: &[u8]) -> Environment {
    let value = |name: &str| {
        let mut values = text.split(|byte| *byte == b'\n').rev().filter_map(|line| {
            let value = line.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
            Some(String::from_utf8_lossy(value).into_owned())
        });
        values.next().filter(|value| !value.is_empty())
    };
    let or = |set: &Option<OsString>, name| set.clone().or_else(|| value(name).map(OsString::from));
    Environment {
        goproxy: or(&environment.goproxy, "GOPROXY"),
        gosumdb: or(&environment.gosumdb, "GOSUMDB"),
        ..environment.clone()
    }
}
