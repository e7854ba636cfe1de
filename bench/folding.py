"""How exactly folding cuts, on our own corpus by mail program and language, and how long it takes; worst hostile text too.

    python3 dev.py bench folding [--misses 10] [--rounds 7]

Exact: the new words are those that the corpus states, blank space aside. Lost: words of the writer that were cut.
The corpus is ours, so the share says that nothing broke; mails that nobody here has seen score lower.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter

from folding_corpus import Case, cases, new_words
from intake.folding import fold

LIMIT = 200_000  # characters of one message that are folded
HOSTILE = {
    "beginnings": "On ", "blank lines": "\n", "quotes": "> \n", "signature marks": "-- \n", "marks and text": "--\nx\n",
    "fields": "From: a\n", "fields with address": "From: a@b 10:00\n\n\n", "colons": "x:\n", "dates": "On 5 Jan 10:00 A\n",
    "marks and verbs": "--\nwrote:\n", "anchors": "intended recipient\n\n", "colons and quotes": "a:\n\n> b\n",
    "introductions": "On 5.1.2026 10:00 a@b.c wrote:\n\n", "footers": "sent from iphone\n", "rules": "---- x ----\n",
    "disclaimers": "intended recipient confidential delete\n\n", "contacts": "thanks\n+49 30 1234567\n",
    "announced": "answers below\nFrom: a@b 10:00\nTo: c\nSubject: d\n\n", "lists": "do this now:\n> a\n\n",
}  # fmt: skip


def lost_words(case: Case, got: str) -> int:
    """Return how many of the writer's words were cut."""
    return sum((Counter(case.new.split()) - Counter(got.split())).values())


def seconds(text: str, rounds: int) -> float:
    """Return the shortest of several runs in seconds of CPU time."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        fold(text)
        times.append(time.process_time() - start)
    return min(times)


def print_shares(title: str, exact: Counter[str], total: Counter[str]) -> None:
    print(f"\n{title}: exact share where it is not 1.00")
    worse = [name for name in total if exact[name] < total[name]]
    for name in sorted(worse, key=lambda name: exact[name] / total[name]):
        print(f"  {name:16} {exact[name] / total[name]:.2f} of {total[name]}")


def main() -> None:
    """Print shares, then times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    corpus = list(cases())
    results = [(case, new_words(case)) for case in corpus]
    hits = [case for case, got in results if got.split() == case.new.split()]
    lost = sum(lost_words(case, got) for case, got in results)
    words = sum(len(case.new.split()) for case in corpus)
    print(f"{len(corpus)} mails: exact {len(hits) / len(corpus):.4f}, words lost {lost} of {words}")
    print_shares(
        "mail programs", Counter(c.client for c in hits), Counter(c.client for c in corpus)
    )
    print_shares(
        "languages", Counter(c.language for c in hits), Counter(c.language for c in corpus)
    )
    missed = [(case, got) for case, got in results if got.split() != case.new.split()]
    for case, got in missed[: options.misses]:
        print(f"\n--- {case.name}, lost {lost_words(case, got)}\n{got}")
    texts = [case.text for case in corpus if not case.is_html]
    spent = sum(seconds(text, options.rounds) for text in texts)
    print(
        f"\n{spent / len(texts) * 1e6:.0f} µs a message of {sum(map(len, texts)) // len(texts)} characters"
    )
    for name, unit in HOSTILE.items():
        print(f"  {name:20} {seconds((unit * LIMIT)[:LIMIT], 1) * 1000:6.0f} ms")


if __name__ == "__main__":
    main()
