//! Upload configs: their form, and what they have.

#![cfg(feature = "cli")]

use std::cmp::Ordering;

use gotelemetry::config::go_version::{self, GoVersion};
use gotelemetry::config::semver::{self, Semver};
use gotelemetry::config::{Entry, UploadConfig};

fn config(text: &str) -> UploadConfig {
    UploadConfig::parse(text.as_bytes()).expect("a config")
}

fn refusal(text: &str) -> Option<&'static str> {
    let config = UploadConfig::parse(text.as_bytes());
    config.err().map(|error| error.clause)
}

/// A config with one program, which has these members.
fn with_program(members: &str) -> String {
    format!(r#"{{"Programs":[{{"Name":"a/b",{members}}}]}}"#)
}

/// A config with the counters that `entries` names, all with a Rate of 1.
fn with_counters(entries: &[&str]) -> UploadConfig {
    let entries = entries
        .iter()
        .map(|name| format!(r#"{{"Name":"{name}","Rate":1}}"#));
    let entries: Vec<String> = entries.collect();
    config(&with_program(&format!(
        r#""Counters":[{}]"#,
        entries.join(",")
    )))
}

// test[config.form, config.number]
#[test]
fn what_a_config_says_is_read() {
    let config = config(
        r#"{"GOOS":["linux","darwin"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"SampleRate":0.5,
        "Programs":[{"Name":"a/b","Versions":["v1.0.0"],"Counters":[{"Name":"c","Rate":1e-3}],
        "Stacks":[{"Name":"s","Rate":1,"Depth":16}]}]}"#,
    );
    assert_eq!(config.goos, ["linux", "darwin"]);
    assert_eq!(
        (&config.goarch[..], &config.go_version[..]),
        (&["amd64".to_owned()][..], &["go1.27.3".to_owned()][..])
    );
    assert_eq!(config.sample_rate, 0.5);
    let program = &config.programs[0];
    assert_eq!(
        (program.name.as_str(), &program.versions[..]),
        ("a/b", &["v1.0.0".to_owned()][..])
    );
    let parts = |entry: &Entry| (entry.name.clone(), entry.rate, entry.depth);
    assert_eq!(parts(&program.counters[0]), ("c".to_owned(), 0.001, 0));
    assert_eq!(parts(&program.stacks[0]), ("s".to_owned(), 1.0, 16));
}

// test[config.form, config.unknown, config.keys]
#[test]
fn what_is_absent_null_or_unknown_counts_as_empty() {
    let empty = UploadConfig::default();
    let keys = ["GOOS", "GOARCH", "GoVersion", "SampleRate", "Programs"];
    let nulls = keys.map(|key| format!("\"{key}\":null")).join(",");
    let spelled = keys
        .map(|key| format!("\"{}\":7", key.to_lowercase()))
        .join(",");
    for text in [
        "null",
        "{}",
        &format!("{{{nulls}}}"),
        &format!("{{{spelled}}}"),
    ] {
        assert_eq!(config(text), empty, "{text}");
    }
    let plain = config(&with_program(r#""Counters":[{}]"#));
    let nulls =
        r#""Versions":null,"Counters":[{"Name":null,"Rate":null,"Depth":null}],"Stacks":null"#;
    assert_eq!(config(&with_program(nulls)), plain);
    let odd = r#""versions":1,"Odd":[{}],"Counters":[{"name":1,"RATE":"x","Odd":{"a":[]}}]"#;
    assert_eq!(config(&with_program(odd)), plain);
}

// test[config.form, config.number]
#[test]
fn a_value_of_another_kind_is_refused() {
    let kinds = [
        "\"text\"",
        "1",
        "0.5",
        "true",
        "[1]",
        "[\"a\"]",
        "{\"a\":1}",
        "[{}]",
    ];
    for kind in kinds {
        let refused = |text: &str, right: &[&str]| {
            let clause = (!right.contains(&kind)).then_some("config.form");
            assert_eq!(refusal(text), clause, "{text}");
        };
        if !kind.starts_with('{') {
            refused(kind, &[]);
        }
        for key in ["GOOS", "GOARCH", "GoVersion"] {
            refused(&format!("{{\"{key}\":{kind}}}"), &["[\"a\"]"]);
        }
        refused(&format!("{{\"SampleRate\":{kind}}}"), &["1", "0.5"]);
        refused(&format!("{{\"Programs\":{kind}}}"), &["[{}]"]);
        refused(&with_program(&format!("\"Name\":{kind}")), &["\"text\""]);
        refused(&with_program(&format!("\"Versions\":{kind}")), &["[\"a\"]"]);
        for key in ["Counters", "Stacks"] {
            refused(&with_program(&format!("\"{key}\":{kind}")), &["[{}]"]);
            let entry =
                |member: &str| with_program(&format!("\"{key}\":[{{\"{member}\":{kind}}}]"));
            refused(&entry("Name"), &["\"text\""]);
            refused(&entry("Rate"), &["1", "0.5"]);
            refused(&entry("Depth"), &["1"]);
        }
    }
    for number in ["1e309", "-1e309"] {
        assert_eq!(
            refusal(&format!("{{\"SampleRate\":{number}}}")),
            Some("config.form")
        );
    }
    assert_eq!(refusal("{\"SampleRate\":1e-400}"), None);
    assert_eq!(refusal("{} {}"), Some("json.whole"));
}

// test[config.size, config.elements]
#[test]
fn a_config_has_bounds() {
    let padded = |len: usize| format!("{{{}}}", " ".repeat(len - 2));
    assert_eq!(refusal(&padded(16_777_216)), None);
    assert_eq!(refusal(&padded(16_777_217)), Some("config.size"));
    let list = |count: usize, element: &str| vec![element; count].join(",");
    let goos = |count| format!("{{\"GOOS\":[{}]}}", list(count, "\"\""));
    assert_eq!(refusal(&goos(65_536)), None);
    assert_eq!(refusal(&goos(65_537)), Some("config.form"));
    // 15 programs with 65,536 counters each, and those 15, leave room for 65,521 of the next.
    let program = |count| format!("{{\"Counters\":[{}]}}", list(count, "{}"));
    let most = |last| {
        let mut programs = vec![program(65_536); 15];
        programs.push(program(last));
        format!("{{\"Programs\":[{}]}}", programs.join(","))
    };
    assert_eq!(refusal(&most(65_520)), None);
    assert_eq!(refusal(&most(65_521)), Some("config.form"));
}

// test[config.expand, config.expand.end, config.expand.exact, config.counter]
#[test]
fn the_name_of_a_counter_can_stand_for_several() {
    for (entry, names, others) in [
        ("a/b", &["a/b"][..], &["a", "a/b:", "a/bc"][..]),
        (
            "a:{b,c}",
            &["a:b", "a:c"],
            &["a:{b,c}", "a:", "a:b,c", "b", "a:bc"],
        ),
        ("a:{b, c}", &["a:b", "a: c"], &["a:c"]),
        ("a:{b,}", &["a:b", "a:"], &["a:b,"]),
        ("a:{}", &["a:"], &["a:{}", "a:}"]),
        ("a:{b}c", &["a:b}c"], &["a:b", "a:bc"]),
        ("a:{b}}", &["a:b}"], &["a:b"]),
        ("a{b,c:d}", &["ab", "ac:d"], &["ab:d"]),
        ("{a,b}", &["a", "b"], &[""]),
        ("a:{b,{c}", &["a:b", "a:{c"], &["a:c"]),
        ("", &[""], &["a"]),
    ] {
        let config = with_counters(&[entry]);
        let approved = config.approved();
        let program = approved.program(b"a/b").expect("it is there");
        for name in names {
            assert_eq!(
                program.counter(name.as_bytes()),
                Some(1.0),
                "{entry} {name}"
            );
            assert_eq!(program.stack(name.as_bytes()), None, "{entry} {name}");
        }
        for name in others {
            assert_eq!(program.counter(name.as_bytes()), None, "{entry} {name}");
        }
    }
}

// test[config.stack]
#[test]
fn the_name_of_a_stack_stands_for_itself() {
    let config = config(&with_program(r#""Stacks":[{"Name":"a:{b,c}","Rate":1}]"#));
    let approved = config.approved();
    let program = approved.program(b"a/b").expect("it is there");
    assert_eq!(program.stack(b"a:{b,c}"), Some(1.0));
    assert_eq!(
        (program.stack(b"a:b"), program.counter(b"a:{b,c}")),
        (None, None)
    );
}

// test[config.rate, config.program.again]
#[test]
fn the_last_entry_for_a_name_has_its_rate() {
    let config = config(
        r#"{"Programs":[
        {"Name":"p","Versions":["v1"],"Counters":[{"Name":"a:{b,c,b}","Rate":0.1},{"Name":"a:b","Rate":0.2}],
            "Stacks":[{"Name":"s","Rate":0.3},{"Name":"both","Rate":0.4},{"Name":"s","Rate":0.5}]},
        {"Name":"q","Counters":[{"Name":"a:b","Rate":0.9}]},
        {"Name":"p","Versions":["v2"],"Counters":[{"Name":"both","Rate":0.6},{"Name":"a{:c,x}","Rate":0.7}]}]}"#,
    );
    let approved = config.approved();
    let p = approved.program(b"p").expect("it is there");
    assert_eq!(p.counter(b"a:b"), Some(0.2));
    assert_eq!(p.counter(b"a:c"), Some(0.7));
    assert_eq!((p.stack(b"s"), p.counter(b"s")), (Some(0.5), None));
    assert_eq!(
        (p.stack(b"both"), p.counter(b"both")),
        (Some(0.6), Some(0.6))
    );
    assert!(p.has_version(b"v1") && p.has_version(b"v2") && !p.has_version(b"v3"));
    let q = approved.program(b"q").expect("it is there");
    assert_eq!(
        (q.counter(b"a:b"), q.has_version(b"v1")),
        (Some(0.9), false)
    );
    assert!(approved.program(b"P").is_none());
}

// test[config.rate]
#[test]
fn entries_of_counters_and_stacks_are_in_one_order() {
    let rates = |programs: &str| {
        let config = config(&format!("{{\"Programs\":[{programs}]}}"));
        let approved = config.approved();
        assert_eq!(approved.config(), &config);
        let p = approved.program(b"p").expect("it is there");
        (p.counter(b"n"), p.stack(b"n"))
    };
    let first =
        r#"{"Name":"p","Counters":[{"Name":"n","Rate":0.1}],"Stacks":[{"Name":"n","Rate":0.2}]}"#;
    assert_eq!(rates(first), (Some(0.2), Some(0.2)));
    let second = r#"{"Name":"p","Counters":[{"Name":"{n}","Rate":0.3}]}"#;
    let both = format!("{first},{second}");
    assert_eq!(rates(&both), (Some(0.3), Some(0.3)));
}

// test[config.build, config.lookup, config.program]
#[test]
fn builds_are_looked_up_byte_by_byte() {
    let config = config(
        r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],
        "Programs":[{"Name":"a/\u0062","Versions":["v1"]}]}"#,
    );
    let approved = config.approved();
    assert!(approved.has_goos(b"linux") && !approved.has_goos(b"Linux"));
    assert!(approved.has_goarch(b"amd64") && !approved.has_goarch(b"linux"));
    assert!(approved.has_go_version(b"go1.27.3") && !approved.has_go_version(b"go1.27"));
    assert!(approved.program(b"a/b").is_some() && approved.program(b"a/b/").is_none());
}

#[test]
fn an_entry_that_stands_for_more_names_than_memory_holds_is_no_trouble() {
    let prefix = "p".repeat(4_000_000);
    let config = with_counters(&[&format!("{prefix}{{{}", ",".repeat(4_000_000))]);
    let approved = config.approved();
    let program = approved.program(b"a/b").expect("it is there");
    assert_eq!(program.counter(prefix.as_bytes()), Some(1.0));
    assert_eq!(program.counter(b"p"), None);
    assert_eq!(program.counter("p".repeat(3_999_999).as_bytes()), None);
    // A thousand beginnings of one name.
    let nested: Vec<String> = (0..1000)
        .map(|len| format!("{}{{x,y}}", "p".repeat(len)))
        .collect();
    let config = with_counters(&nested.iter().map(String::as_str).collect::<Vec<_>>());
    let approved = config.approved();
    let program = approved.program(b"a/b").expect("it is there");
    for len in 0..1000 {
        let name = format!("{}y", "p".repeat(len));
        assert_eq!(program.counter(name.as_bytes()), Some(1.0));
        assert_eq!(program.counter(format!("{name}y").as_bytes()), None);
    }
}

// test[config.semver, config.semver.number]
#[test]
fn versions_are_taken_or_not() {
    for version in [
        "v0",
        "v1.2",
        "v1.2.3",
        "v1.2.3-rc.1",
        "v1.2.3+b.7",
        "v1.2.3-0.a-b+001",
        "v10.20.30",
        "v1.2.3--",
        "v1.2.3-01a",
        "v99999999999999999999.0.0",
    ] {
        assert!(Semver::parse(version).is_some(), "{version}");
    }
    for text in [
        "",
        "v",
        "1.2.3",
        "V1.2.3",
        "v1.",
        "v1..2",
        "v01.2.3",
        "v1.2.03",
        "v1.2.3.4",
        "v1.2-rc",
        "v1.2+b",
        "v1.2.3-",
        "v1.2.3+",
        "v1.2.3-a..b",
        "v1.2.3-01",
        "v1.2.3-a_b",
        "v1.2.3+a+b",
        "v1.2.3 ",
        "vx.2.3",
        "v-1.2.3",
        "v1.2.3-é",
    ] {
        assert!(Semver::parse(text).is_none(), "{text}");
    }
}

// test[config.semver.order]
#[test]
fn versions_have_an_order() {
    let ascending = [
        "none",
        "v0.0.0-0",
        "v0.9.1",
        "v0.10.0-alpha",
        "v0.10.0-alpha.1",
        "v0.10.0-alpha.1.0",
        "v0.10.0-alpha.beta",
        "v0.10.0-rc.2",
        "v0.10.0-rc.11",
        "v0.10.0",
        "v1.0.1",
        "v2",
        "v10.0.0",
        "v99999999999999999999.0.0",
        "v100000000000000000000.0.0",
    ];
    for (at, low) in ascending.iter().enumerate() {
        assert_eq!(semver::compare(low, low), Ordering::Equal);
        for high in &ascending[at + 1..] {
            assert_eq!(semver::compare(low, high), Ordering::Less, "{low} {high}");
            assert_eq!(
                semver::compare(high, low),
                Ordering::Greater,
                "{high} {low}"
            );
        }
    }
    for (ours, theirs) in [
        ("v1", "v1.0.0"),
        ("v1.2", "v1.2.0+x"),
        ("v1.2.3+a", "v1.2.3+b"),
        ("a", "b"),
    ] {
        assert_eq!(
            semver::compare(ours, theirs),
            Ordering::Equal,
            "{ours} {theirs}"
        );
    }
}

// test[config.pick.line]
#[test]
fn pseudo_versions_are_told() {
    let is_pseudo = |text| Semver::parse(text).is_some_and(|version| version.is_pseudo());
    for version in [
        "v0.0.0-20231207172801-3c8b0df0c3fd",
        "v2.0.0-20231207172801-a",
        "v1.2.3-0.20231207172801-3c8b0df0c3fd",
        "v1.2.3-rc.1.0.20231207172801-3c8b0df0c3fd",
    ] {
        assert!(is_pseudo(version), "{version}");
    }
    for version in [
        "v0.0.0-0",
        "v0.0.0",
        "v1.2.3-20231207172801-3c8b0df0c3fd",
        "v0.0.0-2023120717280-3c8b",
        "v0.0.0-1.20231207172801-3c8b",
        "v0.0.0-20231207172801-a.b",
        "v0.0.0-a20231207172801-3c8b",
        "v1.2.3-10.20231207172801-3c8b",
    ] {
        assert!(Semver::parse(version).is_some(), "{version}");
        assert!(!is_pseudo(version), "{version}");
    }
    let canonical = |text| Semver::parse(text).is_some_and(|version| version.is_canonical());
    assert!(canonical("v1.2.3-rc.1") && !canonical("v1.2") && !canonical("v1.2.3+x"));
    let pre_release = |text| Semver::parse(text).is_some_and(|version| version.is_pre_release());
    assert!(pre_release("v1.2.3-rc.1") && !pre_release("v1.2.3+x"));
}

// test[config.go-version, config.go-version.order, config.go-version.absent]
#[test]
fn versions_of_go_have_an_order_of_their_own() {
    let ascending = [
        &["go1", "go1.0", "go1.0.0"][..],
        &["go1.2beta"],
        &["go1.2beta0"],
        &["go1.2beta9"],
        &["go1.2beta10"],
        &["go1.2rc1"],
        &["go1.2", "go1.2.0", "go1.2-x", "go1.2-rc1"],
        &["go1.2.9"],
        &["go1.2.10"],
        &["go1.20rc1"],
        &["go1.20", "go1.20.0"],
        &["go1.21", "go1.21-y"],
        &["go1.21alpha"],
        &["go1.21rc2"],
        &["go1.21.0"],
        &["go1.100"],
        &["go2"],
    ];
    for (place, ours) in ascending.iter().enumerate() {
        for (other, theirs) in ascending.iter().enumerate() {
            for (ours, theirs) in ours.iter().flat_map(|a| theirs.iter().map(move |b| (a, b))) {
                let order = go_version::compare(ours, theirs);
                assert_eq!(order, place.cmp(&other), "{ours} {theirs}");
            }
        }
    }
    for none in [
        "",
        "go",
        "1.2",
        "go01",
        "go1.",
        "go1.02",
        "go1x",
        "go1.2.",
        "go1.2.03",
        "go1.2.3rc1",
        "go1.2rc01",
        "go1.2rc1x",
        "go1.2RC1",
        "go1.2+1",
    ] {
        assert!(GoVersion::parse(none).is_none(), "{none}");
        assert!(go_version::compare(none, "go1.2").is_lt());
    }
}
