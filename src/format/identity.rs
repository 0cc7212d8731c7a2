//! Who counts: the identity of a program build, as metadata and as a file name.
//!
//! Implements the section *Identity* of `spec/names.md`. How a program learns its own path and
//! version is not known here.

use super::date::Span;
use super::error::FormatError;
use super::rule::Rule;

/// The ending of the name of every counter file.
pub const FILE_SUFFIX: &str = ".v1.count";

/// The version of what has no released version.
const DEVEL: &str = "devel";

/// The identity of a program build. Two builds with equal identity share a counter file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Identity {
    /// The path of the program, such as `cmd/go` or `github.com/owner/tool`.
    pub program: String,
    /// The version of the program, `devel`, or nothing.
    pub version: String,
    /// The version of the toolchain that built it, such as `go1.27.3`, or `devel`.
    pub go_version: String,
    /// The operating system, in Go's terms.
    pub goos: String,
    /// The processor architecture, in Go's terms.
    pub goarch: String,
}

impl Identity {
    /// The identity of a build of `program`, versions brought to the form in which they are
    /// counted: `devel` for a toolchain that is no release, the toolchain's version for programs
    /// below `cmd/`, `devel` for versions of no release.
    ///
    /// # Errors
    ///
    /// `id.field` if a value holds a newline or a zero byte, or one that goes into the file name a
    /// slash; `id.program` if the program path has no last element.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::identity::Identity;
    /// let tool = Identity::new("example.com/cmd/tool", "v1.2.0", "go1.27.3", "linux", "amd64");
    /// assert_eq!(tool.unwrap().version, "v1.2.0");
    /// let own = Identity::new("cmd/go", "", "go1.27.3", "linux", "amd64").unwrap();
    /// assert_eq!(own.version, "go1.27.3");
    /// let odd = Identity::new("cmd/go", "", "go1.27-20261101", "linux", "amd64").unwrap();
    /// assert_eq!((odd.version.as_str(), odd.go_version.as_str()), ("devel", "devel"));
    /// ```
    pub fn new(
        program: &str,
        version: &str,
        go_version: &str,
        goos: &str,
        goarch: &str,
    ) -> Result<Identity, FormatError> {
        // spec[id.go-version]
        let go_version = match go_version {
            release if is_go_release(release) => release,
            _ => DEVEL,
        };
        // spec[id.version]
        let version = if program.starts_with("cmd/") {
            go_version
        } else if version.contains(DEVEL) || version.matches('-').count() > 1 {
            DEVEL
        } else {
            version
        };
        // spec[id.field]
        for text in [program, version, goos, goarch] {
            if let Some(at) = text.find(['\n', '\0']) {
                return Err(bad_field(at));
            }
        }
        for text in [version, goos, goarch] {
            if let Some(at) = text.find('/') {
                return Err(bad_field(at));
            }
        }
        // spec[id.program]
        if base(program).is_empty() {
            return Err(FormatError::at(0, Rule::IdProgram));
        }
        Ok(Identity {
            program: program.to_owned(),
            version: version.to_owned(),
            go_version: go_version.to_owned(),
            goos: goos.to_owned(),
            goarch: goarch.to_owned(),
        })
    }

    /// The identity of a crate by what its manifest says; see [`identity!`](crate::identity).
    ///
    /// # Errors
    ///
    /// As for [`new`](Identity::new).
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::identity::Identity;
    /// let repository = "https://github.com/owner/tool.git";
    /// let tool = Identity::of_crate(repository, "tool", "1.2.0", "devel").unwrap();
    /// assert_eq!(tool.program, "github.com/owner/tool");
    /// assert_eq!(tool.version, "v1.2.0");
    /// ```
    pub fn of_crate(
        repository: &str,
        name: &str,
        version: &str,
        go_version: &str,
    ) -> Result<Identity, FormatError> {
        let path = repository
            .split_once("://")
            .map_or(repository, |(_, path)| path);
        let path = path.trim_end_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        let program = if path.is_empty() { name } else { path };
        Identity::new(
            program,
            &format!("v{version}"),
            go_version,
            goos(),
            goarch(),
        )
    }

    /// The metadata of this build's file for `span`.
    // spec[fmt.meta.keys]
    pub fn meta_text(&self, span: Span) -> String {
        format!(
            "TimeBegin: {}\nTimeEnd: {}\nProgram: {}\nVersion: {}\nGoVersion: {}\nGOOS: {}\nGOARCH: {}\n\n",
            span.begin.midnight(),
            span.end.midnight(),
            self.program,
            self.version,
            self.go_version,
            self.goos,
            self.goarch,
        )
    }

    /// The name of this build's file for `span`, without a directory.
    ///
    /// # Examples
    ///
    /// ```
    /// use gotelemetry::format::date::{Date, Span, Weekday};
    /// use gotelemetry::format::identity::Identity;
    /// let today = Date::parse("2026-11-21").unwrap();
    /// let span = Span::beginning(today, Weekday::from_number(0)).unwrap();
    /// let tool = Identity::new("example.com/tool", "v1.2.0", "go1.27.3", "linux", "amd64");
    /// assert_eq!(
    ///     tool.unwrap().file_name(span),
    ///     "tool@v1.2.0-go1.27.3-linux-amd64-2026-11-21.v1.count",
    /// );
    /// ```
    // spec[id.file-name]
    pub fn file_name(&self, span: Span) -> String {
        let at = if self.version.is_empty() { "" } else { "@" };
        format!(
            "{}{at}{}-{}-{}-{}-{}{FILE_SUFFIX}",
            base(&self.program),
            self.version,
            self.go_version,
            self.goos,
            self.goarch,
            span.begin,
        )
    }
}

/// The identity of the crate in which it is written: the program's path is that of the repository
/// in its manifest without the scheme, else its name; the version is `v` and the manifest's; the
/// toolchain's version is `devel` unless it is given.
///
/// # Examples
///
/// ```
/// let identity = gotelemetry::identity!()?;
/// assert!(identity.version.starts_with('v'));
/// assert_eq!(gotelemetry::identity!("go1.27.3")?.go_version, "go1.27.3");
/// # Ok::<(), gotelemetry::format::FormatError>(())
/// ```
#[macro_export]
macro_rules! identity {
    () => {
        $crate::identity!("devel")
    };
    ($go_version:expr) => {
        $crate::format::identity::Identity::of_crate(
            env!("CARGO_PKG_REPOSITORY"),
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            $go_version,
        )
    };
}

/// The operating system that this code was compiled for, in Go's terms.
pub fn goos() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

/// The processor architecture that this code was compiled for, in Go's terms.
pub fn goarch() -> &'static str {
    let little = cfg!(target_endian = "little");
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "x86" => "386",
        "aarch64" => "arm64",
        "powerpc64" if little => "ppc64le",
        "powerpc64" => "ppc64",
        "mips64" if little => "mips64le",
        "loongarch64" => "loong64",
        arch => arch,
    }
}

/// The program path of a build that has none: the last element of `argv0` without `.exe`.
// spec[id.argv0]
pub fn program_of_argv0(argv0: &str) -> &str {
    let name = base(argv0);
    name.strip_suffix(".exe").unwrap_or(name)
}

/// The last element of a path; nothing if it has none.
pub fn base(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// Whether `version` is that of a released toolchain, pre-releases included: `go1`, `go1.N`,
/// `go1.N.P` or `go1.NrcR`.
// spec[id.go-version]
pub fn is_go_release(version: &str) -> bool {
    version
        .strip_prefix("go")
        .is_some_and(|numbers| !numbers.contains(DEVEL) && matches_release(numbers).is_some())
}

fn matches_release(text: &str) -> Option<()> {
    let rest = after_number(text)?;
    if rest.is_empty() {
        return Some(());
    }
    let rest = after_number(rest.strip_prefix('.')?)?;
    if rest.is_empty() {
        return Some(());
    }
    if let Some(patch) = rest.strip_prefix('.') {
        return after_number(patch)?.is_empty().then_some(());
    }
    let number = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
    if number.len() == rest.len() {
        return None;
    }
    (number.is_empty() || after_number(number)?.is_empty()).then_some(())
}

/// What follows the number at the start of `text`, which has no needless zero.
fn after_number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = text.strip_suffix(rest)?;
    let sound = number == "0" || (!number.is_empty() && !number.starts_with('0'));
    sound.then_some(rest)
}

fn bad_field(at: usize) -> FormatError {
    FormatError::at(u64::try_from(at).unwrap_or(u64::MAX), Rule::IdField)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::date::{Date, Weekday};

    // test[id.go-version]
    #[test]
    fn releases_and_pre_releases_are_go_versions() {
        for release in [
            "go1",
            "go1.0",
            "go1.27",
            "go1.27.3",
            "go1.26rc1",
            "go1.18beta",
            "go2.10.0",
        ] {
            assert!(is_go_release(release), "{release}");
            let identity = Identity::new("a/b", "v1", release, "linux", "amd64");
            assert_eq!(identity.map(|id| id.go_version).as_deref(), Ok(release));
        }
        for other in [
            "",
            "go",
            "1.27",
            "go1.",
            "go1.27.",
            "go1.027",
            "go01",
            "go1.27.3rc1",
            "go1.27.3.4",
            "go1.26rc1x",
            "go1.26rc01",
            "go1.26-custom",
            "devel",
            "go1.27 X:nodwarf5",
            "go1.27RC1",
            "gox",
            "go1x",
            "go1.2devel",
        ] {
            assert!(!is_go_release(other), "{other}");
            let identity = Identity::new("a/b", "v1", other, "linux", "amd64");
            assert_eq!(identity.map(|id| id.go_version).as_deref(), Ok("devel"));
        }
    }

    // test[id.version]
    #[test]
    fn versions_of_no_release_count_as_devel() {
        let version =
            |v| Identity::new("a/b", v, "go1.27.3", "linux", "amd64").map(|id| id.version);
        for (given, counted) in [
            ("(devel)", "devel"),
            ("v0.0.0-20231207172801-3c8b0df0c3fd", "devel"),
            ("v0.14.0-pre.1", "v0.14.0-pre.1"),
            ("v1.2.3+dirty", "v1.2.3+dirty"),
            ("", ""),
        ] {
            assert_eq!(version(given).as_deref(), Ok(counted));
        }
    }

    // test[id.version]
    #[test]
    fn programs_of_the_toolchain_have_its_version() {
        for (program, given, go_version, counted) in [
            ("cmd/go", "v1.0.0", "go1.27.3", "go1.27.3"),
            ("cmd/vet", "", "go1.27-custom", "devel"),
            ("cmd", "v1.0.0", "go1.27.3", "v1.0.0"),
            ("example.com/cmd/go", "v1.0.0", "go1.27.3", "v1.0.0"),
        ] {
            let identity = Identity::new(program, given, go_version, "linux", "amd64");
            assert_eq!(identity.map(|id| id.version).as_deref(), Ok(counted));
        }
    }

    #[test]
    fn a_crate_is_known_by_its_repository_or_else_by_its_name() {
        for (repository, program) in [
            ("https://github.com/owner/tool.git", "github.com/owner/tool"),
            ("https://example.com/tool/", "example.com/tool"),
            ("example.com/tool", "example.com/tool"),
            ("https://", "tool"),
            ("", "tool"),
        ] {
            let identity = Identity::of_crate(repository, "tool", "1.2.0", "devel");
            let identity = identity.map(|id| (id.program, id.version, id.goos, id.goarch));
            let expected = (program.to_owned(), "v1.2.0".to_owned());
            let host = (goos().to_owned(), goarch().to_owned());
            assert_eq!(identity, Ok((expected.0, expected.1, host.0, host.1)));
        }
    }

    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    #[test]
    fn the_host_is_named_in_terms_of_go() {
        assert_eq!((goos(), goarch()), ("linux", "amd64"));
    }

    // test[id.file-name]
    #[test]
    fn a_file_is_named_after_the_last_element_of_the_path_and_the_build() {
        let day = Date::parse("2026-11-21").expect("a date");
        let span = Span::beginning(day, Weekday::from_number(0)).expect("a span");
        for (program, version, name) in [
            (
                "example.com/tool",
                "v1.2.0",
                "tool@v1.2.0-go1.27.3-linux-amd64",
            ),
            (
                "example.com/tool//",
                "devel",
                "tool@devel-go1.27.3-linux-amd64",
            ),
            ("tool", "", "tool-go1.27.3-linux-amd64"),
            ("cmd/go", "", "go@go1.27.3-go1.27.3-linux-amd64"),
        ] {
            let identity = Identity::new(program, version, "go1.27.3", "linux", "amd64");
            let expected = format!("{name}-2026-11-21.v1.count");
            assert_eq!(identity.map(|id| id.file_name(span)), Ok(expected));
        }
    }

    // test[id.field, id.program]
    #[test]
    fn fields_that_would_break_metadata_or_file_name_are_refused() {
        let clause =
            |p, v, os| Identity::new(p, v, "go1", os, "amd64").map_err(|e| (e.offset, e.clause()));
        assert_eq!(clause("a\nb", "", "linux"), Err((1, "id.field")));
        assert_eq!(clause("a/b", "v1\0", "linux"), Err((2, "id.field")));
        assert_eq!(clause("a/b", "../v1", "linux"), Err((2, "id.field")));
        assert_eq!(clause("a/b", "v1", "li/nux"), Err((2, "id.field")));
        assert_eq!(clause("///", "v1", "linux"), Err((0, "id.program")));
        assert_eq!(clause("", "v1", "linux"), Err((0, "id.program")));
        assert!(clause("a/b/", "v1", "linux").is_ok());
    }

    // test[id.argv0]
    #[test]
    fn a_program_without_a_path_is_named_after_its_file() {
        assert_eq!(program_of_argv0("/usr/bin/tool.exe"), "tool");
        assert_eq!(program_of_argv0("tool"), "tool");
        assert_eq!(program_of_argv0(".exe.exe"), ".exe");
    }
}
