"""How long the command takes to say what it can do, as a ratio to a bare interpreter (targets T18).

    python3 dev.py bench start [--rounds 15]

Each round starts every program once, in rotated order. Wall clock and processor time of the child are both compared:
on a busy machine the second one moves less.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import dev

ROOT = Path(__file__).resolve().parents[1]
BARE = "bare interpreter"
SECOND_START = "import dev; dev.set_up(dev.DEVELOPMENT)"


@dataclass(frozen=True)
class Start:
    """Seconds that one start took."""

    wall: float
    processor: float


def programs() -> dict[str, list[str]]:
    """What is started; dev.py's second start only where it finds everything installed."""
    rightsdesk = str(Path(sys.executable).with_name("rightsdesk"))
    found = {
        BARE: [sys.executable, "-c", "pass"],
        "rightsdesk --help": [rightsdesk, "--help"],
        "rightsdesk --version": [rightsdesk, "--version"],
        "rightsdesk run --help": [rightsdesk, "run", "--help"],
    }
    if dev.STAMP.exists() and dev.STAMP.read_text() == dev.fingerprint(dev.DEVELOPMENT):
        found["dev.py, second start"] = [sys.executable, "-c", SECOND_START]
    return found


def start(command: list[str]) -> Start:
    """Run a program to its end; raises when it fails."""
    before = os.times()
    begin = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - begin, os.times()
    used = after.children_user + after.children_system
    return Start(wall, used - before.children_user - before.children_system)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    commands = programs()
    names = list(commands)
    for name in names:
        start(commands[name])  # the files are in memory from now on
    taken: dict[str, list[Start]] = {name: [] for name in names}
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            taken[name].append(start(commands[name]))
    report(taken, rounds)


def report(taken: dict[str, list[Start]], rounds: int) -> None:
    print(f"{rounds} rounds, median (least-greatest) of the ratios of each round to the {BARE}")
    print(f"{'':28}{'wall':>24}{'processor':>24}{'wall, ms':>10}")
    for name, starts in taken.items():
        pairs = list(zip(starts, taken[BARE], strict=True))
        wall = spread([mine.wall / bare.wall for mine, bare in pairs])
        # the kernel counts in steps of 10 ms on some machines: sums, not single starts
        processor = sum(one.processor for one in starts) / sum(one.processor for one in taken[BARE])
        print(
            f"{name:28}{wall:>24}{processor:>24.1f}{median(one.wall for one in starts) * 1e3:>10.0f}"
        )


def spread(ratios: list[float]) -> str:
    return f"{median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f})"


if __name__ == "__main__":
    main()
