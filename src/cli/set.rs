//! `on`, `local` and `off`: set the mode.

use super::{Command, Context, Outcome, Result};
use crate::mode::{self, Mode, Source};

pub(super) static ON: Command = Command {
    names: &["on"],
    arguments: "",
    summary: "count, and upload the approved part of the counts",
    details: "\
Sets the mode to on, as of today. Nothing counted up to today is ever sent.
A mode that is on already keeps its date.",
    options: &[],
    max_files: 0,
    run: |context| set(context, Mode::On),
};

pub(super) static LOCAL: Command = Command {
    names: &["local"],
    arguments: "",
    summary: "count, and keep the counts on this machine",
    details: "\
Sets the mode to local. Counts and weekly reports are kept, nothing is sent.",
    options: &[],
    max_files: 0,
    run: |context| set(context, Mode::Local),
};

pub(super) static OFF: Command = Command {
    names: &["off"],
    arguments: "",
    summary: "neither count nor upload",
    details: "\
Sets the mode to off. What was counted before stays until `gotelemetry clean`.
A program that is running notices within a minute, or when its week ends.",
    options: &[],
    max_files: 0,
    run: |context| set(context, Mode::Off),
};

/// What `on` says when it changed the mode.
const CONSENT: &str = "\
The mode file says on. Once a week the counters that a published list approves, and nothing else, are
sent to the collector of the programs that count here; for the programs of the Go project that is
the public collector of the Go project, which publishes what it receives. No user or machine
identifier is sent, and nothing that was counted up to today.
  see what would be sent       gotelemetry upload --dry-run
  stop sending                 gotelemetry local
  stop counting as well        gotelemetry off
  delete what was counted      gotelemetry clean";

fn set(context: &mut Context<'_>, mode: Mode) -> Result<Outcome> {
    let changed = mode::set(context.dir()?, mode, context.now.date())?;
    if context.args.json {
        let mut json = crate::json::Writer::indented("\t");
        json.object(|json| {
            json.key(b"Mode").string(mode.name().as_bytes());
            json.key(b"Changed").bool(changed);
        });
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
    } else if changed && mode == Mode::On {
        drop(writeln!(context.err, "{CONSENT}"));
    }
    let effective = context.mode();
    if let Source::Environment(variable) = effective.source {
        let lower = effective.mode;
        context.complain(format_args!(
            "the mode file says {mode}, but {variable} lowers it to {lower} here"
        ));
    }
    Ok(Outcome::Fine)
}
