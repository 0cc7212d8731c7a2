//! The token of programs that send reports by the way: one attempt a day.
//!
//! Implements the section *The token* of `spec/upload.md`.

use std::fs;
use std::io::ErrorKind;

use crate::dir::TelemetryDir;
use crate::format::date::Time;
use crate::publish::create_empty;
use crate::system;

/// For how long a token allows no other attempt, in seconds.
const FRESH: u64 = 24 * 60 * 60;

/// Takes the token for an attempt at the time `now`. Returns whether it was to be had.
// spec[upload.token, upload.token.attempt, upload.token.mode]
pub fn take(dir: &TelemetryDir, now: Time) -> bool {
    let path = dir.local().join("upload.token");
    match fs::symlink_metadata(&path) {
        Ok(_) => {
            let age = system::modified(&path).map(|then| now.unix().abs_diff(then.unix()));
            // spec[upload.token.fresh, upload.token.error]
            if age.is_none_or(|age| age < FRESH) {
                return false;
            }
            // spec[upload.token.old]
            // Another program can have removed it; that there is none now is what matters.
            drop(fs::remove_file(&path));
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        // spec[upload.token.error]
        Err(_) => return false,
    }
    // spec[upload.token.take]
    create_empty(&path).is_ok()
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::{Duration, SystemTime};

    use tempfile::TempDir;

    use super::*;

    fn home() -> (TempDir, TelemetryDir) {
        let home = TempDir::new().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path());
        fs::create_dir(dir.local()).expect("a directory can be made");
        (home, dir)
    }

    // test[upload.token, upload.token.fresh, upload.token.take, upload.token.old]
    // test[upload.token.attempt]
    #[test]
    fn one_attempt_a_day_gets_the_token() {
        let (_home, dir) = home();
        let path = dir.local().join("upload.token");
        let now = SystemTime::now();
        let unix = now
            .duration_since(SystemTime::UNIX_EPOCH)
            .expect("it is later");
        let at = |seconds: i64| Time::from_unix(unix.as_secs().cast_signed() + seconds);
        assert!(take(&dir, at(0)));
        assert_eq!(fs::read(&path).expect("it is there"), b"");
        for (seconds, had) in [
            (0, false),
            (86_399, false),
            (-86_399, false),
            (86_400, true),
            (-86_400, true),
        ] {
            let set = File::options().write(true).open(&path);
            let set = set
                .expect("it is there")
                .set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(unix.as_secs()));
            set.expect("it can be set");
            assert_eq!(take(&dir, at(seconds)), had, "{seconds}");
        }
    }

    // test[upload.token.mode]
    #[test]
    fn the_token_is_had_in_mode_local_too() {
        let (_home, dir) = home();
        fs::write(dir.mode_file(), "local").expect("it can be written");
        assert!(take(&dir, system::now()) && !take(&dir, system::now()));
    }

    // test[upload.token.error, upload.token.take]
    #[test]
    fn without_a_look_at_the_token_there_is_no_attempt() {
        let (_home, dir) = home();
        let path = dir.local().join("upload.token");
        fs::remove_dir(dir.local()).expect("it is empty");
        assert!(!take(&dir, system::now()));
        fs::write(dir.local(), "no directory").expect("a file can be written");
        assert!(!take(&dir, system::now()));
        assert!(!path.exists());
    }
}
