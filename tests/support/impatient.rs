//! An uploader of this project that does not wait for answers as long as the program does.
//!
//! It is a process of its own, with the library's own parts, and says what the program would say;
//! where it has given up, it says `late`.

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Duration;

use gotelemetry::config::UploadConfig;
use gotelemetry::dir::{self, TelemetryDir};
use gotelemetry::mode;
use gotelemetry::network::{Client, Deadlines, NetworkError};
use gotelemetry::reporter::{Done, Task, Turn, Weeks};
use gotelemetry::system::{self, Environment};
use gotelemetry::upload::{Fate, Sender};
use gotelemetry::verdict::Terms;

use crate::role;
use crate::uploaders::Case;

/// How long it waits for an answer: longer than an answer that comes can take here.
const PATIENCE: Duration = Duration::from_millis(500);

/// This program as such an uploader.
pub(crate) fn command(url: &str, case: &Case) -> Result<Command, String> {
    let (dir, config) = (case.dir.to_str(), case.config.to_str());
    let (dir, config) = dir.zip(config).ok_or("a path that is no text")?;
    role::command(&[dir, url, config, case.version])
}

/// Does what an uploader does, for the words of [`command`].
pub(crate) fn play(words: &[String]) -> ExitCode {
    match upload(words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn upload(words: &[String]) -> Result<(), String> {
    let [dir, url, config, version] = words else {
        return Err(format!("no uploader: {words:?}"));
    };
    let dir = TelemetryDir::at(dir);
    let config = dir::read_config(&PathBuf::from(config)).map_err(|error| error.to_string())?;
    let config = UploadConfig::parse(&config).map_err(|error| error.to_string())?;
    let (mut weeks, mut reports) = (Vec::new(), Vec::new());
    if let Some(_turn) = Turn::take(&dir).map_err(|error| error.to_string())? {
        let environment = Environment::default();
        let (approved, now) = (config.approved(), system::now());
        let terms = Terms::of(&mode::read(Some(&dir), &environment), Some(&approved), now);
        let found = Weeks::read(&dir, &terms, version).map_err(|error| error.to_string())?;
        if let Some(unread) = found.unread.first() {
            return Err(unread.to_string());
        }
        for week in &found.weeks {
            let done = week.carry_out(&dir, &terms);
            let done = done.map_err(|error| error.to_string())?;
            let (outcome, is_ready) = match (&week.task, done) {
                (_, Done::Reported { ready }) => ("reported", ready),
                (_, Done::Before) => ("before", false),
                (Task::Wait { .. } | Task::Report(_), _) => ("waits", false),
                _ => return Err(format!("{:?}", week.task)),
            };
            let date = week.date;
            weeks.push(format!(
                r#"{{"Week":"{date}","Outcome":"{outcome}","Ready":{is_ready}}}"#
            ));
        }
        let mut deadlines = Deadlines::default();
        deadlines.idle = PATIENCE;
        let sender = Sender {
            dir: &dir,
            environment: &environment,
            approved: Some(&approved),
            now,
            url,
        };
        let fates = sender.send(&mut Client::with(deadlines));
        for (one, fate) in fates.map_err(|error| error.to_string())? {
            let word = match &fate {
                Fate::Unanswered(NetworkError::Late { .. }) => "late",
                fate => fate.word(),
            };
            let date = one.date;
            reports.push(format!(r#"{{"Week":"{date}","Outcome":"{word}"}}"#));
        }
    }
    let (weeks, reports) = (weeks.join(","), reports.join(","));
    println!(r#"{{"Weeks":[{weeks}],"Reports":[{reports}]}}"#);
    Ok(())
}
