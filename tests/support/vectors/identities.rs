//! Who counts: identities, the names of their files, and their metadata.

use super::case::{Case, Expect};
use super::json::Json;
use crate::support::raw::meta_text;

pub(super) fn cases() -> Vec<Case> {
    let tables = [PROGRAMS, WITHOUT_PATH, FIELDS];
    let tables = tables.iter().flat_map(|table| table.iter());
    tables
        .map(|(id, clause, about, build, seen, file)| taken(id, clause, about, build, *seen, file))
        .collect()
}

/// What a build says of itself.
#[derive(Clone, Copy)]
pub(super) struct Build<'a> {
    pub(super) path: &'a str,
    pub(super) argv0: &'a str,
    pub(super) version: &'a str,
    pub(super) go_version: &'a str,
    pub(super) goos: &'a str,
    pub(super) goarch: &'a str,
    pub(super) begin: &'a str,
    pub(super) end: &'a str,
}

/// A build of no note.
pub(super) const USUAL: Build<'static> = Build {
    path: "example.com/owner/tool",
    argv0: "/usr/bin/other",
    version: "v1.2.0",
    go_version: "go1.27.3",
    goos: "linux",
    goarch: "amd64",
    begin: "2026-11-18",
    end: "2026-11-25",
};

/// The go command, which has no version of its own.
const GO: Build<'static> = Build {
    path: "cmd/go",
    version: "",
    ..USUAL
};

/// A build that does not know its path.
pub(super) const NO_PATH: Build<'static> = Build { path: "", ..USUAL };

/// The program, its version and its toolchain's, as they are counted.
type Seen<'a> = [&'a str; 3];

/// The case that a build asks who it is.
pub(super) fn case(id: &str, clause: &'static str, about: &str, build: &Build<'_>) -> Case {
    Case::new(format!("identity/{id}"), "identify", "writer")
        .shows(&[clause], about)
        .args(Json::object([
            ("path", Json::text(build.path)),
            ("argv0", Json::text(build.argv0)),
            ("version", Json::text(build.version)),
            ("go_version", Json::text(build.go_version)),
            ("goos", Json::text(build.goos)),
            ("goarch", Json::text(build.goarch)),
            ("begin", Json::text(build.begin)),
            ("end", Json::text(build.end)),
        ]))
}

/// The case that a build counts under this identity, with this file.
pub(super) fn taken(
    id: &str,
    clause: &'static str,
    about: &str,
    build: &Build<'_>,
    seen: Seen<'_>,
    file: &str,
) -> Case {
    let [program, version, go_version] = seen;
    let identity = Json::object([
        ("program", Json::text(program)),
        ("version", Json::text(version)),
        ("go_version", Json::text(go_version)),
        ("goos", Json::text(build.goos)),
        ("goarch", Json::text(build.goarch)),
    ]);
    case(id, clause, about, build).expect(Expect::ok(Json::object([
        ("identity", identity),
        ("file", Json::text(file)),
        ("meta", Json::hex(&meta(build, seen))),
    ])))
}

/// The metadata of a build that counts under this identity.
pub(super) fn meta(build: &Build<'_>, [program, version, go_version]: Seen<'_>) -> Vec<u8> {
    meta_text(&[
        ("TimeBegin", &format!("{}T00:00:00Z", build.begin)),
        ("TimeEnd", &format!("{}T00:00:00Z", build.end)),
        ("Program", program),
        ("Version", version),
        ("GoVersion", go_version),
        ("GOOS", build.goos),
        ("GOARCH", build.goarch),
    ])
}

/// Name of the case, clause, what it shows, the build, its identity, its file.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    Build<'static>,
    Seen<'static>,
    &'static str,
);

const PROGRAMS: &[Row] = &[
    (
        "usual",
        "id.file-name",
        "A program with a path and a version.",
        USUAL,
        ["example.com/owner/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "go-command",
        "id.version",
        "The version of the go command is its toolchain's.",
        GO,
        ["cmd/go", "go1.27.3", "go1.27.3"],
        "go@go1.27.3-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "go-command-with-version",
        "id.version",
        "Another version of a program below cmd/ does not count.",
        Build {
            version: "v1.2.0",
            ..GO
        },
        ["cmd/go", "go1.27.3", "go1.27.3"],
        "go@go1.27.3-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "go-command-of-no-release",
        "id.version",
        "The toolchain's version is the one that is counted.",
        Build {
            go_version: "go1.28-20261101",
            ..GO
        },
        ["cmd/go", "devel", "devel"],
        "go@devel-devel-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "path-with-backslash",
        "id.file-name",
        "A backslash separates no elements of a path.",
        Build {
            path: "example.com/owner\\tool",
            ..USUAL
        },
        ["example.com/owner\\tool", "v1.2.0", "go1.27.3"],
        "owner\\tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "go-command-deeper",
        "id.file-name",
        "The path of a program below cmd/ can be longer.",
        Build {
            path: "cmd/vendor/example.com/vet",
            ..GO
        },
        ["cmd/vendor/example.com/vet", "go1.27.3", "go1.27.3"],
        "vet@go1.27.3-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "cmd-within",
        "id.version",
        "Only at its beginning does cmd/ make a path one of Go's.",
        Build {
            path: "example.com/cmd/tool",
            ..USUAL
        },
        ["example.com/cmd/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "cmd-alone",
        "id.version",
        "The path cmd does not begin with cmd/.",
        Build {
            path: "cmd",
            ..USUAL
        },
        ["cmd", "v1.2.0", "go1.27.3"],
        "cmd@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "cmd-longer",
        "id.version",
        "Nor does cmdr/tool.",
        Build {
            path: "cmdr/tool",
            ..USUAL
        },
        ["cmdr/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "slashes-last",
        "id.file-name",
        "Slashes at the end of a path are not part of its last element.",
        Build {
            path: "example.com/tool//",
            ..USUAL
        },
        ["example.com/tool//", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "path-with-exe",
        "id.argv0",
        "The path of a program keeps its ending.",
        Build {
            path: "example.com/tool.exe",
            ..USUAL
        },
        ["example.com/tool.exe", "v1.2.0", "go1.27.3"],
        "tool.exe@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "path-beyond-ascii",
        "id.file-name",
        "A path with characters beyond ASCII and a space.",
        Build {
            path: "example.com/my größe",
            ..USUAL
        },
        ["example.com/my größe", "v1.2.0", "go1.27.3"],
        "my größe@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
];

const WITHOUT_PATH: &[Row] = &[
    (
        "argv0",
        "id.argv0",
        "A program without a path is named by the last element of argv0.",
        Build {
            argv0: "/usr/bin/tool",
            ..NO_PATH
        },
        ["tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "argv0-element",
        "id.argv0",
        "An argv0 without a slash.",
        Build {
            argv0: "tool",
            ..NO_PATH
        },
        ["tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "argv0-exe",
        "id.argv0",
        "The ending .exe is removed.",
        Build {
            argv0: "bin/tool.exe",
            ..NO_PATH
        },
        ["tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "argv0-exe-twice",
        "id.argv0",
        "It is removed once.",
        Build {
            argv0: "tool.exe.exe",
            ..NO_PATH
        },
        ["tool.exe", "v1.2.0", "go1.27.3"],
        "tool.exe@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "argv0-exe-capitals",
        "id.argv0",
        "In capitals it is another ending.",
        Build {
            argv0: "tool.EXE",
            ..NO_PATH
        },
        ["tool.EXE", "v1.2.0", "go1.27.3"],
        "tool.EXE@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "argv0-exe-and-slashes",
        "id.argv0",
        "The last element comes first, then its ending.",
        Build {
            argv0: "/opt/tool.exe//",
            ..NO_PATH
        },
        ["tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "argv0-below-cmd",
        "id.argv0",
        "An argv0 below cmd/ makes no program of Go's.",
        Build {
            argv0: "cmd/go",
            ..NO_PATH
        },
        ["go", "v1.2.0", "go1.27.3"],
        "go@v1.2.0-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
];

const FIELDS: &[Row] = &[
    (
        "other-platform",
        "id.file-name",
        "Other systems and architectures.",
        Build {
            goos: "windows",
            goarch: "arm64",
            ..USUAL
        },
        ["example.com/owner/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-windows-arm64-2026-11-18.v1.count",
    ),
    (
        "big-endian-platform",
        "fmt.meta.keys",
        "An architecture of the other byte order has the same metadata.",
        Build {
            goarch: "s390x",
            ..USUAL
        },
        ["example.com/owner/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-s390x-2026-11-18.v1.count",
    ),
    (
        "other-span",
        "fmt.meta.keys",
        "The file bears the first day, the metadata both ends.",
        Build {
            begin: "2026-12-31",
            end: "2027-01-01",
            ..USUAL
        },
        ["example.com/owner/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-2026-12-31.v1.count",
    ),
    (
        "span-of-early-years",
        "week.date",
        "Years have four digits.",
        Build {
            begin: "0099-12-31",
            end: "0100-01-02",
            ..USUAL
        },
        ["example.com/owner/tool", "v1.2.0", "go1.27.3"],
        "tool@v1.2.0-go1.27.3-linux-amd64-0099-12-31.v1.count",
    ),
    (
        "slash-in-version-of-go-command",
        "id.field",
        "The version that is counted has no slash.",
        Build {
            version: "a/b\n",
            ..GO
        },
        ["cmd/go", "go1.27.3", "go1.27.3"],
        "go@go1.27.3-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "newline-in-devel",
        "id.field",
        "Nor has devel a newline, whatever stood there.",
        Build {
            version: "devel\n",
            ..USUAL
        },
        ["example.com/owner/tool", "devel", "go1.27.3"],
        "tool@devel-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "slash-in-toolchain",
        "id.field",
        "A toolchain's version with a slash is that of no release.",
        Build {
            go_version: "go1.27/3\0",
            ..USUAL
        },
        ["example.com/owner/tool", "v1.2.0", "devel"],
        "tool@v1.2.0-devel-linux-amd64-2026-11-18.v1.count",
    ),
];
