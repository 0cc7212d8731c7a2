//! `csv`: every count of the directory as a table, counted once, and as Go counts it.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;
mod support;

use program::{Home, make_pipe};
use support::raw::{Raw, meta_text};
use tinyjson::JsonValue;

/// A count file of this build of `cmd/go`.
fn count_file(version: &str, goarch: &str, counters: &[(&[u8], u64)]) -> Vec<u8> {
    let meta = meta_text(&[
        ("Program", "cmd/go"),
        ("Version", version),
        ("GoVersion", version),
        ("GOOS", "linux"),
        ("GOARCH", goarch),
    ]);
    let mut raw = Raw::new(&meta);
    for (name, count) in counters {
        raw.add(name, *count);
    }
    raw.into_bytes()
}

/// A report with one program, go1.27.3 of `cmd/go` on amd64.
fn report(week: &str, counters: &str, stacks: &str) -> String {
    format!(
        r#"{{"Week":"{week}","LastWeek":"","X":0.5,"Programs":[{{"Program":"cmd/go",
        "Version":"go1.27.3","GoVersion":"go1.27.3","GOOS":"linux","GOARCH":"amd64",
        "Counters":{{{counters}}},"Stacks":{{{stacks}}}}}],"Config":"v0.1.0"}}"#
    )
}

/// A home with two builds, and a week that has both of its reports.
fn two_builds_and_a_week() -> Home {
    let home = Home::new();
    let new: [(&[u8], u64); 3] = [(b"go/run", 3), (b"go/new", 1), (b"s\nmain.f:+1,+0x2", 9)];
    home.write("local/a.v1.count", count_file("go1.27.3", "amd64", &new));
    let old: [(&[u8], u64); 2] = [(b"go/run", 40), (b"go/zero", 0)];
    home.write("local/b.v1.count", count_file("go1.25.5", "arm64", &old));
    let all = report(
        "2026-11-14",
        r#""go/run":500,"go/unapproved":7"#,
        r#""s\nmain.f:+1,+0x2":1"#,
    );
    home.write("local/local.2026-11-14.json", all);
    let approved = report("2026-11-14", r#""go/run":500"#, "");
    home.write("local/2026-11-14.json", approved);
    // What was uploaded is a copy, and a count in it was in a local report as well.
    home.write(
        "upload/2026-11-07.json",
        report("2026-11-07", r#""go/run":1"#, ""),
    );
    home
}

#[test]
fn csv_has_a_row_for_each_build_and_counter_and_counts_a_week_once() {
    let expected = "\
1,\"go/new\",cmd/go,go1.27.3,go1.27.3,linux,amd64
40,\"go/run\",cmd/go,go1.25.5,go1.25.5,linux,arm64
503,\"go/run\",cmd/go,go1.27.3,go1.27.3,linux,amd64
7,\"go/unapproved\",cmd/go,go1.27.3,go1.27.3,linux,amd64
0,\"go/zero\",cmd/go,go1.25.5,go1.25.5,linux,arm64
10,\"s\\nmain.f:+1,+0x2\",cmd/go,go1.27.3,go1.27.3,linux,amd64
";
    let home = two_builds_and_a_week();
    home.call(&["csv"]).run().is(0, expected, "");
}

#[test]
fn csv_as_go_has_a_row_for_each_name_and_counts_both_reports_of_a_week() {
    // The first file by name is 2026-11-14.json; it names the build of its counters.
    let expected = "\
1,\"go/new\",cmd/go,go1.27.3,go1.27.3,linux,amd64
1043,\"go/run\",cmd/go,go1.27.3,go1.27.3,linux,amd64
7,\"go/unapproved\",cmd/go,go1.27.3,go1.27.3,linux,amd64
0,\"go/zero\",cmd/go,go1.25.5,go1.25.5,linux,arm64
10,\"s\\nmain.f:+1,+0x2\",cmd/go,go1.27.3,go1.27.3,linux,amd64
";
    let home = two_builds_and_a_week();
    home.call(&["csv", "--go"]).run().is(0, expected, "");
    home.call(&["--go", "csv"]).run().is(0, expected, "");
}

#[test]
fn a_row_of_go_carries_the_build_of_the_first_file_that_has_the_name() {
    let home = Home::new();
    home.write(
        "local/z.v1.count",
        count_file("go1.1", "amd64", &[(b"n", 1)]),
    );
    home.write(
        "local/B.v1.count",
        count_file("go1.2", "arm64", &[(b"n", 2)]),
    );
    home.write("local/a.v1.count", count_file("go1.3", "386", &[(b"n", 4)]));
    home.call(&["csv", "--go"])
        .run()
        .is(0, "7,\"n\",cmd/go,go1.2,go1.2,linux,arm64\n", "");
    // Reports and count files stand in one order.
    home.write("local/A.json", report("2026-11-14", r#""n":8"#, ""));
    home.call(&["csv", "--go"])
        .run()
        .is(0, "15,\"n\",cmd/go,go1.27.3,go1.27.3,linux,amd64\n", "");
}

// test[report.names]
#[test]
fn a_week_is_counted_once_only_if_it_has_both_reports() {
    let home = Home::new();
    home.write(
        "local/2026-11-07.json",
        report("2026-11-07", r#""n":1"#, ""),
    );
    home.write(
        "local/2026-11-14.json",
        report("2026-11-14", r#""n":20"#, ""),
    );
    home.write(
        "local/local.2026-11-14.json",
        report("2026-11-14", r#""n":300"#, ""),
    );
    home.write(
        "local/local.2026-11-21.json",
        report("2026-11-21", r#""n":4000"#, ""),
    );
    let row = |sum| format!("{sum},\"n\",cmd/go,go1.27.3,go1.27.3,linux,amd64\n");
    home.call(&["csv"]).run().is(0, &row(4301), "");
    home.call(&["csv", "--go"]).run().is(0, &row(4321), "");
}

#[test]
fn a_name_is_quoted_as_go_quotes_it() {
    let home = Home::new();
    let counters: [(&[u8], u64); 9] = [
        (b"a,b", 1),
        (b"b\"c\"", 2),
        (b"c\\d", 3),
        (b"d\te\rf\ng", 4),
        (b"e\x00\x1b\x7f", 5),
        (b"f\xff<50ms", 6),
        ("größe/世界😀".as_bytes(), 7),
        ("h\u{2028}\u{a0}\u{feff}\u{e000}\u{e0001}".as_bytes(), 8),
        (b"i#$%&()*+-./:;<=>?@[]^_`{|}~!", 9),
    ];
    home.write(
        "local/x.v1.count",
        count_file("go1.27.3", "amd64", &counters),
    );
    let quoted = [
        r#"1,"a,b""#,
        r#"2,"b\"c\"""#,
        r#"3,"c\\d""#,
        r#"4,"d\te\rf\ng""#,
        r#"5,"e\x00\x1b\x7f""#,
        r#"6,"f\xff<50ms""#,
        r#"7,"größe/世界😀""#,
        r#"8,"h\u2028\u00a0\ufeff\ue000\U000e0001""#,
        r##"9,"i#$%&()*+-./:;<=>?@[]^_`{|}~!""##,
    ];
    let rows = quoted.map(|row| format!("{row},cmd/go,go1.27.3,go1.27.3,linux,amd64\n"));
    home.call(&["csv"]).run().is(0, &rows.concat(), "");
}

#[test]
fn an_apostrophe_in_a_name_stays_as_it_is() {
    let home = Home::new();
    let counters: [(&[u8], u64); 1] = [(b"it's", 1)];
    home.write(
        "local/x.v1.count",
        count_file("go1.27.3", "amd64", &counters),
    );
    home.call(&["csv"])
        .run()
        .is(0, "1,\"it's\",cmd/go,go1.27.3,go1.27.3,linux,amd64\n", "");
}

#[test]
fn a_build_that_would_break_the_table_is_quoted_but_not_as_go() {
    let home = Home::new();
    home.write(
        "local/x.v1.count",
        count_file("v1,\"x\"", "amd64", &[(b"n", 1)]),
    );
    let row = r#"1,"n",cmd/go,"v1,\"x\"","v1,\"x\"",linux,amd64"#;
    home.call(&["csv"]).run().is(0, &format!("{row}\n"), "");
    let go = r#"1,"n",cmd/go,v1,"x",v1,"x",linux,amd64"#;
    home.call(&["csv", "--go"])
        .run()
        .is(0, &format!("{go}\n"), "");
}

#[test]
fn counts_and_sums_end_at_the_greatest_number_where_go_wraps_around() {
    let home = Home::new();
    let counters: [(&[u8], u64); 3] = [(b"great", u64::MAX), (b"half", 1 << 63), (b"sum", 9)];
    home.write(
        "local/x.v1.count",
        count_file("go1.27.3", "amd64", &counters),
    );
    let counts = r#""sum":9223372036854775800,"least":-9223372036854775808"#;
    home.write(
        "local/local.2026-11-14.json",
        report("2026-11-14", counts, ""),
    );
    let build = "cmd/go,go1.27.3,go1.27.3,linux,amd64";
    let rows = |sums: [&str; 4]| {
        let [great, half, least, sum] = sums;
        format!(
            "{great},\"great\",{build}\n{half},\"half\",{build}\n\
             {least},\"least\",{build}\n{sum},\"sum\",{build}\n"
        )
    };
    let (max, min) = ("9223372036854775807", "-9223372036854775808");
    home.call(&["csv"])
        .run()
        .is(0, &rows([max, max, min, max]), "");
    home.call(&["csv", "--go"])
        .run()
        .is(0, &rows(["-1", min, min, "-9223372036854775807"]), "");
}

#[test]
fn a_report_without_programs_has_no_rows() {
    let home = Home::new();
    home.write(
        "local/local.2026-11-14.json",
        r#"{"Week":"2026-11-14","Programs":null}"#,
    );
    home.write("local/local.2026-11-21.json", "{}");
    home.call(&["csv"]).run().is(0, "", "");
    home.call(&["csv", "--json"]).run().is(0, "[]\n", "");
}

#[test]
fn csv_of_a_directory_that_nobody_made_has_no_rows() {
    let home = Home::new();
    home.call(&["csv"]).run().is(0, "", "");
    assert!(!home.dir().exists());
}

#[test]
fn csv_as_json_is_one_document_with_the_same_rows() {
    let home = two_builds_and_a_week();
    for args in [&["csv"][..], &["csv", "--go"]] {
        let table = home.output(args);
        let json = home.output(&[args, &["--json"]].concat());
        let document: JsonValue = json.parse().expect("one JSON document");
        let rows: &Vec<JsonValue> = document.get().expect("an array");
        let text = |value: &JsonValue| -> String { value.get::<String>().expect("text").clone() };
        let lines: Vec<String> = rows
            .iter()
            .map(|row| {
                let value: &f64 = row["Value"].get().expect("a number");
                let name = text(&row["Name"]).replace('\n', "\\n");
                let keys = ["Program", "Version", "GoVersion", "GOOS", "GOARCH"];
                let build = keys.map(|key| text(&row[key])).join(",");
                format!("{value},\"{name}\",{build}\n")
            })
            .collect();
        assert_eq!(lines.concat(), table, "{args:?}");
        assert!(rows.len() > 4);
    }
}

#[test]
fn csv_names_what_cannot_be_read_with_its_clause_and_prints_the_rest() {
    let home = Home::new();
    home.write("local/a.v1.count", "");
    home.write(
        "local/b.v1.count",
        count_file("go1.27.3", "amd64", &[(b"n", 1)]),
    );
    make_pipe(&home.path("local/c.v1.count"));
    home.write("local/local.2026-11-07.json", "[[[");
    home.write(
        "local/local.2026-11-14.json",
        report("2026-11-14", r#""n":1.5"#, ""),
    );
    home.write("local/local.2026-11-21.json", "{} {}");
    let said = [
        ("a.v1.count: offset 0x0: ", " [fmt.file.min]"),
        ("c.v1.count: not a regular file", " [dir.files]"),
        ("local.2026-11-07.json: offset ", " [report.form]"),
        ("local.2026-11-14.json: offset ", " [report.form]"),
        ("local.2026-11-21.json: offset 0x3: ", " [json.whole]"),
    ];
    for args in [&["csv"][..], &["csv", "--go"], &["csv", "--json"]] {
        let output = home.call(args).run();
        let lines: Vec<&str> = output.err.lines().collect();
        assert_eq!((output.code, lines.len()), (1, said.len()), "{output:?}");
        for (line, (begin, clause)) in lines.iter().zip(said) {
            let begin = format!("gotelemetry: {}/{begin}", home.path("local").display());
            assert!(line.starts_with(&begin) && line.contains(clause), "{line}");
        }
        assert!(output.out.contains("cmd/go"), "{output:?}");
    }
}
