//! The versions of programs and of toolchains, as they are counted.

use super::case::Case;
use super::identities::{Build, USUAL, taken};

pub(super) fn cases() -> Vec<Case> {
    let releases = RELEASES.iter().chain(NO_RELEASES).map(release);
    VERSIONS.iter().map(version).chain(releases).collect()
}

/// Name of the case, what it shows, the version, the one that is counted, the file.
type Version = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

fn version((id, about, version, counted, file): &Version) -> Case {
    let build = Build { version, ..USUAL };
    let seen = ["example.com/owner/tool", *counted, "go1.27.3"];
    taken(
        &format!("version-{id}"),
        "id.version",
        about,
        &build,
        seen,
        file,
    )
}

const DEVEL_FILE: &str = "tool@devel-go1.27.3-linux-amd64-2026-11-18.v1.count";

const VERSIONS: &[Version] = &[
    (
        "empty",
        "Without a version there is no @.",
        "",
        "",
        "tool-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "devel",
        "What Go calls a build from a working copy.",
        "(devel)",
        "devel",
        DEVEL_FILE,
    ),
    (
        "with-devel",
        "A version that contains devel.",
        "v1.2.0-develop",
        "devel",
        DEVEL_FILE,
    ),
    (
        "capital-devel",
        "Devel is not devel.",
        "Devel",
        "Devel",
        "tool@Devel-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "pseudo",
        "The version of a commit has two dashes.",
        "v0.0.0-20231207172801-3c8b0df0c3fd",
        "devel",
        DEVEL_FILE,
    ),
    (
        "pseudo-behind-release",
        "So has that of one behind a release.",
        "v1.2.1-0.20231207172801-3c8b0df0c3fd",
        "devel",
        DEVEL_FILE,
    ),
    (
        "pseudo-dirty",
        "So has that of one that was changed.",
        "v0.0.0-20231207172801-3c8b0df0c3fd+dirty",
        "devel",
        DEVEL_FILE,
    ),
    (
        "two-dashes",
        "Two dashes make devel of any version.",
        "v1.2.0-rc-1",
        "devel",
        DEVEL_FILE,
    ),
    (
        "pre-release",
        "One dash is that of a pre-release.",
        "v1.2.0-rc.1",
        "v1.2.0-rc.1",
        "tool@v1.2.0-rc.1-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "dirty",
        "A release that was changed keeps its version.",
        "v1.2.0+dirty",
        "v1.2.0+dirty",
        "tool@v1.2.0+dirty-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "incompatible",
        "So does one that is incompatible.",
        "v8.0.1+incompatible",
        "v8.0.1+incompatible",
        "tool@v8.0.1+incompatible-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
    (
        "other",
        "A version need not look like one.",
        "of the day",
        "of the day",
        "tool@of the day-go1.27.3-linux-amd64-2026-11-18.v1.count",
    ),
];

/// Name of the case, what it shows, the toolchain's version, the one that is counted.
type Toolchain = (&'static str, &'static str, &'static str, &'static str);

fn release((id, about, go_version, counted): &Toolchain) -> Case {
    let build = Build {
        go_version,
        ..USUAL
    };
    let seen = ["example.com/owner/tool", "v1.2.0", *counted];
    let file = format!("tool@v1.2.0-{counted}-linux-amd64-2026-11-18.v1.count");
    let id = format!("toolchain-{id}");
    taken(&id, "id.go-version", about, &build, seen, &file)
}

const RELEASES: &[Toolchain] = &[
    ("one-number", "One number is a release.", "go1", "go1"),
    ("two-numbers", "So are two.", "go1.20", "go1.20"),
    ("three-numbers", "So are three.", "go1.9.7", "go1.9.7"),
    ("numbers-0", "A number can be 0.", "go0.0.0", "go0.0.0"),
    (
        "great-numbers",
        "A number can have any number of digits.",
        "go100.20000000000000000000.3",
        "go100.20000000000000000000.3",
    ),
    (
        "candidate",
        "A release candidate is a release.",
        "go1.27rc1",
        "go1.27rc1",
    ),
    ("beta", "So is a beta.", "go1.18beta2", "go1.18beta2"),
    (
        "letters-alone",
        "The letters need no number.",
        "go1.27rc",
        "go1.27rc",
    ),
    (
        "letters-0",
        "The number behind the letters can be 0.",
        "go1.27rc0",
        "go1.27rc0",
    ),
];

const NO_RELEASES: &[Toolchain] = &[
    ("empty", "No version is none of a release.", "", "devel"),
    (
        "devel",
        "What Go calls a toolchain of its own.",
        "devel go1.28-3c8b0df0c3 Fri Nov 20 10:30:15 2026 +0000",
        "devel",
    ),
    (
        "letters-devel",
        "The letters devel make no release.",
        "go1.27devel",
        "devel",
    ),
    (
        "letters-with-devel",
        "Nor do letters among which devel stands.",
        "go1.27redevelop1",
        "devel",
    ),
    (
        "dated",
        "A toolchain of a day is no release.",
        "go1.27-20261101",
        "devel",
    ),
    (
        "custom",
        "One of a distributor is none.",
        "go1.27.3-custom",
        "devel",
    ),
    (
        "experiments",
        "One with experiments is none.",
        "go1.27.3 X:nodwarf5",
        "devel",
    ),
    (
        "without-go",
        "go stands in front of the number.",
        "1.27.3",
        "devel",
    ),
    ("capital-go", "Go is not go.", "Go1.27.3", "devel"),
    ("go-alone", "A number follows go.", "go", "devel"),
    (
        "space-first",
        "Nothing stands before go.",
        " go1.27.3",
        "devel",
    ),
    (
        "newline-last",
        "Nothing follows the last number.",
        "go1.27.3\n",
        "devel",
    ),
    ("dot-last", "A number follows a dot.", "go1.27.", "devel"),
    (
        "four-numbers",
        "There are no more than three numbers.",
        "go1.27.3.4",
        "devel",
    ),
    (
        "zero-first",
        "A number has no needless zero.",
        "go1.027",
        "devel",
    ),
    (
        "zero-first-in-candidate",
        "That behind the letters has none either.",
        "go1.27rc01",
        "devel",
    ),
    (
        "candidate-of-three",
        "Three numbers have no letters behind them.",
        "go1.27.3rc1",
        "devel",
    ),
    ("candidate-of-one", "Nor has one number.", "go1rc1", "devel"),
    (
        "capital-letters",
        "The letters are small.",
        "go1.27RC1",
        "devel",
    ),
    (
        "letters-twice",
        "Nothing follows the number behind the letters.",
        "go1.27rc1a",
        "devel",
    ),
    (
        "other-letters",
        "The letters are ASCII.",
        "go1.27ß1",
        "devel",
    ),
    ("other-digits", "The digits are ASCII.", "go1.٢٧", "devel"),
];
