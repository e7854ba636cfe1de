"""Coverage-guided fuzzing of what reads mail: new inputs are grown from our sample mails as long as they reach new code.

    python3 dev.py fuzz [TARGET ...] [--minutes 30] [--at-once 2]

Each target runs in a process of its own for the given minutes. What breaks it is written to tests/fuzzing/findings,
where the suite tries it from then on; the target ends there, because it must be mended first. Exit 0: nothing found.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

from fuzzing.seeds import FINDINGS, seeds_of

CHILD = "--child"
LONGEST_INPUT = 20_000  # bytes
SLOWEST_SECONDS = 10
MEMORY_MB = 1_024
INSTRUMENTED = ("intake", "classifier", "privacy")
CORPORA = (
    Path(__file__).parents[2] / ".fuzz"
)  # what was learned, kept from run to run, not committed


def main(arguments: Sequence[str]) -> int:
    """Fuzz the named targets, or all; return 0 when nothing was found, 1 otherwise, 2 for wrong use."""
    if arguments and arguments[0] == CHILD:
        fuzz_here(arguments[1], list(arguments[2:]))
    from fuzzing.targets import TARGETS

    parser = argparse.ArgumentParser(
        prog="dev.py fuzz", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.targets) - set(TARGETS))
    if unknown:
        parser.error(f"no target {unknown[0]}; there are {', '.join(TARGETS)}")
    names = given.targets or list(TARGETS)
    with ThreadPoolExecutor(max_workers=given.at_once) as pool:
        held = list(pool.map(lambda name: fuzz(name, given.minutes), names))
    return 0 if all(held) else 1


def fuzz(name: str, minutes: float) -> bool:
    """Run one target in a process of its own; return whether it held."""
    corpus = CORPORA / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in seeds_of(name):
        (corpus / sha256(seed).hexdigest()[:16]).write_bytes(seed[:LONGEST_INPUT])
    with tempfile.TemporaryDirectory() as found:
        command = [sys.executable, __file__, CHILD, name, str(corpus), *limits(minutes, found)]
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
        kept = [keep(name, path) for path in sorted(Path(found).iterdir())]
    say(name, done, kept)
    return done.returncode == 0 and not kept


def limits(minutes: float, found: str) -> list[str]:
    return [
        f"-max_total_time={max(1, round(minutes * 60))}",
        f"-max_len={LONGEST_INPUT}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-rss_limit_mb={MEMORY_MB}",
        f"-artifact_prefix={found}/",
        "-print_final_stats=1",
        "-verbosity=0",
    ]


def keep(name: str, path: Path) -> Path:
    """Keep what broke the target, under the hash of its bytes."""
    folder = FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{sha256(path.read_bytes()).hexdigest()[:16]}.bin"
    shutil.copyfile(path, kept)
    return kept


def say(name: str, done: subprocess.CompletedProcess[str], kept: Sequence[Path]) -> None:
    stats = dict(
        line.removeprefix("stat::").split(":", 1)
        for line in done.stderr.splitlines()
        if line.startswith("stat::")
    )
    tried = stats.get("number_of_executed_units", "?").strip()
    if done.returncode == 0 and not kept:
        print(f"{name}: held for {tried} inputs", flush=True)
        return
    print(f"{name}: BROKE after {tried} inputs", flush=True)
    for path in kept:
        print(f"  {path}", flush=True)
    print("\n".join(f"  | {line}" for line in done.stderr.splitlines()[-40:]), flush=True)


def fuzz_here(name: str, arguments: list[str]) -> None:
    """Run the target in this process, with its code instrumented; never returns."""
    import atheris

    with atheris.instrument_imports(include=list(INSTRUMENTED)):
        from fuzzing.targets import TARGETS
    target = TARGETS[name]
    for known in sorted(Path(arguments[0]).iterdir()):
        target(known.read_bytes())  # words of languages are read once: no input's fault
    atheris.Setup([sys.argv[0], *arguments], lambda data: target(bytes(data)))
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
