//! `count`: add to counters from a script.

use super::{CliError, Command, Context, Outcome, Result};
use crate::format::identity::{Identity, goarch, goos};
use crate::format::name;
use crate::json::Writer;
use crate::recorder::{Closed, Recorder};

pub(super) static COMMAND: Command = Command {
    names: &["count"],
    arguments: "NAME[=N]..",
    summary: "add to counters from a script; needs --dir or --tool, and --program",
    details: "\
Adds N, else 1, to each counter NAME of the program with the path PATH. N is what follows the last =
in the argument, if it is digits alone. In a name \\n stands for a newline, as in the names of stack
counters, and \\\\ for a backslash; nothing else is changed. A NAME that begins with - comes behind --.
Where the mode is off, nothing is counted, and that is no failure.",
    options: &["program", "program-version", "goversion"],
    max_files: usize::MAX,
    run: count,
};

/// The recorder of this process: it counts for one program and ends.
static RECORDER: Recorder = Recorder::new();

fn count(context: &mut Context<'_>) -> Result<Outcome> {
    let args = context.args;
    if args.dir.is_none() && args.tool.is_none() {
        let what = "count needs --dir or --tool: the Go project's directory is not for others";
        return Err(CliError::Misuse(what.to_owned()));
    }
    let program = args.program.as_deref();
    let program = program.ok_or_else(|| CliError::Misuse("count needs --program".to_owned()))?;
    let version = args.program_version.as_deref().unwrap_or_default();
    let go_version = args.go_version.as_deref().unwrap_or("devel");
    let identity = Identity::new(program, version, go_version, goos(), goarch());
    let identity = identity.map_err(|error| CliError::Misuse(format!("--program: {error}")))?;
    let mut counts = Vec::new();
    for argument in &args.files {
        let text = argument
            .to_str()
            .ok_or_else(|| misuse(&argument.to_string_lossy(), "not text"))?;
        counts.push(name_and_number(text)?);
    }
    if counts.is_empty() {
        return Err(CliError::Misuse("count needs a NAME".to_owned()));
    }
    let added = add(context, &identity, &counts)?;
    if args.json {
        let mut json = Writer::compact();
        json.object(|json| json.key(b"Counted").bool(added));
        context.out.write_all(&json.finish())?;
        writeln!(context.out)?;
    }
    Ok(Outcome::Fine)
}

/// Adds the counts. Returns whether the mode lets them be counted.
fn add(context: &Context<'_>, identity: &Identity, counts: &[(String, u64)]) -> Result<bool> {
    let dir = match context.dir() {
        Ok(dir) => dir,
        // Without a directory the mode is off.
        Err(_) => return Ok(false),
    };
    match RECORDER.open(dir, &context.environment, identity, context.now) {
        Err(Closed::Off | Closed::Disabled) => return Ok(false),
        Err(Closed::Dir(error)) => return Err(error.into()),
        result => result.map_err(|reason| CliError::Failed(reason.to_string()))?,
    }
    let mut refused = Vec::new();
    for (name, n) in counts {
        if let Err(reason) = RECORDER.add(name.as_bytes(), *n) {
            refused.push(reason.to_string());
        }
    }
    // What waits after this gets no other chance in this process.
    let Err(reason) = RECORDER.rotate(context.now) else {
        return Ok(true);
    };
    if refused.is_empty() {
        refused.push(reason.to_string());
    }
    let lines = refused
        .iter()
        .map(|reason| format!("not counted: {reason}"));
    let lines: Vec<String> = lines.collect();
    Err(CliError::Failed(lines.join("\ngotelemetry: ")))
}

/// Takes apart `NAME` or `NAME=N`.
fn name_and_number(text: &str) -> Result<(String, u64)> {
    let (name, n) = match text.rsplit_once('=') {
        Some((name, digits)) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            let n = digits
                .parse()
                .map_err(|_| misuse(text, "not a number of 64 bits"))?;
            (name, n)
        }
        _ => (text, 1),
    };
    let name = unescaped(name);
    name::check(name.as_bytes()).map_err(|error| misuse(text, &error.to_string()))?;
    Ok((name, n))
}

fn unescaped(name: &str) -> String {
    let mut out = String::new();
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some('n')) => {
                out.push('\n');
                chars.next();
            }
            ('\\', Some('\\')) => {
                out.push('\\');
                chars.next();
            }
            _ => out.push(c),
        }
    }
    out
}

fn misuse(argument: &str, what: &str) -> CliError {
    CliError::Misuse(format!("{argument:?}: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stands_behind_the_last_equals_sign() {
        let taken = |text| name_and_number(text).ok();
        assert_eq!(taken("a/b:c"), Some(("a/b:c".to_owned(), 1)));
        assert_eq!(taken("a=b=7"), Some(("a=b".to_owned(), 7)));
        assert_eq!(taken("a=b"), Some(("a=b".to_owned(), 1)));
        assert_eq!(taken("s\\nf:+1\\\\n"), Some(("s\nf:+1\\n".to_owned(), 1)));
        assert_eq!(taken("a=18446744073709551616"), None);
        assert_eq!(taken(""), None);
    }
}
