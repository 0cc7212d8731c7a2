//! The command line, taken apart.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

use super::{CliError, Command, Result};
use crate::format::date::{Date, Time};

/// Every option that a command can have, and what may follow it.
const OPTIONS: &[(&str, &str)] = &[
    ("dir", "DIR"),
    ("tool", "NAME"),
    ("now", "TIME"),
    ("json", ""),
    ("explain", ""),
    ("go", ""),
    ("older-than", "DAYS"),
    ("version", ""),
    ("program", "PATH"),
    ("program-version", "V"),
    ("goversion", "G"),
    ("config", "FILE"),
    ("config-version", "V"),
    ("proxy", "URL"),
    ("url", "URL"),
    ("dry-run", ""),
    ("output", "FILE"),
    ("driver", "CMD"),
    ("vectors", "DIR"),
    ("known", "FILE"),
    ("filter", "ID"),
];

/// The options that all commands have.
const COMMON: &[&str] = &["dir", "tool", "now", "json"];

/// What the command line says.
#[derive(Debug, Default)]
pub(super) struct Args {
    /// The name of the command, if one is given.
    pub(super) command: Option<String>,
    /// The arguments behind it that are no options.
    pub(super) files: Vec<OsString>,
    pub(super) dir: Option<PathBuf>,
    pub(super) tool: Option<String>,
    pub(super) now: Option<Time>,
    pub(super) json: bool,
    pub(super) explain: bool,
    pub(super) go: bool,
    /// Whether the version of this program is asked for.
    pub(super) version: bool,
    /// The version that is named behind a command.
    pub(super) named_version: Option<String>,
    pub(super) proxy: Option<String>,
    pub(super) url: Option<String>,
    pub(super) dry_run: bool,
    pub(super) output: Option<PathBuf>,
    pub(super) program: Option<String>,
    pub(super) program_version: Option<String>,
    pub(super) go_version: Option<String>,
    /// In days.
    pub(super) older_than: Option<u32>,
    pub(super) config: Option<PathBuf>,
    pub(super) config_version: Option<String>,
    pub(super) driver: Option<String>,
    pub(super) vectors: Option<PathBuf>,
    pub(super) known: Option<PathBuf>,
    pub(super) filter: Option<String>,
    /// The names of the options that were given.
    given: Vec<&'static str>,
}

impl Args {
    pub(super) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Args> {
        let mut args = Args::default();
        let mut help = false;
        let mut parser = Parser::from_args(arguments);
        while let Some(arg) = parser.next().map_err(misuse)? {
            match arg {
                Arg::Short('h') | Arg::Long("help") => help = true,
                Arg::Long(name) => {
                    let option = OPTIONS.iter().find(|(option, _)| *option == name);
                    let (option, _) = option
                        .ok_or_else(|| CliError::Misuse(format!("there is no option --{name}")))?;
                    args.option(option, &mut parser)?;
                }
                Arg::Short(name) => {
                    return Err(CliError::Misuse(format!("there is no option -{name}")));
                }
                Arg::Value(value) if args.command.is_none() => {
                    args.command = Some(value.to_string_lossy().into_owned());
                }
                Arg::Value(value) => args.files.push(value),
            }
        }
        if help {
            let command = args.command.replace("help".to_owned());
            args.files = command.into_iter().map(OsString::from).collect();
            args.given.clear();
        }
        Ok(args)
    }

    fn option(&mut self, option: &'static str, parser: &mut Parser) -> Result<()> {
        match option {
            "dir" => {
                let dir = PathBuf::from(parser.value().map_err(misuse)?);
                if dir.as_os_str().is_empty() {
                    return Err(CliError::Misuse("--dir without a directory".to_owned()));
                }
                self.dir = Some(dir);
            }
            "tool" => self.tool = Some(text(parser)?),
            "program" => self.program = Some(text(parser)?),
            "program-version" => self.program_version = Some(text(parser)?),
            "goversion" => self.go_version = Some(text(parser)?),
            "now" => {
                self.now = Some(time(&text(parser)?)?);
            }
            "older-than" => {
                let days = parser.value().and_then(|v| v.parse()).map_err(misuse)?;
                self.older_than = Some(days);
            }
            "config" => self.config = Some(PathBuf::from(parser.value().map_err(misuse)?)),
            "config-version" => self.config_version = Some(text(parser)?),
            "driver" => self.driver = Some(text(parser)?),
            "vectors" => self.vectors = Some(PathBuf::from(parser.value().map_err(misuse)?)),
            "known" => self.known = Some(PathBuf::from(parser.value().map_err(misuse)?)),
            "filter" => self.filter = Some(text(parser)?),
            "explain" => self.explain = true,
            "go" => self.go = true,
            // Behind a command it is the version of something.
            "version" if self.command.is_some() => self.named_version = Some(text(parser)?),
            "version" => self.version = true,
            "proxy" => self.proxy = Some(text(parser)?),
            "url" => self.url = Some(text(parser)?),
            "dry-run" => self.dry_run = true,
            "output" => self.output = Some(PathBuf::from(parser.value().map_err(misuse)?)),
            _ => self.json = true,
        }
        self.given.push(option);
        Ok(())
    }

    /// Whether `command` takes the options and arguments that were given.
    pub(super) fn check(&self, command: &Command) -> Result<()> {
        let [name, ..] = command.names else {
            return Ok(());
        };
        let foreign =
            |option: &&&str| !COMMON.contains(option) && !command.options.contains(option);
        if let Some(option) = self.given.iter().find(foreign) {
            return Err(CliError::Misuse(format!("{name} has no option --{option}")));
        }
        if let Some(argument) = self.files.get(command.max_files) {
            let argument = argument.to_string_lossy();
            return Err(CliError::Misuse(format!(
                "{name} does not take {argument:?}"
            )));
        }
        Ok(())
    }
}

/// How the option `name` is written, with what follows it.
pub(super) fn usage(name: &str) -> String {
    match OPTIONS.iter().find(|(option, _)| *option == name) {
        Some((option, value)) if !value.is_empty() => format!("--{option} {value}"),
        _ => format!("--{name}"),
    }
}

/// A time in RFC 3339 form, or the first moment of a date.
fn time(text: &str) -> Result<Time> {
    let date = Date::parse(text).map(Date::midnight);
    date.or_else(|_| Time::parse(text)).map_err(|error| {
        CliError::Misuse(format!(
            "--now {text:?}: {} [{}]",
            error.rule,
            error.clause()
        ))
    })
}

fn text(parser: &mut Parser) -> Result<String> {
    parser
        .value()
        .and_then(|value| value.string())
        .map_err(misuse)
}

fn misuse(error: lexopt::Error) -> CliError {
    CliError::Misuse(error.to_string())
}
