//! The vectors that are compiled in: `spec/vectors` as the build script packed it.
//!
//! The stream is read as if it came from anywhere: its length is bounded before it is unpacked.
//! What the files say is not known here.

use std::collections::BTreeMap;

use super::ConformanceError;

/// The files of the pack by their paths below `spec/vectors`.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// The vectors are no longer, in bytes.
#[cfg(feature = "conformance")]
const MAX_LEN: usize = 256 << 20;

/// The files that are compiled in.
#[cfg(feature = "conformance")]
pub(super) fn built_in() -> Result<Files, ConformanceError> {
    static PACKED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/vectors"));
    unpack(PACKED).ok_or(ConformanceError::Pack)
}

/// There are none.
#[cfg(not(feature = "conformance"))]
pub(super) fn built_in() -> Result<Files, ConformanceError> {
    Err(ConformanceError::NotBuiltIn)
}

#[cfg(feature = "conformance")]
fn unpack(packed: &[u8]) -> Option<Files> {
    let stream = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, MAX_LEN).ok()?;
    let mut files = Files::new();
    let mut rest = stream.as_slice();
    while !rest.is_empty() {
        let path = String::from_utf8(piece(&mut rest)?.to_vec()).ok()?;
        files.insert(path, piece(&mut rest)?.to_vec());
    }
    Some(files)
}

/// The bytes whose length comes next.
#[cfg(feature = "conformance")]
fn piece<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, behind) = rest.split_first_chunk()?;
    let len = usize::try_from(u32::from_le_bytes(*len)).ok()?;
    let (piece, behind) = behind.split_at_checked(len)?;
    *rest = behind;
    Some(piece)
}

#[cfg(all(test, feature = "conformance"))]
mod tests {
    use super::*;

    fn pack(stream: &[u8]) -> Option<Files> {
        unpack(&miniz_oxide::deflate::compress_to_vec(stream, 1))
    }

    #[test]
    fn files_are_unpacked_by_their_paths() {
        let files = pack(b"\x03\0\0\0a/b\x02\0\0\0xy\x01\0\0\0c\0\0\0\0").expect("a pack");
        let expected = [("a/b", &b"xy"[..]), ("c", b"")];
        assert!(
            files
                .iter()
                .map(|(p, c)| (p.as_str(), c.as_slice()))
                .eq(expected)
        );
        assert_eq!(pack(b""), Some(Files::new()));
    }

    #[test]
    fn what_is_no_pack_is_refused() {
        for stream in [
            &b"\x03"[..],
            b"\x03\0\0\0a/b",
            b"\x04\0\0\0a/b",
            b"\x01\0\0\0\xff\0\0\0\0",
            b"\x01\0\0\0a\xff\xff\xff\xff",
        ] {
            assert_eq!(pack(stream), None, "{stream:?}");
        }
        assert_eq!(unpack(b"\xff\xff"), None);
    }

    #[test]
    fn a_stream_that_unpacks_to_too_much_is_refused() {
        let bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; MAX_LEN + 1], 1);
        assert_eq!(unpack(&bomb), None);
    }

    #[test]
    fn what_is_compiled_in_is_what_lies_in_the_specification() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/vectors");
        let mut files = built_in().expect("it was packed");
        let mut open = vec![root.clone()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).expect("it can be listed") {
                let path = entry.expect("it can be listed").path();
                if path.is_dir() {
                    open.push(path);
                    continue;
                }
                let name = path.strip_prefix(&root).expect("it lies below");
                let name = name.to_str().expect("names are text");
                let content = std::fs::read(&path).expect("it can be read");
                let left_out = matches!(name, "README.md" | "manifest.schema.json");
                let expected = (!left_out).then_some(content);
                assert!(files.remove(name) == expected, "{name}");
            }
        }
        assert_eq!(files.len(), 0, "{:?}", files.keys());
    }
}
