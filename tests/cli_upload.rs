//! `upload`: what it says and sends, as a process beside servers on loopback.

#[path = "support/loopback.rs"]
mod loopback;
#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;
mod support;
#[path = "support/web.rs"]
mod web;

use loopback::{NOW, collector, count_file, home, honest, proxy, upload};
use program::Home;

// test[config.cache.name, config.fetch.when, config.proxy.list, config.sum.name, config.sum.place]
// test[config.file]
#[test]
fn a_week_is_reported_and_sent_with_a_config_that_verifies() {
    let home = home("on 2026-10-01");
    let ((proxy, key), collector) = (honest(), collector(200));
    let done = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert_eq!(
        done.out,
        "2026-11-21  reported, 2 counters; 1 may be sent\n2026-11-21  sent\n"
    );
    let requests = collector.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].path, "/2026-11-21");
    let body = String::from_utf8(requests[0].body.clone()).expect("text");
    assert!(
        body.contains("\"runs\": 3") && !body.contains("secret"),
        "{body}"
    );
    assert!(body.contains("\"Config\": \"v0.42.0\""), "{body}");
    assert_eq!(home.read("upload/2026-11-21.json"), body);
    assert_eq!(
        home.names(),
        [
            &format!("config/highest-{}", &key[16..24]),
            &format!("config/last-{}", &key[16..24]),
            "config/lock",
            &format!("config/tree-{}", &key[16..24]),
            "local/local.2026-11-21.json",
            "local/upload.lock",
            "mode",
            "upload/2026-11-21.json"
        ]
    );
    // Nothing is to be sent, so nobody is asked.
    let asked = proxy.requests().len();
    let again = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
    assert_eq!(again.out, "no week has ended\nno report lies ready\n");
    // Within a week the config is not asked for again.
    home.write("local/b.v1.count", count_file("2026-11-22"));
    let third = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
    assert_eq!(
        (third.code, collector.requests().len()),
        (0, 2),
        "{}",
        third.err
    );
    assert_eq!(proxy.requests().len(), asked);
    let shown = home
        .call(&["config", "show", "-"])
        .env("GOSUMDB", &key)
        .run()
        .out;
    assert!(
        shown.starts_with("version v0.42.0, verified 2026-11-23T09:00:00Z\n"),
        "{shown}"
    );
}

// test[config.fetch.failed, config.fetch.weekly]
#[test]
fn without_an_answer_the_config_of_before_decides() {
    let home = home("on 2026-10-01");
    let ((proxy, key), collector) = (honest(), collector(200));
    let fetch = home.call(&[
        "config",
        "fetch",
        "--proxy",
        &proxy.url,
        "--now",
        "2026-11-10",
    ]);
    assert_eq!(fetch.env("GOSUMDB", &key).run().code, 0);
    let url = proxy.url.clone();
    drop(proxy);
    let done = upload(&home, &collector.url, &key, &["--proxy", &url]);
    assert_eq!(done.code, 1);
    assert!(done.err.contains(&url), "{}", done.err);
    assert_eq!(collector.requests().len(), 1);
    // Nor does it matter that nobody is left to be asked.
    for (day, list) in [
        ("2026-11-22", format!("{url}|direct")),
        ("2026-11-20", "off".to_owned()),
    ] {
        home.write("local/c.v1.count", count_file(day));
        let done = upload(&home, &collector.url, &key, &["--proxy", &list]);
        assert!(done.err.contains("[config.proxy.direct]"), "{}", done.err);
        assert!(done.out.ends_with("  sent\n"), "{}", done.out);
    }
    assert_eq!(collector.requests().len(), 3);
}

// test[upload.mode, config.fetch.when, config.fetch.command]
#[test]
fn in_other_modes_than_on_nobody_is_asked_and_nothing_sent() {
    for mode in ["local", "off"] {
        let home = home(mode);
        let ((proxy, key), collector) = (honest(), collector(200));
        let done = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
        assert_eq!((done.code, done.err.as_str()), (0, ""), "{mode}");
        let dry = upload(
            &home,
            &collector.url,
            &key,
            &["--proxy", &proxy.url, "--dry-run"],
        );
        assert_eq!(dry.code, 0, "{mode}");
        let fetch = home.call(&["config", "fetch", "--proxy", &proxy.url]);
        let fetch = fetch.env("GOSUMDB", &key).run();
        assert!(
            fetch.code == 1 && fetch.err.contains("[config.fetch.command]"),
            "{}",
            fetch.err
        );
        assert_eq!((collector.requests().len(), proxy.requests().len()), (0, 0));
        let has = |name: &str| home.names().contains(&name.to_owned());
        assert_eq!(has("local/local.2026-11-21.json"), mode == "local");
        assert!(!has("local/2026-11-21.json"));
    }
}

// test[upload.dry.files, upload.dry.send, upload.dry.network, upload.dry.bytes, upload.dry.rule]
#[test]
fn a_dry_run_shows_the_bytes_and_the_rules_and_changes_nothing() {
    let home = home("on 2026-10-01");
    let old = home.read("../config.json").replace("runs", "x");
    home.write("local/2026-11-14.json", old);
    let ((proxy, key), collector) = (honest(), collector(200));
    let before = home.names();
    let more = ["--proxy", &proxy.url, "--dry-run"];
    let done = upload(&home, &collector.url, &key, &more);
    assert_eq!((done.code, done.err.as_str()), (0, ""));
    assert_eq!((home.names(), collector.requests().len()), (before, 0));
    assert!(
        done.out
            .starts_with("config v0.42.0, verified now\n2026-11-14  not sent: "),
        "{}",
        done.out
    );
    assert!(
        done.out.contains("would be sent to http://127.0.0.1"),
        "{}",
        done.out
    );
    assert!(done.out.contains("    \"runs\": 3\n"), "{}", done.out);
    assert!(
        done.out.ends_with(
            "2026-11-21  held back: cmd/go go1.27.3 go1.27.3 linux/amd64, counter \"secret\" = 1: \
             the config does not have the counter [report.filter.counter]\n"
        ),
        "{}",
        done.out
    );
    let json = upload(
        &home,
        &collector.url,
        &key,
        &[&more[..], &["--json"]].concat(),
    );
    for member in [
        "\"Config\": \"v0.42.0\"",
        "\"Outcome\": \"send\"",
        "\"Clause\": \"report.filter.counter\"",
    ] {
        assert!(json.out.contains(member), "{member}: {}", json.out);
    }
}

// test[upload.request.tool, config.cache.tool]
#[test]
fn what_a_tool_counts_does_not_go_to_the_go_project() {
    let home = Home::new();
    home.write("../../tool/telemetry/mode", "on 2026-10-01");
    home.write(
        "../../tool/telemetry/local/a.v1.count",
        count_file("2026-11-21"),
    );
    let done = home.call(&["upload", "--tool", "tool", "--now", NOW]).run();
    assert!(
        done.code == 2 && done.err.contains("[upload.request.tool]"),
        "{}",
        done.err
    );
    let by_path = home.path("../../tool/telemetry");
    let by_path = by_path.to_str().expect("text");
    let done = home.call(&["upload", "--dir", by_path, "--now", NOW]).run();
    assert!(
        done.code == 2 && done.err.contains("[upload.request.tool]"),
        "{}",
        done.err
    );
    let collector = collector(200);
    let done = home
        .call(&[
            "upload",
            "--tool",
            "tool",
            "--now",
            NOW,
            "--url",
            &collector.url,
        ])
        .run();
    assert!(
        done.code == 1 && done.err.contains("[config.cache.tool]"),
        "{}",
        done.err
    );
    assert_eq!(collector.requests(), []);
}

// test[upload.answer.refused, upload.answer.other]
#[test]
fn what_was_not_taken_is_said() {
    for (status, code, word) in [
        (500, 1, "stays for a later run"),
        (404, 1, "refused with status 404"),
    ] {
        let home = home("on 2026-10-01");
        let config = home.path("../config.json");
        let config = config.to_str().expect("text");
        let collector = collector(status);
        let done = upload(&home, &collector.url, "off", &["--config", config]);
        assert_eq!(done.code, code, "{}", done.err);
        assert!(done.out.contains(word), "{}", done.out);
        let json = upload(
            &home,
            &collector.url,
            "off",
            &["--config", config, "--json"],
        );
        assert!(json.out.contains("\"Reports\": ["), "{}", json.out);
    }
    let home = home("on 2026-10-01");
    for url in ["example.com", "ftp://example.com"] {
        let done = upload(&home, url, "off", &[]);
        assert!(
            done.code == 2 && done.err.contains("[upload.request.url]"),
            "{}",
            done.err
        );
    }
}

// test[upload.request.base]
#[test]
fn by_default_reports_go_to_the_collector_of_the_go_project() {
    let home = home("on 2026-10-01");
    let config = home.path("../config.json");
    let config = config.to_str().expect("text");
    let args = ["upload", "--dry-run", "--now", NOW, "--config", config];
    let shown = home.output(&args);
    let url = " would be sent to https://telemetry.go.dev/upload/2026-11-21:\n";
    assert!(shown.contains(url), "{shown}");
}

// test[upload.token.command]
#[test]
fn a_command_neither_asks_for_the_token_nor_changes_it() {
    let home = home("on 2026-10-01");
    let token = home.write("local/upload.token", "");
    let changed = || {
        let meta = std::fs::metadata(&token).expect("it is there");
        meta.modified().expect("the system tells")
    };
    let before = changed();
    let config = home.path("../config.json");
    let collector = collector(200);
    let more = ["--config", config.to_str().expect("text")];
    let done = upload(&home, &collector.url, "off", &more);
    assert_eq!(
        (done.code, collector.requests().len()),
        (0, 1),
        "{}",
        done.err
    );
    assert_eq!(changed(), before);
    let without = self::home("on 2026-10-01");
    assert_eq!(upload(&without, &collector.url, "off", &more).code, 0);
    assert!(!without.names().contains(&"local/upload.token".to_owned()));
}

// test[config.fetch.when]
#[test]
fn nobody_is_asked_for_what_cannot_be_sent() {
    let home = home("on 2026-11-22");
    home.write("local/2026-11-23.json", vec![b' '; 102_401]);
    let ((proxy, key), collector) = (honest(), collector(200));
    let done = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!((proxy.requests().len(), collector.requests().len()), (0, 0));
}

// test[upload.mode.again, config.fetch.when]
#[test]
fn who_turns_it_off_while_a_config_is_asked_for_is_heard() {
    for mode in ["local", "off"] {
        let home = home("on 2026-10-01");
        let file = home.path("mode");
        let (proxy, key) = proxy(move |_, answer| {
            std::fs::write(&file, mode).expect("it can be written");
            Some(answer)
        });
        let collector = collector(200);
        let done = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
        assert!(
            done.err.contains("the mode is no longer on"),
            "{}",
            done.err
        );
        assert_eq!((proxy.requests().len(), collector.requests().len()), (1, 0));
        let has = |name: &str| home.names().contains(&name.to_owned());
        assert!(!has("local/2026-11-21.json"));
        assert_eq!(has("local/local.2026-11-21.json"), mode == "local");
    }
}

// test[upload.request.private]
#[test]
fn no_password_is_sent_or_shown() {
    let home = home("on 2026-10-01");
    let done = upload(&home, "http://user:secret@127.0.0.1:1", "off", &[]);
    assert!(
        done.code == 2 && done.err.contains("[upload.request.private]"),
        "{}",
        done.err
    );
    let fetch = home.call(&[
        "config",
        "fetch",
        "--proxy",
        "http://user:secret@127.0.0.1:1",
    ]);
    let fetch = fetch.run();
    assert!(
        fetch.code == 1 && fetch.err.contains("http://127.0.0.1:1/"),
        "{}",
        fetch.err
    );
    assert!(
        !fetch.err.contains("secret") && !done.err.contains("secret"),
        "{}",
        fetch.err
    );
}

// test[dir.files]
#[test]
fn a_lock_that_is_no_file_keeps_nobody_waiting() {
    let home = home("on 2026-10-01");
    let made = std::process::Command::new("mkfifo")
        .arg(home.path("local/upload.lock"))
        .status();
    assert!(made.is_ok_and(|status| status.success()));
    let done = upload(&home, "http://127.0.0.1:1", "off", &[]);
    assert!(
        done.code == 1 && done.err.contains("upload.lock"),
        "{}",
        done.err
    );
}

// test[upload.dry.rule, upload.dry.agree, report.done.unread]
#[test]
fn a_dry_run_names_a_week_that_cannot_be_reported() {
    for (name, is_link) in [
        ("local.2026-11-21.json", false),
        ("local.2026-11-21.json", true),
        ("2026-11-21.json", true),
    ] {
        let home = home("on 2026-10-01");
        let place = home.path("local").join(name);
        let made = match is_link {
            true => std::os::unix::fs::symlink("nowhere", &place),
            false => std::fs::create_dir(&place),
        };
        made.expect("it can be made");
        let config = home.path("../config.json");
        let config = config.to_str().expect("text");
        let counted = home.path("local/a.v1.count");
        for more in [
            &["--config", config, "--dry-run"][..],
            &["--config", config],
        ] {
            let done = upload(&home, "http://127.0.0.1:1", "off", more);
            assert!(
                done.code == 1 && done.err.contains(&format!("/{name}: ")),
                "{done:?}"
            );
            assert!(!done.out.contains("would be sent") && counted.exists());
        }
    }
}

// test[upload.request.private]
#[test]
fn nobody_is_asked_past_a_proxy_that_cannot_be_used() {
    let home = home("on 2026-10-01");
    let config = home.path("../config.json");
    let config = config.to_str().expect("text");
    let url = "http://collector.invalid";
    let args = ["upload", "--now", NOW, "--url", url, "--config", config];
    let done = home
        .call(&args)
        .env("ALL_PROXY", "socks5://127.0.0.1:9")
        .run();
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(
        done.out.contains("which this program cannot go through"),
        "{}",
        done.out
    );
    // This machine is asked without one.
    let collector = collector(500);
    for host in ["127.0.0.1", "localhost"] {
        let url = collector.url.replace("127.0.0.1", host);
        let args = ["upload", "--now", NOW, "--url", &url, "--config", config];
        let call = home.call(&args).env("ALL_PROXY", "socks5://127.0.0.1:9");
        let said = call.run().out;
        assert!(said.contains("status 500"), "{host}: {said}");
    }
    // Any machine is, where none is named: this one, under an address that is not its own.
    let url = collector.url.replace("127.0.0.1", "0.0.0.0");
    let said = home
        .call(&["upload", "--now", NOW, "--url", &url, "--config", config])
        .run();
    assert!(said.out.contains("status 500"), "{}", said.out);
}

// test[upload.request.tool]
#[test]
fn the_directory_of_a_tool_is_known_whatever_it_is_called_by() {
    let home = Home::new();
    home.write("../../tool/telemetry/mode", "on 2026-10-01");
    let tool = home.path("../../tool/telemetry");
    let tool = tool.to_str().expect("text");
    let link = home.root().join("link");
    std::os::unix::fs::symlink(tool, &link).expect("a link can be made");
    let link = link.to_str().expect("text");
    for dir in [
        tool.to_owned(),
        format!("{tool}/../telemetry"),
        link.to_owned(),
    ] {
        let by_option = home.call(&["upload", "--dir", &dir]).run();
        let by_variable = home.call(&["upload"]).env("GOTELEMETRYDIR", &dir).run();
        for done in [by_option, by_variable] {
            assert!(
                done.code == 2 && done.err.contains("[upload.request.tool]"),
                "{dir}: {}",
                done.err
            );
        }
    }
    // That of the Go project is none.
    home.write("mode", "local");
    let done = home.call(&["upload"]).run();
    assert_eq!((done.code, done.err.as_str()), (0, ""));
}
