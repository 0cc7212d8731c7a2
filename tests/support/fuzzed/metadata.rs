//! Metadata: what a header says and who wrote it, against `spec/counter-file.md`, `spec/names.md`
//! and `spec/week.md` read a second time, and by a round trip through a file.

use std::collections::BTreeMap;

use gotelemetry::format::date::{Date, Span, Time, Weekday};
use gotelemetry::format::header::{self, ByteOrder};
use gotelemetry::format::identity::{self, Identity};
use gotelemetry::format::parse;

use super::input::Input;
use super::mode::{days_of_month, is_date};
use crate::support::agree::{agree, tiles};
use crate::support::raw::{Order, PAGE, Raw};

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    match input.u8() % 8 {
        0 => time(&input.text()),
        1 => release(&input.text()),
        2 | 3 => identity_of(&mut input),
        4 => written(input.all()),
        5 => of_crate(&mut input),
        number => read(input.all(), number == 7),
    }
}

/// Metadata as it may stand in a file.
fn read(text: &[u8], is_big: bool) {
    let order = if is_big { Order::Big } else { Order::Little };
    let file = Raw::with_order(&text[..text.len().min(16000)], order).into_bytes();
    if !agree(&file) {
        return;
    }
    tiles(&file);
    let file = parse(&file).expect("both readers take it");
    let mut last = BTreeMap::new();
    for (key, value) in file.meta.pairs() {
        last.insert(key, value);
    }
    for (key, value) in last {
        if let Ok(key) = std::str::from_utf8(key) {
            assert_eq!(file.meta.get(key), Some(value));
            let text = std::str::from_utf8(value).ok();
            let seconds = file.meta.time(key).map(Time::unix);
            assert_eq!(seconds, text.and_then(unix_seconds));
        }
    }
}

/// Metadata that a writer is asked to write.
fn written(text: &[u8]) {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let header = header::encode(text, order);
        if text.len() > 512 {
            let clause = header.map_err(|error| error.clause());
            assert_eq!(clause, Err("fmt.meta.max"));
            continue;
        }
        let mut bytes = header.expect("it is short enough");
        assert_eq!(bytes.len(), (32 + text.len()).next_multiple_of(32));
        bytes.resize(PAGE, 0);
        let raw = match order {
            ByteOrder::Little => Order::Little,
            ByteOrder::Big => Order::Big,
        };
        assert_eq!(bytes, Raw::with_order(text, raw).into_bytes());
        agree(&bytes);
    }
}

fn time(text: &str) {
    let time = Time::parse(text);
    assert_eq!(time.map(Time::unix).ok(), unix_seconds(text));
    let date = Date::parse(text);
    assert_eq!(date.is_ok(), is_date(text));
    if let Ok(time) = time {
        assert_eq!(Time::parse(&time.to_string()), Ok(time));
        assert_eq!(
            time.date().midnight().unix(),
            time.unix() - time.unix().rem_euclid(86_400)
        );
    }
    if let Ok(date) = date {
        assert_eq!(date.to_string(), text);
        span(date);
    }
}

/// The spans that begin on a day, one for each weekday on which weeks can end.
fn span(day: Date) {
    for number in 0..7 {
        let weekday = Weekday::from_number(number);
        let ends = (1..8).filter_map(|days| day.plus_days(days));
        let end = ends.into_iter().find(|end| end.weekday() == weekday);
        assert_eq!(Span::beginning(day, weekday).map(|span| span.end), end);
    }
}

/// The seconds since 1970 that a text in RFC 3339 form states.
fn unix_seconds(text: &str) -> Option<i64> {
    let (date, clock) = (text.get(..10)?, text.get(10..)?);
    if !is_date(date) || !clock.starts_with('T') {
        return None;
    }
    let two = |at: usize, below: i64| -> Option<i64> {
        let digits = clock.get(at..at + 2)?;
        let number = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse());
        number?.ok().filter(|number| *number < below)
    };
    let colons = clock.get(3..4) == Some(":") && clock.get(6..7) == Some(":");
    let seconds = two(1, 24)? * 3600 + two(4, 60)? * 60 + two(7, 60)?;
    let mut zone = clock.get(9..)?;
    if let Some(fraction) = zone.strip_prefix('.') {
        zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        if zone.len() == fraction.len() {
            return None;
        }
    }
    let ahead = match zone.as_bytes() {
        b"Z" => 0,
        [sign @ (b'+' | b'-'), _, _, b':', _, _] => {
            let at = clock.len() - 5;
            let ahead = two(at, 24)? * 3600 + two(at + 3, 60)? * 60;
            if *sign == b'+' { ahead } else { -ahead }
        }
        _ => return None,
    };
    let sum = days_since_1970(date) * 86_400 + seconds - ahead;
    let years = -62_167_219_200..=253_402_300_799;
    (colons && years.contains(&sum)).then_some(sum)
}

/// Years by their leap days, then months one by one.
fn days_since_1970(date: &str) -> i64 {
    let number = |at: usize, len: usize| date[at..at + len].parse::<u32>().expect("digits");
    let (year, month, day) = (number(0, 4), number(5, 2), number(8, 2));
    let before = i64::from(year) - 1;
    let leap = |n: i64| before.div_euclid(n);
    let years = 365 * (before - 1969) + (leap(4) - 492) - (leap(100) - 19) + (leap(400) - 4);
    let months: u32 = (1..month).map(|month| days_of_month(year, month)).sum();
    years + i64::from(months + day) - 1
}

fn release(text: &str) {
    assert_eq!(identity::is_go_release(text), is_release(text));
    let name = text.trim_end_matches('/').rsplit('/').next().unwrap_or("");
    assert_eq!(identity::base(text), name);
    let cut = name.strip_suffix(".exe").unwrap_or(name);
    assert_eq!(identity::program_of_argv0(text), cut);
}

/// Whether a version is that of a release, by the sequence of what it consists of.
fn is_release(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("go") else {
        return false;
    };
    let mut shape = String::new();
    let mut number = String::new();
    for c in rest.chars().chain(['$']) {
        if c.is_ascii_digit() {
            number.push(c);
            continue;
        }
        if !number.is_empty() {
            shape.push(if number.len() > 1 && number.starts_with('0') {
                '!'
            } else {
                'N'
            });
            number.clear();
        }
        match c {
            'a'..='z' if shape.ends_with('a') => {}
            'a'..='z' => shape.push('a'),
            other => shape.push(other),
        }
    }
    let shapes = ["N$", "N.N$", "N.N.N$", "N.Na$", "N.NaN$"];
    shapes.contains(&shape.as_str()) && !rest.contains("devel")
}

fn identity_of(input: &mut Input<'_>) {
    let weekend = Weekday::from_number(i32::from(input.u8()));
    let day = Date::MIN.plus_days((input.u32() % 3_652_425) as i32);
    let [program, version, go_version, goos, goarch] = [0; 5].map(|_| input.text());
    let ours = Identity::new(&program, &version, &go_version, &goos, &goarch);
    let go_version = if is_release(&go_version) {
        go_version
    } else {
        "devel".to_owned()
    };
    let version = match program.strip_prefix("cmd/") {
        Some(_) => go_version.clone(),
        None if version.contains("devel") => "devel".to_owned(),
        None if version.split('-').count() > 2 => "devel".to_owned(),
        None => version,
    };
    let values = [&program, &version, &go_version, &goos, &goarch];
    let breaks_line = values.iter().any(|value| value.contains(['\n', '\0']));
    let has_slash = values[1..].iter().any(|value| value.contains('/'));
    let clause = match () {
        () if breaks_line || has_slash => Some("id.field"),
        () if program.chars().all(|c| c == '/') => Some("id.program"),
        () => None,
    };
    assert_eq!(ours.as_ref().err().map(|error| error.clause()), clause);
    let (Ok(ours), Some(day)) = (ours, day) else {
        return;
    };
    assert_eq!(
        [
            &ours.program,
            &ours.version,
            &ours.go_version,
            &ours.goos,
            &ours.goarch
        ],
        values
    );
    if let Some(span) = Span::beginning(day, weekend) {
        comes_back(&ours, span);
    }
}

/// What an identity writes of itself is what is read.
fn comes_back(identity: &Identity, span: Span) {
    let at = if identity.version.is_empty() { "" } else { "@" };
    let base = identity
        .program
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or("");
    let named = format!(
        "{base}{at}{}-{}-{}-{}-{}.v1.count",
        identity.version, identity.go_version, identity.goos, identity.goarch, span.begin
    );
    assert_eq!(identity.file_name(span), named);
    assert!(!named.contains('/') && !named.contains('\0') && !named.starts_with('/'));
    let text = identity.meta_text(span);
    let file = Raw::new(text.as_bytes()).into_bytes();
    if text.len() > 16_000 {
        return;
    }
    assert!(agree(&file));
    let file = parse(&file).expect("both readers take it");
    let expected = [
        ("Program", identity.program.as_bytes()),
        ("Version", identity.version.as_bytes()),
        ("GoVersion", identity.go_version.as_bytes()),
        ("GOOS", identity.goos.as_bytes()),
        ("GOARCH", identity.goarch.as_bytes()),
    ];
    for (key, value) in expected {
        assert_eq!(file.meta.get(key), Some(value), "{key}");
    }
    assert_eq!(file.meta.pairs().count(), 7);
    assert_eq!(file.meta.time("TimeBegin"), Some(span.begin.midnight()));
    assert_eq!(file.meta.time("TimeEnd"), Some(span.end.midnight()));
}

fn of_crate(input: &mut Input<'_>) {
    let [repository, name, version] = [0; 3].map(|_| input.text());
    if let Ok(ours) = Identity::of_crate(&repository, &name, &version, "devel") {
        let path = repository
            .split_once("://")
            .map_or(&*repository, |(_, path)| path);
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        assert_eq!(ours.program, if path.is_empty() { &name } else { path });
    }
}
