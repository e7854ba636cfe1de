"""Whether anybody can tell a customer by our letters: bytes, number and timing for known and unknown addresses.

    python3 dev.py bench identity [--people 1000]

So many known and so many unknown addresses ask, in an order drawn by chance; their letters are compared byte for byte
but for ids, with the time at which each leaves, and the processor time that working each mail took. The last two columns
are the ratio of the medians and the probability of a difference as large by chance (Mann-Whitney U, normal approximation).
"""

from __future__ import annotations

import argparse
import math
import random
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

from casework_values import LONG, TestDesk, arriving, mail, open_at, profile
from identity_values import Listed, terms
from privacy.messages import OutboundMessage
from responders.identity import CHALLENGE
from storage.outbox import list_letters

IDS = (
    (re.compile(r"RD-[-0-9A-Z]{26}"), "CODE"),
    (re.compile(r"PR-2026-\d{6}-\w\w"), "REFERENCE"),
    (re.compile(r"[0-9a-z]{26}(?=[.@])"), "TOKEN"),
    (re.compile(r"(?<=\.)[0-9a-z]{16}(?=[.@])"), "ID"),
    (re.compile(r"person\d{5}|<\d+@"), "PERSON"),
)
ENDLESS = replace(LONG, per_domain_per_hour=10**6, in_all_per_hour=10**6, per_text_per_day=10**6)
NO_LIMITS = replace(ENDLESS, per_short_text_per_day=10**6)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000)
    options = parser.parse_args()
    people = [f"person{n:05}@home.example" for n in range(2 * options.people)]
    known = frozenset(random.Random(12).sample(people, options.people))
    with tempfile.TemporaryDirectory() as folder:
        desk = TestDesk(
            open_at(f"sqlite:///{Path(folder) / 'rightsdesk.db'}"),
            profile=profile(challenges=terms(), limits=NO_LIMITS),
            on_file=Listed(known),
        )
        spent = {person: worked(desk, person, n) for n, person in enumerate(people)}
        tell(desk, known, spent)
        desk.database.close()


def worked(desk: TestDesk, person: str, number: int) -> float:
    """Let the person ask, and return the processor time of working that mail, in seconds."""
    text = "Please delete all personal data that you hold about me."
    desk.keep(arriving(mail(text, number=number, From=person)))
    start = time.process_time()
    desk.work()
    return time.process_time() - start


def tell(desk: TestDesk, known: frozenset[str], spent: dict[str, float]) -> None:
    with desk.database.reading() as reading:
        rows = [row for row in list_letters(reading, limit=10**6) if row.kind == CHALLENGE]
    letters = {row.message.recipient: row.message for row in rows}
    assert set(letters) == set(spent), "somebody was not asked"
    shapes = {without_ids(letter) for letter in letters.values()}
    leaves = {(letter.date - desk.now).total_seconds() for letter in letters.values()}
    print(f"letters: {len(rows)} to {len(known)} known and {len(spent) - len(known)} unknown")
    print(f"different letters, ids left out: {len(shapes)}")
    print(f"leave so many seconds after receipt: {sorted(leaves)}")
    print(f"looked up before they answered: {len(desk.on_file.asked)}")
    ours = [took for person, took in spent.items() if person in known]
    others = [took for person, took in spent.items() if person not in known]
    print(
        f"working one mail, ms of processor time, median: known {1000 * median(ours):.3f}", end=""
    )
    print(
        f", unknown {1000 * median(others):.3f}, ratio {median(ours) / median(others):.4f}", end=""
    )
    print(f", p {by_chance(ours, others):.3f}")


def without_ids(letter: OutboundMessage) -> str:
    text = repr((letter, letter.letter.subject, letter.letter.text, letter.letter.html))
    text += repr((letter.message_id, letter.envelope_from, letter.reply_to, letter.references))
    for pattern, name in IDS:
        text = pattern.sub(name, text)
    return text


def by_chance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the two-sided p of the Mann-Whitney U test; times are hardly ever tied."""
    ranked = sorted([(took, 0) for took in one] + [(took, 1) for took in other])
    ranks = sum(rank for rank, (_, group) in enumerate(ranked, 1) if group == 0)
    n, m = len(one), len(other)
    u = ranks - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


if __name__ == "__main__":
    main()
