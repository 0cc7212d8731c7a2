//! The client: the one place that opens connections.
//!
//! Every request has deadlines, follows no redirect and says nothing of the user. Proxies of the
//! network are taken from the environment as `ureq` takes them (`HTTPS_PROXY`, `NO_PROXY` and the
//! like); this machine itself is never asked through one.

use std::fs::File;
use std::io::{self, Read as _};
use std::time::{Duration, Instant};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::typestate::{WithBody, WithoutBody};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Proxy, ProxyProtocol, RequestBuilder, Timeout};

use super::lookup::{LookUp, address};
use super::{Get, NetworkError, Post};
use crate::system;

/// How long a client waits before it gives a request up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Deadlines {
    /// For looking up a name: 4 seconds.
    pub look_up: Duration,
    /// For connecting, once the address is known: 6 seconds.
    pub connect: Duration,
    /// While nothing can be sent or received: 30 seconds.
    pub idle: Duration,
    /// For a request in all: 60 seconds.
    pub whole: Duration,
}

impl Default for Deadlines {
    // spec[upload.deadline.connect, upload.deadline.idle, upload.deadline.all]
    fn default() -> Deadlines {
        Deadlines {
            look_up: Duration::from_secs(4),
            connect: Duration::from_secs(6),
            idle: Duration::from_secs(30),
            whole: Duration::from_secs(60),
        }
    }
}

/// How many bytes of an answer's status line and headers are read.
// spec[upload.answer.status]
const MAX_HEAD: usize = 64 * 1024;

/// How many bytes are written at once. The deadline of a request is looked at before each time, and
/// a server that takes them one by one must not put that off.
// spec[upload.deadline.all]
const MAX_WRITE: usize = 8 * 1024;

const USER_AGENT: &str = concat!("gotelemetry/", env!("CARGO_PKG_VERSION"));

/// Sends requests over HTTP, one after the other.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    /// Whether the environment names a proxy that this client cannot go through.
    is_cut_off: bool,
    /// How long a request may take in all.
    whole: Duration,
    /// The clock's reading at which all requests together have taken too long.
    until: Option<Instant>,
}

impl Client {
    /// A client.
    pub fn new() -> Client {
        Client::with(Deadlines::default())
    }

    /// A client that gives up at other times than usual.
    // spec[upload.redirect, upload.request.private, upload.request.tls, config.fetch.redirect]
    pub fn with(deadlines: Deadlines) -> Client {
        let proxy = Proxy::try_from_env();
        let of_http = |proxy: &Proxy| {
            let protocol = proxy.protocol();
            matches!(protocol, ProxyProtocol::Http | ProxyProtocol::Https)
        };
        let is_cut_off = proxy.as_ref().is_some_and(|proxy| !of_http(proxy));
        let config = Config::builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_resolve(Some(deadlines.look_up))
            .timeout_connect(Some(deadlines.connect))
            .timeout_per_read(Some(deadlines.idle))
            .timeout_per_write(Some(deadlines.idle))
            .max_response_header_size(MAX_HEAD)
            .output_buffer_size(MAX_WRITE)
            .user_agent(USER_AGENT)
            .proxy(proxy)
            .build();
        Client {
            agent: Agent::with_parts(config, DefaultConnector::default(), LookUp),
            is_cut_off,
            whole: deadlines.whole,
            until: None,
        }
    }

    /// The same client, all of whose requests together may take no longer than `all` from now on.
    #[must_use]
    pub fn within(self, all: Duration) -> Client {
        Client {
            until: system::clock().checked_add(all),
            ..self
        }
    }

    /// How long a request to `url` may take from now on.
    // spec[upload.deadline.all, config.fetch.deadline]
    fn time_left(&self, url: &str) -> Result<Duration, NetworkError> {
        let Some(until) = self.until else {
            return Ok(self.whole);
        };
        match until.checked_duration_since(system::clock()) {
            Some(left) if !left.is_zero() => Ok(left.min(self.whole)),
            _ => Err(NetworkError::Late {
                url: url.to_owned(),
                clause: "config.fetch.deadline",
            }),
        }
    }

    fn prepared<B>(
        &self,
        request: RequestBuilder<B>,
        url: &str,
    ) -> Result<RequestBuilder<B>, NetworkError> {
        // Nobody is asked past a proxy.
        if self.is_cut_off && !is_this_machine(url) {
            return Err(NetworkError::Failed {
                url: url.to_owned(),
                what: "the environment names a proxy that is none of HTTP (ALL_PROXY, HTTPS_PROXY \
                       or HTTP_PROXY), which this program cannot go through"
                    .to_owned(),
            });
        }
        let config = request.config().timeout_global(Some(self.time_left(url)?));
        Ok(match is_this_machine(url) {
            true => config.proxy(None).build(),
            false => config.build(),
        })
    }

    fn failure(url: &str, error: &ureq::Error) -> NetworkError {
        let url = url.to_owned();
        let clause = match error {
            ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => "upload.deadline.connect",
            ureq::Error::Timeout(Timeout::PerRead | Timeout::PerWrite) => "upload.deadline.idle",
            ureq::Error::Timeout(_) => "upload.deadline.all",
            error => {
                let what = error.to_string();
                return NetworkError::Failed { url, what };
            }
        };
        NetworkError::Late { url, clause }
    }
}

impl Default for Client {
    fn default() -> Client {
        Client::new()
    }
}

impl Get for Client {
    // spec[config.proxy.status, config.proxy.size]
    fn get(&mut self, url: &str, max: usize) -> Result<Vec<u8>, NetworkError> {
        if let Some(path) = url.strip_prefix("file://") {
            return read_file(url, path, max);
        }
        let request: RequestBuilder<WithoutBody> = self.prepared(self.agent.get(url), url)?;
        let response = request.call();
        let mut response = response.map_err(|error| Client::failure(url, &error))?;
        let status = response.status().as_u16();
        if status != 200 {
            let url = url.to_owned();
            return Err(NetworkError::Status { url, status });
        }
        let mut answer = Vec::new();
        let body = response.body_mut().as_reader();
        let read = body.take(max as u64 + 1).read_to_end(&mut answer);
        read.map_err(|error| Client::failure(url, &ureq::Error::from(error)))?;
        within(url, answer, max)
    }
}

impl Post for Client {
    // spec[upload.request.method, upload.request.body, upload.request.type]
    // spec[upload.answer.status]
    fn post(&mut self, url: &str, body: &[u8]) -> Result<u16, NetworkError> {
        let request: RequestBuilder<WithBody> = self.prepared(self.agent.post(url), url)?;
        let request = request.header("Content-Type", "application/json");
        let response = request.send(body);
        let response = response.map_err(|error| Client::failure(url, &error))?;
        Ok(response.status().as_u16())
    }
}

fn within(url: &str, answer: Vec<u8>, max: usize) -> Result<Vec<u8>, NetworkError> {
    match answer.len() <= max {
        true => Ok(answer),
        false => Err(NetworkError::TooLong {
            url: url.to_owned(),
            max,
        }),
    }
}

/// What a proxy that is a directory answers.
fn read_file(url: &str, path: &str, max: usize) -> Result<Vec<u8>, NetworkError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => NetworkError::Status {
            url: url.to_owned(),
            status: 404,
        },
        _ => NetworkError::Failed {
            url: url.to_owned(),
            what: error.to_string(),
        },
    };
    let path = path.strip_prefix("localhost").unwrap_or(path);
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(failed(io::ErrorKind::NotFound.into()));
    }
    let mut answer = Vec::new();
    let file = File::open(path).map_err(failed)?;
    let read = file.take(max as u64 + 1).read_to_end(&mut answer);
    read.map_err(failed)?;
    within(url, answer, max)
}

/// Whether a URL leads to this machine.
fn is_this_machine(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else {
        return false;
    };
    let is_localhost = uri
        .host()
        .is_some_and(|host| host.eq_ignore_ascii_case("localhost"));
    is_localhost || address(&uri).is_some_and(|address| address.is_loopback())
}
