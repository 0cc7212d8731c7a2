//! Counting on a disk that is full, or becomes full: the program lives, what fits is counted, and
//! the rest waits until there is room.
//!
//! The disks are small file systems of the tests' own. They need the right to mount: as root, or
//! in a user namespace, where tmpfs alone can be had. Go's programs are not let count here, as a
//! full disk ends them with SIGBUS; Go's reader sees every file that ours leave.

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/disk.rs"]
mod disk;
#[cfg(all(target_os = "linux", not(feature = "disabled")))]
#[path = "support/filling.rs"]
mod filling;
#[path = "support/go.rs"]
mod go;
#[path = "support/processes.rs"]
mod processes;

use std::process::ExitCode;

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
use processes::{harness, role, support, tool};

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
fn main() -> ExitCode {
    processes::main(filling::play, tests::main)
}

#[cfg(any(not(target_os = "linux"), feature = "disabled"))]
fn main() -> ExitCode {
    processes::nothing_counts("full_disk")
}

#[cfg(all(target_os = "linux", not(feature = "disabled")))]
mod tests {
    use std::fs::{self, OpenOptions};
    use std::os::unix::fs::{FileExt as _, MetadataExt as _};
    use std::path::{Path, PathBuf};
    use std::process::{Command, ExitCode};

    use gotelemetry::dir::TelemetryDir;
    use gotelemetry::format::layout::PAGE;

    use crate::disk::{self, Disk, Kind};
    use crate::harness::{self, Outcome, Test};
    use crate::role::Role;
    use crate::tool::{self, Sums};
    use crate::{filling, go};

    type Fact = fn(&Disk) -> Result<String, String>;

    const FACTS: [(&str, Fact); 6] = [
        ("what_does_not_fit_waits_for_a_rotation", |disk| {
            becomes_full(disk, "rotate")
        }),
        ("what_does_not_fit_waits_for_a_later_addition", |disk| {
            becomes_full(disk, "add")
        }),
        ("all_waits_while_no_file_can_be_made", is_full),
        (
            "pages_without_blocks_are_not_counted_into",
            pages_without_blocks_are_not_counted_into,
        ),
        (
            "a_disk_that_fills_and_empties_loses_no_count",
            a_disk_that_fills_and_empties_loses_no_count,
        ),
        ("counting_goes_on_without_inodes", without_inodes),
    ];

    pub(crate) fn main() -> ExitCode {
        if !disk::is_root()
            && std::env::var_os("GOTELEMETRY_NAMESPACE").is_none()
            && let Some(code) = in_a_namespace()
        {
            return code;
        }
        let mut tests = Vec::new();
        for (name, fact) in FACTS {
            for kind in [Kind::Tmpfs, Kind::Ext4] {
                tests.push(Test {
                    name: format!("{name}::{kind:?}").to_lowercase(),
                    run: Box::new(move || on(kind, fact)),
                });
            }
        }
        harness::main(tests)
    }

    /// Runs this program where it may mount, if there is such a place.
    fn in_a_namespace() -> Option<ExitCode> {
        let unshare = || {
            let mut command = Command::new("unshare");
            command.arg("-rm");
            command
        };
        let possible = unshare().arg("true").output().ok()?.status.success();
        let program = std::env::current_exe().ok().filter(|_| possible)?;
        let mut again = unshare();
        again.arg(program).args(std::env::args_os().skip(1));
        let status = again.env("GOTELEMETRY_NAMESPACE", "1").status().ok()?;
        Some(status.code().map_or(ExitCode::FAILURE, |code| {
            ExitCode::from(u8::try_from(code).unwrap_or(1))
        }))
    }

    fn on(kind: Kind, fact: Fact) -> Result<Outcome, String> {
        match Disk::mount(kind) {
            Ok(disk) => fact(&disk).map(Outcome::Passed),
            Err(reason) if go::required() => {
                Err(format!("{reason}, but GOTELEMETRY_REQUIRE_PEERS=1"))
            }
            Err(reason) => Ok(Outcome::Ignored(format!("no {kind:?}: {reason}"))),
        }
    }

    fn text(path: &Path) -> String {
        path.to_string_lossy().into_owned()
    }

    fn told(error: std::io::Error) -> String {
        error.to_string()
    }

    /// The one count file.
    fn count_file(dir: &TelemetryDir) -> Result<PathBuf, String> {
        let mut files = dir.count_files().map_err(|error| error.to_string())?;
        match (files.pop(), files.pop()) {
            (Some(file), None) => Ok(file),
            _ => Err("there is not one count file".to_owned()),
        }
    }

    /// Checks that the file says what was added, but for what waits, whoever reads it. Returns how
    /// many names it has.
    fn check(dir: &TelemetryDir, added: &Sums, waiting: u64) -> Result<usize, String> {
        let counted = tool::sums(dir)?;
        let mut missing = 0;
        for (name, n) in added {
            let there = counted.get(name).copied().unwrap_or(0);
            let less = n.checked_sub(there);
            missing += less.ok_or_else(|| format!("{name}: added {n}, counted {there}"))?;
        }
        if let Some(name) = counted.keys().find(|name| !added.contains_key(*name)) {
            return Err(format!("{name} was never added to"));
        }
        if missing != waiting {
            return Err(format!("{missing} are missing, {waiting} wait"));
        }
        for toolchain in go::toolchains() {
            let file = count_file(dir)?;
            let theirs = go::run(Command::new(toolchain.driver()?).arg("read").arg(&file))?;
            let program = env!("CARGO_BIN_EXE_gotelemetry");
            let ours = go::run(Command::new(program).arg("dump").arg(&file))?;
            if ours != theirs || theirs.matches("\n\t\t\"").count() < counted.len() {
                return Err(format!("{} reads another thing", toolchain.version));
            }
        }
        if go::toolchains().is_empty() && go::required() {
            return Err("no Go toolchain, but GOTELEMETRY_REQUIRE_PEERS=1".to_owned());
        }
        Ok(counted.len())
    }

    /// Leaves room for a few pages of a file.
    fn nearly_full(disk: &Disk) -> Result<(), String> {
        // The first page, the directories and the weekends file.
        disk.fill(64 << 10)
    }

    // test[count.full, count.retry]
    fn becomes_full(disk: &Disk, then: &str) -> Result<String, String> {
        let dir = TelemetryDir::at(disk.path().join("t"));
        nearly_full(disk)?;
        let mut child = Role::start(&["fill", &text(dir.root()), then])?;
        expect(&child.told("opened")?, "Ok(())")?;
        let waiting = child.number("waiting")?;
        let reason = child.told("reason")?;
        if !reason.contains("trouble: Full") {
            return Err(format!("the reason is {reason}"));
        }
        let added = filling::added();
        let fitted = check(&dir, &added, waiting)?;
        if waiting == 0 || fitted == 0 {
            return Err(format!("{fitted} names fitted, {waiting} counts wait"));
        }
        disk.make_room()?;
        child.go_on()?;
        let names = all_is_there(child, &dir, added, then)?;
        Ok(format!(
            "{fitted} names fitted, {waiting} counts waited, then all of {names} names were there"
        ))
    }

    /// Checks that a process that was told to go on has counted everything.
    fn all_is_there(
        mut child: Role,
        dir: &TelemetryDir,
        mut added: Sums,
        then: &str,
    ) -> Result<usize, String> {
        let (name, n) = filling::one_more();
        if then == "add" {
            *added.entry(name).or_default() += n;
        } else {
            expect(&child.told("rotated")?, "Ok")?;
        }
        let waiting = child.number("waiting")?;
        child.end()?;
        if waiting != 0 {
            return Err(format!("{waiting} wait though there is room"));
        }
        check(dir, &added, 0)
    }

    fn expect(seen: &str, expected: &str) -> Result<(), String> {
        match seen.starts_with(expected) {
            true => Ok(()),
            false => Err(format!("not {expected}: {seen}")),
        }
    }

    // test[count.full]
    fn is_full(disk: &Disk) -> Result<String, String> {
        let dir = TelemetryDir::at(disk.path().join("t"));
        fs::create_dir(dir.root()).map_err(told)?;
        disk.fill(0)?;
        let mut child = Role::start(&["fill", &text(dir.root()), "rotate"])?;
        let opened = child.told("opened")?;
        if !opened.contains("StorageFull") {
            return Err(format!("opening gave {opened}"));
        }
        let waiting = child.number("waiting")?;
        let reason = child.told("reason")?;
        if !reason.contains("StorageFull") {
            return Err(format!("the reason is {reason}"));
        }
        let added = filling::added();
        if waiting != added.values().sum::<u64>() {
            return Err(format!("{waiting} wait"));
        }
        // Not even what was begun is left.
        let left = fs::read_dir(dir.local()).into_iter().flatten().flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name()).collect();
        if !left.is_empty() {
            return Err(format!("{left:?} is left"));
        }
        disk.make_room()?;
        child.go_on()?;
        let names = all_is_there(child, &dir, added, "rotate")?;
        Ok(format!("{waiting} counts of {names} names waited"))
    }

    // test[grow.blocks]
    fn pages_without_blocks_are_not_counted_into(disk: &Disk) -> Result<String, String> {
        let dir = TelemetryDir::at(disk.path().join("t"));
        let mut early = Role::start(&["sparse", &text(dir.root()), "early"])?;
        expect(&early.told("opened")?, "Ok(())")?;
        let path = count_file(&dir)?;
        let file = OpenOptions::new().write(true).open(&path).map_err(told)?;
        // As Go's programs make a file longer.
        let page = u64::from(PAGE);
        file.write_all_at(&[0; 4], 2 * page - 4).map_err(told)?;
        file.sync_all().map_err(told)?;
        disk.fill(0)?;
        let blocks = || fs::metadata(&path).map(|meta| meta.blocks()).map_err(told);
        let before = blocks()?;
        if before * 512 >= 2 * page {
            return Err(format!("the file is not sparse: {before} blocks"));
        }
        let mut late = Role::start(&["sparse", &text(dir.root()), "late"])?;
        if late.told("opened")?.starts_with("Ok") {
            return Err("a file without blocks was opened on a full disk".to_owned());
        }
        let mut waited = 0;
        for child in [&mut early, &mut late] {
            child.go_on()?;
            waited += child.number("waiting")?;
        }
        let mut added = filling::sparse_added("early");
        tool::merge(&mut added, filling::sparse_added("late"));
        let fitted = check(&dir, &added, waited)?;
        if blocks()? != before {
            return Err(format!("{before} blocks became {}", blocks()?));
        }
        disk.make_room()?;
        for mut child in [early, late] {
            child.go_on()?;
            expect(&child.told("rotated")?, "Ok")?;
            expect(&child.told("waiting")?, "0")?;
            child.end()?;
        }
        check(&dir, &added, 0)?;
        Ok(format!(
            "{fitted} names lay in the page with blocks, {waited} counts waited for others"
        ))
    }

    fn a_disk_that_fills_and_empties_loses_no_count(disk: &Disk) -> Result<String, String> {
        let dir = TelemetryDir::at(disk.path().join("t"));
        let mut flood = Role::start(&["flood", &text(disk.path())])?;
        expect(&flood.told("flooded")?, "")?;
        let mut children = Vec::new();
        for number in ["0", "1"] {
            children.push(Role::start(&["churn", &text(dir.root()), number])?);
        }
        let mut waited = 0;
        for child in &mut children {
            waited = waited.max(child.number("waited")?);
        }
        flood.go_on()?;
        let floods = flood.number("floods")?;
        flood.end()?;
        disk.make_room()?;
        let mut added = Sums::new();
        for mut child in children {
            child.go_on()?;
            expect(&child.told("rotated")?, "Ok")?;
            expect(&child.told("waiting")?, "0")?;
            tool::merge(&mut added, tool::from_lines(&child.end()?)?);
        }
        check(&dir, &added, 0)?;
        if waited == 0 || floods < 3 {
            return Err(format!("{floods} floods, at most {waited} waited"));
        }
        let sum: u64 = added.values().sum();
        Ok(format!(
            "{floods} floods, at most {waited} counts waited, all {sum} were there in the end"
        ))
    }

    fn without_inodes(disk: &Disk) -> Result<String, String> {
        let dir = TelemetryDir::at(disk.path().join("t"));
        let many = disk.path().join("many");
        fs::create_dir(&many).map_err(told)?;
        let mut early = Role::start(&["sparse", &text(dir.root()), "early"])?;
        expect(&early.told("opened")?, "Ok(())")?;
        let mut files = 0;
        while fs::File::create(many.join(files.to_string())).is_ok() {
            files += 1;
        }
        early.go_on()?;
        expect(&early.told("waiting")?, "0")?;
        let names = check(&dir, &filling::sparse_added("early"), 0)?;
        fs::remove_dir_all(&many).map_err(told)?;
        early.go_on()?;
        early.end()?;
        Ok(format!(
            "{names} names were counted beside {files} other files"
        ))
    }
}
