//! The client: what it sends, what it makes of answers, and when it gives up.

#[path = "support/web.rs"]
mod web;

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use gotelemetry::network::{Client, Deadlines, Get as _, NetworkError, Offline, Post as _};
use web::{Reply, Request, Server};

const BODY: &[u8] = b"{\n \"Week\": \"2026-11-21\"\n}";

fn answering(status: u16) -> Server {
    Server::start(move |_| Reply::Status(status, b"thanks".to_vec()))
}

/// A client that gives up after so many milliseconds.
fn short(connect: u64, idle: u64, whole: u64) -> Client {
    let mut deadlines = Deadlines::default();
    deadlines.connect = Duration::from_millis(connect);
    deadlines.idle = Duration::from_millis(idle);
    deadlines.whole = Duration::from_millis(whole);
    Client::with(deadlines)
}

#[track_caller]
fn late(result: Result<u16, NetworkError>, clause: &str) {
    match result {
        Err(NetworkError::Late { clause: found, .. }) => assert_eq!(found, clause),
        other => panic!("{other:?}"),
    }
}

// test[upload.request.method, upload.request.body, upload.request.type, upload.request.private]
#[test]
fn a_report_is_posted_as_it_is_and_nothing_is_told_beside_it() {
    let server = answering(200);
    let mut client = Client::new();
    for _ in 0..2 {
        let status = client.post(&format!("{}/upload/2026-11-21", server.url), BODY);
        assert_eq!(status, Ok(200));
    }
    let host = server.url.trim_start_matches("http://");
    let len = BODY.len().to_string();
    let agent = concat!("gotelemetry/", env!("CARGO_PKG_VERSION"));
    for Request {
        method,
        path,
        headers,
        body,
    } in server.requests()
    {
        assert_eq!(
            (method.as_str(), path.as_str()),
            ("POST", "/upload/2026-11-21")
        );
        assert_eq!(body, BODY);
        let mut headers: Vec<(&str, &str)> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        headers.sort_unstable();
        assert_eq!(
            headers,
            [
                ("accept", "*/*"),
                ("content-length", len.as_str()),
                ("content-type", "application/json"),
                ("host", host),
                ("user-agent", agent),
            ]
        );
    }
    assert_eq!(server.requests().len(), 2);
}

// test[upload.redirect, upload.answer.status, config.fetch.redirect]
#[test]
fn no_redirect_is_followed() {
    let other = answering(200);
    for status in [301, 302, 303, 307, 308] {
        let location = other.url.clone();
        let server = Server::start(move |_| {
            let head = format!(
                "HTTP/1.1 {status} Moved\r\nLocation: {location}/login\r\nContent-Length: 0\r\n\r\n"
            );
            Reply::Raw(head.into_bytes())
        });
        assert_eq!(Client::new().post(&server.url, BODY), Ok(status));
        let error = Client::new()
            .get(&server.url, 100)
            .expect_err("it is no answer");
        assert!(
            error.to_string().contains("redirects are not followed"),
            "{error}"
        );
        assert_eq!(server.requests().len(), 2);
    }
    assert_eq!(other.requests(), []);
}

// test[upload.answer.status]
#[test]
fn the_status_decides_as_soon_as_the_headers_are_there() {
    for (reply, status) in [
        // The body never comes, is longer than said, or shorter.
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n",
            Ok(200),
        ),
        ("HTTP/1.1 200 OK\r\n\r\n", Ok(200)),
        ("HTTP/1.1 204 None\r\n\r\n", Ok(204)),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
            Ok(200),
        ),
        ("HTTP/1.0 500 No\r\n\r\n", Ok(500)),
        ("HTTP/1.1 200 OK\r\nContent-Le", Err(())),
        ("HTTP/1.1 200", Err(())),
        ("", Err(())),
        ("hello\r\n\r\n", Err(())),
    ] {
        let server = Server::start(move |_| Reply::Raw(reply.as_bytes().to_vec()));
        let answered = Client::new().post(&server.url, BODY);
        assert_eq!(answered.map_err(drop), status, "{reply:?}");
    }
    let endless = Server::start(|_| {
        let line = b"X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n";
        Reply::Raw([b"HTTP/1.1 200 OK\r\n", line.repeat(5000).as_slice()].concat())
    });
    assert!(Client::new().post(&endless.url, BODY).is_err());
}

// test[upload.answer.status]
#[test]
fn headers_of_64_kib_are_read_and_no_longer_ones() {
    for (len, is_read) in [(60_000, true), (70_000, false)] {
        let server = Server::start(move |_| {
            let long = "x".repeat(len);
            let head = format!("HTTP/1.1 200 OK\r\nLong: {long}\r\nContent-Length: 0\r\n\r\n");
            Reply::Raw(head.into_bytes())
        });
        let answered = Client::new().post(&server.url, BODY);
        assert_eq!(answered.is_ok(), is_read, "{len} {answered:?}");
    }
}

// test[config.proxy.status, config.proxy.size]
#[test]
fn a_document_is_had_with_status_200_and_up_to_its_bound() {
    let body = vec![7; 1000];
    let sent = body.clone();
    let server = Server::start(move |request| match request.path.as_str() {
        "/there" => Reply::Status(200, sent.clone()),
        "/empty" => Reply::Status(204, Vec::new()),
        "/cut" => Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc".to_vec()),
        _ => Reply::Status(404, b"no".to_vec()),
    });
    let get = |path: &str, max| Client::new().get(&format!("{}{path}", server.url), max);
    assert_eq!(get("/there", 1000), Ok(body));
    assert!(matches!(
        get("/there", 999),
        Err(NetworkError::TooLong { max: 999, .. })
    ));
    assert!(matches!(
        get("/empty", 999),
        Err(NetworkError::Status { status: 204, .. })
    ));
    assert!(get("/none", 999).is_err_and(|error| error.is_missing()));
    assert!(matches!(get("/cut", 999), Err(NetworkError::Failed { .. })));
    assert!(matches!(get(" ", 999), Err(NetworkError::Failed { .. })));
    let mut client = Client::new();
    assert!(client.get("ftp://127.0.0.1/x", 9).is_err() && client.get("", 9).is_err());
}

#[test]
fn a_proxy_can_be_a_directory() {
    let home = tempfile::tempdir().expect("a directory can be made");
    let url = format!("file://{}", home.path().display());
    std::fs::write(home.path().join("list"), "v1.0.0\n").expect("it can be written");
    let mut client = Client::new();
    assert_eq!(
        client.get(&format!("{url}/list"), 7),
        Ok(b"v1.0.0\n".to_vec())
    );
    let long = client.get(&format!("{url}/list"), 6);
    assert!(
        matches!(long, Err(NetworkError::TooLong { .. })),
        "{long:?}"
    );
    for missing in [format!("{url}/none"), url.clone()] {
        assert!(
            client
                .get(&missing, 7)
                .is_err_and(|error| error.is_missing())
        );
    }
}

// test[upload.deadline.idle, upload.deadline.all]
#[test]
fn a_silent_or_slow_server_is_given_up() {
    let silent = Server::start(|_| Reply::Silence(Duration::from_secs(20)));
    let mut client = short(5000, 300, 15_000);
    late(client.post(&silent.url, BODY), "upload.deadline.idle");
    // One byte of the headers after the other, each in time.
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            for byte in b"HTTP/1.1 200 OK\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                .iter()
                .cycle()
            {
                if stream.write_all(&[*byte]).is_err() {
                    break;
                }
                thread::sleep(Duration::from_millis(50));
            }
        }
    });
    let began = Instant::now();
    let mut client = short(5000, 5000, 900);
    late(client.post(&url, BODY), "upload.deadline.all");
    assert!(began.elapsed() < Duration::from_secs(10));
}

/// A server that takes 256 bytes every 100 milliseconds, and whose system keeps few for it.
fn sluggish() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    for (level, option, value) in [
        (libc::SOL_SOCKET, libc::SO_RCVBUF, 2048),
        // The client's system keeps less for a server that takes small segments.
        (libc::IPPROTO_TCP, libc::TCP_MAXSEG, 500),
    ] {
        let value: libc::c_int = value;
        #[allow(
            unsafe_code,
            reason = "a listener that keeps little is not to be had otherwise"
        )]
        // SAFETY: the descriptor is that of the listener, and the value an int with its size.
        let set = unsafe {
            libc::setsockopt(
                listener.as_raw_fd(),
                level,
                option,
                (&raw const value).cast(),
                4,
            )
        };
        assert_eq!(set, 0);
    }
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            while stream.read(&mut [0; 256]).is_ok_and(|len| len > 0) {
                thread::sleep(Duration::from_millis(100));
            }
        }
    });
    url
}

// test[upload.deadline.all]
#[test]
fn a_server_that_takes_a_report_bit_by_bit_is_given_up() {
    let url = sluggish();
    let began = Instant::now();
    let mut client = short(5000, 5000, 900);
    late(client.post(&url, &[b'x'; 102_400]), "upload.deadline.all");
    assert!(
        began.elapsed() < Duration::from_secs(4),
        "{:?}",
        began.elapsed()
    );
}

// test[upload.deadline.connect]
#[test]
fn a_connection_that_does_not_come_about_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    #[allow(
        unsafe_code,
        reason = "a listener that takes nobody is not to be had otherwise"
    )]
    // SAFETY: the descriptor is that of the listener, which lives on.
    let listens = unsafe { libc::listen(listener.as_raw_fd(), 0) };
    assert_eq!(listens, 0);
    let address = listener.local_addr().expect("an address");
    // Whoever comes first waits to be taken, and nobody else can.
    let waiting: Vec<_> = (0..3)
        .map(|_| TcpStream::connect_timeout(&address, Duration::from_millis(100)))
        .collect();
    assert!(waiting.iter().any(Result::is_err));
    let mut client = short(300, 5000, 15_000);
    let answered = client.post(&format!("http://{address}"), BODY);
    late(answered, "upload.deadline.connect");
    let refused = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let address = refused.local_addr().expect("an address");
    drop(refused);
    let error = Client::new().post(&format!("http://{address}"), BODY);
    assert!(
        matches!(error, Err(NetworkError::Failed { .. })),
        "{error:?}"
    );
}

// test[upload.deadline.connect, upload.deadline.idle, upload.deadline.all]
#[test]
fn the_usual_deadlines_are_those_of_the_text() {
    let deadlines = Deadlines::default();
    assert_eq!(
        deadlines.look_up + deadlines.connect,
        Duration::from_secs(10)
    );
    assert_eq!(deadlines.idle, Duration::from_secs(30));
    assert_eq!(deadlines.whole, Duration::from_secs(60));
}

// test[config.fetch.deadline]
#[test]
fn all_requests_together_have_a_deadline() {
    let server = answering(200);
    let mut client = Client::new().within(Duration::from_millis(1500));
    assert!(client.get(&server.url, 100).is_ok());
    thread::sleep(Duration::from_millis(1500));
    let late = client.get(&server.url, 100);
    let clause = "config.fetch.deadline";
    let is_late = matches!(&late, Err(NetworkError::Late { clause: of, .. }) if *of == clause);
    assert!(is_late, "{late:?}");
    assert_eq!(server.requests().len(), 1);
}

// test[upload.request.tls]
#[test]
fn a_server_whose_certificate_nobody_vouches_for_gets_nothing() {
    let read = |name: &str| std::fs::read(format!("tests/support/{name}")).expect("it is there");
    let certificate = read("localhost.cert.der").into();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(read("localhost.key.der").into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("there are some")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
    let port = listener.local_addr().expect("an address").port();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().expect("somebody comes");
        let connection = rustls::ServerConnection::new(config).expect("it is sound");
        let mut tls = rustls::StreamOwned::new(connection, stream);
        let mut got = Vec::new();
        let read = tls.read_to_end(&mut got);
        (got, read.is_err())
    });
    let error = Client::new().post(&format!("https://localhost:{port}/upload"), BODY);
    let error = error.expect_err("nobody vouches for it").to_string();
    assert!(error.contains("certificate"), "{error}");
    let (got, failed) = server.join().expect("it does not panic");
    assert!(got.is_empty() && failed);
}

#[test]
fn an_error_names_what_was_asked_for_without_credentials() {
    let url = "https://me:secret@a.example/x@y".to_owned();
    let shown = "https://a.example/x@y";
    let error = Offline.post(&url, BODY).expect_err("there is no network");
    assert!(matches!(error, NetworkError::Failed { .. }), "{error:?}");
    assert!(error.to_string().starts_with(&format!("{shown}: ")));
    for (status, is_missing, more) in [
        (302, false, ", and redirects are not followed"),
        (399, false, ", and redirects are not followed"),
        (400, false, ""),
        (404, true, ""),
        (410, true, ""),
        (411, false, ""),
    ] {
        let url = url.clone();
        let error = NetworkError::Status { url, status };
        assert_eq!(error.is_missing(), is_missing, "{status}");
        let text = format!("{shown}: answered with status {status}{more}");
        assert_eq!(error.to_string(), text);
    }
    assert!(!error.is_missing());
}
