"""Which attachments look like identity papers: by their names, by what the writer says of them, and by what they can be.

We do not want such copies (EDPB Guidelines 01/2022, paras. 74 to 78): nobody opens them, and they are gone in three days.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from privacy.messages import Attachment

DESTROYED_AFTER = timedelta(hours=48)  # a day before it must be: staff can still record a doubt
ASK_AGAIN = timedelta(hours=12)  # while a doubt stands
SMALLEST, LARGEST = 8_000, 30_000_000  # bytes: an icon is smaller than a copy, a film larger
MOST_READ = 20_000  # characters of the writer's words
PICTURES = ("image/", "application/pdf")
_NOT_A_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True)
class PaperWords:
    """Words of people for identity papers, in lower case; `sent` are those with which a writer says that one is sent.

    A word of a file's name counts alone; in a text, a paper counts only together with a word of sending.
    """

    papers: tuple[str, ...]
    sent: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Paper:
    """An attachment that looks like an identity paper, by its hash, with the codes of what said so."""

    sha256: str
    reasons: tuple[str, ...]


def find_papers(
    attachments: Sequence[Attachment], text: str, words: PaperWords
) -> tuple[Paper, ...]:
    """Return the attachments that look like identity papers; linear in names and text.

    What the writer says concerns every picture of a mail, unless one is named by its file: then that one is meant.
    """
    can_be = [one for one in attachments if _can_be_a_copy(one)]
    named = [one for one in can_be if _says(one.name, words.papers)]
    if named:
        return tuple(Paper(sha256=one.sha256, reasons=("name-says-so",)) for one in named)
    said = text[:MOST_READ]
    if can_be and _says(said, words.papers) and _says(said, words.sent):
        return tuple(Paper(sha256=one.sha256, reasons=("writer-says-so",)) for one in can_be)
    return ()


def _can_be_a_copy(attachment: Attachment) -> bool:
    kinds = (attachment.content_type, attachment.declared_type)
    is_picture = any(kind.startswith(PICTURES) for kind in kinds)
    return is_picture and SMALLEST <= attachment.size <= LARGEST


def _says(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text as a whole word, however it is joined or accented."""
    spelled = f" {_plain(text)} "
    return any(word in spelled for word in _spelled(words))


@lru_cache(maxsize=64)
def _spelled(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f" {_plain(word)} " for word in words)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in letters if unicodedata.category(one) != "Mn" or one > "\u036f")
    return " ".join(_NOT_A_WORD.split(bare)).strip()
