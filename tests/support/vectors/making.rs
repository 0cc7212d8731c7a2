//! Weeks that have ended, and what has to come of them: each is a case of `report`, which makes the
//! reports, and one of `verdicts`, which says why they are as they are.

use super::case::{Case, Expect};
use super::configs;
use super::json::{Json, hex};
use crate::support::raw::{Raw, meta_text};

pub(super) const NOW: &str = "2026-11-23T09:00:00Z";
pub(super) const BEGIN: &str = "2026-11-14T00:00:00Z";
pub(super) const END: &str = "2026-11-21T00:00:00Z";

/// The week that ends then.
pub(super) const WEEK: &str = "2026-11-21";

/// Program, Version, GoVersion, GOOS, GOARCH.
pub(super) type Build = [&'static str; 5];

pub(super) const TOOL: Build = ["a/tool", "v1.0.0", "go1.27.3", "linux", "amd64"];

/// What is in the usual config.
const CONFIG: &str = r#"{"GOOS":["linux"],"GOARCH":["amd64"],"GoVersion":["go1.27.3"],"SampleRate":1,"Programs":[
{"Name":"a/tool","Versions":["v1.0.0"],"Counters":[{"Name":"n","Rate":1},{"Name":"flag:{a,b}","Rate":1},{"Name":"few","Rate":0.25}],
"Stacks":[{"Name":"bug","Rate":1},{"Name":"rare","Rate":0.25}]}]}"#;

/// A number, and how JSON writes it.
pub(super) type Written = (f64, &'static str);

/// The X of all reports, unless a case says otherwise.
const X: Written = (0.45212553953238555, "0.45212553953238555");

/// A telemetry directory, and what has to come of it.
#[derive(Clone)]
pub(super) struct Making {
    id: &'static str,
    clauses: &'static [&'static str],
    about: &'static str,
    environment: &'static [(&'static str, &'static str)],
    now: &'static str,
    config: Option<String>,
    version: Option<&'static str>,
    x: Written,
    last_week: &'static str,
    /// What lies there before, and whether it is gone afterwards.
    files: Vec<(String, Vec<u8>, bool)>,
    changed: Vec<(String, &'static str)>,
    unread: Vec<&'static str>,
    weeks: Vec<Week>,
}

/// What becomes of a week.
#[derive(Clone)]
struct Week {
    date: &'static str,
    task: &'static str,
    held: Option<&'static str>,
    programs: Vec<Program>,
}

/// A program of a report.
#[derive(Clone)]
pub(super) struct Program {
    build: Build,
    held: Option<&'static str>,
    /// The names, in the order of their bytes.
    names: Vec<Name>,
}

/// A name of a report.
#[derive(Clone)]
pub(super) struct Name {
    bytes: &'static [u8],
    /// How JSON writes it.
    json: &'static str,
    count: &'static str,
    held: Option<&'static str>,
}

/// A name that JSON writes as it is.
pub(super) fn plain(name: &'static str, count: &'static str) -> Name {
    written(name.as_bytes(), name, count)
}

/// A name that JSON writes otherwise.
pub(super) fn written(bytes: &'static [u8], json: &'static str, count: &'static str) -> Name {
    let held = None;
    Name {
        bytes,
        json,
        count,
        held,
    }
}

impl Name {
    /// What a count file says of it.
    pub(super) fn counted(&self) -> (&[u8], u64) {
        (self.bytes, self.count.parse().expect("a count"))
    }

    /// The name, held for this.
    pub(super) fn held(self, held: &'static str) -> Name {
        let held = Some(held);
        Name { held, ..self }
    }
}

/// A program of which the upload report has what is not held.
pub(super) fn program(build: Build, names: &[Name]) -> Program {
    let (names, held) = (names.to_vec(), None);
    Program { build, held, names }
}

impl Program {
    /// The program, held for this.
    pub(super) fn held(self, held: &'static str) -> Program {
        let held = Some(held);
        Program { held, ..self }
    }
}

/// The usual tool with the counter `n`.
pub(super) fn usual_program() -> Vec<Program> {
    vec![program(TOOL, &[plain("n", "1")])]
}

/// A count file with these counts.
pub(super) fn file(begin: &str, end: &str, build: Build, counts: &[(&[u8], u64)]) -> Vec<u8> {
    let [program, version, go_version, goos, goarch] = build;
    of_meta(
        &[
            ("TimeBegin", begin),
            ("TimeEnd", end),
            ("Program", program),
            ("Version", version),
            ("GoVersion", go_version),
            ("GOOS", goos),
            ("GOARCH", goarch),
        ],
        counts,
    )
}

/// A count file with this metadata.
pub(super) fn of_meta(meta: &[(&str, &str)], counts: &[(&[u8], u64)]) -> Vec<u8> {
    let mut raw = Raw::new(&meta_text(meta));
    for (name, count) in counts {
        raw.add(name, *count);
    }
    raw.into_bytes()
}

/// A count file of the usual tool and week.
pub(super) fn usual(counts: &[(&[u8], u64)]) -> Vec<u8> {
    file(BEGIN, END, TOOL, counts)
}

impl Making {
    /// A directory in mode on, for which there is a config.
    pub(super) fn new(
        id: &'static str,
        clauses: &'static [&'static str],
        about: &'static str,
    ) -> Making {
        let making = Making {
            id,
            clauses,
            about,
            environment: &[],
            now: NOW,
            config: Some(CONFIG.to_owned()),
            version: Some("v0.93.0"),
            x: X,
            last_week: "",
            files: Vec::new(),
            changed: Vec::new(),
            unread: Vec::new(),
            weeks: Vec::new(),
        };
        making.kept("mode", "on 2026-11-10")
    }

    /// Adds a file that is as it was afterwards, unless it is replaced.
    pub(super) fn kept(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> Making {
        self.files.push((path.to_owned(), bytes.into(), false));
        self
    }

    /// Adds a count file that is gone afterwards.
    pub(super) fn counts(mut self, name: &str, bytes: Vec<u8>) -> Making {
        let path = format!("local/{name}.v1.count");
        self.files.push((path, bytes, true));
        self
    }

    /// Adds the usual count file.
    pub(super) fn usual(self) -> Making {
        self.counts("a", usual(&[(b"n", 1)]))
    }

    /// Adds a count file that cannot be used.
    pub(super) fn unread(mut self, name: &'static str, bytes: impl Into<Vec<u8>>) -> Making {
        self.unread.push(name);
        self.kept(&format!("local/{name}"), bytes)
    }

    /// Sets the mode file.
    pub(super) fn mode(mut self, text: &str) -> Making {
        self.files.retain(|(path, ..)| path != "mode");
        self.kept("mode", text)
    }

    /// Removes the mode file.
    pub(super) fn without_mode(mut self) -> Making {
        self.files.retain(|(path, ..)| path != "mode");
        self
    }

    pub(super) fn environment(
        self,
        environment: &'static [(&'static str, &'static str)],
    ) -> Making {
        Making {
            environment,
            ..self
        }
    }

    pub(super) fn now(self, now: &'static str) -> Making {
        Making { now, ..self }
    }

    /// The usual config with `to` in place of `from`.
    pub(super) fn config(self, from: &str, to: &str) -> Making {
        assert_eq!(CONFIG.matches(from).count(), 1, "{from}");
        let config = Some(CONFIG.replacen(from, to, 1));
        Making { config, ..self }
    }

    /// A config with this text.
    pub(super) fn config_text(self, text: &str) -> Making {
        let config = Some(text.to_owned());
        Making { config, ..self }
    }

    pub(super) fn without_config(self) -> Making {
        let (config, version) = (None, None);
        Making {
            config,
            version,
            ..self
        }
    }

    pub(super) fn version(self, version: &'static str) -> Making {
        let version = Some(version);
        Making { version, ..self }
    }

    pub(super) fn x(self, x: Written) -> Making {
        Making { x, ..self }
    }

    pub(super) fn last_week(self, last_week: &'static str) -> Making {
        Making { last_week, ..self }
    }

    /// Says when a file was last changed.
    pub(super) fn changed(mut self, path: &str, time: &'static str) -> Making {
        self.changed.push((path.to_owned(), time));
        self
    }

    fn week(
        mut self,
        date: &'static str,
        task: &'static str,
        held: Option<&'static str>,
        programs: Vec<Program>,
    ) -> Making {
        self.weeks.push(Week {
            date,
            task,
            held,
            programs,
        });
        self
    }

    /// Expects both reports of a week.
    pub(super) fn sends(self, date: &'static str, programs: Vec<Program>) -> Making {
        self.week(date, "report", None, programs)
    }

    /// Expects the local report of a week alone, for this reason.
    pub(super) fn holds(
        self,
        date: &'static str,
        held: &'static str,
        programs: Vec<Program>,
    ) -> Making {
        self.week(date, "report", Some(held), programs)
    }

    /// Expects no report of a week, for which this is done: `delete`, `wait` or `nothing`.
    pub(super) fn makes_none(self, date: &'static str, task: &'static str) -> Making {
        self.week(date, task, None, Vec::new())
    }
}

impl Making {
    /// The two cases.
    pub(super) fn cases(self) -> [Case; 2] {
        let mut after = Vec::new();
        for (path, bytes, is_gone) in self.all_files() {
            if !is_gone {
                after.push((path, bytes));
            }
        }
        for week in self.weeks.iter().filter(|week| week.task == "report") {
            for (path, bytes) in self.reports(week) {
                after.retain(|(other, _)| *other != path);
                after.push((path, bytes));
            }
        }
        let weeks = self.weeks.iter().map(Week::verdicts).collect();
        let unread = self.unread.iter().map(|name| Json::text(*name)).collect();
        let verdicts = Json::object([
            ("unread", Json::Array(unread)),
            ("weeks", Json::Array(weeks)),
        ]);
        [
            self.case("reporting", "report", Expect::files(after)),
            self.case("verdict", "verdicts", Expect::ok(verdicts)),
        ]
    }

    fn all_files(&self) -> Vec<(String, Vec<u8>, bool)> {
        let config = self.config.iter();
        let config = config.map(|text| (configs::FILE.to_owned(), text.clone().into(), false));
        self.files.iter().cloned().chain(config).collect()
    }

    fn case(&self, subject: &str, op: &'static str, expect: Expect) -> Case {
        let path = self.config.as_ref().map(|_| Json::text(configs::FILE));
        let version = self.version.map(Json::text);
        let environment = self.environment.iter();
        let environment = environment.map(|(name, value)| (*name, Json::text(*value)));
        let case = Case::new(format!("{subject}/{}", self.id), op, "reporter")
            .shows(self.clauses, self.about)
            .args(Json::object([
                ("environment", Json::object(environment)),
                ("now", Json::text(self.now)),
                ("config", path.unwrap_or(Json::Null)),
                ("config_version", version.unwrap_or(Json::Null)),
                ("x", Json::decimal(self.x.0.to_bits())),
            ]))
            .expect(expect);
        let files = self.all_files().into_iter();
        let case = files.fold(case, |case, (path, bytes, _)| case.with(path, bytes));
        let changed = self.changed.iter();
        changed.fold(case, |case, (path, time)| case.changed(path, time))
    }

    /// The reports of a week: their paths and bytes.
    fn reports(&self, week: &Week) -> Vec<(String, Vec<u8>)> {
        let none = self.config.is_none() || matches!(week.held, Some("mode" | "config"));
        let config = self.version.filter(|_| !none).unwrap_or("v0.0.0-0");
        let of = |name: String, sent: bool| {
            let text = report(self, week, config, sent);
            (format!("local/{name}{}.json", week.date), text.into_bytes())
        };
        let mut reports = vec![of("local.".to_owned(), false)];
        if week.held.is_none() {
            reports.push(of(String::new(), true));
        }
        reports
    }
}

/// The text of a report; of one that is sent the parts that are held are left out.
fn report(making: &Making, week: &Week, config: &str, sent: bool) -> String {
    let programs = week.programs.iter();
    let programs = programs.filter(|program| !sent || program.held.is_none());
    let programs: Vec<String> = programs.map(|program| program.text(sent)).collect();
    let programs = match programs.is_empty() {
        true => "null".to_owned(),
        false => format!("[\n{}\n ]", programs.join(",\n")),
    };
    let (date, last, x) = (week.date, making.last_week, making.x.1);
    format!(
        "{{\n \"Week\": \"{date}\",\n \"LastWeek\": \"{last}\",\n \"X\": {x},\n \"Programs\": {programs},\n \"Config\": \"{config}\"\n}}"
    )
}

impl Program {
    fn text(&self, sent: bool) -> String {
        let [program, version, go_version, goos, goarch] = self.build.map(escaped);
        let names = |stacks: bool| {
            let names = self.names.iter().filter(|name| name.is_stack() == stacks);
            let names = names.filter(|name| !sent || name.held.is_none());
            let names: Vec<String> = names
                .map(|name| format!("    \"{}\": {}", name.json, name.count))
                .collect();
            match names.is_empty() {
                true => "{}".to_owned(),
                false => format!("{{\n{}\n   }}", names.join(",\n")),
            }
        };
        let (counters, stacks) = (names(false), names(true));
        format!(
            "  {{\n   \"Program\": \"{program}\",\n   \"Version\": \"{version}\",\n   \"GoVersion\": \"{go_version}\",\n   \"GOOS\": \"{goos}\",\n   \"GOARCH\": \"{goarch}\",\n   \"Counters\": {counters},\n   \"Stacks\": {stacks}\n  }}"
        )
    }

    fn verdicts(&self, of_week: Option<&'static str>) -> Json {
        let of_program = of_week.or(self.held);
        let names = |stacks: bool| {
            let names = self.names.iter().filter(|name| name.is_stack() == stacks);
            Json::object(names.map(|name| (hex(name.bytes), held(of_program.or(name.held)))))
        };
        let keys = ["program", "version", "go_version", "goos", "goarch"];
        let mut members: Vec<_> = keys.into_iter().zip(self.build.map(Json::text)).collect();
        members.push(("held", held(of_program)));
        members.push(("counters", names(false)));
        members.push(("stacks", names(true)));
        Json::object(members)
    }
}

impl Name {
    fn is_stack(&self) -> bool {
        self.bytes.contains(&b'\n')
    }
}

impl Week {
    fn verdicts(&self) -> Json {
        let programs = self.programs.iter();
        let programs = programs
            .map(|program| program.verdicts(self.held))
            .collect();
        Json::object([
            ("week", Json::text(self.date)),
            ("task", Json::text(self.task)),
            ("held", held(self.held)),
            ("programs", Json::Array(programs)),
        ])
    }
}

/// What JSON writes for a value of a program.
fn escaped(value: &str) -> String {
    let pairs = [
        ('&', "\\u0026"),
        ('<', "\\u003c"),
        ('>', "\\u003e"),
        ('\t', "\\t"),
    ];
    let replace = |text: String, (from, to): (char, &str)| text.replace(from, to);
    pairs.into_iter().fold(value.to_owned(), replace)
}

fn held(held: Option<&'static str>) -> Json {
    held.map_or(Json::Null, Json::text)
}
