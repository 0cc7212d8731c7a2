//! Looking up the addresses of a name, in time.
//!
//! The system's look-up takes as long as it likes, so a thread of its own waits for it. ureq starts
//! that thread in a way that ends the program if there can be no more threads, and for numeric
//! addresses, too; here neither happens.

use std::net::IpAddr;
use std::sync::mpsc;
use std::thread;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;
use ureq::unversioned::transport::time::Duration;

/// Looks up names.
#[derive(Debug)]
pub(super) struct LookUp;

impl Resolver for LookUp {
    // spec[upload.deadline.connect]
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let patient = NextTimeout {
            after: Duration::NotHappening,
            ..timeout
        };
        if address(uri).is_some() {
            return DefaultResolver::default().resolve(uri, config, patient);
        }
        let (found, wait) = mpsc::sync_channel(1);
        let (uri, config) = (uri.clone(), config.clone());
        thread::Builder::new().spawn(move || {
            // Nobody may wait any more.
            drop(found.send(DefaultResolver::default().resolve(&uri, &config, patient)));
        })?;
        let found = wait.recv_timeout(*timeout.after);
        found.unwrap_or(Err(ureq::Error::Timeout(timeout.reason)))
    }
}

/// The address that a URL states as a number, if it does.
pub(super) fn address(uri: &Uri) -> Option<IpAddr> {
    let host = uri.host()?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse().ok()
}
