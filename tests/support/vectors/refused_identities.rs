//! Identities under which no program counts, and metadata that is as long as it may be.

use super::case::{Case, Expect};
use super::identities::{Build, NO_PATH, USUAL, case, meta, taken};

pub(super) fn cases() -> Vec<Case> {
    let refused = REFUSED.iter().map(|(id, clause, about, build)| {
        case(id, clause, about, build).expect(Expect::reject(clause))
    });
    refused.chain(lengths()).collect()
}

/// Name of the case, clause, what it shows, the build.
type Refused = (&'static str, &'static str, &'static str, Build<'static>);

const REFUSED: &[Refused] = &[
    (
        "newline-in-program",
        "id.field",
        "A program's path has no newline.",
        Build {
            path: "example.com/a\nb/tool",
            ..USUAL
        },
    ),
    (
        "zero-byte-in-program",
        "id.field",
        "A program's path has no zero byte.",
        Build {
            path: "example.com/tool\0",
            ..USUAL
        },
    ),
    (
        "newline-in-argv0",
        "id.field",
        "Nor has the name that it was called by a newline.",
        Build {
            argv0: "/usr/bin/to\nol",
            ..NO_PATH
        },
    ),
    (
        "newline-in-version",
        "id.field",
        "A version has no newline.",
        Build {
            version: "v1.2.0\n",
            ..USUAL
        },
    ),
    (
        "zero-byte-in-version",
        "id.field",
        "A version has no zero byte.",
        Build {
            version: "v1\0.2.0",
            ..USUAL
        },
    ),
    (
        "slash-in-version",
        "id.field",
        "A version has no slash.",
        Build {
            version: "../v1.2.0",
            ..USUAL
        },
    ),
    (
        "newline-in-goos",
        "id.field",
        "GOOS has no newline.",
        Build {
            goos: "lin\nux",
            ..USUAL
        },
    ),
    (
        "zero-byte-in-goos",
        "id.field",
        "GOOS has no zero byte.",
        Build {
            goos: "linux\0",
            ..USUAL
        },
    ),
    (
        "slash-in-goos",
        "id.field",
        "GOOS has no slash.",
        Build {
            goos: "gnu/linux",
            ..USUAL
        },
    ),
    (
        "newline-in-goarch",
        "id.field",
        "GOARCH has no newline.",
        Build {
            goarch: "amd64\n",
            ..USUAL
        },
    ),
    (
        "zero-byte-in-goarch",
        "id.field",
        "GOARCH has no zero byte.",
        Build {
            goarch: "\0amd64",
            ..USUAL
        },
    ),
    (
        "slash-in-goarch",
        "id.field",
        "GOARCH has no slash.",
        Build {
            goarch: "amd64/v3",
            ..USUAL
        },
    ),
    (
        "path-of-slashes",
        "id.program",
        "A path of slashes has no last element.",
        Build {
            path: "///",
            ..USUAL
        },
    ),
    (
        "argv0-empty",
        "id.program",
        "Neither path nor argv0 names the program.",
        Build {
            argv0: "",
            ..NO_PATH
        },
    ),
    (
        "argv0-of-slashes",
        "id.program",
        "An argv0 of slashes has no last element.",
        Build {
            argv0: "//",
            ..NO_PATH
        },
    ),
    (
        "argv0-exe-alone",
        "id.program",
        "Without .exe nothing is left.",
        Build {
            argv0: "/usr/bin/.exe",
            ..NO_PATH
        },
    ),
];

/// Metadata that is as long as it may be, and longer.
fn lengths() -> Vec<Case> {
    // The metadata of a program without a name is 135 bytes long.
    let path = |len: usize| format!("{}/tool", "p".repeat(len - "/tool".len()));
    let (exact, beyond) = (path(377), path(378));
    let longest = Build {
        path: &exact,
        ..USUAL
    };
    let seen = [exact.as_str(), "v1.2.0", "go1.27.3"];
    assert_eq!(meta(&longest, seen).len(), 512);
    let (id, clause) = ("metadata-512", "fmt.meta.max");
    let about = "Metadata of 512 bytes, the empty line included, is not too long.";
    let file = "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count";
    let too_long = Build {
        path: &beyond,
        ..USUAL
    };
    vec![
        taken(id, clause, about, &longest, seen, file),
        case(
            "metadata-513",
            clause,
            "Metadata of 513 bytes is too long.",
            &too_long,
        )
        .expect(Expect::reject(clause)),
    ]
}
