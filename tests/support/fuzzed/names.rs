//! Names: what becomes of the name of a record, and how that of a stack is made, against
//! `spec/names.md` read a second time.

use gotelemetry::format::name::{self, Convention};
use gotelemetry::format::record::bucket;
use gotelemetry::format::stack::{self, Frame, Line};

use super::input::Input;
use crate::support::oracle::decode_stack;
use crate::support::raw::Raw;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    match input.u8() % 4 {
        0 => encoded(&mut input),
        1 => repeated(&mut input),
        _ => found(input.all()),
    }
}

/// A name as it may stand in a file.
fn found(name: &[u8]) {
    assert_eq!(stack::is_stack(name), name.contains(&b'\n'));
    let decoded = stack::decode(name);
    assert_eq!(decoded, decode_stack(name));
    assert!(decoded.len() <= name.len().max(stack::MAX_DECODED_LEN));
    let chain = Raw::new(b"").bucket(name);
    assert_eq!(bucket(name), chain);
    let clause = match name.len() {
        0 => Some("fmt.name.min"),
        1..=4096 => None,
        _ => Some("fmt.name.max"),
    };
    assert_eq!(name::check(name).err().map(|error| error.clause()), clause);
    assert_eq!(name::missed(name), missed(name));
    if let Ok(text) = std::str::from_utf8(name) {
        let (chart, of_chart) = name::split(text);
        assert!(!chart.contains(':'));
        let whole = of_chart.map_or(chart.to_owned(), |bucket| format!("{chart}:{bucket}"));
        assert_eq!(whole, text);
    }
}

/// Names that grow when they are decoded: a long path, and many lines that repeat it.
fn repeated(input: &mut Input<'_>) {
    let times = usize::from(input.u16() % 2048);
    let path_len = usize::from(input.u16() % 4096);
    let line_len = usize::from(input.u8());
    let line = input.bytes(line_len);
    let mut name = vec![b'p'; path_len];
    name.extend_from_slice(input.all());
    for _ in 0..times {
        name.extend_from_slice(line);
    }
    found(&name);
}

/// The name of a stack of frames, made and decoded.
fn encoded(input: &mut Input<'_>) {
    let counter = input.text();
    let mut parts = Vec::new();
    while !input.is_empty() {
        let inlined = input.u8() % 2 == 1;
        let line = match input.u8() {
            0xff => input.u64() as i64,
            small => i64::from(small as i8),
        };
        let distance = match input.u8() {
            0xff => input.u64(),
            small => u64::from(small),
        };
        let times = usize::from(input.u8() % 8) + 1;
        let symbol = input.text().repeat(times);
        parts.push((symbol, inlined, line, distance));
    }
    let frames: Vec<Frame<'_>> = parts
        .iter()
        .map(|(symbol, inlined, line, distance)| Frame {
            symbol,
            line: match inlined {
                true => Line::Absolute(*line),
                false => Line::Relative(*line),
            },
            pc_offset: *distance,
        })
        .collect();
    let name = stack::encode(&counter, &frames);
    let (short, long) = written(&counter, &frames);
    assert!(name.len() <= 4096);
    if short.len() > 4096 {
        assert_eq!(name, [&short.as_bytes()[..4085], b"\ntruncated\n"].concat());
        return;
    }
    assert_eq!(name, short.as_bytes());
    // What stands before a first frame without a path, and newlines, change what comes back.
    let clean = |frame: &Frame<'_>| frame.symbol.find('.').is_some_and(|dot| dot > 0);
    let odd = |frame: &Frame<'_>| frame.symbol.contains('\n') || frame.symbol.starts_with("\".");
    let usual = !counter.contains(['.', '\n']) && !frames.is_empty();
    if usual && frames.iter().all(|f| clean(f) && !odd(f)) {
        assert_eq!(*stack::decode(&name), *long.as_bytes());
    }
    found(&name);
}

/// The name of a stack before it is cut, with ditto marks and without.
fn written(counter: &str, frames: &[Frame<'_>]) -> (String, String) {
    const NONE: Frame<'static> = Frame {
        symbol: "",
        line: Line::Absolute(0),
        pc_offset: 0,
    };
    let (mut short, mut long) = (counter.to_owned(), counter.to_owned());
    let mut last = "";
    let frames = if frames.is_empty() { &[NONE] } else { frames };
    for frame in frames {
        let dot = frame.symbol.rfind('.');
        let path = dot.map_or("", |dot| &frame.symbol[..dot]);
        let function = dot.map_or(frame.symbol, |dot| &frame.symbol[dot + 1..]);
        let line = match frame.line {
            Line::Absolute(line) => format!("={line}"),
            Line::Relative(line) if line < 0 => line.to_string(),
            Line::Relative(line) => format!("+{line}"),
        };
        let rest = format!(".{function}:{line},+0x{:x}", frame.pc_offset);
        let mark = if path == last { "\"" } else { path };
        short += &format!("\n{mark}{rest}");
        long += &format!("\n{path}{rest}");
        last = path;
    }
    (short, long)
}

/// The conventions that a name misses.
fn missed(name: &[u8]) -> Vec<Convention> {
    let Ok(text) = std::str::from_utf8(name) else {
        return vec![Convention::Utf8];
    };
    let is_control = |c: char| matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}');
    let mut missed = Vec::new();
    if text.chars().any(super::mode::is_white_space) {
        missed.push(Convention::WhiteSpace);
    }
    if text
        .chars()
        .any(|c| is_control(c) && !super::mode::is_white_space(c))
    {
        missed.push(Convention::Control);
    }
    if text.chars().filter(|c| *c == ':').count() > 1 {
        missed.push(Convention::OneColon);
    }
    missed
}
