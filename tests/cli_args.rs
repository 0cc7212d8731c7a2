//! How the program is called: options, misuse, help, and what happens when nobody takes the output.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;
mod support;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;

use program::{Call, Home, finish, full};
use support::raw;

const COUNT_FILE: &str = "local/go@go1.27.3-go1.27.3-linux-amd64-2026-11-18.v1.count";

/// The names of all commands.
const COMMANDS: [&str; 13] = [
    "status",
    "on",
    "local",
    "off",
    "env",
    "clean",
    "clear",
    "dump",
    "csv",
    "conformance",
    "driver",
    "tour",
    "help",
];

/// What the program says to a wrong call.
fn misuse(what: &str) -> String {
    format!("gotelemetry: {what}; see gotelemetry help\n")
}

/// A home with another telemetry directory beside the user's; their modes differ.
fn two_directories() -> (Home, PathBuf) {
    let home = Home::new();
    home.write("mode", "off 2026-11-21");
    let other = home.root().join("other");
    fs::create_dir(&other).expect("a directory can be made");
    fs::write(other.join("mode"), "on 2026-11-21").expect("a test can write its files");
    (home, other)
}

#[test]
fn the_directory_can_be_given_before_and_after_the_command() {
    let (home, other) = two_directories();
    let other = other.to_str().expect("the path is text");
    let joined = format!("--dir={other}");
    let expected = format!("mode: on 2026-11-21 00:00:00 +0000 UTC\n\nmodefile: {other}/mode\n");
    for args in [
        &["--dir", other, "env"][..],
        &["env", "--dir", other],
        &[&joined, "env"],
        &["env", &joined],
        &["--dir", "/nowhere", "env", "--dir", other],
    ] {
        let output = home.output(args);
        assert!(output.starts_with(&expected), "{args:?}: {output}");
    }
}

#[test]
fn a_relative_directory_is_one_below_the_working_directory() {
    let (home, _) = two_directories();
    let call = home.call(&["--dir", "other"]).working_in(home.root());
    call.run().is(0, "on\n", "");
}

#[test]
fn the_time_can_be_given_before_and_after_the_command() {
    for args in [
        ["--now", "2020-02-29", "off"],
        ["off", "--now", "2020-02-29"],
    ] {
        let home = Home::new();
        home.output(&args);
        assert_eq!(home.read("mode"), "off 2020-02-29");
    }
}

#[test]
fn json_can_be_asked_for_before_and_after_the_command() {
    let (home, _) = two_directories();
    let after = home.output(&["status", "--json"]);
    assert!(after.starts_with("{\n\t\"Mode\": \"off\""), "{after}");
    assert_eq!(home.output(&["--json", "status"]), after);
}

// test[dir.tool]
#[test]
fn a_tool_has_a_directory_of_its_own_whatever_the_environment_names() {
    let home = Home::new();
    for args in [
        &["--tool", "gopls", "local"][..],
        &["local", "--tool", "gopls"],
        &["local", "--tool=gopls"],
    ] {
        let mode = home.root().join(".config/gopls/telemetry/mode");
        let call = home.call(args).arg("--now").arg("2026-11-21");
        call.env("GOTELEMETRYDIR", home.root().join("named"))
            .run()
            .is(0, "", "");
        let text = fs::read_to_string(&mode).expect("the mode of the tool is set");
        assert_eq!(text, "local 2026-11-21", "{args:?}");
        fs::remove_file(mode).expect("a test can delete its files");
    }
    assert_eq!(
        home.names(),
        [""; 0],
        "the Go project's directory is untouched"
    );
    assert!(!home.root().join("named").exists());
}

// test[dir.tool.name]
#[test]
fn names_that_lead_out_of_the_tools_own_directory_are_refused() {
    let home = Home::new();
    for name in [
        "go", "GO", "", ".", "..", ".hidden", "a.", "a ", "a/b", "/a", "a\\b", "C:a", "a\x1b",
    ] {
        let what = "is not the name of a tool outside the Go project [dir.tool.name]";
        let said = misuse(&format!("{name:?} {what}"));
        home.call(&["off", "--tool", name]).run().is(2, "", &said);
    }
    assert!(!home.root().join(".config").exists());
}

#[test]
fn what_follows_two_dashes_is_a_file() {
    let home = Home::new();
    fs::write(home.root().join("--json"), raw::sample()).expect("a test can write its files");
    let call = home.call(&["dump", "--", "--json"]).working_in(home.root());
    let output = call.run();
    assert!(
        output.out.starts_with("-- --json --\n{\n\t\"Meta\""),
        "{output:?}"
    );
    assert_eq!(output.code, 0);
}

#[test]
fn misuse_is_said_in_one_line_and_ends_with_2() {
    let home = Home::new();
    for (args, what) in [
        (&["frob"][..], "there is no command \"frob\""),
        (&[""], "there is no command \"\""),
        (&["Status"], "there is no command \"Status\""),
        (&["status", "--frob"], "there is no option --frob"),
        (&["--frob=1"], "there is no option --frob"),
        (&["status", "-x"], "there is no option -x"),
        (
            &["--json=yes"],
            "unexpected argument for option '--json': \"yes\"",
        ),
        (&["status", "--dir"], "missing argument for option '--dir'"),
        (&["status", "--dir", ""], "--dir without a directory"),
        (&["--tool"], "missing argument for option '--tool'"),
        (
            &["--tool", "a", "--dir", "b"],
            "--dir and --tool exclude each other",
        ),
        (
            &["clean", "--older-than"],
            "missing argument for option '--older-than'",
        ),
        (
            &["clean", "--older-than", "-1"],
            "cannot parse argument \"-1\": invalid digit found in string",
        ),
        (
            &["clean", "--older-than", "week"],
            "cannot parse argument \"week\": invalid digit found in string",
        ),
        (&["dump", "--explain"], "dump --explain needs a FILE"),
        (&["dump", "--go"], "dump has no option --go"),
        (&["csv", "--explain"], "csv has no option --explain"),
        (
            &["csv", "--older-than", "1"],
            "csv has no option --older-than",
        ),
        (&["--go"], "gotelemetry has no option --go"),
        (&["on", "off"], "on does not take \"off\""),
        (&["csv", "FILE"], "csv does not take \"FILE\""),
        (&["help", "dump", "csv"], "help does not take \"csv\""),
        (&["help", "frob"], "there is no command \"frob\""),
        (
            &["tour", "--now", "9999-12-31"],
            "--now: no week ends after this day",
        ),
    ] {
        let output = home.call(args).run();
        assert_eq!(output.err, misuse(what), "{args:?}");
        assert_eq!((output.code, output.out.as_str()), (2, ""), "{args:?}");
    }
}

#[test]
fn what_is_said_stays_on_one_line_and_cannot_act_on_a_terminal() {
    let home = Home::new();
    let said = misuse("there is no option --\\u{1b}[31m\\u{9b}2J");
    home.call(&["--\u{1b}[31m\u{9b}2J"]).run().is(2, "", &said);
    let path = "no\nsuch\u{7}\r";
    let said = "gotelemetry: no\\nsuch\\u{7}\\r: \
                cannot read: No such file or directory (os error 2)\n";
    home.call(&["dump", path]).run().is(1, "", said);
}

#[test]
fn a_time_that_is_none_is_misuse() {
    let home = Home::new();
    for text in [
        "",
        "now",
        "2026-02-29",
        "2026-11-21T24:00:00Z",
        "2026-11-21T00:00:60Z",
        "2026-11-21 00:00:00",
        "21.11.2026",
    ] {
        let what = "not a time in RFC 3339 form such as 2026-11-21T00:00:00Z [week.time]";
        let said = misuse(&format!("--now {text:?}: {what}"));
        home.call(&["off", "--now", text]).run().is(2, "", &said);
    }
    assert_eq!(home.names(), [""; 0], "no mode was set");
}

#[test]
fn misuse_changes_nothing() {
    let home = Home::new();
    home.write(COUNT_FILE, raw::sample());
    home.write("mode", "on 2026-11-21");
    for args in [
        &["clean", "everything"][..],
        &["clean", "--older-than", "x"],
        &["clean", "--go"],
        &["off", "now"],
        &["off", "--now", "x"],
    ] {
        assert_eq!(home.call(args).run().code, 2, "{args:?}");
    }
    assert_eq!(home.names(), [COUNT_FILE, "mode"]);
    assert_eq!(home.read("mode"), "on 2026-11-21");
}

#[test]
fn commands_that_need_a_directory_fail_without_one() {
    let said = "gotelemetry: no telemetry directory [dir.where]: \
                give --dir, or set GOTELEMETRYDIR or HOME\n";
    for command in ["on", "local", "off", "clean", "clear", "dump", "csv"] {
        Call::homeless(&[command]).run().is(1, "", said);
    }
}

#[test]
fn commands_that_need_no_directory_do_without() {
    let home = Home::new();
    let file = home.write("x.v1.count", raw::sample());
    for args in [&["status"][..], &["env"], &["help"], &["tour"], &["dump"]] {
        let mut call = Call::homeless(args);
        if args == ["dump"] {
            call = call.arg(&file);
        }
        let output = call.env("TMPDIR", home.root()).run();
        assert_eq!((output.code, output.err.as_str()), (0, ""), "{args:?}");
    }
}

#[test]
fn help_lists_every_command_and_every_common_option() {
    let home = Home::new();
    let help = home.output(&["help"]);
    for name in COMMANDS.iter().filter(|name| **name != "clear") {
        let line = format!("\n  {name} ");
        assert!(help.contains(&line), "{name}");
    }
    for option in ["--dir DIR", "--tool NAME", "--now TIME", "--json"] {
        assert!(help.contains(&format!("\n  {option} ")), "{option}");
    }
    assert_eq!(home.output(&["-h"]), help);
}

#[test]
fn help_tells_how_each_command_is_called() {
    let home = Home::new();
    for name in COMMANDS {
        let help = home.output(&["help", name]);
        let usage = match name {
            "clean" | "clear" => "gotelemetry clean [--older-than DAYS]",
            "dump" => "gotelemetry dump [--explain] [FILE..]",
            "csv" => "gotelemetry csv [--go]",
            "conformance" => {
                "gotelemetry conformance [--driver CMD] [--vectors DIR] [--known FILE] [--filter ID]"
            }
            "help" => "gotelemetry help [COMMAND]",
            _ => &format!("gotelemetry {name}"),
        };
        assert_eq!(help.lines().next().map(str::trim_end), Some(usage));
        assert!(help.lines().count() > 2, "{name}: {help}");
        assert_eq!(home.output(&["-h", name]), help);
    }
}

#[test]
fn the_tour_shows_a_sample_and_leaves_nothing_behind() {
    let home = Home::new();
    let temporary = home.root().join("tmp");
    fs::create_dir(&temporary).expect("a directory can be made");
    let call = home.call(&["tour", "--now", "2026-11-21"]);
    let output = call.env("TMPDIR", &temporary).run();
    assert_eq!((output.code, output.err.as_str()), (0, ""));
    for shown in [
        "/tool@v1.2.0-go1.27.3-linux-amd64-2026-11-21.v1.count --\n",
        "verdict: a reader takes this file, with 0 notes; 0 remarks\n",
        "\n     3  tool/invocations\n",
        " leads to or into a record reached before [fmt.chain.once]\n",
        "   \"Counters\": {\n    \"tool/flag:v\": 3,\n    \"tool/invocations\": 3\n   },\n",
        ", counter \"tool/latency:<50ms\" = 42: the config does not have the counter [report.filter",
        "\nwhat was approved arrived, nothing else, and all of it is kept here\n",
    ] {
        assert!(output.out.contains(shown), "{shown}");
    }
    let left = fs::read_dir(temporary).expect("the directory can be listed");
    assert_eq!(left.count(), 0);
    assert_eq!(home.names(), [""; 0]);
}

/// A home whose count files take more to print than a pipe holds.
fn much_to_print() -> Home {
    let home = Home::new();
    home.write(COUNT_FILE, raw::many(5000));
    home
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let home = much_to_print();
    let file = home.path(COUNT_FILE);
    let file = file.to_str().expect("the path is text");
    for args in [
        &["dump"][..],
        &["dump", "--json"],
        &["dump", "--explain", file],
        &["csv"],
        &["csv", "--json"],
    ] {
        let mut child = home.call(args).spawn();
        let pipe = child.stdout.take().expect("the output is a pipe");
        let mut line = String::new();
        let read = BufReader::new(pipe).read_line(&mut line);
        assert!(read.expect("the pipe can be read") > 0, "{args:?}");
        finish(child).is(0, "", "");
    }
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let home = much_to_print();
    for args in [
        &[][..],
        &["--json"],
        &["status"],
        &["env"],
        &["dump"],
        &["dump", "--json"],
        &["csv"],
        &["help"],
        &["tour"],
        &["off", "--json"],
        &["clean"],
    ] {
        let call = home.call(args).env("TMPDIR", home.root());
        let output = call.onto(full()).run();
        let said = "gotelemetry: cannot write the output: ";
        assert!(output.err.starts_with(said), "{args:?}: {output:?}");
        assert_eq!(
            (output.code, output.err.lines().count()),
            (1, 1),
            "{args:?}"
        );
    }
}

#[test]
fn output_that_cannot_be_written_does_not_matter_if_there_is_none() {
    let home = Home::new();
    home.call(&["off"]).onto(full()).run().is(0, "", "");
    home.call(&["dump"]).onto(full()).run().is(0, "", "");
}
