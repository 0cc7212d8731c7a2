//! L6: the program `gotelemetry`.
//!
//! Keeps the command-line contract of the README. Each command is a file that reads its arguments
//! and prints; what it prints is put together below this floor. The data's way: [`run`] takes the
//! arguments apart (`args`), finds the telemetry directory, and calls the command.

mod args;
mod clean;
mod config;
mod conformance;
#[cfg(target_os = "linux")]
mod count;
mod csv;
mod driver;
mod dump;
mod explain;
mod foreseen;
mod help;
mod quote;
mod report;
mod set;
mod status;
#[cfg(target_os = "linux")]
mod tour;
mod upload;
mod weeks;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::dir::{DirError, TelemetryDir};
use crate::format::date::Time;
use crate::mode::{self, Effective};
use crate::system::{self, Environment};
use args::Args;

/// Why a command ends without having done what it was asked to.
#[derive(Debug)]
enum CliError {
    /// The command line does not say what is to be done.
    Misuse(String),
    /// It could not be done.
    Failed(String),
    /// Standard output is gone.
    Output(io::Error),
}

impl From<DirError> for CliError {
    fn from(error: DirError) -> CliError {
        CliError::Failed(error.to_string())
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> CliError {
        CliError::Output(error)
    }
}

/// How a command ended that did what it was asked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Fine,
    /// Something was found that is not as it should be; it has been printed.
    Finding,
}

type Result<T> = std::result::Result<T, CliError>;

/// What every command works with.
struct Context<'a> {
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    args: &'a Args,
    environment: Environment,
    /// The telemetry directory, if there is a way to tell which.
    dir: Option<TelemetryDir>,
    now: Time,
}

impl Context<'_> {
    /// The telemetry directory, for a command that cannot do without.
    fn dir(&self) -> Result<&TelemetryDir> {
        Ok(self.dir.as_ref().ok_or(DirError::NoDirectory)?)
    }

    fn mode(&self) -> Effective {
        mode::read(self.dir.as_ref(), &self.environment)
    }

    /// Whether the directory is that of a tool outside the Go project, by the option that names it
    /// or by where it lies (`dir.tool`), whatever it is called by.
    fn is_of_tool(&self) -> bool {
        let by_path = |dir: &TelemetryDir| {
            let path = dir.root().canonicalize();
            let path = path.or_else(|_| std::path::absolute(dir.root()));
            let path = path.unwrap_or_else(|_| dir.root().to_owned());
            let above = path.parent().and_then(std::path::Path::file_name);
            path.ends_with("telemetry") && above.is_none_or(|name| name != "go")
        };
        self.args.tool.is_some() || self.dir.as_ref().is_some_and(by_path)
    }

    /// Says on standard error what is wrong, and goes on.
    fn complain(&mut self, what: impl fmt::Display) {
        say(self.err, &what.to_string());
    }

    /// Says what is wrong with each of several things; the outcome is fine if there are none.
    fn complain_of_all(&mut self, failures: &[String]) -> Outcome {
        failures.iter().for_each(|what| self.complain(what));
        match failures.is_empty() {
            true => Outcome::Fine,
            false => Outcome::Finding,
        }
    }
}

/// A command: how it is called and what it does.
struct Command {
    /// Its names, the usual one first.
    names: &'static [&'static str],
    /// What may follow the name.
    arguments: &'static str,
    /// What it does, in one line.
    summary: &'static str,
    /// More about it.
    details: &'static str,
    /// The options it has beside those that all commands have.
    options: &'static [&'static str],
    /// The greatest number of arguments that are no options.
    max_files: usize,
    run: fn(&mut Context<'_>) -> Result<Outcome>,
}

/// The commands, in the order in which `help` lists them.
const COMMANDS: &[&Command] = &[
    &status::COMMAND,
    &set::ON,
    &set::LOCAL,
    &set::OFF,
    &status::ENV,
    &clean::COMMAND,
    &dump::COMMAND,
    &csv::COMMAND,
    &report::COMMAND,
    &upload::COMMAND,
    &config::COMMAND,
    #[cfg(target_os = "linux")]
    &count::COMMAND,
    &conformance::COMMAND,
    &driver::COMMAND,
    #[cfg(target_os = "linux")]
    &tour::COMMAND,
    &help::COMMAND,
];

fn find(name: &str) -> Result<&'static Command> {
    let found = COMMANDS
        .iter()
        .find(|command| command.names.contains(&name));
    found
        .copied()
        .ok_or_else(|| CliError::Misuse(format!("there is no command {name:?}")))
}

/// Runs the program with the arguments `arguments`, its own name left out.
///
/// The exit code is 0 if all is well, 1 for a finding or a failure, 2 for misuse.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut err = io::stderr().lock();
    let result = run_command(arguments, &mut out, &mut err);
    let result = result.and_then(|outcome| match out.flush() {
        // What was found was found, though nobody read it to the end.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(outcome),
        flushed => Ok(flushed.map(|()| outcome)?),
    });
    let (code, message) = match result {
        Ok(Outcome::Fine) => return ExitCode::SUCCESS,
        Ok(Outcome::Finding) => return ExitCode::from(1),
        // Whoever read our output has seen enough.
        Err(CliError::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Err(CliError::Output(error)) => (1, format!("cannot write the output: {error}")),
        Err(CliError::Failed(what)) => (1, what),
        Err(CliError::Misuse(what)) => (2, format!("{what}; see gotelemetry help")),
    };
    say(&mut err, &message);
    ExitCode::from(code)
}

/// Prints a message on one line, so that no name in it can act on a terminal.
fn say(err: &mut dyn Write, message: &str) {
    let mut line = String::from("gotelemetry: ");
    for c in message.chars() {
        match c.is_control() {
            true => line.extend(c.escape_default()),
            false => line.push(c),
        }
    }
    // If standard error is gone there is nobody left to tell.
    drop(writeln!(err, "{line}"));
}

fn run_command(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<Outcome> {
    let args = Args::parse(arguments)?;
    let command = match &args.command {
        Some(name) => find(name)?,
        None => &status::NO_COMMAND,
    };
    args.check(command)?;
    let environment = Environment::read();
    let dir = match (&args.dir, &args.tool) {
        (Some(dir), None) => Some(TelemetryDir::at(dir)),
        (None, Some(tool)) => match TelemetryDir::of_tool(tool, &environment) {
            Err(DirError::NoDirectory) => None,
            dir => Some(dir.map_err(|error| CliError::Misuse(error.to_string()))?),
        },
        (Some(_), Some(_)) => {
            return Err(CliError::Misuse(
                "--dir and --tool exclude each other".to_owned(),
            ));
        }
        (None, None) => TelemetryDir::of_go(&environment),
    };
    let mut context = Context {
        out,
        err,
        args: &args,
        environment,
        dir,
        now: args.now.unwrap_or_else(system::now),
    };
    (command.run)(&mut context)
}
