//! Lists of versions, answers to `@latest`, what is written in URLs, and the lists of who is asked,
//! against a naive second opinion.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use gotelemetry::fetch::{FetchError, Proxy, Sources, go_env, version};
use gotelemetry::system::Environment;

use super::input::Input;
use crate::naive_sources;

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    match input.u8() % 4 {
        0 => {
            let list = String::from_utf8_lossy(input.all());
            let ours = version::pick(&list);
            assert_eq!(ours, naive_sources::pick(&list).as_deref(), "{list:?}");
        }
        1 => {
            let answer = input.all();
            let ours = version::latest(answer);
            if let Err(error) = &ours {
                assert!(error.offset <= answer.len());
            }
            assert_eq!(ours.ok(), naive_sources::latest(answer));
        }
        2 => {
            let text = String::from_utf8_lossy(input.all());
            assert_eq!(version::escape(&text), naive_sources::escape(&text));
            let is_version = naive_sources::is_version(&text);
            assert_eq!(version::is_version(&text), is_version, "{text:?}");
        }
        _ => check_sources(&mut input),
    }
}

/// What the caller, the environment and a file say, each perhaps nothing.
fn check_sources(input: &mut Input) {
    let given = input.u8();
    let mut text = |bit: u8| (given & bit != 0).then(|| input.text());
    let (named, goproxy, gosumdb, file) = (text(1), text(2), text(4), text(16));
    let is_no_text = given & 8 != 0 && goproxy.is_some();
    let environment = Environment::of(|name| match name {
        "GOPROXY" if is_no_text => Some(OsString::from_vec(vec![0xff])),
        "GOPROXY" => goproxy.clone().map(OsString::from),
        "GOSUMDB" => gosumdb.clone().map(OsString::from),
        _ => None,
    });
    let file = file.unwrap_or_default();
    let environment = go_env::apply(&environment, file.as_bytes());
    let ours = Sources::of(&environment, named.as_deref());

    let goproxy = goproxy.filter(|text| is_no_text || !text.is_empty());
    let goproxy = goproxy.or_else(|| naive_sources::setting(&file, "GOPROXY"));
    let gosumdb = gosumdb.filter(|text| !text.is_empty());
    let gosumdb = gosumdb.or_else(|| naive_sources::setting(&file, "GOSUMDB"));
    let proxies = match (&named, &goproxy) {
        (Some(named), _) => naive_sources::proxies(named),
        (None, Some(_)) if is_no_text => Err("config.proxy.list"),
        (None, Some(goproxy)) => naive_sources::proxies(goproxy),
        (None, None) => naive_sources::proxies("https://proxy.golang.org,direct"),
    };
    let database = naive_sources::database(gosumdb.as_deref().unwrap_or_default());
    match (ours, proxies, database) {
        (Ok(ours), Ok(proxies), Ok(database)) => {
            let of_ours = ours.proxies.iter().map(|proxy| match proxy {
                Proxy::At { url, falls_back } => Ok((url.clone(), *falls_back)),
                Proxy::Word(word) => Err((*word).to_owned()),
                other => panic!("{other:?}"),
            });
            assert_eq!(of_ours.collect::<Vec<_>>(), proxies);
            let key = &ours.database.key;
            let ours = (key.name().to_owned(), key.digits(), ours.database.url);
            assert_eq!(ours, database);
        }
        (Err(FetchError::Setting { clause, .. }), proxies, database) => {
            let mut broken = database.err().unwrap_or_default();
            broken.extend(proxies.err());
            assert!(broken.contains(&clause), "{clause} {broken:?}");
        }
        (ours, proxies, database) => panic!("{ours:?} {proxies:?} {database:?}"),
    }
}
