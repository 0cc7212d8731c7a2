"""Mutation testing: changes the code in one place at a time and looks whether a test fails.

    python3 tests/mutants/run.py [--shard K/N] [FILE..]

Runs cargo-mutants (cargo install --locked cargo-mutants@27.1.0) over a copy, in stages: what the
fast tests of a stage let live goes on to the next. Some hours for all files; a FILE alone, or a
shard, takes its share. For L0, L1, L2, and the code of L3 and L4 that makes reports, judges, gets
upload configs and uploads, it prints what no test notices, and the score; fails if a mutant that
`mutants.toml` does not argue lives or was not tried, a score is below its limit, or nothing is left
that an argument is about. Those that are argued count as not caught. Goes on where an earlier run
of the same commit ended; delete target/mutants to begin again.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")).resolve() / "mutants"
FORMAT = ["src/format/*.rs"]
TABLE = ["src/counter/*.rs"]
RECORDING = ["src/mapped/*.rs", "src/recorder/*.rs", "src/dir.rs", "src/mode.rs", "src/publish.rs",
             "src/system.rs", "src/week.rs"]
COUNTING = TABLE + RECORDING
JUDGING = ["src/config/*.rs", "src/report.rs", "src/verdict.rs", "src/acceptance.rs",
           "src/reporter/*.rs"]
WRITING = ["src/json/form.rs", "src/json/write.rs"]
SENDING = ["src/upload/*.rs"]
FETCHING = ["src/fetch/*.rs"]
REQUESTS = ["src/network/*.rs"]
# What is scored together, and the least share of its mutants that is to be caught.
SCORES = [("L0", FORMAT, 0.95), ("L1", TABLE, 0.95), ("L2", RECORDING, 0.95),
          ("L3 and L4", JUDGING + WRITING + SENDING + FETCHING + REQUESTS, 0.90)]
CORE = ["--no-default-features"]
COMMANDS = ["--no-default-features", "--features=cli"]
NETWORK = ["--no-default-features", "--features=cli,net"]
# Built in less time than optimized code, and fast enough for tests without much work.
PLAIN = ["--config=profile.dev.package.gotelemetry.opt-level=0"]
# Files, features, tests (after a minus, one that takes too long), and how many seconds these may
# take: a mutant that hangs is caught.
STAGES = [
    (FORMAT, CORE, "lib vectors oracle dates reading rules survey", 30),
    (FORMAT, CORE, "bounds example mutations placement rejecting table weekends writing", 90),
    (["src/recorder/nothing.rs"], ["--features=disabled"], "disabled", 20),
    (COUNTING, CORE, "lib cell opening rotation table", 20),
    (COUNTING, CORE, "bounds live mode placement table_races weekends writing", 30),
    (FORMAT + COUNTING, COMMANDS, "lib adversity bounds cli_clean cli_csv cli_dump cli_environment "
                                  "cli_mode cli_status counting hardship limits reporting "
                                  "system_calls", 60),
    (COUNTING, COMMANDS, "forks full_disk injected together", 180),
    (["src/acceptance.rs", "src/report.rs", "src/json/form.rs"], COMMANDS + PLAIN,
     "acceptance report", 40),
    (["src/verdict.rs", "src/reporter/*.rs"], COMMANDS + PLAIN, "reporting withholding", 40),
    (SENDING, COMMANDS + PLAIN, "lib ready sending", 40),
    (["src/config/*.rs"], COMMANDS + PLAIN, "config -an_entry_that_stands_for_more", 40),
    (["src/json/write.rs"], COMMANDS + PLAIN, "lib json_writer", 40),
    (FETCHING, NETWORK + PLAIN, "dishonest fetching -a_module_that_is_cut -a_module_that_unpacks "
                                "-a_tree_that_grew", 60),
    # A clock that is compiled for the network alone.
    (REQUESTS + ["src/system.rs"], NETWORK + PLAIN, "network", 40),
    (JUDGING + WRITING, COMMANDS + PLAIN, "lib cli_report json reporting", 60),
    (SENDING + FETCHING + REQUESTS, NETWORK + PLAIN, "lib cli_config cli_upload", 60),
    (JUDGING + WRITING, COMMANDS, "made_twice", 120),
    (FETCHING, NETWORK, "dishonest fetching", 180),
    (JUDGING + WRITING + SENDING + FETCHING, [], "conformance -a_known -every_known -go_fails "
                                                 "-the_driver_in_python", 120),
    (JUDGING + SENDING + REQUESTS, NETWORK, "dry_run uploader_faults", 180),
]
ARGUED = ["--config", str(HERE / "mutants.toml")]


def command(files, *more):
    globs = [word for file in files for word in ("--file", file)]
    return ["cargo", "mutants", *globs, *more]


def listed(files, *config):
    """The names of the mutants of some files."""
    out = subprocess.run(command(files, "--list", *config), cwd=PROJECT, check=True,
                         stdout=subprocess.PIPE, text=True)
    return set(out.stdout.splitlines())


def note(verdicts):
    """Keeps what became of the mutants of a stage."""
    for file in ("missed", "caught", "timeout", "unviable"):
        path = TARGET / "mutants.out" / f"{file}.txt"
        for name in path.read_text().splitlines() if path.exists() else ():
            verdicts[name] = file
    # One that hangs would hang in the next stage as well; the tool passes over those caught.
    with (TARGET / "mutants.out" / "caught.txt").open("a") as caught:
        caught.write((TARGET / "mutants.out" / "timeout.txt").read_text())
    (TARGET / "verdicts.json").write_text(json.dumps(verdicts, indent=1))


def matching(only, files):
    """Which of the files that were asked for are among some; all of these if none was."""
    return [one for one in only if any(pathlib.Path(one).match(f) for f in files)] if only else files


def idle_arguments():
    """The arguments of mutants.toml that are about no mutant."""
    patterns = tomllib.loads((HERE / "mutants.toml").read_text())["exclude_re"]
    everything = listed(["src/**/*.rs"], "--no-config")
    return [p for p in patterns if not any(re.search(p, name) for name in everything)]


def same_commit():
    """Whether what an earlier run left is of this commit, or there is nothing."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=PROJECT, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    commit = TARGET / "commit"
    before = commit.read_text() if commit.exists() else head
    commit.write_text(before)
    return before == head


def report(floor, files, least, verdicts, whole):
    """Prints the score. Returns whether all is well; `whole` if every mutant was to be tried."""
    everything = listed(files, "--no-config")
    argued = everything - listed(files, *ARGUED)
    outcomes = collections.Counter(
        "argued" if name in argued else verdicts.get(name, "not run")
        for name in everything)
    for name in sorted(everything - argued):
        if verdicts.get(name) == "missed":
            print("lives:", name)
    caught = outcomes["caught"] + outcomes["timeout"]
    viable = caught + outcomes["missed"] + outcomes["argued"]
    print(f"{floor}, {viable} mutants: {outcomes['caught']} caught, {outcomes['timeout']} hang, "
          f"{outcomes['argued']} argued, {outcomes['missed']} live; {outcomes['unviable']} more do "
          f"not build, {outcomes['not run']} were not run; score {caught / max(viable, 1):.1%}")
    if whole and outcomes["not run"]:
        return False
    return outcomes["missed"] == 0 and caught >= least * viable and caught > 0


def main():
    more, only = [], sys.argv[1:]
    if only[:1] == ["--shard"]:
        more, only = only[:2], only[2:]
    if shutil.which("cargo-mutants") is None:
        sys.exit("cargo-mutants is missing: cargo install --locked cargo-mutants@27.1.0")
    environment = os.environ | {
        "CARGO_TARGET_DIR": str(TARGET / "target"), "CARGO_INCREMENTAL": "1",
        "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_PROFILE_DEV_OPT_LEVEL": "1"}
    TARGET.mkdir(parents=True, exist_ok=True)
    if not same_commit():
        sys.exit(f"{TARGET} is of another commit: delete it to begin again")
    if idle := idle_arguments():
        sys.exit("mutants.toml argues about nothing here:\n" + "\n".join(idle))
    kept = TARGET / "verdicts.json"
    verdicts = json.loads(kept.read_text()) if kept.exists() else {}
    if (TARGET / "mutants.out").exists():
        # Of a stage that was cut off, perhaps.
        note(verdicts)
    with tempfile.TemporaryDirectory() as room:
        # A copy, as a run that is cut off leaves the last mutant in the tree.
        copy = pathlib.Path(room) / "project"
        subprocess.run(["git", "clone", "--quiet", PROJECT, copy], check=True)
        for files, features, tests, seconds in STAGES:
            files = matching(only, files)
            if not files:
                continue
            chosen = ["--lib" if test == "lib" else f"--test={test}"
                      for test in tests.split() if test[0] != "-"]
            skipped = [f"--skip={test[1:]}" for test in tests.split() if test[0] == "-"]
            print(f"=== {' '.join(files)}: {tests}", flush=True)
            # Its exit code is 2 if some live, which the next stage may catch, and 3 if some hang.
            done = subprocess.run(
                command(files, *ARGUED, *(f"-C={word}" for word in [*features, *chosen]), *more,
                        "--in-place", "--iterate", "--jobserver=false", "--cap-lints", "true",
                        "--timeout", str(seconds), "--output", str(TARGET), "--", "--", *skipped),
                cwd=copy, env=environment)
            note(verdicts)
            if done.returncode not in (0, 2, 3):
                sys.exit(f"cargo-mutants ended with {done.returncode}")
    scored = [(floor, matching(only, files), least) for floor, files, least in SCORES]
    # Each is printed, whatever became of the one before.
    if not all([report(floor, files, least, verdicts, not more)
                for floor, files, least in scored if files]):
        sys.exit(1)


main()
