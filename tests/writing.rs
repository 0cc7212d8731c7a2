//! What a program leaves in a file, byte for byte: as the specification lays it out, and as a
//! writer does that knows the specification alone.

mod support;

use gotelemetry::format::header::{self, ByteOrder};
use gotelemetry::format::identity::Identity;

const IDENTITY: [&str; 5] = ["example.com/tool", "v1.0.0", "go1.27.3", "linux", "amd64"];

fn identity() -> Identity {
    let [program, version, go_version, goos, goarch] = IDENTITY;
    Identity::new(program, version, go_version, goos, goarch).expect("it is sound")
}

/// The metadata of the identity's file from 2026-11-21 to 2026-11-27.
const META: &str = "TimeBegin: 2026-11-21T00:00:00Z\n\
    TimeEnd: 2026-11-27T00:00:00Z\n\
    Program: example.com/tool\n\
    Version: v1.0.0\n\
    GoVersion: go1.27.3\n\
    GOOS: linux\n\
    GOARCH: amd64\n\
    \n";

// test[fmt.header.write]
#[test]
fn a_header_is_as_long_as_its_metadata_rounded_up() {
    for len in 0..=512_u32 {
        let meta = vec![b'm'; len as usize];
        for (order, bytes) in [
            (ByteOrder::Little, u32::to_le_bytes as fn(u32) -> [u8; 4]),
            (ByteOrder::Big, u32::to_be_bytes),
        ] {
            let header = header::encode(&meta, order).expect("it is short");
            let rounded = (32 + len).next_multiple_of(32);
            assert_eq!(header.len(), rounded as usize);
            assert_eq!(header[28..32], bytes(rounded));
            assert_eq!(header[..28], *b"# telemetry/counter file v1\n");
            assert_eq!(header[32..32 + len as usize], meta);
            assert!(header[32 + len as usize..].iter().all(|byte| *byte == 0));
        }
    }
}

// test[fmt.meta.max]
#[test]
fn metadata_of_more_than_512_bytes_makes_no_header() {
    let encode = |len: usize| header::encode(&vec![b'm'; len], ByteOrder::Little);
    assert!(encode(512).is_ok());
    for len in [513, 544, 1 << 20] {
        let clause = encode(len).map_err(|error| error.clause());
        assert_eq!(clause, Err("fmt.meta.max"), "{len}");
    }
}

// test[fmt.meta.keys]
#[test]
fn metadata_has_seven_lines_in_order_and_an_empty_one() {
    use gotelemetry::format::date::{Date, Span, Weekday};
    let day = Date::parse("2026-11-21").expect("a date");
    let span = Span::beginning(day, Weekday::from_number(5)).expect("a span");
    assert_eq!(identity().meta_text(span), META);
}

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod files {
    use std::fs;

    use gotelemetry::dir::{DirError, TelemetryDir};
    use gotelemetry::format::date::Time;
    use gotelemetry::format::identity::Identity;
    use gotelemetry::recorder::{Closed, Counter, Recorder};
    use gotelemetry::system::Environment;
    use tempfile::TempDir;

    use super::support::raw::{Order, Raw};
    use super::*;

    /// A directory whose weeks end on Friday, and a recorder that no file is open in.
    fn prepared() -> (TempDir, TelemetryDir, &'static Recorder) {
        let home = TempDir::new().expect("a directory can be made");
        let dir = TelemetryDir::at(home.path());
        fs::create_dir(dir.local()).expect("a directory can be made");
        fs::write(dir.weekends_file(), "5\n").expect("it can be written");
        (home, dir, Box::leak(Box::new(Recorder::new())))
    }

    fn open(
        recorder: &'static Recorder,
        dir: &TelemetryDir,
        identity: &Identity,
    ) -> Result<(), Closed> {
        let now = Time::parse("2026-11-21T10:00:00Z").expect("a time");
        recorder.open(dir, &Environment::default(), identity, now)
    }

    fn native() -> Order {
        match cfg!(target_endian = "big") {
            true => Order::Big,
            false => Order::Little,
        }
    }

    /// Names of many lengths, some of one bucket, more than three pages of them.
    fn names() -> Vec<String> {
        let short = (0..700).map(|number| format!("name/{number}"));
        let long = [4096, 1, 16, 17, 2500, 4096, 4095, 33, 4096, 4080, 4081];
        let long = (0..).zip(long);
        let long = long.map(|(number, len)| char::from(b'a' + number).to_string().repeat(len));
        short.chain(long).collect()
    }

    // test[fmt.page, fmt.record.size, fmt.name.max, fmt.bucket, fmt.place, fmt.place.limit]
    // test[fmt.link]
    #[test]
    fn a_file_has_the_bytes_of_a_writer_that_knows_the_specification_alone() {
        let (_home, dir, recorder) = prepared();
        open(recorder, &dir, &identity()).expect("it can be opened");
        let path = recorder.path().expect("it is open");
        let mut raw = Raw::with_order(META.as_bytes(), native());
        assert!(fs::read(path).expect("it can be read") == raw.bytes);
        for (number, name) in (1..).zip(names()) {
            recorder.add(name.as_bytes(), number).expect("it has room");
            raw.add(name.as_bytes(), number);
            let bytes = fs::read(path).expect("it can be read");
            let differs = bytes.iter().zip(&raw.bytes).position(|(a, b)| a != b);
            assert_eq!((bytes.len(), differs), (raw.bytes.len(), None), "{name}");
        }
        assert!(raw.bytes.len() > 3 * 16384);
    }

    // test[fmt.meta.max]
    #[test]
    fn a_program_whose_identity_is_too_long_does_not_count() {
        let (_home, dir, recorder) = prepared();
        let [_, version, go_version, goos, goarch] = IDENTITY;
        let named = |len: usize| {
            let program = format!("{}/tool", "p".repeat(len - 5));
            Identity::new(&program, version, go_version, goos, goarch).expect("it is sound")
        };
        let longest = 512 - (META.len() - IDENTITY[0].len());
        let reason = open(recorder, &dir, &named(longest + 1)).expect_err("it is too long");
        let clause = match &reason {
            Closed::Dir(DirError::Content { error, .. }) => error.clause(),
            other => panic!("{other}"),
        };
        assert_eq!(clause, "fmt.meta.max");
        assert!(dir.count_files().expect("listed").is_empty());
        open(recorder, &dir, &named(longest)).expect("it just fits");
        let bytes = fs::read(recorder.path().expect("it is open")).expect("it can be read");
        assert_eq!(bytes[28..32], 544_u32.to_ne_bytes());
    }

    // test[grow.still]
    #[test]
    fn an_attached_counter_reaches_its_record_while_the_file_grows() {
        let (_home, dir, recorder) = prepared();
        let counter: &'static Counter = Box::leak(Box::new(Counter::of("still", recorder)));
        open(recorder, &dir, &identity()).expect("it can be opened");
        counter.inc();
        let place = |counter: &Counter| counter.word().map(std::ptr::from_ref);
        let before = place(counter);
        assert!(before.is_some());
        let path = recorder.path().expect("it is open");
        for number in 0..20_000 {
            let name = format!("name/{number}");
            recorder.add(name.as_bytes(), 1).expect("it has room");
            counter.inc();
        }
        assert!(fs::metadata(path).expect("it is there").len() > 20 * 16384);
        assert_eq!(place(counter), before);
        assert_eq!(counter.read().expect("it can be read"), 20_001);
    }
}
