//! `config`: configs from a proxy and a checksum database on loopback, honest and dishonest.

#[path = "support/loopback.rs"]
mod loopback;
#[path = "support/program.rs"]
mod program;
#[path = "support/site.rs"]
mod site;
mod support;
#[path = "support/web.rs"]
mod web;

use loopback::{collector, home, honest, proxy, upload};
use site::{CONFIG, MODULE};

type Alter = fn(&str, Vec<u8>) -> Option<Vec<u8>>;
/// How a site is dishonest, and what is said of it.
const CASES: [(&str, Alter); 6] = [
    ("hash: the zip file", |path, mut answer| {
        // One byte of a file that is stored as it is.
        if path.ends_with(".zip") {
            let place = answer.windows(4).position(|four| four == b"free");
            answer[place.expect("it is there")] ^= 1;
        }
        Some(answer)
    }),
    ("the zip file cannot be read", |path, mut answer| {
        if path.ends_with(".zip") {
            answer.truncate(answer.len() / 2);
        }
        Some(answer)
    }),
    ("note: the signature is not valid", |path, answer| {
        let text = String::from_utf8_lossy(&answer).into_owned();
        match path.contains("/lookup/") {
            true => Some(text.replace("\n301\n", "\n300\n").into_bytes()),
            false => Some(answer),
        }
    }),
    ("inclusion: the record", |path, answer| {
        let text = String::from_utf8_lossy(&answer).into_owned();
        match path.contains("/lookup/") {
            true => Some(text.replacen("h1:", "h1:A", 1).into_bytes()),
            false => Some(answer),
        }
    }),
    ("do not lead to its root", |path, mut answer| {
        if path.contains("/tile/8/0/001") {
            answer[5] ^= 1;
        }
        Some(answer)
    }),
    ("more than 16777216 bytes", |path, answer| {
        match path.ends_with(".zip") {
            true => Some(vec![0; (16 << 20) + 1]),
            false => Some(answer),
        }
    }),
];

// test[config.error, config.fetch.local, config.fetch.dishonest]
#[test]
fn a_dishonest_proxy_or_database_keeps_everything_here() {
    for (what, alter) in CASES {
        let home = home("on 2026-10-01");
        let ((proxy, key), collector) = (proxy(alter), collector(200));
        // Nor does a config from before help.
        let old = format!("v0.40.0 2026-10-01T00:00:00Z\n{CONFIG}");
        home.write(format!("config/last-{}", &key[16..24]), old);
        let done = upload(&home, &collector.url, &key, &["--proxy", &proxy.url]);
        assert_eq!(done.code, 1, "{what}");
        assert!(done.err.contains(what), "{what}: {}", done.err);
        assert!(done.err.contains("[config."), "{}", done.err);
        assert_eq!(collector.requests(), [], "{what}");
        let names = home.names();
        // The local report is made nevertheless.
        assert!(
            names.contains(&"local/local.2026-11-21.json".to_owned()),
            "{names:?}"
        );
        assert!(
            !names.contains(&"local/2026-11-21.json".to_owned()),
            "{names:?}"
        );
        let fetched = home.call(&["config", "fetch", "--proxy", &proxy.url]);
        let fetched = fetched.env("GOSUMDB", &key).run();
        assert!(
            fetched.code == 1 && fetched.err.contains(what),
            "{}",
            fetched.err
        );
    }
    // The right site with another key.
    let (home, other) = (
        home("on 2026-10-01"),
        site::Signer::new("sum.example.com", 8),
    );
    let ((proxy, _), collector) = (honest(), collector(200));
    let done = upload(
        &home,
        &collector.url,
        &other.key(),
        &["--proxy", &proxy.url],
    );
    assert!(
        done.err.contains("note: not signed with the key"),
        "{}",
        done.err
    );
    assert_eq!((done.code, collector.requests().len()), (1, 0));
}

// test[config.sum.off, config.proxy.direct, config.proxy.scheme, config.sum.key]
// test[config.sum.environment]
#[test]
fn settings_that_cannot_be_followed_are_named() {
    let home = home("on 2026-10-01");
    let fetch = |variables: &[(&str, &str)]| {
        let mut call = home.call(&["config", "fetch"]);
        for (name, value) in variables {
            call = call.env(name, value);
        }
        let done = call.run();
        assert_eq!((done.code, done.out.as_str()), (1, ""), "{variables:?}");
        done.err
    };
    for (variables, clause) in [
        (&[("GOSUMDB", "off")][..], "[config.sum.off]"),
        (&[("GOSUMDB", "sum.example.com")], "[config.sum.key]"),
        (
            &[(
                "GOSUMDB",
                "a+00000000+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
            )],
            "[config.sum.key.hash]",
        ),
        (&[("GOSUMDB", "sum.golang.org a b")], "[config.sum.name]"),
        (&[("GOPROXY", "direct")], "[config.proxy.direct]"),
        (&[("GOPROXY", "off")], "[config.proxy.direct]"),
        (&[("GOPROXY", "ftp://127.0.0.1")], "[config.proxy.scheme]"),
        (&[("GOPROXY", "/tmp")], "[config.proxy.scheme]"),
        (&[("GOPROXY", " , |")], "[config.proxy.list]"),
        // Nothing switches verification off.
        (
            &[
                ("GOSUMDB", "off"),
                ("GONOSUMDB", "*"),
                ("GOFLAGS", "-insecure"),
                ("GOPRIVATE", "*"),
            ],
            "[config.sum.off]",
        ),
    ] {
        let said = fetch(variables);
        assert!(said.contains(clause), "{variables:?}: {said}");
    }
}

// test[config.setting, config.setting.file, config.setting.line, config.setting.unread]
#[test]
fn what_go_env_has_set_counts_where_the_environment_says_nothing() {
    let home = home("on 2026-10-01");
    let (good, key) = honest();
    let fetch = |variables: &[(&str, &str)]| {
        let mut call = home.call(&["config", "fetch"]);
        for (name, value) in variables {
            call = call.env(name, value);
        }
        call.run()
    };
    let sums = format!("GOSUMDB={key}\n");
    let proxies = format!("GOPROXY=off\nGOPROXY={}\n", good.url);
    home.write(
        "../env",
        format!("# GOSUMDB=off\n{sums}XGOPROXY=off\n{proxies}"),
    );
    let done = fetch(&[]);
    assert_eq!(
        (done.code, done.out.as_str()),
        (0, "v0.42.0\n"),
        "{}",
        done.err
    );
    assert_eq!(fetch(&[("GOPROXY", ""), ("GOSUMDB", "")]).code, 0);
    for (variables, clause) in [
        (&[("GOPROXY", "off")][..], "[config.proxy.direct]"),
        (&[("GOSUMDB", "off")], "[config.sum.off]"),
    ] {
        let said = fetch(variables).err;
        assert!(said.contains(clause), "{variables:?}: {said}");
    }
    // Another file, and none; an empty value sets nothing.
    let other = home.path("../other");
    let other = other.to_str().expect("text");
    home.write("../other", "GOPROXY=off\n");
    assert!(
        fetch(&[("GOENV", other)])
            .err
            .contains("[config.proxy.direct]")
    );
    home.write("../other", "GOPROXY=off\nGOPROXY=\nGOSUMDB=off");
    assert!(fetch(&[("GOENV", other)]).err.contains("[config.sum.off]"));
    // `off` is no name of a file.
    let place = home.write("off", "GOSUMDB=off\n");
    let call = home.call(&["config", "fetch", "--proxy", "direct"]);
    let call = call
        .env("GOENV", "off")
        .working_in(place.parent().expect("it lies in one"));
    assert!(call.run().err.contains("[config.proxy.direct]"));
    // What cannot be read might say that nobody is to be asked.
    let asked = good.requests().len();
    for (place, what) in [
        (home.dir(), "not a regular file"),
        (home.path("mode/x"), "Not a directory"),
    ] {
        let place = place.to_str().expect("text");
        let done = fetch(&[("GOENV", place), ("GOPROXY", &good.url), ("GOSUMDB", &key)]);
        assert_eq!((done.code, done.out.as_str()), (1, ""));
        assert!(
            done.err.contains(place) && done.err.contains(what),
            "{}",
            done.err
        );
    }
    home.write("../other", vec![b'\n'; 1_048_577]);
    assert!(fetch(&[("GOENV", other)]).err.contains("1048576"));
    assert_eq!(good.requests().len(), asked);
}

// test[config.proxy.next, config.proxy.escape]
#[test]
fn the_next_proxy_is_asked_where_the_list_says_so() {
    let home = home("on 2026-10-01");
    let (good, key) = honest();
    let (missing, broken) = (collector(404), collector(500));
    let fetch = |list: &str| {
        let call = home.call(&["config", "fetch", "--proxy", list]);
        let done = call.env("GOSUMDB", &key).run();
        (done.code, done.out, done.err)
    };
    let fine = (0, "v0.42.0\n".to_owned(), String::new());
    assert_eq!(fetch(&format!("{},{}", missing.url, good.url)), fine);
    assert_eq!(fetch(&format!("{}|{}/", broken.url, good.url)), fine);
    assert_eq!(fetch(&format!(" {} ,off", good.url)), fine);
    let (code, _, said) = fetch(&format!("{},{}", broken.url, good.url));
    assert!(code == 1 && said.contains("status 500"), "{said}");
    let (code, _, said) = fetch(&format!("{},direct", missing.url));
    assert!(
        code == 1 && said.contains("direct") && said.contains("status 404"),
        "{said}"
    );
    assert_eq!(missing.requests()[0].path, format!("/{MODULE}/@v/list"));
}

#[test]
fn a_config_is_shown_in_words_and_as_json() {
    let home = home("on 2026-10-01");
    let config = home.path("../config.json");
    let config = config.to_str().expect("text");
    let shown = home.output(&["config", "show", config]);
    assert!(
        shown.contains("cmd/go\n  versions go1.27.3\n  counter  \"runs\"\n"),
        "{shown}"
    );
    let json = home.output(&["config", "show", config, "--json"]);
    assert!(
        json.contains("\"Name\": \"cmd/go\"") && json.contains("\"Rate\": 1"),
        "{json}"
    );
    for (args, code) in [
        (&["config"][..], 2),
        (&["config", "show"], 2),
        (&["config", "fetch", "more"], 2),
        (&["config", "show", "/nowhere"], 1),
        (&["config", "show", "-"], 1),
    ] {
        assert_eq!(home.call(args).run().code, code, "{args:?}");
    }
}

// test[config.pick.named]
#[test]
fn a_version_can_be_named_and_the_config_written_to_a_file() {
    let home = home("on 2026-10-01");
    let (proxy, key) = honest();
    let out = home.path("../fetched.json");
    let out = out.to_str().expect("text");
    let args = [
        "config",
        "fetch",
        "--proxy",
        &proxy.url,
        "--version",
        "v0.42.0",
        "--output",
        out,
        "--json",
    ];
    let done = home.call(&args).env("GOSUMDB", &key).run();
    assert_eq!(
        (done.code, done.out.as_str()),
        (0, "{\n\t\"Version\": \"v0.42.0\"\n}\n"),
        "{}",
        done.err
    );
    assert_eq!(home.read("../fetched.json"), CONFIG);
    let listed = proxy
        .requests()
        .iter()
        .any(|request| request.path.ends_with("/list"));
    assert!(!listed);
}
