"""How many machines are known without a telling header, how many people are taken for machines, and what it costs.

python3 dev.py bench kinds [--misses]
"""

from __future__ import annotations

import argparse
import time

from classifier.kinds import read_signals
from machine_corpus import KINDS, OURS, read, screened
from privacy.messages import ParsedMessage


def cost(messages: list[ParsedMessage]) -> float:
    """Return the microseconds of CPU time for the signals of one message: the least of several runs."""
    times = []
    for _ in range(7):
        start = time.process_time()
        for message in messages:
            read_signals(message, our_addresses=OURS, envelope_from=None, suspected_spam=False)
        times.append(time.process_time() - start)
    return min(times) / len(messages) * 1e6


def main() -> None:
    """Print the share of each kind that was known, and the cost of a message."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="print every mail that was misread")
    shown = parser.parse_args().misses
    everything: list[ParsedMessage] = []
    for name, wanted in KINDS.items():
        mails = list(read(name))
        everything += [message for _, message in mails]
        missed = [
            (before, message, result)
            for before, message in mails
            if (result := screened(message)).kind is not wanted
        ]
        print(f"{name}: {len(mails) - len(missed)} of {len(mails)} are {wanted}")
        for before, message, result in missed if shown else ():
            print(f"  {before} | {message.subject} | {result.kind} {result.reasons}")
    print(f"{cost(everything):.0f} µs a message")


if __name__ == "__main__":
    main()
