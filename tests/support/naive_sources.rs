//! A naive second opinion about which version of a module is taken, how it is written in URLs, and
//! who is asked for it.
//!
//! It is the clauses `config.pick`, `config.proxy` and `config.sum` up to the keys of
//! `spec/upload-config.md`, over characters and words. It must not know the crate under test.

use crate::document::Doc;
use crate::naive_config;
use crate::naive_json;
use crate::naive_note::{self, is_space};

/// The words of a text, white space being between them.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for c in text.chars() {
        match is_space(c) {
            true => words.push(String::new()),
            false => words.last_mut().expect("there is one").push(c),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// What a file of the go command sets.
pub(crate) fn setting(file: &str, name: &str) -> Option<String> {
    let mut set = String::new();
    for line in file.split('\n') {
        if let Some((key, value)) = line.split_once('=')
            && key == name
        {
            set = value.to_owned();
        }
    }
    (!set.is_empty()).then_some(set)
}

/// Whether this is a semantic version with three numbers and without a build.
pub(crate) fn is_version(text: &str) -> bool {
    let core = text.split('-').next().unwrap_or_default();
    naive_config::semver(text).is_some() && !text.contains('+') && core.matches('.').count() == 2
}

/// Whether a version names a commit.
fn is_pseudo(version: &str) -> bool {
    let Some((core, pre_release)) = version.split_once('-') else {
        return false;
    };
    let mut rest: Vec<char> = pre_release.chars().collect();
    let mut commit = 0;
    while rest.last().is_some_and(char::is_ascii_alphanumeric) {
        rest.pop();
        commit += 1;
    }
    if commit == 0 || rest.pop() != Some('-') {
        return false;
    }
    for _ in 0..14 {
        if !rest.pop().is_some_and(|c| c.is_ascii_digit()) {
            return false;
        }
    }
    let before: String = rest.into_iter().collect();
    match before.as_str() {
        "" => core.ends_with(".0.0"),
        "0." => true,
        _ => before.ends_with(".0."),
    }
}

/// The version that is taken of a list.
pub(crate) fn pick(list: &str) -> Option<String> {
    let mut best: Option<String> = None;
    for line in list.split('\n') {
        let Some(word) = words(line).into_iter().next() else {
            continue;
        };
        if !is_version(&word) || is_pseudo(&word) {
            continue;
        }
        let is_better = best.as_ref().is_none_or(|best| {
            let order =
                naive_config::order(naive_config::semver(&word), naive_config::semver(best));
            match (word.contains('-'), best.contains('-')) {
                (false, true) => true,
                (true, false) => false,
                _ => order.is_gt(),
            }
        });
        if is_better {
            best = Some(word);
        }
    }
    best
}

/// The version that an answer to `@latest` names, nothing if it names none; `None` if it is no such
/// document.
pub(crate) fn latest(answer: &[u8]) -> Option<String> {
    let members = match naive_json::read(answer).ok()? {
        Doc::Null => Vec::new(),
        Doc::Object(members) => members,
        _ => return None,
    };
    let mut version = String::new();
    for (key, value) in members {
        version = match (key.as_str(), value) {
            ("Version", Doc::Text(text)) => text,
            ("Version", Doc::Null) => String::new(),
            ("Version", _) => return None,
            _ => version,
        };
    }
    Some(version)
}

/// How a path or a version is written in a URL.
pub(crate) fn escape(text: &str) -> String {
    ('A'..='Z').fold(text.to_owned(), |text, letter| {
        text.replace(letter, &format!("!{}", letter.to_ascii_lowercase()))
    })
}

/// One who is asked: a URL, and whether the next one is asked after any failure; or a word at which
/// nobody is asked any more.
pub(crate) type Proxy = Result<(String, bool), String>;

/// The proxies of a list, or the clause for which it is refused.
pub(crate) fn proxies(list: &str) -> Result<Vec<Proxy>, &'static str> {
    let mut proxies = Vec::new();
    let mut word = String::new();
    for c in list.chars().chain([',']) {
        if c != ',' && c != '|' {
            word.push(c);
            continue;
        }
        let found = std::mem::take(&mut word);
        match found.trim_matches(is_space) {
            "" => {}
            stop @ ("direct" | "off") => {
                proxies.push(Err(stop.to_owned()));
                break;
            }
            word => proxies.push(Ok((url(word).ok_or("config.proxy.scheme")?, c == '|'))),
        }
    }
    match proxies.is_empty() {
        true => Err("config.proxy.list"),
        false => Ok(proxies),
    }
}

/// The URL of a word, without slashes at its end, if it is one.
fn url(word: &str) -> Option<String> {
    let is_absolute = word.starts_with('/');
    let has_any = word.chars().any(|c| ".:/".contains(c));
    let mut url = match word.find(":/") {
        None if has_any && !is_absolute => format!("https://{word}"),
        _ => word.to_owned(),
    };
    let (scheme, _) = url.split_once("://")?;
    ["https", "http", "file"].contains(&scheme).then_some(())?;
    while url.ends_with('/') {
        url.pop();
    }
    Some(url)
}

/// What a text names: the name and the digits of the key, and where the database is asked.
pub(crate) type Database = (String, String, Option<String>);

/// The checksum database that a text names, or the clauses for which it is refused.
/// A URL may be written short, as those of proxies.
pub(crate) fn database(text: &str) -> Result<Database, Vec<&'static str>> {
    const GO: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let words = words(text);
    let mut broken = Vec::new();
    let first = words.first().map_or("sum.golang.org", String::as_str);
    let (key, known) = match first {
        "sum.golang.org" => (GO, None),
        "sum.golang.google.cn" => (GO, Some("https://sum.golang.google.cn".to_owned())),
        key => (key, None),
    };
    if first == "off" {
        broken.push("config.sum.off");
    }
    if words.len() > 2 {
        broken.push("config.sum.name");
    }
    let named = words.get(1).map(|word| url(word));
    if named == Some(None) {
        broken.push("config.sum.name");
    }
    let key = naive_note::key(key);
    broken.extend(key.clone().err());
    match key {
        Ok((name, digits)) if broken.is_empty() => Ok((name, digits, named.flatten().or(known))),
        _ => Err(broken),
    }
}
