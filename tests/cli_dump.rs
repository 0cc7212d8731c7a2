//! `dump`: count files in Go's form, as JSON, and byte by byte.

#![cfg(all(feature = "cli", target_os = "linux"))]

#[path = "support/program.rs"]
mod program;
mod support;

use std::fs;
use std::path::Path;

use program::{Home, make_pipe};
use support::raw::{self, Raw, meta_text, sample_meta};
use tinyjson::JsonValue;

/// What the sample's metadata looks like in Go's form.
const META: &str = "\t\"Meta\": {
\t\t\"GOARCH\": \"amd64\",
\t\t\"GOOS\": \"linux\",
\t\t\"GoVersion\": \"go1.27.3\",
\t\t\"Program\": \"cmd/go\",
\t\t\"TimeBegin\": \"2026-11-18T00:00:00Z\",
\t\t\"TimeEnd\": \"2026-11-25T00:00:00Z\",
\t\t\"Version\": \"go1.27.3\"
\t},
";

/// What the program adds to the clause that a file breaks.
const ADVICE: &str = "; see dump --explain, and move it away if no program is counting into it";

/// A file with the counters, in this order.
fn counting(counters: &[(&[u8], u64)]) -> Vec<u8> {
    let mut raw = Raw::new(&sample_meta());
    for (name, count) in counters {
        raw.add(name, *count);
    }
    raw.into_bytes()
}

/// What `dump` prints of a file at `path` with the sample's metadata and these lines of counts.
fn dumped(path: &Path, counts: &str) -> String {
    format!(
        "-- {} --\n{{\n{META}\t\"Count\": {counts}\n}}\n",
        path.display()
    )
}

/// A file whose only record leads back to itself.
fn circular() -> Vec<u8> {
    let mut raw = Raw::new(&sample_meta());
    let record = raw.add(b"a", 1);
    raw.set32(record as usize + 12, record);
    raw.into_bytes()
}

fn parsed(text: &str) -> JsonValue {
    text.parse().expect("one JSON document")
}

fn number(value: u32) -> JsonValue {
    JsonValue::Number(f64::from(value))
}

#[test]
fn dump_prints_a_file_in_the_bytes_of_go() {
    let home = Home::new();
    let bytes = counting(&[
        (b"go/invocations", 1203),
        (b"go/errors", u64::MAX),
        (b"go/latency:<50ms", 1 << 63),
        (b"Go/upper", 0),
        (b"a&b>c", 1),
        (b"tab\there \"quoted\" back\\slash", 2),
        ("bell\u{7} del\u{7f} line\u{2028}sep \u{2029}".as_bytes(), 3),
        (b"bad\xff\xfebytes", 4),
        ("größe/世界😀".as_bytes(), 5),
        (
            b"crash/crash\nruntime.throw:+9,+0x48\n\".sigpanic:+18,+0x6c\n\
              cmd/go/internal/work.(*Builder).build:+412,+0x1a5c",
            2,
        ),
    ]);
    let path = home.write("local/x.v1.count", bytes);
    // This is what encoding/json of go1.27.3 makes of the same file.
    let counts = r#"{
		"Go/upper": 0,
		"a\u0026b\u003ec": 1,
		"bad��bytes": 4,
		"bell\u0007 del_ line\u2028sep \u2029": 3,
		"crash/crash\nruntime.throw:+9,+0x48\nruntime.sigpanic:+18,+0x6c\ncmd/go/internal/work.(*Builder).build:+412,+0x1a5c": 2,
		"go/errors": 18446744073709551615,
		"go/invocations": 1203,
		"go/latency:\u003c50ms": 9223372036854775808,
		"größe/世界😀": 5,
		"tab\there \"quoted\" back\\slash": 2
	}"#;
    let counts = counts.replace("del_", "del\u{7f}");
    home.call(&["dump"])
        .run()
        .is(0, &dumped(&path, &counts), "");
}

#[test]
fn dump_of_a_file_without_metadata_and_records_has_two_empty_maps() {
    let home = Home::new();
    let path = home.write("local/x.v1.count", Raw::new(b"\n").into_bytes());
    let expected = format!(
        "-- {} --\n{{\n\t\"Meta\": {{}},\n\t\"Count\": {{}}\n}}\n",
        path.display()
    );
    home.call(&["dump"]).run().is(0, &expected, "");
}

#[test]
fn dump_shows_the_last_of_metadata_lines_with_one_key() {
    let home = Home::new();
    let meta = meta_text(&[("Z", "1"), ("A", "x: y"), ("Z", "2")]);
    home.write("local/x.v1.count", Raw::new(&meta).into_bytes());
    let output = home.output(&["dump"]);
    let shown = "\t\"Meta\": {\n\t\t\"A\": \"x: y\",\n\t\t\"Z\": \"2\"\n\t},\n";
    assert!(output.contains(shown), "{output}");
}

#[test]
fn dump_sums_the_spellings_of_a_stack() {
    let home = Home::new();
    let spellings: [(&[u8], u64); 2] = [
        (b"s\nmain.f:+1,+0x2\nmain.g:+3,+0x4", 40),
        (b"s\nmain.f:+1,+0x2\n\".g:+3,+0x4", 2),
    ];
    let path = home.write("local/x.v1.count", counting(&spellings));
    let counts = "{\n\t\t\"s\\nmain.f:+1,+0x2\\nmain.g:+3,+0x4\": 42\n\t}";
    home.call(&["dump"]).run().is(0, &dumped(&path, counts), "");
}

// test[id.file-suffix]
#[test]
fn dump_without_files_prints_the_count_files_of_the_directory_by_name() {
    let home = Home::new();
    let names = ["local/b.v1.count", "local/.v1.count", "local/a.v1.count"];
    let paths = names.map(|name| home.write(name, counting(&[])));
    for name in ["local/a.v2.count", "local/weekends", "a.v1.count", "mode"] {
        home.write(name, raw::sample());
    }
    let [b, nameless, a] = paths.map(|path| dumped(&path, "{}"));
    let expected = [nameless, a, b].concat();
    home.call(&["dump"]).run().is(0, &expected, "");
}

#[test]
fn dump_of_files_prints_those_in_the_order_given_whatever_their_names() {
    let home = Home::new();
    home.write("local/x.v1.count", raw::sample());
    fs::write(home.root().join("one"), counting(&[(b"n", 1)])).expect("a file");
    fs::write(home.root().join("two"), counting(&[(b"n", 2)])).expect("a file");
    let call = home.call(&["dump", "two", "./one", "two"]);
    let two = dumped(Path::new("two"), "{\n\t\t\"n\": 2\n\t}");
    let one = dumped(Path::new("./one"), "{\n\t\t\"n\": 1\n\t}");
    let expected = [two.as_str(), &one, &two].concat();
    call.working_in(home.root()).run().is(0, &expected, "");
}

#[test]
fn dump_of_a_directory_that_nobody_made_prints_nothing() {
    let home = Home::new();
    home.call(&["dump"]).run().is(0, "", "");
    home.call(&["dump", "--json"]).run().is(0, "[]\n", "");
    assert!(!home.dir().exists());
}

/// Puts a sound file between unsound ones; returns what is said of them.
fn unsound(home: &Home) -> Vec<String> {
    let local = home.path("local").display().to_string();
    home.write("local/0-empty.v1.count", "");
    home.write("local/1-circular.v1.count", circular());
    home.write("local/2-sound.v1.count", counting(&[]));
    make_pipe(&home.path("local/3-pipe.v1.count"));
    fs::create_dir(home.path("local/4-directory.v1.count")).expect("a directory can be made");
    home.write("local/5-other.v1.count", [b'#'; 16384]);
    [
        "0-empty.v1.count: offset 0x0: 0 bytes, fewer than one page of 16384 [fmt.file.min]",
        "1-circular.v1.count: offset 0x8ec: pointer 0x8e0 leads to or into a record reached before \
         [fmt.chain.once]",
        "3-pipe.v1.count: not a regular file [dir.files]",
        "4-directory.v1.count: not a regular file [dir.files]",
        "5-other.v1.count: offset 0x1: not the magic \"# telemetry/counter file v1\" \
         [fmt.header.magic]",
    ]
    .iter()
    .map(|line| format!("{local}/{line}"))
    .collect()
}

/// Panics unless each line of standard error says one of these things.
#[track_caller]
fn said_all(err: &str, said: &[String]) {
    let lines: Vec<&str> = err.lines().collect();
    assert_eq!(lines.len(), said.len(), "{err}");
    for (line, what) in lines.iter().zip(said) {
        let rest = line
            .strip_prefix("gotelemetry: ")
            .expect("it says who speaks");
        let rest = rest.strip_prefix(what.as_str());
        assert!(
            rest.is_some_and(|rest| ["", ADVICE].contains(&rest)),
            "{line}"
        );
    }
}

#[test]
fn dump_names_what_cannot_be_read_with_its_clause_and_prints_the_rest() {
    let home = Home::new();
    let said = unsound(&home);
    let output = home.call(&["dump"]).run();
    let sound = dumped(&home.path("local/2-sound.v1.count"), "{}");
    assert_eq!((output.code, output.out), (1, sound));
    said_all(&output.err, &said);
}

#[test]
fn dump_of_a_file_that_is_not_there_says_so() {
    let home = Home::new();
    let said = "gotelemetry: no/such: cannot read: No such file or directory (os error 2)\n";
    home.call(&["dump", "no/such"]).run().is(1, "", said);
    home.call(&["dump", "--explain", "no/such"])
        .run()
        .is(1, "", said);
}

#[test]
fn dump_as_json_is_one_document_with_files_and_faults() {
    let home = Home::new();
    let said = unsound(&home);
    let mut odd = Raw::new(&sample_meta());
    let record = odd.add(b"odd", 7) as usize;
    odd.set32(record + 8, 3);
    home.write("local/6-odd.v1.count", odd.into_bytes());
    let output = home.call(&["dump", "--json"]).run();
    assert_eq!(output.code, 1);
    let document = parsed(&output.out);
    let files: &Vec<JsonValue> = document.get().expect("an array");
    assert_eq!(files.len(), 7);
    let mut said = said.iter();
    for (at, name) in [
        "0-empty",
        "1-circular",
        "2-sound",
        "3-pipe",
        "4-directory",
        "5-other",
        "6-odd",
    ]
    .iter()
    .enumerate()
    {
        let file: &std::collections::HashMap<String, JsonValue> =
            files[at].get().expect("an object");
        let path = home.path(format!("local/{name}.v1.count"));
        assert_eq!(file["File"], path.display().to_string().into());
        if let Some(error) = file.get("Error") {
            let error: &String = error.get().expect("a string");
            let what = said.next().expect("no other file is unsound");
            assert!(error.starts_with(what.as_str()), "{error}");
            assert_eq!(file.len(), 2);
        }
    }
    assert_eq!(said.next(), None);
    let (sound, odd) = (&files[2], &files[6]);
    assert_eq!(sound["Meta"]["Program"], "cmd/go".to_owned().into());
    assert_eq!(
        (&sound["NotesTotal"], &odd["NotesTotal"]),
        (&number(0), &number(1))
    );
    assert_eq!(odd["Count"]["odd"], number(7));
    assert_eq!(odd["Notes"][0]["Offset"], number(0x8e8));
    assert_eq!(
        odd["Notes"][0]["Clause"],
        "fmt.note.record.tag".to_owned().into()
    );
}

#[test]
fn dump_as_json_names_what_cannot_be_read_on_standard_error_as_well() {
    let home = Home::new();
    let said = unsound(&home);
    let output = home.call(&["dump", "--json"]).run();
    said_all(&output.err, &said);
}

/// Offset and length of every field that `dump --explain` draws.
fn fields(drawing: &str) -> Vec<(usize, usize)> {
    let mut fields = Vec::new();
    for line in drawing.lines() {
        let Some((offset, rest)) = line.split_once("  ") else {
            continue;
        };
        let Ok(offset) = usize::from_str_radix(offset, 16) else {
            continue;
        };
        let bytes = rest.split("  ").next().expect("split yields something");
        let len = match bytes.strip_prefix("00 x ") {
            Some(len) => len.trim().parse().expect("a length"),
            None => bytes.split_whitespace().count(),
        };
        fields.push((offset, len));
    }
    fields
}

#[test]
fn explain_shows_every_byte_once() {
    let home = Home::new();
    for (name, bytes) in [
        ("sample", raw::sample()),
        ("two-pages", raw::sample_two_pages()),
        ("circular", circular()),
        ("other", vec![b'#'; 16400]),
        ("short", vec![7; 33]),
    ] {
        let path = home.write(name, &bytes);
        let call = home.call(&["dump", "--explain"]).arg(path);
        let mut end = 0;
        for (offset, len) in fields(&call.run().out) {
            assert_eq!(offset, end, "{name}");
            end += len;
        }
        assert_eq!(end, bytes.len(), "{name}");
    }
}

#[test]
fn explain_of_a_sound_file_says_what_its_bytes_mean() {
    let home = Home::new();
    let path = home.write("x", counting(&[(b"go/latency:<50ms", 3)]));
    let output = home.call(&["dump", "--explain"]).arg(&path).run();
    assert_eq!((output.code, output.err.as_str()), (0, ""));
    let first = format!(
        "-- {} --\n16384 bytes, words in little-endian order, ",
        path.display()
    );
    assert!(output.out.starts_with(&first), "{}", output.out);
    for line in [
        "0000001c  c0 00 00 00                                      header length  192: ",
        "000000a0  47 4f 41 52 43 48 3a 20 61 6d 64 36 34 0a        GOARCH         amd64  ",
        "000000c0  00 09 00 00                                      limit          0x900: ",
        "000008e0  03 00 00 00 00 00 00 00                          count          3, in chain ",
        "000008e8  10 00 00 ff                                      name length    16, tag 0xff",
        "000008f0  67 6f 2f 6c 61 74 65 6e 63 79 3a 3c 35 30 6d 73  name           \
         go/latency:<50ms",
        "00000900  00 x 14080                                       free ",
    ] {
        assert!(output.out.contains(&format!("\n{line}")), "{line}");
    }
    assert!(
        output
            .out
            .contains(" -> 0x8e0 \"go/latency:<50ms\" = 3 -> end\n")
    );
    let verdict = "\nverdict: a reader takes this file, with 0 notes; 0 remarks\n\n";
    assert!(output.out.ends_with(verdict), "{}", output.out);
}

#[test]
fn explain_points_at_damage_and_goes_on() {
    let home = Home::new();
    let circular = home.write("circular", circular());
    let sound = home.write("sound", counting(&[]));
    let call = home.call(&["dump", "--explain"]);
    let output = call.arg(circular).arg(sound).run();
    assert_eq!((output.code, output.err.as_str()), (1, ""));
    let what = "pointer 0x8e0 leads to or into a record reached before [fmt.chain.once]\n";
    assert!(
        output
            .out
            .contains(&format!("\n          ^^ at 0x8ec DAMAGE: {what}"))
    );
    let verdict = format!("\nverdict: a reader rejects this file\n  offset 0x8ec: {what}");
    assert!(output.out.contains(&verdict));
    assert!(
        output
            .out
            .ends_with("a reader takes this file, with 0 notes; 0 remarks\n\n")
    );
}

#[test]
fn explain_names_what_cannot_be_read_and_explains_the_rest() {
    let home = Home::new();
    let pipe = home.path("pipe");
    make_pipe(&pipe);
    let sound = home.write("sound", counting(&[]));
    for json in [false, true] {
        let mut call = home.call(&["dump", "--explain"]);
        if json {
            call = call.arg("--json");
        }
        let output = call.arg(&pipe).arg(&sound).run();
        let said = format!(
            "gotelemetry: {}: not a regular file [dir.files]\n",
            pipe.display()
        );
        assert_eq!((output.code, output.err), (1, said));
        assert!(output.out.contains(&sound.display().to_string()));
    }
}

#[test]
fn explain_of_names_that_lie_over_each_other_comes_to_an_end() {
    let home = Home::new();
    let raw = raw::overlapping(4 * 1024 * 1024);
    let path = home.write("overlapping", &raw.bytes);
    // Reading all of every name would take minutes.
    let output = home.call(&["dump", "--explain"]).arg(path).run();
    assert_eq!((output.code, output.err.as_str()), (1, ""));
    let records = raw.records().len();
    let said = format!("4194304 bytes, words in little-endian order, {records} records in chains");
    assert!(output.out.contains(&said));
}

#[test]
fn explain_decodes_of_a_name_in_a_chain_what_a_writer_could_have_given() {
    let home = Home::new();
    let name = ["x\na.b\n\".c", "y".repeat(70_000).as_str()].concat();
    let path = home.write("long", counting(&[(name.as_bytes(), 3)]));
    let output = home.call(&["dump", "--explain"]).arg(path).run();
    // All of it would be longer than what is decoded.
    let chain = format!("\"x\\na.b\\na.c{}..\" = 3 -> end", "y".repeat(49));
    assert!(output.out.contains(&chain), "{chain}");
}

#[test]
fn explain_as_json_is_one_document_whose_fields_cover_the_file() {
    let home = Home::new();
    let path = home.write("circular", circular());
    let call = home.call(&["dump", "--explain", "--json"]);
    let output = call.arg(path).run();
    assert_eq!((output.code, output.err.as_str()), (1, ""));
    let document = parsed(&output.out);
    let fields: &Vec<JsonValue> = document[0]["Fields"].get().expect("an array");
    let mut end = 0.0;
    for field in fields {
        let size: &f64 = field["Size"].get().expect("a number");
        assert_eq!(field["Offset"], JsonValue::Number(end));
        end += size;
    }
    assert_eq!(end, 16384.0);
    let error = &document[0]["Error"];
    assert_eq!(error["Offset"], number(0x8ec));
    assert_eq!(error["Clause"], "fmt.chain.once".to_owned().into());
    assert_eq!(document[0]["Chains"][0]["BrokenAt"], number(0x8e0));
}
