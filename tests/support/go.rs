//! The Go toolchains that `.ci/peers` installs, as peers of the tests and benchmarks.
//!
//! A [`Toolchain`] gives two things: the driver (`tests/drivers/go`), which is Go's own reading and
//! writing of counter files behind a command line, and real counter files, written by the
//! toolchain's own programs while they build, vet and test a tiny module.
//!
//! Everything happens below `<target>/peers`, in home directories of its own: the counter files
//! and the telemetry mode of the person who runs the tests are neither read nor changed. This
//! module must not know the project's library, for its results are what that is compared with.

#![allow(
    dead_code,
    reason = "a test and a benchmark each use a part of this module"
)]

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where the driver's source lies, and its files: each with its place in the copy of x/telemetry.
const DRIVER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drivers/go");
const DRIVER_FILES: [(&str, &str); 10] = [
    ("main.go", "driver/main.go"),
    ("count.go", "driver/count.go"),
    ("conformance.go", "driver/conformance.go"),
    ("conformance_read.go", "driver/conformance_read.go"),
    ("conformance_write.go", "driver/conformance_write.go"),
    ("conformance_report.go", "driver/conformance_report.go"),
    ("counter/recorder.go", "internal/counter/recorder.go"),
    ("upload/reporter.go", "internal/upload/reporter.go"),
    ("upload.go", "driver/upload.go"),
    ("upload/uploader.go", "internal/upload/uploader.go"),
];

/// One installed Go toolchain.
#[derive(Clone, Debug)]
pub(crate) struct Toolchain {
    /// The version as Go writes it, for example `go1.27.3`.
    pub(crate) version: String,
    /// The `go` command.
    pub(crate) go: PathBuf,
}

/// The toolchains below `<target>/peers`, the newest first.
pub(crate) fn toolchains() -> Vec<Toolchain> {
    let Ok(entries) = fs::read_dir(peers_dir()) else {
        return Vec::new();
    };
    let mut found: Vec<Toolchain> = entries
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().into_string().ok()?;
            let go = entry.path().join("go/bin/go");
            (version.starts_with("go") && go.is_file()).then_some(Toolchain { version, go })
        })
        .collect();
    found.sort_by_key(|toolchain| std::cmp::Reverse(toolchain.numbers()));
    found
}

/// Whether a toolchain that is missing fails a test instead of leaving it out.
pub(crate) fn required() -> bool {
    env::var_os("GOTELEMETRY_REQUIRE_PEERS").is_some_and(|value| value == "1")
}

/// The directory that holds the toolchains and all that is made with them.
pub(crate) fn peers_dir() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    // A relative CARGO_TARGET_DIR is meant from the package, where `.ci/peers` goes, too; an
    // absolute one replaces the package in this join.
    package
        .join(env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()))
        .join("peers")
}

/// The telemetry directory that Go programs use in the home directory `home` of
/// [`Toolchain::command`].
pub(crate) fn telemetry_dir(home: &Path) -> PathBuf {
    home.join("config/go/telemetry")
}

impl Toolchain {
    /// Go's own code for counter files: the driver, built with this toolchain if the program
    /// for its present source is not there yet.
    pub(crate) fn driver(&self) -> Result<PathBuf, String> {
        let mut hasher = DefaultHasher::new();
        for (name, _) in DRIVER_FILES {
            let path = Path::new(DRIVER).join(name);
            hasher.write(&fs::read(&path).map_err(|error| told(&path, &error))?);
        }
        let dir = peers_dir().join(format!("driver-{}", self.version));
        let program = dir.join(format!("driver-{:016x}", hasher.finish()));
        if program.is_file() && dir.join("driver").is_file() {
            return Ok(program);
        }
        // Two processes may build at once. Each does so aside, and the second rename replaces
        // a program by an equal one.
        let aside = dir.join(format!("build-{}", unique()));
        let built = self.build_driver(&aside).and_then(|built| {
            fs::rename(&built, &program).map_err(|error| told(&built, &error))?;
            // People find it under a name that does not change.
            let (linked, name) = (aside.join("link"), dir.join("driver"));
            let target = program.file_name().unwrap_or_default();
            std::os::unix::fs::symlink(target, &linked).map_err(|error| told(&linked, &error))?;
            fs::rename(&linked, &name).map_err(|error| told(&name, &error))?;
            Ok(program)
        });
        let removed = fs::remove_dir_all(&aside).map_err(|error| told(&aside, &error));
        built.and_then(|program| removed.map(|()| program))
    }

    /// Builds the driver below `aside` and returns the program's path.
    fn build_driver(&self, aside: &Path) -> Result<PathBuf, String> {
        // The parser lies in an internal package, which only packages of its own module may
        // import: so the driver becomes a package in a copy of that module. What is not exported
        // either, a file of that package exports.
        let module = aside.join("telemetry");
        let vendored = "src/cmd/vendor/golang.org/x/telemetry";
        copy_tree(&self.root()?.join(vendored), &module)?;
        // Another module would have to be downloaded; this part of it stands by itself.
        let semver = "src/cmd/vendor/golang.org/x/mod/semver";
        copy_tree(&self.root()?.join(semver), &module.join("semver"))?;
        let go_mod = format!("module golang.org/x/telemetry\n\ngo {}\n", self.language());
        write(&module.join("go.mod"), go_mod)?;
        for (name, place) in DRIVER_FILES {
            let source = Path::new(DRIVER).join(name);
            let source = fs::read(&source).map_err(|error| told(&source, &error))?;
            write(&module.join(place), source)?;
        }

        let home = aside.join("home");
        prepare_home(&home)?;
        // Nobody looks at what is counted here.
        write(&telemetry_dir(&home).join("mode"), "off")?;
        let program = aside.join("driver");
        run(self
            .command(&home)
            .current_dir(&module)
            .args(["build", "-trimpath", "-o"])
            .arg(&program)
            .arg("./driver"))?;
        Ok(program)
    }

    /// Counter files that the programs of this toolchain have just written, in the order of
    /// their names; all lie in one `local` directory.
    ///
    /// The files are those of this call alone and stay until a later process calls this.
    pub(crate) fn real_files(&self) -> Result<Vec<PathBuf>, String> {
        let runs = peers_dir().join(format!("run-{}", self.version));
        remove_abandoned(&runs);
        let name = unique();
        let dir = runs.join(&name);
        let module = dir.join("module");
        let home = dir.join("home");
        prepare_home(&home)?;
        self.write_module(&module, &name)?;
        let go = |args: &[&str]| run(self.command(&home).current_dir(&module).args(args));

        // The first command is alone in choosing the day on which the files end: programs
        // that start together in an empty directory may choose different days, and then
        // refuse each other's files.
        let version = go(&["version"])?;
        if !version.contains(&format!(" {} ", self.version)) {
            return Err(format!("{} is not {version}", self.go.display()));
        }
        go(&["env"])?;
        go(&["list", "./..."])?;
        go(&["vet", "./..."])?;
        go(&["build", "-o", "bin/", "./..."])?;
        go(&["test", "-count=1", "./..."])?;

        let files = count_files(&telemetry_dir(&home).join("local"))?;
        if files.is_empty() {
            return Err(format!("{} wrote no counter file", self.go.display()));
        }
        Ok(files)
    }

    /// Writes a module with a program, a package, a test and an assembler file.
    fn write_module(&self, module: &Path, stamp: &str) -> Result<(), String> {
        // The cache of compiled packages outlives this call, and what is in it is not compiled
        // again. The stamp makes every package of the module a new one, down to its object
        // code, so that the assembler, compiler and linker really run.
        let language = self.language();
        write(
            &module.join("go.mod"),
            format!("module peer.example/tiny\n\ngo {language}\n"),
        )?;
        write(
            &module.join("main.go"),
            format!(
                "package main\n\nimport \"peer.example/tiny/word\"\n\n\
                 func main() {{\n\tprintln(\"{stamp}\", word.Stamp())\n}}\n"
            ),
        )?;
        write(
            &module.join("word/word.go"),
            format!("package word\n\nfunc Stamp() string {{\n\treturn \"{stamp}\"\n}}\n"),
        )?;
        write(
            &module.join("word/word_test.go"),
            format!(
                "package word\n\nimport \"testing\"\n\n\
                 func TestStamp(t *testing.T) {{\n\tif Stamp() != \"{stamp}\" {{\n\
                 \t\tt.Fatal(Stamp())\n\t}}\n}}\n"
            ),
        )?;
        // Without an instruction the file suits every processor.
        write(
            &module.join("word/nothing.s"),
            format!("// Assembled, but empty: {stamp}.\n"),
        )
    }

    /// A call of the `go` command with `home` as its home directory and nothing of the present
    /// environment but `PATH`.
    pub(crate) fn command(&self, home: &Path) -> Command {
        let mut command = Command::new(&self.go);
        command.env_clear();
        if let Some(path) = env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("GOPATH", home.join("go"))
            .env("TMPDIR", home.join("tmp"))
            // The compiled standard library is kept: it takes most of the time.
            .env(
                "GOCACHE",
                peers_dir().join(format!("cache-{}", self.version)),
            )
            .env("CGO_ENABLED", "0")
            .env("GOFLAGS", "-buildvcs=false")
            .env("GOPROXY", "off")
            .env("GOTOOLCHAIN", "local")
            .env("GOWORK", "off")
            // Nothing here has a reason to connect to anyone; whatever tries anyway gets no
            // further than a closed port of this machine.
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .env("HTTPS_PROXY", "http://127.0.0.1:9");
        command
    }

    /// `GOROOT`.
    fn root(&self) -> Result<&Path, String> {
        let root = self.go.parent().and_then(Path::parent);
        root.ok_or_else(|| format!("{} lies in no toolchain", self.go.display()))
    }

    /// The numbers of the version, for ordering.
    fn numbers(&self) -> Vec<u32> {
        let digits = self.version.split(|c: char| !c.is_ascii_digit());
        digits.filter_map(|part| part.parse().ok()).collect()
    }

    /// The version of the language, as `go.mod` states it: `1.27` of `go1.27.3`.
    fn language(&self) -> String {
        let numbers = self.version.trim_start_matches("go");
        let parts: Vec<&str> = numbers.splitn(3, '.').take(2).collect();
        parts.join(".")
    }
}

/// Makes the home directory that [`Toolchain::command`] works in.
pub(crate) fn prepare_home(home: &Path) -> Result<(), String> {
    make_dir(&home.join("tmp"))?;
    // Go's uploader works at most once a day and takes this file for today's attempt: so no
    // `go` command started here leaves an uploader behind, whatever the mode is.
    write(&telemetry_dir(home).join("local/upload.token"), "")
}

/// Runs a command to its end and returns what it wrote to its output. Any other exit status
/// than 0 is an error, and so is output that is no UTF-8.
pub(crate) fn run(command: &mut Command) -> Result<String, String> {
    let output = match command.output() {
        Ok(output) => output,
        Err(error) => return Err(format!("cannot run {command:?}: {error}")),
    };
    // The environment, which Debug of a command would show, hides what went wrong.
    let words: Vec<_> = [command.get_program()]
        .into_iter()
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .collect();
    let words = words.join(" ");
    if output.status.success() {
        return String::from_utf8(output.stdout)
            .map_err(|error| format!("{words} did not print UTF-8: {error}"));
    }
    Err(format!(
        "{words} ended with {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

/// The `.v1.count` files of a directory, in the order of their names.
fn count_files(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| told(dir, &error))? {
        let entry = entry.map_err(|error| told(dir, &error))?;
        if entry.file_name().to_string_lossy().ends_with(".v1.count") {
            files.push(entry.path());
        }
    }
    files.sort();
    Ok(files)
}

/// Removes what processes that have ended left in `runs`. Nothing depends on its success.
fn remove_abandoned(runs: &Path) {
    let Ok(entries) = fs::read_dir(runs) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let owner = name.split('-').next().unwrap_or_default();
        if !Path::new("/proc").join(owner).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A name that no other call has, in this process or in another one that runs: it begins with
/// the process id.
fn unique() -> String {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    // ORDERING: Relaxed pairs with itself alone; the calls need different numbers, and no other
    // memory depends on them.
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let id = process::id();
    // Process ids come again. The time keeps a later process from repeating the names of an
    // earlier one, which would find its packages compiled.
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!("{id}-{call}-{}", since.as_nanos())
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    make_dir(to)?;
    for entry in fs::read_dir(from).map_err(|error| told(from, &error))? {
        let entry = entry.map_err(|error| told(from, &error))?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy_tree(&from, &to)?;
        } else {
            fs::copy(&from, &to).map_err(|error| told(&from, &error))?;
        }
    }
    Ok(())
}

/// Writes a file and makes the directories that it needs.
fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), String> {
    if let Some(dir) = path.parent() {
        make_dir(dir)?;
    }
    fs::write(path, text).map_err(|error| told(path, &error))
}

fn make_dir(dir: &Path) -> Result<(), String> {
    fs::create_dir_all(dir).map_err(|error| told(dir, &error))
}

fn told(path: impl AsRef<Path>, error: &std::io::Error) -> String {
    format!("{}: {error}", path.as_ref().display())
}
