//! The operations that write.
//!
//! Implements the section *Writing* of `spec/driver.md`.

use std::collections::BTreeMap;
use std::fs;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Done, Operation, Refusal, Request, bytes, date, hex, integer, member, time};
use crate::dir::TelemetryDir;
use crate::format::date::{Span, Time};
use crate::format::header::{self, ByteOrder};
use crate::format::identity::{self, Identity};
use crate::format::name;
use crate::format::stack::{self, Frame, Line};
use crate::json::{Value, Writer};
use crate::mode::{self, Mode};
use crate::recorder::{Counter, Recorder};
use crate::system::Environment;
use crate::week;

pub(super) const OPERATIONS: &[Operation] = &[
    ("set-mode", set_mode),
    ("encode-stack", encode_stack),
    ("flag-name", flag_name),
    ("identify", identify),
    ("span", span),
    ("encode-string", encode_string),
    ("encode-float", encode_float),
    #[cfg(target_os = "linux")]
    ("write", write),
    #[cfg(target_os = "linux")]
    ("race", race),
];

/// How long a race waits for its start.
const BARRIER_PATIENCE: Duration = Duration::from_secs(30);

/// How often it looks.
const BARRIER_PAUSE: Duration = Duration::from_micros(200);

type Answer = Result<Done, Refusal>;

fn set_mode(request: &Request) -> Answer {
    let mode = Mode::parse(request.text("mode")?)?;
    let now = request.arg("now", time)?;
    mode::set(&TelemetryDir::at(&request.dir), mode, now.date())?;
    Ok(Done::nothing())
}

fn encode_stack(request: &Request) -> Answer {
    let frames = request.arg("frames", Value::as_array)?;
    let frame = |frame| {
        let line = member(frame, "line", integer)?;
        Ok(Frame {
            symbol: member(frame, "symbol", Value::as_str)?,
            line: match member(frame, "inlined", Value::as_bool)? {
                true => Line::Absolute(line),
                false => Line::Relative(line),
            },
            pc_offset: member(frame, "entry_distance", integer)?,
        })
    };
    let frames: Result<Vec<Frame<'_>>, Refusal> = frames.iter().map(frame).collect();
    let name = stack::encode(request.text("counter")?, &frames?);
    Ok(Done::with(Value::from([(
        "name",
        Value::String(hex(&name)),
    )])))
}

fn flag_name(request: &Request) -> Answer {
    let base = identity::base(request.text("program")?);
    let name = name::of_flag(base, request.text("flag")?);
    Ok(Done::with(Value::from([("name", Value::String(name))])))
}

fn identify(request: &Request) -> Answer {
    let path = match request.text("path")? {
        "" => identity::program_of_argv0(request.text("argv0")?),
        path => path,
    };
    let identity = Identity::new(
        path,
        request.text("version")?,
        request.text("go_version")?,
        request.text("goos")?,
        request.text("goarch")?,
    )?;
    let (begin, end) = (request.arg("begin", date)?, request.arg("end", date)?);
    let span = Span { begin, end };
    let meta = identity.meta_text(span);
    header::encode(meta.as_bytes(), ByteOrder::Little)?;
    Ok(Done::with(Value::from([
        ("identity", of_identity(&identity)),
        ("file", Value::String(identity.file_name(span))),
        ("meta", Value::String(hex(meta.as_bytes()))),
    ])))
}

fn of_identity(identity: &Identity) -> Value {
    Value::from([
        ("program", identity.program.as_str().into()),
        ("version", identity.version.as_str().into()),
        ("go_version", identity.go_version.as_str().into()),
        ("goos", identity.goos.as_str().into()),
        ("goarch", identity.goarch.as_str().into()),
    ])
}

fn span(request: &Request) -> Answer {
    let today = request.arg("now", time)?.date();
    let weekday = week::read(&TelemetryDir::at(&request.dir))?
        .ok_or_else(|| Refusal::Error("there is no file local/weekends".to_owned()))?;
    let span = Span::beginning(today, weekday)
        .ok_or_else(|| Refusal::Error("no week ends after this day".to_owned()))?;
    Ok(Done::with(Value::from([
        ("begin", Value::String(span.begin.to_string())),
        ("end", Value::String(span.end.to_string())),
    ])))
}

fn encode_string(request: &Request) -> Answer {
    let mut writer = Writer::compact();
    writer.string(&request.bytes("bytes")?);
    let json = Value::String(hex(&writer.finish()));
    Ok(Done::with(Value::from([("json", json)])))
}

fn encode_float(request: &Request) -> Answer {
    let mut writer = Writer::compact();
    writer.f64(f64::from_bits(request.arg("bits", integer)?));
    let json = String::from_utf8_lossy(&writer.finish()).into_owned();
    Ok(Done::with(Value::from([("json", Value::String(json))])))
}

/// The identity that a program counts under.
fn identity(request: &Request) -> Result<Identity, Refusal> {
    let identity = request.arg("identity", Some)?;
    let text = |key| member(identity, key, Value::as_str);
    Ok(Identity::new(
        text("program")?,
        text("version")?,
        text("go_version")?,
        text("goos")?,
        text("goarch")?,
    )?)
}

/// The present in the case at hand, in seconds since 1970.
static PRESENT: AtomicI64 = AtomicI64::new(0);

/// A recorder for a case that begins at `now`; its mappings stay until the driver ends.
fn recorder(now: Time) -> &'static Recorder {
    set_present(now);
    // ORDERING: relaxed, as one thread alone reads and writes it.
    let clock = || Time::from_unix(PRESENT.load(Ordering::Relaxed));
    Box::leak(Box::new(Recorder::with_clock(clock)))
}

fn set_present(now: Time) {
    // ORDERING: relaxed, as one thread alone reads and writes it.
    PRESENT.store(now.unix(), Ordering::Relaxed);
}

fn write(request: &Request) -> Answer {
    let (identity, environment) = (identity(request)?, request.environment()?);
    let dir = TelemetryDir::at(&request.dir);
    let recorder = recorder(Time::from_unix(0));
    let mut counters = BTreeMap::new();
    for step in request.arg("steps", Value::as_array)? {
        let now = step.get("now").and_then(time);
        now.into_iter().for_each(set_present);
        let now = || now.ok_or_else(|| Refusal::Error("a step without its time".to_owned()));
        // What a recorder refuses is no rejection: the suite looks at the files.
        match member(step, "do", Value::as_str)? {
            "add" => {
                let (name, n) = (member(step, "name", bytes)?, member(step, "n", integer)?);
                add(recorder, &mut counters, name, n);
            }
            "open" => {
                drop(recorder.open(&dir, &environment, &identity, now()?));
            }
            "rotate" => drop(recorder.rotate(now()?)),
            "put" => {
                let path = request.path_of(member(step, "file", Value::as_str)?)?;
                fs::write(&path, member(step, "bytes", bytes)?).map_err(failed)?;
            }
            "delete" => {
                let path = request.path_of(member(step, "file", Value::as_str)?)?;
                fs::remove_file(&path).map_err(failed)?;
            }
            other => return Err(Refusal::Error(format!("there is no step {other:?} here"))),
        }
    }
    Ok(Done::nothing())
}

/// Adds as most programs do, by a counter that is kept; there is none with a name that is no text.
fn add(
    recorder: &'static Recorder,
    counters: &mut BTreeMap<String, &'static Counter>,
    name: Vec<u8>,
    n: u64,
) {
    match String::from_utf8(name) {
        Ok(name) => {
            let counter = counters.entry(name).or_insert_with_key(|name| {
                let name = Box::leak(name.clone().into_boxed_str());
                Box::leak(Box::new(Counter::of(name, recorder)))
            });
            counter.add(n);
        }
        Err(no_text) => drop(recorder.add(no_text.as_bytes(), n)),
    }
}

fn failed(error: std::io::Error) -> Refusal {
    Refusal::Error(error.to_string())
}

fn race(request: &Request) -> Answer {
    let names = request.arg("names", Value::as_array)?.iter().map(bytes);
    let names: Option<Vec<Vec<u8>>> = names.collect();
    let names = names.ok_or_else(|| Refusal::Error("names that are no bytes".to_owned()))?;
    let rounds = request.arg("rounds", Value::as_u64)?;
    let dir = TelemetryDir::at(&request.dir);
    let now = request.arg("now", time)?;
    let recorder = recorder(now);
    let barrier = request.path("barrier")?;
    let begun = Instant::now();
    let opened = || {
        let opened = recorder.open(&dir, &Environment::default(), &identity(request)?, now);
        opened.map_err(|closed| Refusal::Error(closed.to_string()))
    };
    // A race that begins without a count file begins with making it.
    let cold = matches!(request.args.get("cold"), Some(Value::Bool(true)));
    if !cold {
        opened()?;
    }
    while !barrier.exists() {
        if begun.elapsed() > BARRIER_PATIENCE {
            return Err(Refusal::Error("the race never began".to_owned()));
        }
        thread::sleep(BARRIER_PAUSE);
    }
    if cold {
        opened()?;
    }
    for _ in 0..rounds {
        for name in &names {
            recorder
                .add(name, 1)
                .map_err(|closed| Refusal::Error(closed.to_string()))?;
        }
    }
    Ok(Done::nothing())
}
