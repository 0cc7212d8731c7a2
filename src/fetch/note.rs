//! Signed notes: the form in which a checksum database signs the heads of its tree.
//!
//! Implements the section *Signed notes* of `spec/upload-config.md`, and the keys that sign them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
use ring::signature::{ED25519, UnparsedPublicKey};

use super::error::Fault;
use super::tree::Head;

/// The most signatures of a note.
const MAX_SIGNATURES: usize = 100;

/// The kind of a key that is one for Ed25519.
const KIND: u8 = 1;

/// The public key of a checksum database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    name: String,
    hash: [u8; 4],
    key: Vec<u8>,
}

impl Key {
    /// Reads a key, `NAME+HASH+KEY`.
    ///
    /// # Errors
    ///
    /// The clause that it breaks.
    // spec[config.sum.key]
    pub fn parse(text: &str) -> Result<Key, Fault> {
        const FORM: Fault = Fault::new("no key of a checksum database", "config.sum.key");
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(digits), Some(key)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(FORM);
        };
        let key = STANDARD.decode(key).map_err(|_| FORM)?;
        let is_hash = digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_name(name) || !is_hash || key.len() != 33 || key.first() != Some(&KIND) {
            return Err(FORM);
        }
        // spec[config.sum.key.hash]
        let hash = hash_of(name, &key);
        let said = u32::from_str_radix(digits, 16).map_err(|_| FORM)?;
        match said.to_be_bytes() == hash {
            true => Ok(Key {
                name: name.to_owned(),
                hash,
                key,
            }),
            false => Err(Fault::new(
                "a key whose hash is not that of its name and bytes",
                "config.sum.key.hash",
            )),
        }
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digits that tell the key from others.
    pub fn digits(&self) -> String {
        format!("{:08x}", u32::from_be_bytes(self.hash))
    }

    /// The tree head that a note states which this key has signed.
    ///
    /// # Errors
    ///
    /// What does not verify, and the clause.
    pub fn open(&self, note: &[u8]) -> Result<Head, Fault> {
        let text = self.verified(note)?;
        Head::parse(text).ok_or(Fault::new(
            "tree head: not of the form of one, though it is signed",
            "config.note.tree",
        ))
    }

    /// The text of a note, if this key has signed it.
    // spec[config.note.verify]
    fn verified<'n>(&self, note: &'n [u8]) -> Result<&'n str, Fault> {
        let (text, signatures) =
            parts(note).ok_or(Fault::new("note: not of its form", "config.note.form"))?;
        let mut ours = None;
        for line in signatures {
            let (name, bytes) =
                signature(line).ok_or(Fault::new("note: no signature", "config.note.signature"))?;
            let (hash, proper) = bytes.split_at(4);
            if ours.is_none() && name == self.name && hash == self.hash {
                ours = Some(proper.to_vec());
            }
        }
        let ours = ours.ok_or(Fault::new(
            "note: not signed with the key of the checksum database",
            "config.note.verify",
        ))?;
        let public = self.key.get(1..).unwrap_or_default();
        let key = UnparsedPublicKey::new(&ED25519, public);
        match key.verify(text.as_bytes(), &ours) {
            Ok(()) => Ok(text),
            Err(_) => Err(Fault::new(
                "note: the signature is not valid",
                "config.note.verify",
            )),
        }
    }
}

fn hash_of(name: &str, key: &[u8]) -> [u8; 4] {
    let bytes = [name.as_bytes(), b"\n", key].concat();
    let hash = digest(&SHA256, &bytes);
    hash.as_ref().first_chunk().copied().unwrap_or_default()
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// The text of a note, its last newline included, and the lines of its signatures.
// spec[config.note.form]
fn parts(note: &[u8]) -> Option<(&str, Vec<&str>)> {
    let note = std::str::from_utf8(note).ok()?;
    if note.contains(|c: char| c < ' ' && c != '\n') {
        return None;
    }
    let end = note.rfind("\n\n")?;
    let (text, rest) = note.split_at_checked(end + 1)?;
    let lines: Vec<&str> = rest
        .strip_prefix('\n')?
        .strip_suffix('\n')?
        .split('\n')
        .collect();
    (lines.len() <= MAX_SIGNATURES).then_some((text, lines))
}

/// The name and the bytes of a signature.
// spec[config.note.signature]
fn signature(line: &str) -> Option<(&str, Vec<u8>)> {
    let (name, bytes) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(bytes).ok()?;
    (is_name(name) && bytes.len() >= 5).then_some((name, bytes))
}
