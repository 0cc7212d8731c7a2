//! A network that is none: requests are answered by a function.

#![allow(dead_code, reason = "each test of configs uses a part of this module")]

use gotelemetry::network::{Get, NetworkError};

use crate::site::Site;

/// What is answered to a path, if there is anything.
type Answer<'s> = Box<dyn Fn(&str) -> Option<Vec<u8>> + 's>;

/// Asks a site without a network.
pub(crate) struct Fake<'s> {
    pub(crate) answer: Answer<'s>,
    pub(crate) asked: Vec<String>,
}

impl<'s> Fake<'s> {
    pub(crate) fn of(site: &'s Site) -> Fake<'s> {
        Fake::by(|path| site.answer(path))
    }

    pub(crate) fn by(answer: impl Fn(&str) -> Option<Vec<u8>> + 's) -> Fake<'s> {
        Fake {
            answer: Box::new(answer),
            asked: Vec::new(),
        }
    }
}

/// Where the site is said to be.
pub(crate) const URL: &str = "https://proxy.example.com";

impl Get for Fake<'_> {
    fn get(&mut self, url: &str, max: usize) -> Result<Vec<u8>, NetworkError> {
        self.asked.push(url.to_owned());
        let path = url.strip_prefix(URL).unwrap_or(url);
        let url = url.to_owned();
        match (self.answer)(path) {
            Some(answer) if answer.len() <= max => Ok(answer),
            Some(_) => Err(NetworkError::TooLong { url, max }),
            None => Err(NetworkError::Status { url, status: 404 }),
        }
    }
}
