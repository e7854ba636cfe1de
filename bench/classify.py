"""How fast the rules classify: mails of the labelled sets a second, and the time of one mail by its size.

    python3 dev.py bench classify [--rounds 5]

Own processor time; on a shared machine only the ratios count: each size to 1 kB in the same language, and the labelled
mails to cutting the same texts into words, which everything stands on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

from casework.first_reading import classify_written
from classifier.pieces import cut
from privacy.rights import SURE_ENOUGH

SETS = Path(__file__).resolve().parents[1] / "tests" / "labelled"
SIZES = (1_000, 10_000, 100_000, 1_000_000)
STORIES = {
    "English": "I have been with you since spring and was content with the service. Please send me a copy of my data. ",
    "German": "Ich war seit dem Frühjahr bei Ihnen und mit dem Dienst zufrieden. Bitte löschen Sie meine Daten. ",
    "Polish": "Korzystam z usługi od wiosny i byłam z niej zadowolona. Proszę o kopię moich danych. ",
    "Chinese": "我从春天开始使用你们的服务，一直很满意。请把我的个人数据发给我一份。",
    "talk only": "The fair went well, the hall was full, and we met people from four countries over two long days. ",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    measure_mails(rounds)
    measure_sizes(rounds)


def measure_mails(rounds: int) -> None:
    """Print mails a second over all labelled sets, each mail as it came."""
    lines = [line for file in sorted(SETS.glob("*.jsonl")) for line in file.open(encoding="utf-8")]
    mails = [(one["subject"], one["text"]) for one in map(json.loads, lines)]
    for subject, text in mails:  # the words of every language are read once
        classify_written(subject, text, SURE_ENOUGH)
    reading = best(lambda: [classify_written(*mail, SURE_ENOUGH) for mail in mails], rounds)
    cutting = best(lambda: [cut(text) for _, text in mails], rounds)
    size = sum(len(text) for _, text in mails) / len(mails)
    print(f"{len(mails)} labelled mails of {size:.0f} characters in many languages")
    print(f"  mails a second                     {len(mails) / reading:>10,.0f}")
    print(f"  a mail, us                         {reading / len(mails) * 1e6:>10,.0f}")
    print(f"  against cutting them into words    {reading / cutting:>10.1f}")


def measure_sizes(rounds: int) -> None:
    """Print the time of one mail by its size; a linear reader's time for each character does not grow."""
    print("\nmilliseconds a mail".ljust(18) + "".join(f"{size // 1000:>12,} kB" for size in SIZES))
    for name, story in STORIES.items():
        cells = []
        for size in SIZES:
            text = (story * (size // len(story) + 1))[:size]
            took = best(lambda text=text: classify_written("", text, SURE_ENOUGH), rounds)  # type: ignore[misc]
            cells.append(f"{took * 1e3:>15.2f}")
        print(f"  {name:15}" + "".join(cells))


def best(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest of several runs in seconds of own processor time: the one that was disturbed least."""
    times = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


if __name__ == "__main__":
    main()
