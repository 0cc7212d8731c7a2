//! What a checksum database says: keys, signed notes with tree heads, answers to look-ups, against
//! a naive reader of the text.
//!
//! The first byte says what the rest is: a key, a note or an answer as it stands, or what to make
//! of pieces that are signed with keys of the test, because no input can sign.

use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gotelemetry::fetch::note::Key;
use gotelemetry::fetch::record::Record;
use ring::digest::{SHA256, digest};

use super::input::Input;
use crate::naive_note;
use crate::site::Signer;

const NAME: &str = "sum.example.com";

pub(crate) fn check(data: &[u8]) {
    let mut input = Input::new(data);
    match input.u8() % 6 {
        0 => check_key(&input.text()),
        1 => check_key(&made_key(&mut input)),
        2 => check_note(input.all()),
        3 => check_note(&made_note(&mut input)),
        4 => check_answer(input.all()),
        _ => check_answer(&made_answer(&mut input)),
    }
}

/// The one who signs, one with the same name and another key, and one with the key and another
/// name.
fn signers() -> &'static [Signer; 3] {
    static SIGNERS: OnceLock<[Signer; 3]> = OnceLock::new();
    SIGNERS.get_or_init(|| {
        [
            Signer::new(NAME, 7),
            Signer::new(NAME, 8),
            Signer::new("x", 7),
        ]
    })
}

fn check_key(text: &str) {
    match (Key::parse(text), naive_note::key(text)) {
        (Ok(ours), Ok((name, digits))) => {
            assert_eq!((ours.name(), ours.digits()), (name.as_str(), digits));
        }
        (Err(ours), Err(clause)) => assert_eq!(ours.clause, clause, "{text:?}"),
        (ours, theirs) => panic!("{text:?}: {ours:?}, {theirs:?}"),
    }
}

fn check_note(note: &[u8]) {
    static KEY: OnceLock<Key> = OnceLock::new();
    let [signer, ..] = signers();
    let key = KEY.get_or_init(|| Key::parse(&signer.key()).expect("it is one"));
    let shown = String::from_utf8_lossy(note);
    match (key.open(note), naive_note::open(note, signer)) {
        (Ok(ours), Ok((size, root))) => {
            assert_eq!((ours.size, ours.root.to_vec()), (size, root), "{shown}");
        }
        // Which of several clauses is named is left open.
        (Err(ours), Err(broken)) => assert!(broken.contains(&ours.clause), "{ours:?}: {shown}"),
        (ours, theirs) => panic!("{ours:?}, {theirs:?}: {shown}"),
    }
}

fn check_answer(answer: &[u8]) {
    let ours = Record::parse(answer);
    let theirs = naive_note::answer(answer);
    let parts = ours.map(|ours| (ours.number, ours.text.to_owned(), ours.note.to_vec()));
    assert_eq!(parts, theirs);
    let (Some(ours), Some((_, text, note))) = (ours, theirs) else {
        return;
    };
    for (module, version) in [("m", "v1.0.0"), ("m", "v1.0.0/go.mod"), ("m/n", "v0.1.0")] {
        let hash = naive_note::hash(&text, module, version);
        assert_eq!(ours.hash(module, version), hash.as_deref());
    }
    check_note(&note);
}

/// A key whose hash is right, and which is damaged then.
fn made_key(input: &mut Input) -> String {
    let kind = input.u8();
    let name = input.text();
    let mut bytes = input.bytes(33).to_vec();
    if kind & 1 == 0 {
        bytes.resize(33, 0);
        bytes[0] = 1;
    }
    let hash = digest(&SHA256, &[name.as_bytes(), b"\n", &bytes].concat());
    let mut hash: String = hash.as_ref()[..4]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    if kind & 2 != 0 {
        hash = hash.to_uppercase();
    }
    let key = format!("{name}+{hash}+{}", STANDARD.encode(bytes));
    String::from_utf8_lossy(&damaged(key.into_bytes(), input)).into_owned()
}

/// A text of a tree head, or of none.
fn made_text(input: &mut Input) -> String {
    let root = STANDARD.encode([input.u8(); 32]);
    let size = match input.u8() % 8 {
        0 => "0".to_owned(),
        1 => format!("0{}", input.u8()),
        2 => i64::MAX.to_string(),
        3 => (1_u64 << 63).to_string(),
        4 => format!("{}0", u64::MAX),
        5 => input.text(),
        _ => input.u64().to_string(),
    };
    let head = format!("go.sum database tree\n{size}\n{root}\n");
    match input.u8() % 6 {
        0 => format!("{head}{}\n", input.text()),
        1 => head.replace(&root, &STANDARD.encode(input.bytes(33))),
        2 => head.replace("tree\n", "tree \n"),
        3 => input.text(),
        _ => head,
    }
}

fn made_note(input: &mut Input) -> Vec<u8> {
    let text = made_text(input);
    let mut note = format!("{text}\n");
    let count = input.u8() % 6;
    for _ in 0..count {
        let [ours, same_name, same_key] = signers();
        note += &match input.u8() % 12 {
            0..=3 => ours.line(&text),
            4 => ours.line("x"),
            5 => same_name.line(&text),
            6 => same_key.line(&text),
            7 => ours
                .line(&text)
                .replace(NAME, &input.text().replace('\n', "")),
            8 => same_key
                .line(&text)
                .repeat(90 + usize::from(input.u8() % 16)),
            9 => {
                let len = usize::from(input.u8() % 8);
                let short = STANDARD.encode(input.bytes(len));
                format!("\u{2014} {NAME} {short}\n")
            }
            10 => ours.line(&text).replace(' ', "  "),
            _ => format!("{}\n", input.text()),
        };
    }
    damaged(note.into_bytes(), input)
}

fn made_answer(input: &mut Input) -> Vec<u8> {
    let number = match input.u8() % 5 {
        0 => input.text(),
        4 => format!("+{}", input.u8()),
        1 => format!("{}{}", u64::MAX / 10, input.u8() % 16),
        2 => format!("00{}", input.u8()),
        _ => input.u8().to_string(),
    };
    let mut text = String::new();
    for _ in 0..input.u8() % 6 {
        text += &match input.u8() % 8 {
            0 => "m v1.0.0 h1:a\n".to_owned(),
            1 => "m v1.0.0/go.mod h1:b\n".to_owned(),
            2 => "m v1.0.0 h2:c\n".to_owned(),
            3 => "m/n v0.1.0 h1:d\n".to_owned(),
            4 => "m v1.0.0  h1:e\n".to_owned(),
            5 => "m v1.0.0 h1:f g\n".to_owned(),
            6 => "\n".to_owned(),
            _ => format!("{}\n", input.text()),
        };
    }
    let note = made_note(input);
    let answer = [number.as_bytes(), b"\n", text.as_bytes(), b"\n", &note].concat();
    damaged(answer, input)
}

/// Some bytes with others in their place, taken out, or put in.
fn damaged(mut bytes: Vec<u8>, input: &mut Input) -> Vec<u8> {
    for _ in 0..input.u8() % 4 {
        let (kind, byte) = (input.u8() % 4, input.u8());
        let at = usize::from(input.u16()) % (bytes.len() + 1);
        match kind {
            0 => bytes.insert(at, byte),
            1 => bytes.truncate(at),
            _ if at == bytes.len() => {}
            2 => drop(bytes.remove(at)),
            _ => bytes[at] = byte,
        }
    }
    bytes
}
