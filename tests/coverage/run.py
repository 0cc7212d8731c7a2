"""Measures which branches of L0 and L1 the core's tests and the models take.

    python3 tests/coverage/run.py

A branch is one side of one condition. Prints each side that is never taken, and fails unless
`argued.txt` says of exactly those why. Tests do not count.

Needs a nightly compiler, for branches, and llvm-profdata and llvm-cov of its LLVM, as Debian's
package llvm-22 has them. Races between two accesses are taken by the models of tests/models alone.
"""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "models"))
import run as models

ROOM = models.TARGET / "coverage"
FLOORS = ("src/format/", "src/counter/")
# Its subject is the machine code, which counting branches changes.
LEFT_OUT = {"instructions"}
# The models in which every exchange of a cell and of the list can be lost to another thread. Others
# take as long as they are great.
MODELS = [
    "attach::additions_of_two_threads_meet_the_opening_of_the_file",
    "count::additions_meet_in_a_process_that_was_forked_off",
    "count::no_more_waits_than_was_added",
    "count::what_waits_stops_at_the_greatest_count",
    "list::two_threads_list_two_counters",
    "rotate::additions_that_pass_the_edge_meet_a_rotation",
]
ENVIRONMENT = os.environ | {
    "RUSTUP_TOOLCHAIN": os.environ.get("GOTELEMETRY_NIGHTLY", "nightly"),
    "RUSTFLAGS": "-C instrument-coverage -Z coverage-options=branch",
    "LLVM_PROFILE_FILE": str(ROOM / "counts" / "%p-%m.profraw"),
    "CARGO_PROFILE_DEV_DEBUG": "0",
}


def tool(name):
    """The tool of the compiler's LLVM: others cannot read what it writes."""
    version = subprocess.run(
        ["rustc", "-vV"], env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True)
    major = re.search(r"^LLVM version: (\d+)", version.stdout, re.MULTILINE)[1]
    found = shutil.which(f"{name}-{major}")
    return found or sys.exit(f"{name}-{major} is missing: install the package llvm-{major}")


def test_programs():
    """The test programs of the core."""
    built = subprocess.run(
        ["cargo", "test", "--no-default-features", "--no-run", "--message-format=json"],
        cwd=PROJECT, env=ENVIRONMENT | {"CARGO_TARGET_DIR": str(ROOM / "target")}, check=True,
        stdout=subprocess.PIPE, text=True)
    for line in built.stdout.splitlines():
        message = json.loads(line)
        kinds = message.get("target", {}).get("kind", [])
        if message.get("executable") and set(kinds) & {"test", "lib"}:
            if message["target"]["name"] not in LEFT_OUT:
                yield message["executable"]


def counted():
    """Runs the tests. Returns how often each side of each condition was taken."""
    programs = list(test_programs())
    os.environ.update(ENVIRONMENT)
    copy = models.copy("covered", models.mended_loom())
    programs.append(models.build(copy, ROOM / "models"))
    shutil.rmtree(ROOM / "counts", ignore_errors=True)
    for program in programs:
        arguments = ["--exact", *MODELS] if program == programs[-1] else []
        subprocess.run([program, *arguments], cwd=PROJECT, env=ENVIRONMENT, check=True,
                       stdout=subprocess.DEVNULL)
    merged = ROOM / "counts" / "merged.profdata"
    raw = [str(path) for path in (ROOM / "counts").glob("*.profraw")]
    subprocess.run([tool("llvm-profdata"), "merge", "-sparse", *raw, "-o", merged], check=True)
    sides = collections.Counter()
    # One at a time: a condition is counted in every program that it was compiled into.
    for program in programs:
        exported = subprocess.run(
            [tool("llvm-cov"), "export", f"--instr-profile={merged}", program],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if exported.returncode:
            # A program whose tests are compiled away holds nothing of the crate.
            if b"no coverage data" not in exported.stderr:
                sys.exit(exported.stderr.decode())
            continue
        for function in json.loads(exported.stdout)["data"][0]["functions"]:
            for branch in function.get("branches", []):
                path = pathlib.Path(function["filenames"][branch[6]])
                name = str(path)[str(path).rfind("/src/") + 1:]
                if name.startswith(FLOORS) and not name.endswith("/tests.rs"):
                    place = (name, *branch[:4])
                    sides[(*place, "true")] += branch[4]
                    sides[(*place, "false")] += branch[5]
    return sides


def argued():
    """The sides that are argued in the text: file, line and side."""
    for text in (HERE / "argued.txt").read_text().split("\n\n"):
        if not text.startswith("#"):
            place, line, *reason = text.strip().split("\n")
            if not reason:
                sys.exit(f"argued.txt gives no reason for {place}")
            yield (*place.split(), line.strip())


def main():
    totals, missed = collections.Counter(), []
    for (name, line, column, *_, side), times in sorted(counted().items()):
        lines = (PROJECT / name).read_text().splitlines()
        tests = next((at for at, text in enumerate(lines) if text == "mod tests {"), len(lines))
        if line > tests:
            continue
        totals[name] += 1
        if not times:
            missed.append((name, side, lines[line - 1].strip()))
            print(f"{name}:{line}:{column} is never {side}: {lines[line - 1].strip()}")
    for name, total in totals.items():
        print(f"{name}: {total - sum(one[0] == name for one in missed)} of {total} branches")
    total = sum(totals.values())
    print(f"{total - len(missed)} of {total} branches of L0 and L1, "
          f"{len(missed)} missed")
    wanted = collections.Counter(argued())
    found = collections.Counter(missed)
    for one in (found - wanted).elements():
        print("not argued:", *one)
    for one in (wanted - found).elements():
        print("argued, but taken:", *one)
    if wanted != found or not total:
        sys.exit(1)


main()
