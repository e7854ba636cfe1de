"""Which letters there are: when each goes, who lets it go, what stands where in it, and a sample of its fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from templates.fields import FIELDS
from templates.fields.kinds import LetterFields

LETTERS = Path(__file__).with_name("letters")
FRAMES = "frames.toml"
NOT_YET = "not_yet.toml"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One letter. `subject` and `body` are its structure; `decides`: it decides, discloses or delays."""

    letter: str
    number: str
    title: str
    when: str
    to: str
    approval: str
    frame: str
    body: str
    sample: Mapping[str, Any] = field(repr=False)
    subject: str = "s subject\n"
    before_proof: bool = False
    decides: bool = False
    no_reference: bool = False

    @property
    def fields(self) -> type[LetterFields]:
        """The value that the letter is filled in with."""
        return FIELDS[self.letter]


@dataclass(frozen=True, kw_only=True)
class FrameStructure:
    """What stands before and after the letters of one frame."""

    opening: str
    closing: str


@cache
def declarations() -> Mapping[str, Declaration]:
    """Return all letters by name, in the order of their fields. Raises Permanent where a file is wrong."""
    found: dict[str, Declaration] = {}
    for path in sorted(LETTERS.glob("*.toml")):
        if path.name not in {FRAMES, NOT_YET}:
            for letter, table in _read(path).items():
                found[letter] = _declaration(path, letter, table)
    return {letter: found[letter] for letter in FIELDS if letter in found}


def _declaration(path: Path, letter: str, table: Mapping[str, Any]) -> Declaration:
    if letter not in FIELDS:
        raise Permanent(f"{path.name}: {letter} has no fields in templates/fields")
    try:
        return Declaration(letter=letter, **table)
    except TypeError as error:
        raise Permanent(f"{path.name}: {letter}: {error}") from None


@cache
def frames() -> Mapping[str, FrameStructure]:
    """Return the frames by name."""
    return {
        name: FrameStructure(**table) for name, table in _read(LETTERS / FRAMES)["frames"].items()
    }


@cache
def parts() -> Mapping[str, str]:
    """Return the structures that several letters share."""
    shared: Mapping[str, str] = _read(LETTERS / FRAMES)["parts"]
    return shared


@cache
def not_yet() -> Mapping[str, frozenset[str]]:
    """Return for each language the letters that nobody has written in it yet: they go out in English."""
    return {name: frozenset(letters) for name, letters in _read(LETTERS / NOT_YET).items()}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Permanent(f"{path.name}: {error}") from None
