//! A collector on loopback that fails at random, and notes what it was sent and how it answered.
//!
//! It takes what is a report with the date of the path, and refuses anything else, as a collector
//! would. What ought to be sent is not known here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use gotelemetry::report::Report;

use crate::random::Random;
use crate::web::{Reply, Request, Server};

/// How long it says nothing before it cuts a connection.
const SILENCE: Duration = Duration::from_millis(60);

/// How long it says nothing to uploaders that do not wait for it, which ask below this path.
const LONG_SILENCE: Duration = Duration::from_millis(800);
const IMPATIENT: &str = "/impatient";

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Answer {
    /// Status 200.
    Taken,
    /// Status 400: it was no report.
    Refused,
    /// Status 500.
    Failed,
    /// Nothing was said for a while, then the connection was cut.
    Silence,
    /// Nothing was said for longer than the uploader waits.
    LongSilence,
    /// The connection was cut after the request had been read.
    Cut,
    /// The connection was cut within the first line of the answer.
    Half,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The date in the path.
    pub(crate) week: String,
    /// Whether it came from a program of this project, by its User-Agent.
    pub(crate) is_ours: bool,
    pub(crate) body: Vec<u8>,
    pub(crate) answer: Answer,
    /// Whether another request for this week had not been dealt with when it came.
    pub(crate) overlaps: bool,
}

#[derive(Default)]
struct Log {
    entries: Vec<Entry>,
    /// The weeks of the requests that are being dealt with.
    open: Vec<String>,
    /// How many connections were cut before anything had been read.
    cut_unread: usize,
}

struct State {
    log: Mutex<Log>,
    random: Mutex<Random>,
    /// How many of 100 requests go wrong.
    failures: Mutex<u64>,
}

/// A collector, until it is dropped.
pub(crate) struct Collector {
    server: Server,
    state: Arc<State>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Collector {
    pub(crate) fn start(seed: u64) -> Collector {
        let state = Arc::new(State {
            log: Mutex::default(),
            random: Mutex::new(Random(seed)),
            failures: Mutex::new(0),
        });
        let (of_cuts, of_replies) = (state.clone(), state.clone());
        let server = Server::start_and_cut(
            move || of_cuts.is_cut(),
            move |request| of_replies.reply(request),
        );
        Collector { server, state }
    }

    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// For uploaders that do not wait for an answer for long.
    pub(crate) fn impatient_url(&self) -> String {
        format!("{}{IMPATIENT}", self.server.url)
    }

    /// From now on so many of 100 requests go wrong.
    pub(crate) fn fail(&self, percent: u64) {
        *lock(&self.state.failures) = percent;
    }

    /// What it was sent so far, in the order in which it came.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        lock(&self.state.log).entries.clone()
    }

    /// How many connections were cut so far before anything had been read.
    pub(crate) fn cut_unread(&self) -> usize {
        lock(&self.state.log).cut_unread
    }
}

impl State {
    fn fails(&self) -> bool {
        lock(&self.random).below(100) < *lock(&self.failures)
    }

    fn is_cut(&self) -> bool {
        let is_cut = self.fails() && lock(&self.random).below(5) == 0;
        lock(&self.log).cut_unread += usize::from(is_cut);
        is_cut
    }

    fn reply(&self, request: &Request) -> Reply {
        let below = request.path.strip_prefix(IMPATIENT);
        let week = below.unwrap_or(&request.path).trim_start_matches('/');
        let week = week.to_owned();
        let agent = request.header("user-agent").unwrap_or_default();
        let is_report = Report::parse(&request.body).is_ok_and(|report| report.week == week);
        let answer = match (self.fails(), is_report) {
            (false, true) => Answer::Taken,
            (false, false) => Answer::Refused,
            (true, _) => match lock(&self.random).below(4) {
                0 => Answer::Failed,
                1 => Answer::Cut,
                2 => Answer::Half,
                _ if below.is_some() => Answer::LongSilence,
                _ => Answer::Silence,
            },
        };
        let mut log = lock(&self.log);
        let overlaps = log.open.contains(&week);
        // Where the uploader gives up first, the request is not being dealt with from then on.
        if answer != Answer::LongSilence {
            log.open.push(week.clone());
        }
        log.entries.push(Entry {
            week: week.clone(),
            is_ours: agent.starts_with("gotelemetry/"),
            body: request.body.clone(),
            answer,
            overlaps,
        });
        drop(log);
        match answer {
            Answer::LongSilence => {
                thread::sleep(LONG_SILENCE);
                return Reply::Cut;
            }
            Answer::Silence => thread::sleep(SILENCE),
            _ => {}
        }
        let mut log = lock(&self.log);
        let place = log.open.iter().position(|open| *open == week);
        place.map(|place| log.open.swap_remove(place));
        match answer {
            Answer::Taken => Reply::Status(200, Vec::new()),
            Answer::Refused => Reply::Status(400, Vec::new()),
            Answer::Failed => Reply::Status(500, Vec::new()),
            Answer::Silence | Answer::LongSilence | Answer::Cut => Reply::Cut,
            Answer::Half => Reply::Raw(b"HTTP/1.1 200".to_vec()),
        }
    }
}
