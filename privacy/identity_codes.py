"""One-time codes of identity challenges: 100 random bits in words that survive quoting, wrapping and retyping.

A code is `RD-` and 22 characters of Crockford base32 in groups of five: 20 that are drawn, and 2 that check them, so
that an ordinary word or a slip of the pen is not taken for an attempt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import mul

from privacy.tokens import ALPHABET

DRAWN_BYTES = 13  # of which 100 bits are used
DRAWN, CHECKS, GROUP = 20, 2, 5  # characters
PREFIX = "rd"
HIDDEN = "[code]"
PRIMES = (31, 29)  # each check finds other slips
MOST_FOUND = 5  # codes that one mail can offer
MOST_SEARCHED = 400_000  # characters of a mail; our own line stands near an end of a quoted letter
_LOOK_ALIKES = str.maketrans({"o": "0", "i": "1", "l": "1"})
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
# What mail programs put between two characters: line ends, quote marks, hard and soft blanks, hyphens, emphasis.
_BETWEEN = r"[\s>|*_=\u00a0\u00ad\u2007\u2010\u2011\u2012\u2013\u200b\u202f\u2060\ufeff-]{0,16}+"
_SIGN = "[0-9A-Za-z]"
# A search runs through a text twice as fast where the pattern begins with what it looks for: what must not stand before
# it is asked for behind it, and both cases are spelled out.
_CODE = re.compile(
    rf"[Rr][Dd](?<!{_SIGN}..){_BETWEEN}((?:{_SIGN}{_BETWEEN}){{{DRAWN + CHECKS - 1}}}{_SIGN})(?!{_SIGN})",
    re.ASCII,
)
# The secret of a link to a package (casework/enclosing.py) stands in the path of its page.
_LINK = re.compile(r"(/download/[a-z]{2}/)[a-z2-7]{32}(?![a-z2-7])")
_NOT_IN_CODE = re.compile(r"[^0-9a-z]")


def code_from(drawn: bytes) -> str:
    """Return the code that `drawn` (13 random bytes) makes, as people see it; raises ValueError for fewer bytes."""
    if len(drawn) != DRAWN_BYTES:
        raise ValueError("a code is made of 13 bytes")
    number = int.from_bytes(drawn)
    body = "".join(ALPHABET[number >> (5 * place) & 31] for place in range(DRAWN))
    return spelled(body + _checks(body))


def spelled(core: str) -> str:
    """Return the 22 characters of a code as letters show them: `RD-7K3M9-...`."""
    groups = [core[start : start + GROUP] for start in range(0, len(core), GROUP)]
    return "-".join((PREFIX, *groups)).upper()


def codes_in(text: str) -> tuple[str, ...]:
    """Return the cores (22 characters, lower case) of at most five well-formed codes, in their order, each once.

    Linear in the text: between two characters only a few signs may stand.
    """
    found: dict[str, None] = {}
    for match in _CODE.finditer(_ends(text)):
        core = _core(match)
        if _is_well_formed(core):
            found[core] = None
        if len(found) == MOST_FOUND:
            break
    return tuple(found)


def without_codes(text: str) -> str:
    """Return the text with a mark for each well-formed code, and for the secret of each link to a package.

    Who reads a letter over our shoulder could answer with it.
    """
    return _LINK.sub(rf"\1{HIDDEN}", _CODE.sub(_hidden, text))


def core_of(word: str) -> str | None:
    """Return the core of what should be one code and nothing else, None for everything else."""
    found = codes_in(word) if len(word) < 100 else ()  # noqa: PLR2004 - characters, a code has 29
    return found[0] if len(found) == 1 else None


def _core(match: re.Match[str]) -> str:
    return _NOT_IN_CODE.sub("", match.group(1).lower().translate(_LOOK_ALIKES))


def _hidden(match: re.Match[str]) -> str:
    return HIDDEN if _is_well_formed(_core(match)) else match.group(0)


def _ends(text: str) -> str:
    if len(text) <= MOST_SEARCHED:
        return text
    half = MOST_SEARCHED // 2
    return f"{text[:half]}\n.\n{text[-half:]}"  # the dot: no code is put together across the cut


def _is_well_formed(core: str) -> bool:
    return all(one in _VALUES for one in core) and _checks(core[:DRAWN]) == core[DRAWN:]


def _checks(body: str) -> str:
    return "".join(ALPHABET[_weighted(body) % prime] for prime in PRIMES)


def _weighted(values: Iterable[str]) -> int:
    return sum(map(mul, range(1, DRAWN + 1), map(_VALUES.__getitem__, values)))
