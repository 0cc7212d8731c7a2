"""Runs the models of counting, and then each seeded fault, which a model has to catch.

    python3 tests/models/run.py               three threads with at most three preemptions
    python3 tests/models/run.py --unbounded   inserts of three threads in every order

loom 0.7.2 leaves out orders in which one thread's load comes before another thread's load and store
of the same atomic (its issues 166 and 392). `loom.patch` mends that, in a copy of loom below the
target directory, and lets the threads of an execution go on with the stacks of those of the one
before, as new stacks took more time than all else. The code under test is copied there, too, so that
faults are planted in the copy.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")).resolve()
ROOM = TARGET / "models"
AT_ONCE = 2
# Tests that are no models of counting.
CHECKS = {"the_model_checker_tries_both_orders",
          "memory::names_of_the_models_share_a_bucket_or_not"}
# The models and the code under test; the model checker stays as it is.
UNOPTIMIZED = ["--config=profile.dev.package.gotelemetry.opt-level=0"]
GIVES_UP = "exceeded maximum number of branches"


def call(command, where, **more):
    return subprocess.run(command, cwd=where, check=True, **more)


def mended_loom():
    """A copy of loom with the patch."""
    metadata = call(
        ["cargo", "metadata", "--format-version=1", "--locked"],
        PROJECT, stdout=subprocess.PIPE)
    packages = json.loads(metadata.stdout)["packages"]
    source = next(p["manifest_path"] for p in packages if p["name"] == "loom")
    loom = ROOM / "loom"
    shutil.rmtree(loom, ignore_errors=True)
    shutil.copytree(pathlib.Path(source).parent, loom)
    # As a repository of its own: the project's would make `git apply` skip what it ignores.
    call(["git", "init", "--quiet"], loom)
    call(["git", "apply", HERE / "loom.patch"], loom)
    return loom


def copy(name, loom):
    """A copy of what the models need."""
    crate = ROOM / name
    shutil.rmtree(crate, ignore_errors=True)
    (crate / "tests").mkdir(parents=True)
    manifest = (PROJECT / "Cargo.toml").read_text()
    # The targets that are not copied.
    manifest = re.sub(r"\[\[(bench|test)\]\]\n(?:.+\n)+", "", manifest)
    patch = f'\n[patch.crates-io]\nloom = {{ path = "{loom}" }}\n'
    (crate / "Cargo.toml").write_text(manifest + patch)
    shutil.copy(PROJECT / "Cargo.lock", crate)
    shutil.copy(PROJECT / "README.md", crate)
    shutil.copytree(PROJECT / "src", crate / "src")
    shutil.copytree(HERE, crate / "tests" / "models")
    shutil.copy(HERE.parent / "models.rs", crate / "tests")
    return crate


def build(crate, target, *options, **more):
    """Builds the models. Returns the program."""
    flags = os.environ.get("RUSTFLAGS", "") + " --cfg loom"
    environment = os.environ | {"RUSTFLAGS": flags, "CARGO_TARGET_DIR": str(target)} | more
    built = subprocess.run(
        ["cargo", "test", *options, "--no-default-features", "--test", "models", "--no-run",
         "--message-format=json"],
        cwd=crate, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if built.returncode:
        sys.exit(f"{crate} does not build:\n{built.stderr}")
    messages = [json.loads(line) for line in built.stdout.splitlines()]
    programs = [m.get("executable") for m in messages if m.get("target", {}).get("name") == "models"]
    return next(program for program in programs if program)


def faults():
    """The faults: title, models, and what is replaced in which file; what the models say then."""
    for text in (HERE / "faults.txt").read_text().split("\n\n"):
        if text.startswith("#"):
            continue
        title, models, file, *lines = text.rstrip("\n").split("\n")
        old = "\n".join(line[2:] for line in lines if line.startswith("-"))
        new = "\n".join(line[2:] for line in lines if line.startswith("+"))
        said = next((line[2:] for line in lines if line.startswith("=")), None)
        yield title, models.split(), file, old, new, said


def plant(crate, file, old, new):
    """Puts a fault in a file of the copy. Returns what puts it back."""
    path = crate / file
    text = path.read_text()
    # A place is told by its lines, however far they are indented.
    pattern = r"\n".join(r"[ ]*" + re.escape(line.strip()) for line in old.split("\n"))
    places = list(re.finditer(rf"(?m)^{pattern}$", text))
    if len(places) != 1:
        sys.exit(f"{file} has {len(places)} places that read\n{old}")
    place = places[0]
    path.write_text(text[:place.start()] + new + text[place.end():])
    return lambda: path.write_text(text)


def is_caught(crate, target, fault):
    """Plants a fault and runs the models that have to catch it."""
    title, models, file, old, new, expected = fault
    put_back = plant(crate, file, old, new)
    # Many faults are built and each runs once, so that fast builds matter more than fast programs.
    program = build(crate, target, *UNOPTIMIZED, CARGO_INCREMENTAL="1")
    put_back()
    return all([is_caught_by(program, model, title, expected) for model in models])


def is_caught_by(program, model, title, expected):
    """Whether a model fails as it should."""
    run = subprocess.run(
        [program, "--exact", model], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", env=os.environ | {"RUST_BACKTRACE": "0"})
    said = re.search(r"panicked at [^\n]*\n([^\n]*)", run.stdout)
    caught = run.returncode == 101 and f"test {model} ... FAILED" in run.stdout and said
    # The model checker gives up where a way has no end; that is no reason to fail, unless the
    # fault is just that.
    caught = caught and (expected in said[1] if expected else GIVES_UP not in said[1])
    if caught:
        print(f"fault caught by {model}: {title} ({said[1][:60]})", flush=True)
    else:
        print(f"FAULT NOT CAUGHT by {model}: {title}\n{run.stdout[-2000:]}", flush=True)
    return bool(caught)


def has_fault_each(program, planted):
    """Whether each model has a fault that it has to catch."""
    listed = subprocess.run([program, "--list"], check=True, stdout=subprocess.PIPE, text=True)
    models = set(re.findall(r"^(.*): test$", listed.stdout, re.MULTILINE)) - CHECKS
    without = sorted(models - {model for _, models, *_ in planted for model in models})
    for model in without:
        print(f"NO FAULT for {model} in faults.txt")
    return bool(models) and not without


def main():
    if sys.argv[1:] not in ([], ["--unbounded"]):
        sys.exit(__doc__)
    if sys.argv[1:]:
        os.environ["GOTELEMETRY_UNBOUNDED"] = "1"
    loom = mended_loom()
    sound = copy("sound", loom)
    planted = list(faults())
    # That each has its place is known before anything is built.
    for _, _, file, old, new, _ in planted:
        plant(sound, file, old, new)()
    program = build(sound, ROOM / "target")
    models = subprocess.run([program, "--nocapture", f"--test-threads={AT_ONCE}"])
    if models.returncode:
        sys.exit(models.returncode)
    if not has_fault_each(program, planted):
        sys.exit(1)
    shares = [planted[at::AT_ONCE] for at in range(AT_ONCE)]

    def share(at):
        crate = copy(f"broken-{at}", loom)
        # What the crate depends on is built already. The compiler's own notes of other builds stay
        # behind: mixed with those of this one they have led to programs without the fault.
        shutil.rmtree(ROOM / f"target-{at}", ignore_errors=True)
        shutil.copytree(ROOM / "target", ROOM / f"target-{at}",
                        ignore=shutil.ignore_patterns("incremental"))
        return [is_caught(crate, ROOM / f"target-{at}", fault) for fault in shares[at]]

    with concurrent.futures.ThreadPoolExecutor() as pool:
        caught = [one for each in pool.map(share, range(AT_ONCE)) for one in each]
    print(f"{sum(caught)} of {len(caught)} faults were caught, at least one by each model")
    if not all(caught) or not caught:
        sys.exit(1)


if __name__ == "__main__":
    main()
