//! `report`: make the reports of the weeks that have ended.

use super::weeks::{Line, carry_out, named_config};
use super::{Command, Context, Outcome, Result};
use crate::json::Writer;
use crate::mode::Mode;
use crate::reporter::{NO_CONFIG, Turn, Weeks};
use crate::verdict::Terms;

pub(super) static COMMAND: Command = Command {
    names: &["report"],
    arguments: "",
    summary: "make the reports of the weeks that have ended",
    details: "\
Adds up the count files of every week that has ended, writes the local report and, in mode on, the
upload report with the part that the upload config approves, and deletes these count files. Nothing
is sent. --config names a config file, and --config-version its version; without a config there is
no upload report. A count file that cannot be read is named and stays.",
    options: &["config", "config-version"],
    max_files: 0,
    run: report,
};

fn report(context: &mut Context<'_>) -> Result<Outcome> {
    let effective = context.mode();
    let config = named_config(context)?;
    let approved = config.as_ref().map(|(config, _)| config.approved());
    let version = config.as_ref().map_or(NO_CONFIG, |(_, version)| version);
    let terms = Terms::of(&effective, approved.as_ref(), context.now);
    // spec[report.mode]
    if effective.mode == Mode::Off {
        return print(context, &[], "the mode is off: nothing is reported");
    }
    let dir = context.dir()?.clone();
    let nothing = "no week has ended";
    if !dir.local().exists() {
        return print(context, &[], nothing);
    }
    // spec[upload.lock.busy]
    let Some(_turn) = Turn::take(&dir)? else {
        return print(context, &[], "another program is making reports");
    };
    let weeks = Weeks::read(&dir, &terms, version)?;
    let (lines, failures) = carry_out(&dir, &weeks, &terms);
    print(context, &lines, nothing)?;
    Ok(context.complain_of_all(&failures))
}

fn print(context: &mut Context<'_>, lines: &[Line], nothing: &str) -> Result<Outcome> {
    if context.args.json {
        let mut json = Writer::indented("\t");
        json.object(|json| {
            json.key(b"Weeks")
                .array(|json| lines.iter().for_each(|line| line.json(json)));
        });
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
        return Ok(Outcome::Fine);
    }
    if lines.is_empty() {
        writeln!(context.out, "{nothing}")?;
    }
    for line in lines {
        writeln!(context.out, "{}", line.text())?;
    }
    Ok(Outcome::Fine)
}
