//! A home with a week that has ended, and a collector, a proxy and a checksum database on loopback.

#![allow(
    dead_code,
    reason = "each test of uploading uses a part of this module"
)]

use crate::program::{Home, Output};
use crate::site::{CONFIG, Site};
use crate::support::raw::{Raw, meta_text};
use crate::web::{Reply, Server};

pub(crate) const NOW: &str = "2026-11-23T09:00:00Z";

/// A count file of the week that ended on `end`.
pub(crate) fn count_file(end: &str) -> Vec<u8> {
    let mut raw = Raw::new(&meta_text(&[
        ("TimeBegin", "2026-11-01T00:00:00Z"),
        ("TimeEnd", &format!("{end}T00:00:00Z")),
        ("Program", "cmd/go"),
        ("Version", "go1.27.3"),
        ("GoVersion", "go1.27.3"),
        ("GOOS", "linux"),
        ("GOARCH", "amd64"),
    ]));
    raw.add(b"runs", 3);
    raw.add(b"secret", 1);
    raw.into_bytes()
}

/// A home in this mode, with a week that has ended.
pub(crate) fn home(mode: &str) -> Home {
    let home = Home::new();
    home.write("mode", mode);
    home.write("local/a.v1.count", count_file("2026-11-21"));
    home.write("../config.json", CONFIG);
    home
}

/// A proxy that passes on the database, with one version, unless `alter` alters its answers.
pub(crate) fn proxy(
    alter: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> (Server, String) {
    let mut site = Site::new(300);
    site.publish("v0.42.0", CONFIG);
    let key = site.gosumdb();
    let server = Server::start(move |request| {
        let answer = site.answer(&request.path);
        match answer.and_then(|answer| alter(&request.path, answer)) {
            Some(answer) => Reply::Status(200, answer),
            None => Reply::Status(404, Vec::new()),
        }
    });
    (server, key)
}

pub(crate) fn honest() -> (Server, String) {
    proxy(|_, answer| Some(answer))
}

pub(crate) fn collector(status: u16) -> Server {
    Server::start(move |_| Reply::Status(status, Vec::new()))
}

/// What `upload` does in a home, with these options more.
pub(crate) fn upload(home: &Home, url: &str, key: &str, more: &[&str]) -> Output {
    let mut args = vec!["upload", "--now", NOW, "--url", url];
    args.extend(more);
    home.call(&args).env("GOSUMDB", key).run()
}
