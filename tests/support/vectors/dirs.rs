//! Where the telemetry directory lies, on Linux.

use super::case::{Case, Expect};
use super::json::Json;

pub(super) fn cases() -> Vec<Case> {
    [of_go(), of_tools(), names(), no_names()].concat()
}

type Variables<'a> = &'a [(&'a str, &'a str)];

/// Name of the case, what it shows, the variables, the directory.
type Found = (
    &'static str,
    &'static str,
    Variables<'static>,
    Option<&'static str>,
);

/// Name of the case, what it shows, the name of the tool.
type Named = (&'static str, &'static str, &'static str);

fn case(
    id: &str,
    clauses: &[&'static str],
    about: &str,
    environment: Variables<'_>,
    tool: Option<&str>,
) -> Case {
    let environment = environment.iter();
    let environment = environment.map(|(name, value)| (*name, Json::text(*value)));
    Case::new(format!("dir/{id}"), "find-dir", "reader")
        .shows(clauses, about)
        .args(Json::object([
            ("environment", Json::object(environment)),
            ("tool", tool.map_or(Json::Null, Json::text)),
        ]))
}

fn is(dir: Option<&str>) -> Expect {
    Expect::ok(Json::object([("dir", dir.map_or(Json::Null, Json::text))]))
}

const HOME: Variables<'static> = &[("HOME", "/home/u")];

const ALL: Variables<'static> = &[
    ("GOTELEMETRYDIR", "/srv/telemetry"),
    ("XDG_CONFIG_HOME", "/home/u/config"),
    ("HOME", "/home/u"),
];

const OF_GO: &[Found] = &[
    (
        "named",
        "GOTELEMETRYDIR names the directory.",
        ALL,
        Some("/srv/telemetry"),
    ),
    (
        "named-alone",
        "GOTELEMETRYDIR needs no other variable.",
        &[("GOTELEMETRYDIR", "/srv/telemetry")],
        Some("/srv/telemetry"),
    ),
    (
        "named-beside-unknown",
        "GOTELEMETRYDIR holds where the configuration directory is unknown.",
        &[
            ("GOTELEMETRYDIR", "/srv/telemetry"),
            ("XDG_CONFIG_HOME", "config"),
        ],
        Some("/srv/telemetry"),
    ),
    (
        "named-empty",
        "An empty GOTELEMETRYDIR counts as unset.",
        &[
            ("GOTELEMETRYDIR", ""),
            ("XDG_CONFIG_HOME", "/home/u/config"),
            ("HOME", "/home/u"),
        ],
        Some("/home/u/config/go/telemetry"),
    ),
    (
        "configuration",
        "XDG_CONFIG_HOME comes before HOME.",
        &[("XDG_CONFIG_HOME", "/home/u/config"), ("HOME", "/home/u")],
        Some("/home/u/config/go/telemetry"),
    ),
    (
        "configuration-alone",
        "XDG_CONFIG_HOME needs no HOME.",
        &[("XDG_CONFIG_HOME", "/etc/of users")],
        Some("/etc/of users/go/telemetry"),
    ),
    (
        "configuration-empty",
        "An empty XDG_CONFIG_HOME counts as unset.",
        &[("XDG_CONFIG_HOME", ""), ("HOME", "/home/u")],
        Some("/home/u/.config/go/telemetry"),
    ),
    (
        "configuration-relative",
        "A relative XDG_CONFIG_HOME makes the directory unknown, whatever HOME is.",
        &[("XDG_CONFIG_HOME", "config"), ("HOME", "/home/u")],
        None,
    ),
    (
        "configuration-dot",
        "A path that begins with a dot is relative.",
        &[("XDG_CONFIG_HOME", "./config"), ("HOME", "/home/u")],
        None,
    ),
    (
        "configuration-tilde",
        "A path that begins with a tilde is relative.",
        &[("XDG_CONFIG_HOME", "~/config"), ("HOME", "/home/u")],
        None,
    ),
    (
        "home",
        "Without XDG_CONFIG_HOME the configuration lies below HOME.",
        HOME,
        Some("/home/u/.config/go/telemetry"),
    ),
    (
        "home-empty",
        "An empty HOME counts as unset.",
        &[("HOME", "")],
        None,
    ),
    (
        "none",
        "Without a variable the directory is unknown.",
        &[],
        None,
    ),
    (
        "other-systems",
        "The variables of other systems say nothing on Linux.",
        &[
            ("AppData", "/home/u/AppData"),
            ("APPDATA", "/home/u/AppData"),
        ],
        None,
    ),
];

fn of_go() -> Vec<Case> {
    OF_GO
        .iter()
        .map(|(id, about, environment, dir)| {
            case(id, &["dir.where"], about, environment, None).expect(is(*dir))
        })
        .collect()
}

const OF_TOOLS: &[Found] = &[
    (
        "tool-configuration",
        "The directory of a tool bears its name.",
        &[("XDG_CONFIG_HOME", "/home/u/config"), ("HOME", "/home/u")],
        Some("/home/u/config/tool/telemetry"),
    ),
    (
        "tool-home",
        "Below HOME, too.",
        &[("HOME", "/home/u")],
        Some("/home/u/.config/tool/telemetry"),
    ),
    (
        "tool-named",
        "GOTELEMETRYDIR is for the Go project alone.",
        ALL,
        Some("/home/u/config/tool/telemetry"),
    ),
    (
        "tool-unknown",
        "Where the configuration directory is unknown, so is that of a tool.",
        &[
            ("GOTELEMETRYDIR", "/srv/telemetry"),
            ("XDG_CONFIG_HOME", "config"),
        ],
        None,
    ),
];

fn of_tools() -> Vec<Case> {
    OF_TOOLS
        .iter()
        .map(|(id, about, environment, dir)| {
            case(id, &["dir.tool"], about, environment, Some("tool")).expect(is(*dir))
        })
        .collect()
}

const NAMES: &[Named] = &[
    ("dot-within", "A dot may stand within a name.", "tool.v2"),
    ("space-first", "A name may begin with a space.", " tool"),
    (
        "space-within",
        "A space may stand within a name.",
        "my tool",
    ),
    ("go-first", "A name may begin with go.", "gopls"),
    ("go-last", "A name may end in go.", "cargo"),
    (
        "beyond-ascii",
        "Characters beyond ASCII may stand in a name.",
        "Prüfung世",
    ),
    ("capitals", "Capitals stay capitals.", "Tool"),
    (
        "signs",
        "Other signs may stand in a name.",
        "-_~@+,;'\"*?<>|&$",
    ),
];

fn names() -> Vec<Case> {
    NAMES
        .iter()
        .map(|(id, about, name)| {
            let id = format!("name-with-{id}");
            let dir = format!("/home/u/.config/{name}/telemetry");
            case(&id, &["dir.tool.name", "dir.tool"], about, HOME, Some(name))
                .expect(is(Some(&dir)))
        })
        .collect()
}

const NO_NAMES: &[Named] = &[
    ("empty", "A name is not empty.", ""),
    ("of-go", "The name go is taken.", "go"),
    (
        "of-go-in-capitals",
        "It is taken in any case of letters.",
        "GO",
    ),
    (
        "of-go-with-capital",
        "It is taken with one capital, too.",
        "Go",
    ),
    ("dot", "A dot begins and ends this name.", "."),
    ("two-dots", "Two dots lead out of the directory.", ".."),
    ("dot-first", "A name does not begin with a dot.", ".tool"),
    ("dot-last", "A name does not end with a dot.", "tool."),
    ("space-last", "A name does not end with a space.", "tool "),
    ("slash", "A name is one element of a path.", "my/tool"),
    (
        "backslash",
        "A name is one element of a path on Windows.",
        "my\\tool",
    ),
    ("colon", "A name holds no colon.", "my:tool"),
    ("newline", "A name holds no newline.", "my\ntool"),
    ("zero-byte", "A name holds no zero byte.", "my\0tool"),
    ("u-007f", "U+007F is a control character.", "my\u{7f}tool"),
    ("u-0085", "U+0085 is a control character.", "my\u{85}tool"),
];

fn no_names() -> Vec<Case> {
    let about = "A name that is none is refused where the directory is unknown, too.";
    let without = case(
        "no-name-without-directory",
        &["dir.tool.name"],
        about,
        &[],
        Some("go"),
    );
    let without = without.expect(Expect::reject("dir.tool.name"));
    NO_NAMES
        .iter()
        .map(|(id, about, name)| {
            let id = format!("no-name-{id}");
            case(&id, &["dir.tool.name"], about, HOME, Some(name))
                .expect(Expect::reject("dir.tool.name"))
        })
        .chain([without])
        .collect()
}
