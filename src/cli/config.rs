//! `config`: get an upload config that verifies, and say what a config approves.

use std::path::Path;

use super::quote::{escaped, quoted};
#[cfg(feature = "net")]
use super::upload::Found;
use super::weeks::read_config;
use super::{CliError, Command, Context, Outcome, Result};
use crate::config::{Entry, UploadConfig};
#[cfg(feature = "net")]
use crate::dir::{DirError, TelemetryDir};
#[cfg(feature = "net")]
use crate::fetch::{self, FetchError, GO_MODULE, Kept, Sources, Verified, Wanted, go_env};
use crate::json::Writer;
#[cfg(feature = "net")]
use crate::mode::{self, Mode};
#[cfg(feature = "net")]
use crate::network::{Client, Get, NetworkError};
#[cfg(feature = "net")]
use crate::system::Environment;

pub(super) static COMMAND: Command = Command {
    names: &["config"],
    arguments: "fetch|show FILE",
    summary: "get the upload config, or say what one approves",
    details: "\
`config fetch` gets the upload config of the programs of the Go project from a module proxy (--proxy,
GOPROXY), has the checksum database (GOSUMDB) vouch for it, keeps it, and prints its version.
--version V names a version, which may be lower than one seen before; --output FILE writes the config
there. It asks nobody unless the mode is on.
`config show FILE` says what the config in FILE approves; - stands for the one that is kept.",
    options: &["proxy", "version", "output"],
    max_files: 2,
    run: config,
};

fn config(context: &mut Context<'_>) -> Result<Outcome> {
    let files = &context.args.files;
    let words: Vec<&str> = files.iter().filter_map(|word| word.to_str()).collect();
    match (words.as_slice(), files.as_slice()) {
        (["fetch"], [_]) => fetch_config(context),
        (["show", ..], [_, file]) => show(context, Path::new(file)),
        (["show"], _) => Err(CliError::Misuse("config show: which file?".to_owned())),
        _ => Err(CliError::Misuse(
            "config: say fetch, or show FILE".to_owned(),
        )),
    }
}

/// This program was built without feature `net`: it asks nobody.
#[cfg(not(feature = "net"))]
fn fetch_config(_: &mut Context<'_>) -> Result<Outcome> {
    Err(CliError::Failed(
        "config fetch: this program has no networking code".to_owned(),
    ))
}

#[cfg(feature = "net")]
impl From<FetchError> for CliError {
    fn from(error: FetchError) -> CliError {
        CliError::Failed(error.to_string())
    }
}

// spec[config.fetch.command]
#[cfg(feature = "net")]
fn fetch_config(context: &mut Context<'_>) -> Result<Outcome> {
    let mode = context.mode().mode;
    if mode != Mode::On {
        return Err(CliError::Failed(format!(
            "the mode is {mode}: nobody is asked for a config [config.fetch.command]"
        )));
    }
    if context.is_of_tool() {
        return Err(CliError::Misuse(
            "this config is for the programs of the Go project; a tool has its own \
             [config.cache.tool]"
                .to_owned(),
        ));
    }
    let dir = context.dir()?;
    let verified = ask(context, dir, &Kept::open(dir)?)?;
    if let Some(path) = &context.args.output {
        std::fs::write(path, &verified.text).map_err(DirError::io("write", path))?;
    }
    if context.args.json {
        let mut json = Writer::indented("\t");
        json.object(|json| {
            json.key(b"Version").string(verified.version.as_bytes());
        });
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
    } else {
        writeln!(context.out, "{}", verified.version)?;
    }
    Ok(Outcome::Fine)
}

/// Asks only as long as the mode is `on`.
#[cfg(feature = "net")]
struct WhileOn<'a> {
    client: Client,
    dir: &'a TelemetryDir,
    environment: &'a Environment,
}

#[cfg(feature = "net")]
impl Get for WhileOn<'_> {
    // spec[upload.mode.again, config.fetch.when, config.fetch.command]
    fn get(&mut self, url: &str, max: usize) -> std::result::Result<Vec<u8>, NetworkError> {
        match mode::read(Some(self.dir), self.environment).mode {
            Mode::On => self.client.get(url, max),
            _ => Err(NetworkError::Failed {
                url: url.to_owned(),
                what: "not asked for, as the mode is no longer on".to_owned(),
            }),
        }
    }
}

#[cfg(feature = "net")]
fn sources(context: &Context<'_>) -> std::result::Result<Sources, FetchError> {
    let environment = go_env::read(&context.environment)?;
    Sources::of(&environment, context.args.proxy.as_deref())
}

/// Asks the proxies for a config that verifies.
#[cfg(feature = "net")]
fn ask(
    context: &Context<'_>,
    dir: &TelemetryDir,
    kept: &Kept,
) -> std::result::Result<Verified, FetchError> {
    let wanted = Wanted {
        module: GO_MODULE,
        version: context.args.named_version.as_deref(),
    };
    let mut client = WhileOn {
        client: Client::new().within(fetch::DEADLINE),
        dir,
        environment: &context.environment,
    };
    fetch::fetch(&mut client, &sources(context)?, wanted, kept, context.now)
}

/// The config for an upload: one that was verified within a week, else what the proxies have, else,
/// if they do not answer, the one that was verified last. What fails goes to `failures`.
// spec[config.fetch.weekly, config.fetch.failed, config.fetch.dishonest]
#[cfg(feature = "net")]
pub(super) fn for_upload(
    context: &Context<'_>,
    dir: &TelemetryDir,
    failures: &mut Vec<String>,
) -> Option<Found> {
    let look = Kept::look(dir);
    let found = |verified: Verified, from| Found {
        config: verified.config,
        version: verified.version,
        from,
    };
    let key = match sources(context) {
        Ok(sources) => sources.database.key,
        Err(error) => {
            failures.push(error.to_string());
            return None;
        }
    };
    if let Some(verified) = look.fresh(&key, context.now) {
        return Some(found(verified, "verified within a week"));
    }
    // spec[upload.dry.files]
    let asked = match context.args.dry_run {
        true => ask(context, dir, &look),
        false => Kept::open(dir).and_then(|kept| ask(context, dir, &kept)),
    };
    let error = match asked {
        Ok(verified) => return Some(found(verified, "verified now")),
        Err(error) => error,
    };
    failures.push(error.to_string());
    if !error.is_absence() {
        return None;
    }
    let (verified, _) = look.last(&key)?;
    Some(found(verified, "verified more than a week ago"))
}

fn show(context: &mut Context<'_>, path: &Path) -> Result<Outcome> {
    let config = match path.to_str() {
        #[cfg(feature = "net")]
        Some("-") => {
            let key = sources(context)?.database.key;
            let kept = Kept::look(context.dir()?).last(&key);
            let (verified, time) = kept.ok_or_else(|| {
                CliError::Failed("no config is kept; try gotelemetry config fetch".to_owned())
            })?;
            if !context.args.json {
                let version = verified.version;
                writeln!(context.out, "version {version}, verified {time}")?;
            }
            verified.config
        }
        _ => read_config(path)?,
    };
    match context.args.json {
        true => write_json(context, &config),
        false => write_text(context, &config),
    }
}

fn write_text(context: &mut Context<'_>, config: &UploadConfig) -> Result<Outcome> {
    let out = &mut context.out;
    for (what, values) in [
        ("GOOS", &config.goos),
        ("GOARCH", &config.goarch),
        ("GoVersion", &config.go_version),
    ] {
        writeln!(out, "{what:<10} {}", words(values))?;
    }
    match config.sample_rate {
        rate if rate > 0.0 => writeln!(out, "SampleRate {rate}: this share of reports is sent")?,
        _ => writeln!(out, "SampleRate none: every report is sent")?,
    }
    for program in &config.programs {
        writeln!(out, "\n{}", escaped(program.name.as_bytes()))?;
        writeln!(out, "  versions {}", words(&program.versions))?;
        for (kind, entries) in [("counter", &program.counters), ("stack", &program.stacks)] {
            for entry in entries {
                writeln!(out, "  {kind:<8} {}", entry_text(entry))?;
            }
        }
    }
    Ok(Outcome::Fine)
}

fn entry_text(entry: &Entry) -> String {
    let name = quoted(entry.name.as_bytes());
    match entry.rate {
        rate if rate >= 1.0 => name,
        rate => format!("{name}, in a share of {rate} of the reports"),
    }
}

fn words(values: &[String]) -> String {
    let words: Vec<String> = values
        .iter()
        .map(|value| escaped(value.as_bytes()))
        .collect();
    words.join(" ")
}

fn write_json(context: &mut Context<'_>, config: &UploadConfig) -> Result<Outcome> {
    let strings = |json: &mut Writer, values: &[String]| {
        json.array(|json| {
            values
                .iter()
                .for_each(|value| json.string(value.as_bytes()))
        });
    };
    let entries = |json: &mut Writer, entries: &[Entry]| {
        json.array(|json| {
            for entry in entries {
                json.object(|json| {
                    json.key(b"Name").string(entry.name.as_bytes());
                    json.key(b"Rate").f64(entry.rate);
                });
            }
        });
    };
    let mut json = Writer::indented("\t");
    json.object(|json| {
        strings(json.key(b"GOOS"), &config.goos);
        strings(json.key(b"GOARCH"), &config.goarch);
        strings(json.key(b"GoVersion"), &config.go_version);
        json.key(b"SampleRate").f64(config.sample_rate);
        json.key(b"Programs").array(|json| {
            for program in &config.programs {
                json.object(|json| {
                    json.key(b"Name").string(program.name.as_bytes());
                    strings(json.key(b"Versions"), &program.versions);
                    entries(json.key(b"Counters"), &program.counters);
                    entries(json.key(b"Stacks"), &program.stacks);
                });
            }
        });
    });
    context.out.write_all(&json.finish())?;
    writeln!(context.out)?;
    Ok(Outcome::Fine)
}
