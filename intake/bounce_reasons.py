"""Names why mail came back, from codes and words; the words are data (bounce_phrases.toml)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from privacy.deliveries import BounceReason, Fate

PHRASES = Path(__file__).with_name("bounce_phrases.toml")
MAX_WORDS = 20_000  # characters of one text that are compared
STATUS = re.compile(
    r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)"
)  # RFC 3463; no address of a host
REPLY = re.compile(r"(?<![\d.])([245]\d\d)(?=[ \-#]|$)", re.MULTILINE)  # RFC 5321 section 4.2
ACTIONS = {  # RFC 3464 section 2.3.3
    "failed": Fate.FAILED,
    "delayed": Fate.DELAYED,
    "delivered": Fate.DELIVERED,
    "relayed": Fate.LEFT,
    "expanded": Fate.LEFT,
}


@dataclass(frozen=True, slots=True)
class Phrases:
    """The data file, each phrase in the form in which texts are compared."""

    reasons: tuple[tuple[BounceReason, tuple[str, ...]], ...]
    codes: dict[str, BounceReason]
    replies: dict[str, BounceReason]
    failed: tuple[str, ...]
    delayed: tuple[str, ...]
    marks: tuple[str, ...]


@cache
def load_phrases() -> Phrases:
    """Return the phrases, read once."""
    data = tomllib.loads(PHRASES.read_text(encoding="utf-8"))
    return Phrases(
        reasons=tuple(
            (BounceReason(one["name"]), _plain(one["phrases"])) for one in data["reasons"]
        ),
        codes={code: BounceReason(name) for code, name in data["codes"].items()},
        replies={reply: BounceReason(name) for reply, name in data["replies"].items()},
        failed=_plain(data["fate"]["failed"]),
        delayed=_plain(data["fate"]["delayed"]),
        marks=_plain(data["returned"]["marks"]),
    )


def name_reason(status: str | None, said: str) -> BounceReason:
    """Return the reason: what the words say, else the code (given, or in the words), else undefined."""
    phrases, words = load_phrases(), plain(said)
    for reason, known in phrases.reasons:
        if holds_one(words, known):
            return reason
    status = status or status_in(words)
    by_code = phrases.codes.get(status.partition(".")[2]) if status else None
    reply = REPLY.search(words)
    by_reply = phrases.replies.get(reply[1]) if reply else None
    return by_code or by_reply or BounceReason.UNDEFINED


def status_in(said: str) -> str | None:
    """Return the first enhanced status code in the words, None when there is none."""
    found = STATUS.search(said[:MAX_WORDS])
    return found[0] if found else None


def tell_fate(action: str, status: str | None, said: str) -> Fate:
    """Return what became of the mail: what the action says, else the words, else the class of the code.

    Words of giving up count for more than a temporary code, which is only why the last attempt failed; a permanent
    code counts for more than words of delay. Where nothing is said, a person reads.
    """
    known = ACTIONS.get(action.strip().lower())
    if known is not None:
        return known
    phrases, words = load_phrases(), plain(said)
    kind = (status or status_in(words) or _reply_in(words) or "0")[0]
    late, failed = holds_one(words, phrases.delayed), holds_one(words, phrases.failed)
    if kind == "5" or (failed and not late and kind != "2"):
        return Fate.FAILED
    if kind == "4" or (late and not failed):
        return Fate.DELAYED
    return Fate.DELIVERED if kind == "2" else Fate.UNCLEAR


def _reply_in(words: str) -> str | None:
    found = REPLY.search(words)
    return found[1] if found else None


def holds_one(words: str, phrases: tuple[str, ...]) -> bool:
    """Say whether one of the phrases is in the words; both in their plain form."""
    return any(phrase in words for phrase in phrases)


def plain(text: str) -> str:
    """Return the text in the form in which it is compared: one width, no case, single blanks, cut to its limit."""
    folded = unicodedata.normalize("NFKC", text[:MAX_WORDS]).casefold()
    return " ".join(folded.replace("’", "'").split())


def _plain(phrases: list[str]) -> tuple[str, ...]:
    return tuple(plain(phrase) for phrase in phrases)
