"""Delivery reports in nobody's standard form: who is named on which line, and what is said about whom."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intake.bounce_reasons import holds_one, load_phrases, name_reason, plain, status_in, tell_fate
from privacy.deliveries import BounceReason, Fate, RecipientReport

MAX_LINES = 400
MAX_LINE = 1_000  # characters
MAX_RECIPIENTS = 50
PREAMBLE = 4_000  # characters before the first recipient that count for each of them
# Fields that stand in the head of a returned letter, where no mark was set before it.
RETURNED = re.compile(
    r"[>\s|]{0,20}(?:received|return-path|message-id|mime-version|dkim-signature)\s{0,3}:",
    re.IGNORECASE,
)
# Said without a code or a word of failure, these say by themselves that the mail is not there.
TELLING = frozenset(
    (
        BounceReason.USERUNKNOWN,
        BounceReason.HOSTUNKNOWN,
        BounceReason.MAILBOXFULL,
        BounceReason.MESGTOOBIG,
        BounceReason.SUSPEND,
        BounceReason.NORELAYING,
        BounceReason.SPAMDETECTED,
    )
)
# An address opens a part where a line begins with it, after signs and a word such as "To:" at most.
NAMED = re.compile(
    r"[\s>*•·|\-–—(\[\"']{0,20}"
    r"(?:(?:to|recipients?|failed recipient|an|empf[aä]nger|destinataires?|destinatarios?|à|para|a|aan|till|til|宛先|收件人)"
    r"\s{0,3}[:：]\s{0,10})?"
    r"(?:<|mailto:|rfc822;\s{0,3}){0,3}([^\s<>()\[\]\",;:@]{1,64}@[A-Za-z0-9.-]{1,190}[A-Za-z0-9])",
    re.IGNORECASE,
)


def read_text(text: str, failed: tuple[str, ...]) -> tuple[RecipientReport, ...]:
    """Return what the words say about each recipient that they name; `failed` are those that a header names.

    Words before the first name are about all, words after a name only about that one.
    """
    own_words = "\n".join(without_returned(text))
    preamble, parts = _parts_of(own_words.split("\n"))
    if parts:
        return tuple(_report(name, preamble, said) for name, said in parts.items())
    if len(failed) > 1:  # nobody says what is about whom
        fate = tell_fate("", None, own_words)
        return tuple(RecipientReport(recipient=one, fate=fate) for one in failed[:MAX_RECIPIENTS])
    return (_report(failed[0] if failed else None, "", own_words),)


def without_returned(text: str) -> Iterator[str]:
    """Yield the report's own lines: up to where the letter that it returns begins."""
    marks = load_phrases().marks
    for line in text.split("\n", MAX_LINES)[:MAX_LINES]:
        cut = line[:MAX_LINE]
        if RETURNED.match(cut) or holds_one(plain(cut), marks):
            return
        yield cut


def _parts_of(lines: list[str]) -> tuple[str, dict[str, str]]:
    """Return the words before the first name, and the words about each name."""
    preamble: list[str] = []
    said: dict[str, list[str]] = {}
    current = preamble
    for line in lines:
        named = name_at(line)
        if named and len(said) < MAX_RECIPIENTS:
            current = said.setdefault(named[1].lower(), [])
            line = line[named.end() :]  # noqa: PLW2901 - the name itself says nothing
        current.append(line)
    about = {name: "\n".join(words) for name, words in said.items()}
    return "\n".join(preamble)[:PREAMBLE], about


def name_at(line: str) -> re.Match[str] | None:
    """Return the address that a line begins with as group 1, None when there is none that can be shown."""
    named = NAMED.match(line)
    return named if named is not None and named[1].isprintable() else None


def _report(name: str | None, preamble: str, said: str) -> RecipientReport:
    status = status_in(said)
    reason = name_reason(status, said)
    if reason is BounceReason.UNDEFINED and preamble:
        reason = name_reason(status, preamble)
    fate = tell_fate("", status, f"{preamble}\n{said}")
    if fate is Fate.UNCLEAR and reason in TELLING:
        fate = Fate.FAILED
    return RecipientReport(recipient=name, fate=fate, reason=reason, status=status)
