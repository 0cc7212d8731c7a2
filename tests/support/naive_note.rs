//! A naive reader of keys, signed notes, tree heads and answers of a checksum database: another
//! judge of the real one.
//!
//! It is the section *The checksum database* of `spec/upload-config.md` clause by clause. A
//! signature is valid if it is the one that the signer makes: Ed25519 has one for every text. It
//! must not know the crate under test.

use ring::digest::{SHA256, digest};

use crate::site::Signer;

const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The bytes that are written in base64 with padding, if they are: in the one way there is.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    let proper = text.trim_end_matches('=');
    let padding = text.len() - proper.len();
    if !text.len().is_multiple_of(4) || padding > 2 {
        return None;
    }
    let mut bits = Vec::new();
    for c in proper.chars() {
        let value = ALPHABET.find(c)?;
        bits.extend((0..6).rev().map(|bit| value >> bit & 1));
    }
    let spare = bits.split_off(bits.len() / 8 * 8);
    if spare.len() != 2 * padding || spare.contains(&1) {
        return None;
    }
    let bytes = bits.chunks(8);
    let byte = |bits: &[usize]| bits.iter().fold(0, |byte, bit| 2 * byte + bit);
    bytes.map(|bits| u8::try_from(byte(bits)).ok()).collect()
}

/// Whether a character is white space.
pub(crate) fn is_space(c: char) -> bool {
    let ascii = matches!(c, '\t'..='\r' | ' ');
    ascii
        || matches!(
            c,
            '\u{85}' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}'
        )
        || matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
        )
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.chars().any(|c| is_space(c) || c == '+')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| "0123456789".contains(c))
}

/// The name of a key and its digits in lower case, or the clause for which it is refused.
pub(crate) fn key(text: &str) -> Result<(String, String), &'static str> {
    const FORM: &str = "config.sum.key";
    let pieces: Vec<&str> = text.split('+').collect();
    if pieces.len() < 3 {
        return Err(FORM);
    }
    let (name, digits) = (pieces[0], pieces[1].to_lowercase());
    let bytes = base64(&pieces[2..].join("+")).ok_or(FORM)?;
    let is_hash = pieces[1].len() == 8 && pieces[1].chars().all(|c| c.is_ascii_hexdigit());
    if !is_name(name) || !is_hash || bytes.len() != 33 || bytes[0] != 1 {
        return Err(FORM);
    }
    let hash = digest(&SHA256, &[name.as_bytes(), b"\n", &bytes].concat());
    let hash: String = hash.as_ref()[..4]
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect();
    match hash == digits {
        true => Ok((name.to_owned(), digits)),
        false => Err("config.sum.key.hash"),
    }
}

/// What a tree head says: the number of records, and the root over them.
pub(crate) type Head = (u64, Vec<u8>);

/// The tree head in a note that `signer` has signed, or all clauses for which it is refused.
pub(crate) fn open(note: &[u8], signer: &Signer) -> Result<Head, Vec<&'static str>> {
    let (text, signatures) = parts(note).ok_or(vec!["config.note.form"])?;
    let signatures: Vec<Option<(&str, Vec<u8>)>> =
        signatures.into_iter().map(|line| signature(line)).collect();
    let mut broken = Vec::new();
    if signatures.contains(&None) {
        broken.push("config.note.signature");
    }
    let line = signer.line(&text);
    let valid = signature(line.trim_end()).expect("it is one");
    let of_key = |(name, bytes): &&(&str, Vec<u8>)| *name == valid.0 && bytes[..4] == valid.1[..4];
    if signatures.iter().flatten().find(of_key) != Some(&valid) {
        broken.push("config.note.verify");
    }
    match head(&text) {
        Some(head) if broken.is_empty() => Ok(head),
        Some(_) => Err(broken),
        None => {
            broken.push("config.note.tree");
            Err(broken)
        }
    }
}

/// The text of a note and the lines of its signatures.
fn parts(note: &[u8]) -> Option<(String, Vec<&str>)> {
    let note = std::str::from_utf8(note).ok()?;
    if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
        return None;
    }
    let mut lines: Vec<&str> = note.split('\n').collect();
    // Nothing stands behind the last newline.
    if lines.pop() != Some("") {
        return None;
    }
    let empty = lines.iter().rposition(|line| line.is_empty())?;
    let signatures = lines.split_off(empty + 1);
    lines.pop();
    let text: String = lines.iter().flat_map(|line| [*line, "\n"]).collect();
    let sound = !text.is_empty() && (1..=100).contains(&signatures.len());
    sound.then_some((text, signatures))
}

/// The name and the bytes of a signature.
fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let words: Vec<&str> = line.split(' ').collect();
    let ["\u{2014}", name, bytes] = words.as_slice() else {
        return None;
    };
    let bytes = base64(bytes)?;
    (is_name(name) && bytes.len() >= 5).then_some((name, bytes))
}

fn head(text: &str) -> Option<Head> {
    let lines: Vec<&str> = text.lines().collect();
    let ["go.sum database tree", size, root, ..] = lines.as_slice() else {
        return None;
    };
    let is_number = is_digits(size) && (*size == "0" || !size.starts_with('0'));
    // Of records there are fewer than 2^63: no offset of a tree is longer.
    let size: u64 = size.parse().ok().filter(|size| *size < 1 << 63)?;
    let root = base64(root).filter(|root| root.len() == 32)?;
    is_number.then_some((size, root))
}

/// The parts of an answer to a look-up: number, text and note.
pub(crate) fn answer(answer: &[u8]) -> Option<(u64, String, Vec<u8>)> {
    let answer = std::str::from_utf8(answer).ok()?;
    let mut lines = answer.split_inclusive('\n');
    let number = lines.next()?.strip_suffix('\n')?;
    let mut text = String::new();
    loop {
        let line = lines.next()?;
        if line == "\n" {
            break;
        }
        let without = line.strip_suffix('\n')?;
        if without.bytes().any(|byte| byte < 0x20) {
            return None;
        }
        text += line;
    }
    let note: String = lines.collect();
    let number = is_digits(number).then(|| number.parse().ok())??;
    (!text.is_empty()).then_some((number, text, note.into_bytes()))
}

/// The hash that the text of a record has for a version of a module.
pub(crate) fn hash(text: &str, module: &str, version: &str) -> Option<String> {
    let start = format!("{module} {version} h1:");
    let line = text.split('\n').find(|line| line.starts_with(&start))?;
    Some(format!("h1:{}", &line[start.len()..]))
}
