//! `help`: how the program is called.

use super::{COMMANDS, Command, Context, Outcome, Result, args, find};

pub(super) static COMMAND: Command = Command {
    names: &["help"],
    arguments: "[COMMAND]",
    summary: "tell how a command is called",
    details: "Tells how COMMAND is called, or which commands there are.",
    options: &[],
    max_files: 1,
    run: help,
};

const COMMON: &str = "\
Options of every command:
  --dir DIR     the telemetry directory; else $GOTELEMETRYDIR, else the user's
  --tool NAME   the directory of a tool that does not belong to the Go project
  --now TIME    the time to go by: RFC 3339 or YYYY-MM-DD, UTC
  --json        print one JSON document

Exit code: 0 fine, 1 a finding or a failure, 2 misuse.
GOTELEMETRY=off or local, and DO_NOT_TRACK, lower the mode; nothing in the environment raises that
of a directory.";

fn help(context: &mut Context<'_>) -> Result<Outcome> {
    let out = &mut context.out;
    if let Some(name) = context.args.files.first() {
        let command = find(&name.to_string_lossy())?;
        let [name, aliases @ ..] = command.names else {
            return Ok(Outcome::Fine);
        };
        write!(out, "gotelemetry {name}")?;
        for option in command.options {
            write!(out, " [{}]", args::usage(option))?;
        }
        writeln!(out, " {}", command.arguments)?;
        for alias in aliases {
            writeln!(out, "gotelemetry {alias} is the same.")?;
        }
        writeln!(out, "\n{}", command.details)?;
        return Ok(Outcome::Fine);
    }
    writeln!(
        out,
        "gotelemetry prints the mode that holds: on, local or off.\n"
    )?;
    for command in COMMANDS {
        let name = command.names.first().copied().unwrap_or_default();
        let usage = format!("{name} {}", command.arguments);
        writeln!(out, "  {usage:<15} {}", command.summary)?;
    }
    writeln!(out, "\n{COMMON}")?;
    Ok(Outcome::Fine)
}
