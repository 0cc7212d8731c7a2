//! `upload`: make the reports of the weeks that have ended, and send what may be sent.

use super::foreseen;
use super::weeks::{Line, carry_out, named_config};
use super::{CliError, Command, Context, Outcome, Result};
use crate::config::UploadConfig;
use crate::dir::TelemetryDir;
use crate::json::Writer;
use crate::mode::{Effective, Mode};
use crate::network::without_credentials;
use crate::reporter::{NO_CONFIG, Turn, Weeks};
use crate::upload::ready::{self, Ready, Text};
use crate::upload::{Fate, GO_URL, Sender};
use crate::verdict::Terms;

pub(super) static COMMAND: Command = Command {
    names: &["upload"],
    arguments: "",
    summary: "make these reports, and send what may be sent",
    details: "\
Makes reports as `gotelemetry report` does; in mode on it then sends the upload reports that lie
ready, one after the other. What may be sent is for the upload config to say: the file that --config
names, else one from a module proxy (--proxy, GOPROXY) that the checksum database (GOSUMDB)
vouches for, which is asked for once a week and only if there is something to send. --url names the
collector. --dry-run changes nothing and sends no report: it prints the bytes that would be sent
and, of everything that is held back, the rule that does it.",
    options: &["config", "config-version", "proxy", "url", "dry-run"],
    max_files: 0,
    run: upload,
};

/// The config that decides, its version, and how it was come by.
pub(super) struct Found {
    pub(super) config: UploadConfig,
    pub(super) version: String,
    pub(super) from: &'static str,
}

fn upload(context: &mut Context<'_>) -> Result<Outcome> {
    let effective = context.mode();
    let named = named_config(context)?;
    let url = url(context)?;
    // spec[report.mode]
    if effective.mode == Mode::Off {
        return empty(context, "the mode is off: nothing is reported or sent");
    }
    let dir = context.dir()?.clone();
    if !dir.local().exists() {
        return empty(context, "no week has ended, and no report lies ready");
    }
    let _turn = match context.args.dry_run {
        // spec[upload.dry.files]
        true => None,
        // The token is for programs that upload by the way.
        // spec[upload.lock.own, upload.lock.busy, upload.token.command]
        false => match Turn::take(&dir)? {
            None => return empty(context, "another program is making and sending reports"),
            turn => turn,
        },
    };
    let mut found = named.map(|(config, version)| Found {
        config,
        version,
        from: "named",
    });
    let mut failures = Vec::new();
    if found.is_none() && is_wanted(context, &dir, &effective)? {
        found = find(context, &dir, &mut failures)?;
    }
    // What was counted, and what the user wants, can have changed while others were asked.
    // spec[report.mode.once]
    let effective = context.mode();
    if effective.mode == Mode::Off {
        empty(context, "the mode is off: nothing is reported or sent")?;
        return Ok(context.complain_of_all(&failures));
    }
    let approved = found.as_ref().map(|found| found.config.approved());
    let terms = Terms::of(&effective, approved.as_ref(), context.now);
    let version = found.as_ref().map_or(NO_CONFIG, |found| &found.version);
    let weeks = Weeks::read(&dir, &terms, version)?;
    if context.args.dry_run {
        failures.extend(foreseen::print(
            context,
            &dir,
            &weeks,
            &terms,
            &url,
            found.as_ref(),
        )?);
        return Ok(context.complain_of_all(&failures));
    }
    let (lines, failed) = carry_out(&dir, &weeks, &terms);
    failures.extend(failed);
    let fates = send(context, &dir, &terms, &url)?;
    print(context, &effective, &lines, &fates)?;
    for (_, fate) in &fates {
        if let Fate::Failed(error) = fate {
            failures.push(error.to_string());
        }
    }
    let all_sent = fates.iter().all(|(_, fate)| !is_trouble(fate));
    Ok(match context.complain_of_all(&failures) {
        Outcome::Fine if !all_sent => Outcome::Finding,
        outcome => outcome,
    })
}

/// Whether somebody has to look at what became of a report.
fn is_trouble(fate: &Fate) -> bool {
    matches!(
        fate,
        Fate::Refused(_) | Fate::Put(_) | Fate::Unanswered(_) | Fate::Failed(_)
    )
}

/// The base URL of the collector.
// spec[upload.request.base, upload.request.tool]
fn url(context: &Context<'_>) -> Result<String> {
    // spec[upload.request.private]
    if let Some(url) = &context.args.url
        && without_credentials(url) != *url
    {
        return Err(CliError::Misuse(
            "--url holds a name or a password, which no request may [upload.request.private]"
                .to_owned(),
        ));
    }
    match &context.args.url {
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            Ok(url.trim_end_matches('/').to_owned())
        }
        Some(url) => Err(CliError::Misuse(format!(
            "--url {url:?} does not begin with https:// or http:// [upload.request.url]"
        ))),
        None if context.is_of_tool() => Err(CliError::Misuse(
            "the reports of a tool outside the Go project are not for its collector: name \
             another with --url [upload.request.tool]"
                .to_owned(),
        )),
        None => Ok(GO_URL.to_owned()),
    }
}

/// Whether a config has to be asked for.
// spec[config.fetch.when, upload.dry.network]
fn is_wanted(context: &Context<'_>, dir: &TelemetryDir, effective: &Effective) -> Result<bool> {
    let terms = Terms::of(effective, None, context.now);
    let is_free =
        |one: &Ready| one.held(&terms).is_none() && matches!(one.read(), Ok(Text::Whole(_)));
    Ok(terms.on
        && (ready::ready(dir)?.iter().any(is_free)
            || Weeks::read(dir, &terms, NO_CONFIG)?.want_config(&terms)))
}

/// A config that is kept or that the proxies have. What fails goes to `failures`: local reports do
/// without.
// spec[config.fetch.local, config.cache.tool]
#[cfg(feature = "net")]
fn find(
    context: &Context<'_>,
    dir: &TelemetryDir,
    failures: &mut Vec<String>,
) -> Result<Option<Found>> {
    if context.is_of_tool() {
        failures.push(
            "a tool outside the Go project has a config of its own: name it with --config \
             [config.cache.tool]"
                .to_owned(),
        );
        return Ok(None);
    }
    Ok(super::config::for_upload(context, dir, failures))
}

/// This program was built without feature `net`: it asks nobody.
#[cfg(not(feature = "net"))]
fn find(_: &Context<'_>, _: &TelemetryDir, failures: &mut Vec<String>) -> Result<Option<Found>> {
    failures.push(
        "no upload config: name one with --config; this program has no networking code".to_owned(),
    );
    Ok(None)
}

// spec[upload.mode]
fn send(
    context: &Context<'_>,
    dir: &TelemetryDir,
    terms: &Terms<'_>,
    url: &str,
) -> Result<Vec<(Ready, Fate)>> {
    #[cfg(feature = "net")]
    let mut network = crate::network::Client::new();
    #[cfg(not(feature = "net"))]
    let mut network = crate::network::Offline;
    let sender = Sender {
        dir,
        environment: &context.environment,
        approved: terms.approved,
        now: context.now,
        url,
    };
    Ok(sender.send(&mut network)?)
}

fn empty(context: &mut Context<'_>, why: &str) -> Result<Outcome> {
    match context.args.json {
        true => write_json(context, &[], &[])?,
        false => writeln!(context.out, "{why}")?,
    }
    Ok(Outcome::Fine)
}

fn print(
    context: &mut Context<'_>,
    effective: &Effective,
    lines: &[Line],
    fates: &[(Ready, Fate)],
) -> Result<()> {
    if context.args.json {
        return write_json(context, lines, fates);
    }
    if lines.is_empty() {
        writeln!(context.out, "no week has ended")?;
    }
    for line in lines {
        writeln!(context.out, "{}", line.text())?;
    }
    if effective.mode != Mode::On {
        let mode = effective.mode;
        writeln!(context.out, "the mode is {mode}: nothing is sent")?;
        return Ok(());
    }
    if fates.is_empty() {
        writeln!(context.out, "no report lies ready")?;
    }
    for (ready, fate) in fates {
        writeln!(context.out, "{}  {fate}", ready.date)?;
    }
    Ok(())
}

fn write_json(context: &mut Context<'_>, lines: &[Line], fates: &[(Ready, Fate)]) -> Result<()> {
    let mut json = Writer::indented("\t");
    json.object(|json| {
        json.key(b"Weeks")
            .array(|json| lines.iter().for_each(|line| line.json(json)));
        json.key(b"Reports").array(|json| {
            for (ready, fate) in fates {
                json.object(|json| {
                    json.key(b"Week").string(ready.date.to_string().as_bytes());
                    json.key(b"Outcome").string(fate.word().as_bytes());
                    json.key(b"Said").string(fate.to_string().as_bytes());
                });
            }
        });
    });
    context.out.write_all(&json.finish())?;
    writeln!(context.out)?;
    Ok(())
}
