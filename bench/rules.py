"""How fast the rules read: against one plain alternation of the same words, and on hostile text (target T16).

Both ratios are taken in one run on one machine; the absolute figures mean nothing elsewhere.

    python3 dev.py bench rules [--rounds 7]
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable

from classifier import data
from classifier.folded import fold
from classifier.rules import classify_text

LETTERS = (
    (
        "Dear team,\n\nI have been using your service since the spring of 2022 and, on the whole, I was happy with it. Last month my\n"
        "company decided to move on, and I no longer need the account that Olivia set up for me. Before I go I would like to\n"
        "know what you still have about me: please send me a copy of all personal data that you hold, including call notes.\n"
        "Afterwards please delete my account and everything that belongs to it, and do not send me any newsletters in the\n"
        "meantime. If parts of it must be kept by law, tell me which ones and for how long. I read mail in the evening.\n\nAnne"
    ),
    (
        "Hello Sam,\n\nthanks for the slides. On Thursday we talked about the pipeline view, and my colleagues have two questions: can\n"
        "the columns be sorted by region, and is there a way to see who changed a deal last? The import that failed on Monday\n"
        "went through this morning, so that is solved. We will renew at the end of the quarter if the price stays the same;\n"
        "could you send the quote to our purchasing department? They need it before the twentieth. Apart from that everything\n"
        "works well, and the team likes the new calendar. See you at the fair, and say hello to Olivia.\n\nBest wishes,\nAnne"
    ),
    (
        "Sehr geehrte Damen und Herren,\n\nich war seit dem Frühjahr 2022 bei Ihnen angemeldet und war mit dem Dienst zufrieden.\n"
        "Inzwischen hat meine Firma gewechselt, und ich brauche das Konto nicht mehr, das Olivia für mich eingerichtet hatte.\n"
        "Bevor ich gehe, möchte ich gemäß Art. 15 DSGVO Auskunft über alle Daten, die Sie zu meiner Person gespeichert haben,\n"
        "einschließlich der Gesprächsnotizen. Danach löschen Sie bitte mein Konto und alles, was dazu gehört, und senden Sie\n"
        "mir bis dahin keine Newsletter mehr. Müssen Teile aufbewahrt werden, so nennen Sie mir bitte den Grund.\n\nAnne"
    ),
)
MEGABYTE = 1_000_000
HOSTILE = {
    "acts without objects": "delete export correct withdraw ",
    "acts on things of the product": "delete my lead data and ",
    "the same request again": "Please delete all my personal data. ",
    "questions how": "How do I delete my data? ",
    "beginnings of phrases": "what take everything i have no longer do not ",
    "articles": "Art. 15, 16, 17 GDPR ",
    "one sentence without end": "and i want my data with my name ",
    "stops only": ". ? ! , ; ",
    "almost the words": "deleti dataa consen withdra newslette ",
    "decomposed accents": "lo\u0308schen fu\u0308r ",
}


def best(work: Callable[[], object], rounds: int) -> float:
    """Return the shortest of several runs in seconds of CPU time: the one that was disturbed least."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def plain_alternation() -> re.Pattern[str]:
    """Return what a simple program would use: every expression of every language side by side."""
    entries = [entry for code in data.language_codes() for entry in data.language(code).entries]
    words = dict.fromkeys(" ".join(entry.words).replace("*", "") for entry in entries)
    return re.compile("|".join(map(re.escape, words)))


def made_up_words() -> str:
    """Return a megabyte of words that were never seen before."""
    return " ".join(
        f"z{number:x}".translate(str.maketrans("0123456789", "ghijklmnop"))
        for number in range(150_000)
    )


def main() -> None:
    """Print the two ratios of T16 and the cost of an ordinary letter."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    letters = LETTERS * 20
    size = sum(map(len, letters))
    pattern = plain_alternation()
    classify_text("", LETTERS[0])
    ours = best(lambda: [classify_text("", letter) for letter in letters], rounds)
    plain = best(lambda: [pattern.findall(fold(letter).text) for letter in LETTERS], rounds) * 20
    print(
        f"expressions {pattern.pattern.count('|') + 1}; letters of {size // len(letters)} characters"
    )
    print(
        f"rules {ours / len(letters) * 1e6:8.0f} µs a letter  {size / ours / 1e6:6.2f} M characters/s"
    )
    print(
        f"plain {plain / len(letters) * 1e6:8.0f} µs a letter  {size / plain / 1e6:6.2f} M characters/s"
    )
    print(f"ratio to a plain alternation {plain / ours:.1f} (floor 8)")
    normal = size / ours
    texts = {name: (unit * MEGABYTE)[:MEGABYTE] for name, unit in HOSTILE.items()} | {
        "made-up words": made_up_words()
    }
    for name, text in texts.items():
        rate = len(text) / best(lambda text=text: classify_text("", text), max(1, rounds // 3))
        print(
            f"hostile: {name:32} {rate / 1e6:6.2f} M characters/s  {rate / normal:5.2f} of the normal rate (floor 0.5)"
        )


if __name__ == "__main__":
    main()
