//! Scripts for a writer under other identities.

use super::case::Case;
use super::write::{BEGIN, END, Identity, TOOL, add, case, leaves, open};

pub(super) fn cases() -> Vec<Case> {
    let of = |id: &str, identity: Identity, clause: &'static str, about: &str| {
        let mut raw = identity.file();
        raw.add(b"tool/start", 1);
        let case = case(id, identity, vec![open(), add(b"tool/start", 1)]).shows(&[clause], about);
        leaves(case, vec![(identity.path(BEGIN), raw.bytes)])
    };
    let go = Identity {
        program: "cmd/go",
        version: "go1.27.3",
        go_version: "go1.27.3",
    };
    let none = Identity {
        version: "",
        ..TOOL
    };
    let devel = Identity {
        version: "devel",
        go_version: "devel",
        ..TOOL
    };
    let (longest, too_long) = lengths();
    let refused = case("meta-513", too_long, vec![open(), add(b"tool/start", 1)]).shows(
        &["fmt.meta.max"],
        "A program whose metadata would be 513 bytes long does not count.",
    );
    vec![
        of(
            "program-of-go",
            go,
            "id.file-name",
            "A program of the Go project.",
        ),
        of(
            "version-empty",
            none,
            "id.file-name",
            "Without a version there is no @ in the file's name.",
        ),
        of(
            "version-devel",
            devel,
            "id.file-name",
            "A build that is no release.",
        ),
        of(
            "meta-512",
            longest,
            "fmt.meta.max",
            "Metadata of 512 bytes, the longest.",
        ),
        leaves(refused, Vec::new()),
    ]
}

/// Identities with 512 bytes of metadata, and with one more.
fn lengths() -> (Identity, Identity) {
    let base = Identity {
        program: "",
        ..TOOL
    }
    .meta(BEGIN, END)
    .len();
    let path = |len: usize| -> &'static str {
        Box::leak(format!("example.com/{}/t", "p".repeat(len - 14)).into())
    };
    let longest = Identity {
        program: path(512 - base),
        ..TOOL
    };
    let too_long = Identity {
        program: path(513 - base),
        ..TOOL
    };
    assert_eq!(longest.meta(BEGIN, END).len(), 512);
    (longest, too_long)
}
