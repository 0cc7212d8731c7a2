//! A server on loopback that answers as a test says, and notes what it was asked.

#![allow(dead_code, reason = "each test of networks uses a part of this module")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The headers, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What the server does.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with this status and body.
    Status(u16, Vec<u8>),
    /// Answers with these bytes and closes.
    Raw(Vec<u8>),
    /// Closes the connection after it has read the request.
    Cut,
    /// Says nothing for so long.
    Silence(Duration),
}

/// A server, until it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server that answers each request as `reply` says.
    pub(crate) fn start(reply: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Server {
        Server::start_and_cut(|| false, reply)
    }

    /// Starts a server that closes a connection before it has read anything if `is_cut` says so,
    /// and else answers each request as `reply` says.
    pub(crate) fn start_and_cut(
        is_cut: impl Fn() -> bool + Send + 'static,
        reply: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = listener.local_addr().expect("it has an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let (noted, end, reply) = (requests.clone(), ended.clone(), Arc::new(reply));
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let (noted, end, reply) = (noted.clone(), end.clone(), reply.clone());
                if let Ok(stream) = stream
                    && !is_cut()
                {
                    thread::spawn(move || serve(&stream, &noted, &end, &*reply));
                }
            }
        });
        Server {
            url: format!("http://{address}"),
            requests,
            ended,
            thread: Some(thread),
        }
    }

    /// What was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("nobody panicked").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // The listener has to wake to see it.
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Answers the requests of one connection.
fn serve(
    mut stream: &TcpStream,
    noted: &Mutex<Vec<Request>>,
    ended: &AtomicBool,
    reply: &(impl Fn(&Request) -> Reply + ?Sized),
) {
    drop(stream.set_read_timeout(Some(Duration::from_secs(70))));
    let mut unread = Vec::new();
    while let Some(request) = read_request(stream, &mut unread) {
        noted.lock().expect("nobody panicked").push(request.clone());
        let answered = match reply(&request) {
            Reply::Status(status, body) => {
                let head = format!(
                    "HTTP/1.1 {status} Status\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                let bytes = [head.as_bytes(), &body].concat();
                stream.write_all(&bytes).is_ok()
            }
            Reply::Raw(bytes) => {
                drop(stream.write_all(&bytes));
                false
            }
            Reply::Cut => false,
            Reply::Silence(duration) => {
                let mut left = duration;
                while !left.is_zero() && !ended.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                    left = left.saturating_sub(Duration::from_millis(20));
                }
                false
            }
        };
        if !answered {
            break;
        }
    }
    drop(stream.shutdown(Shutdown::Both));
}

/// The next request of a connection; `unread` is what was read beyond the one before.
fn read_request(mut stream: &TcpStream, unread: &mut Vec<u8>) -> Option<Request> {
    let mut buffer = [0; 65_536];
    let end = loop {
        if let Some(end) = unread.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer) {
            Ok(len) if len > 0 => unread.extend(&buffer[..len]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&unread[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let len = headers.iter().find(|(name, _)| name == "content-length");
    let len: usize = len.map_or(0, |(_, len)| len.parse().expect("a length"));
    unread.drain(..end + 4);
    while unread.len() < len {
        match stream.read(&mut buffer) {
            Ok(read) if read > 0 => unread.extend(&buffer[..read]),
            _ => return None,
        }
    }
    let body = unread.drain(..len).collect();
    Some(Request {
        method,
        path,
        headers,
        body,
    })
}
