//! What the environment does to the program: it can lower the mode, and name the directory.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;

use std::fs;

use program::{Call, Home, status_line};

/// How high the environment lets the mode be, for each of its states.
const ENVIRONMENTS: [(&[(&str, &str)], &str); 19] = [
    (&[], "on"),
    (&[("GOTELEMETRY", "on")], "on"),
    (&[("GOTELEMETRY", "")], "on"),
    (&[("GOTELEMETRY", "garbage")], "on"),
    (&[("GOTELEMETRY", "offf")], "on"),
    (&[("GOTELEMETRY", "local")], "local"),
    (&[("GOTELEMETRY", "LOCAL")], "local"),
    (&[("GOTELEMETRY", "off")], "off"),
    (&[("GOTELEMETRY", "OFF")], "off"),
    (&[("GOTELEMETRY", " Off ")], "off"),
    (&[("DO_NOT_TRACK", "")], "on"),
    (&[("DO_NOT_TRACK", "0")], "on"),
    (&[("DO_NOT_TRACK", "1")], "off"),
    (&[("DO_NOT_TRACK", "true")], "off"),
    (&[("DO_NOT_TRACK", "no")], "off"),
    (&[("DO_NOT_TRACK", "1"), ("GOTELEMETRY", "on")], "off"),
    (&[("DO_NOT_TRACK", "1"), ("GOTELEMETRY", "local")], "off"),
    (&[("DO_NOT_TRACK", "0"), ("GOTELEMETRY", "local")], "local"),
    (&[("DO_NOT_TRACK", "0"), ("GOTELEMETRY", "off")], "off"),
];

// test[mode.environment]
#[test]
fn the_environment_lowers_the_mode_and_never_raises_it() {
    let height = |mode| ["off", "local", "on"].iter().position(|name| *name == mode);
    let home = Home::new();
    for (text, stated) in [
        ("on 2026-11-21", "on"),
        ("local 2026-11-21", "local"),
        ("off 2026-11-21", "off"),
        ("unknown", "off"),
    ] {
        home.write("mode", text);
        for (environment, limit) in ENVIRONMENTS {
            let mut call = home.call(&[]);
            for (name, value) in environment {
                call = call.env(name, value);
            }
            let lower = if height(stated) < height(limit) {
                stated
            } else {
                limit
            };
            let output = call.run();
            assert_eq!(output.out.trim_end(), lower, "{text:?}, {environment:?}");
            assert_eq!((output.code, output.err.as_str()), (0, ""));
        }
    }
}

#[test]
fn status_names_the_variable_only_if_it_lowers_the_mode() {
    let home = Home::new();
    home.write("mode", "local 2026-11-21");
    let by = |name, value| {
        let output = home.call(&["status"]).env(name, value).run();
        status_line(&output.out, "decided by ")
    };
    assert_eq!(
        by("GOTELEMETRY", "off"),
        "the environment variable GOTELEMETRY"
    );
    assert_eq!(
        by("DO_NOT_TRACK", "1"),
        "the environment variable DO_NOT_TRACK"
    );
    assert_eq!(by("GOTELEMETRY", "local"), "the mode file");
    assert_eq!(by("GOTELEMETRY", "on"), "the mode file");
}

#[test]
fn setting_a_mode_that_the_environment_lowers_says_so_and_sets_it() {
    let home = Home::new();
    let call = home.call(&["local", "--now", "2026-11-21"]);
    let said = "gotelemetry: the mode file says local, but GOTELEMETRY lowers it to off here\n";
    call.env("GOTELEMETRY", "off").run().is(0, "", said);
    assert_eq!(home.read("mode"), "local 2026-11-21");
    let call = home.call(&["off"]).env("DO_NOT_TRACK", "1");
    call.run().is(0, "", "");
}

#[test]
fn env_shows_the_mode_that_holds_with_the_date_of_the_file() {
    let home = Home::new();
    home.write("mode", "on 2026-11-21");
    let output = home.call(&["env"]).env("DO_NOT_TRACK", "1").run();
    let line = output.out.lines().next();
    assert_eq!(line, Some("mode: off 2026-11-21 00:00:00 +0000 UTC"));
}

// test[dir.where]
#[test]
fn without_a_way_to_tell_the_directory_telemetry_is_off() {
    let home = Home::new();
    home.write("mode", "on 2026-11-21");
    let relative = || Call::homeless(&[]).env("XDG_CONFIG_HOME", ".config");
    relative().working_in(home.root()).run().is(0, "off\n", "");
    relative().env("HOME", home.root()).run().is(0, "off\n", "");
    Call::homeless(&[]).run().is(0, "off\n", "");
    Call::homeless(&[]).env("HOME", "").run().is(0, "off\n", "");
    let status = Call::homeless(&["status"]).run();
    assert_eq!(
        status_line(&status.out, "decided by "),
        "there is no telemetry directory [dir.where]"
    );
    let lines = "mode: off 0001-01-01 00:00:00 +0000 UTC\n\nmodefile: \nlocaldir: \nuploaddir: \n";
    Call::homeless(&["env"]).run().is(0, lines, "");
}

#[test]
fn a_tool_without_a_way_to_tell_its_directory_is_off() {
    Call::homeless(&["--tool", "gopls"])
        .run()
        .is(0, "off\n", "");
}

// test[dir.where]
#[test]
fn the_directory_is_the_one_given_else_that_of_the_environment_else_the_users() {
    let home = Home::new();
    let root = home.root();
    for (dir, mode) in [
        ("given", "on"),
        ("named", "off"),
        ("xdg/go/telemetry", "local"),
    ] {
        fs::create_dir_all(root.join(dir)).expect("a directory can be made");
        fs::write(root.join(dir).join("mode"), mode).expect("a test can write its files");
    }
    home.write("mode", "on");
    let mode = |call: Call| call.run().out.trim_end().to_owned();
    let call = || home.call(&[]);
    assert_eq!(mode(call()), "on");
    let xdg = || call().env("XDG_CONFIG_HOME", root.join("xdg"));
    assert_eq!(mode(xdg()), "local");
    assert_eq!(mode(xdg().env("GOTELEMETRYDIR", "")), "local");
    let named = || xdg().env("GOTELEMETRYDIR", root.join("named"));
    assert_eq!(mode(named()), "off");
    assert_eq!(mode(named().arg("--dir").arg(root.join("given"))), "on");
    let homeless = Call::homeless(&[]).env("GOTELEMETRYDIR", root.join("given"));
    assert_eq!(mode(homeless), "on");
}
