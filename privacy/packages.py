"""A package of data for one right: what may be in it, what binds it to its letter, and what becomes of it with time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from privacy.instants import require_utc
from privacy.rights import Right

PACKAGED = frozenset({Right.ACCESS, Right.PORTABILITY})  # GDPR Art. 15(3), 20(1)
MOST_FILES = 20
LONGEST_NAME = 100  # characters
LONGEST_ENDING = 10
NAMELESS = "data"
SNIFFED = 4_096  # bytes of the beginning that tell what a file is
INCOMPLETE_AFTER = timedelta(days=1)  # a file that nobody goes on adding
LOOK_AGAIN = timedelta(days=1)
# Names that are devices on one system, whatever stands behind their dot.
DEVICES = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)
_UNSAFE = re.compile(r'[<>:"|?*%;]')


class Enclosure(StrEnum):
    """What goes along with an answer that grants data: none, another one than was approved, or what was approved."""

    MISSING = "missing"
    CHANGED = "changed"
    GIVEN = "given"


@dataclass(frozen=True, kw_only=True)
class PackedFile:
    """One whole file of a package; `sha256` is of its content, in hexadecimal."""

    name: str = field(repr=False)
    size: int
    sha256: str = field(repr=False)


def package_digest(files: Sequence[PackedFile]) -> str:
    """Return the sha-256 over names, sizes and contents in their order: what an approval is bound to."""
    parts = [[one.name, one.size, one.sha256] for one in files]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode()).hexdigest()


def safe_name(name: str) -> str:
    """Return the name as it may be shown and saved anywhere: no path, no control or direction sign, no device."""
    last = re.split(r"[/\\]", name)[-1]
    plain = "".join(c if c.isprintable() else "_" for c in last)
    tidy = _UNSAFE.sub("_", plain).strip(" .")
    stem, dot, ending = tidy.rpartition(".")
    if not dot or len(ending) > LONGEST_ENDING:
        stem, ending = tidy, ""
    if not stem or tidy.partition(".")[0].strip().lower() in DEVICES:
        stem = f"{NAMELESS}_{stem}" if stem else NAMELESS
    room = LONGEST_NAME - len(ending) - 1
    return f"{stem[:room].rstrip(' .')}.{ending}" if ending else stem[:LONGEST_NAME]


def against_content(name: str, beginning: bytes) -> str | None:
    """Return why this file may not be handed out, None where its name and its beginning agree.

    What runs in a browser, or is something else than its name says, is refused; it can go into a zip file.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    looks_right = FORMATS.get(ending)
    if looks_right is None:
        return f"a file ends with one of {', '.join(sorted(FORMATS))}"
    if not looks_right(beginning[:SNIFFED]):
        return f"the content is no {ending}"
    return None


def format_of(name: str) -> str:
    """Return the format as a letter names it, such as CSV."""
    return name.rpartition(".")[2].upper()


def _begins_with(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda beginning: beginning.startswith(marks)


def _first_sign(beginning: bytes) -> bytes:
    return beginning.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]


def _is_words(beginning: bytes) -> bool:
    """A page begins with a tag, and no table does."""
    return b"\0" not in beginning and _first_sign(beginning) != b"<"


def _is_json(beginning: bytes) -> bool:
    return b"\0" not in beginning and _first_sign(beginning) in {b"{", b"["}


FORMATS: Mapping[str, Callable[[bytes], bool]] = {
    "zip": _begins_with(b"PK\x03\x04"),
    "xlsx": _begins_with(b"PK\x03\x04"),
    "pdf": _begins_with(b"%PDF-"),
    "gz": _begins_with(b"\x1f\x8b"),
    "json": _is_json,
    "csv": _is_words,
    "txt": _is_words,
}


class PackageStep(StrEnum):
    """What the hourly look at a package does."""

    WAIT = "wait"
    TELL = "tell"
    ERASE = "erase"


@dataclass(frozen=True, kw_only=True)
class PackageFacts:
    """Where a package stands. `expires_at` is the end of the newest letter that left, None where none did.

    `is_owed`: its right is still worked on, or a letter about it may still be written. `fetched`: somebody got all of a
    file.
    """

    ended: bool
    is_owed: bool
    expires_at: datetime | None
    fetched: bool = False
    on_hold: bool = False

    def __post_init__(self) -> None:
        require_utc(expires_at=self.expires_at)


@dataclass(frozen=True, kw_only=True)
class PackageLook:
    """What to do with a package now, and when to look at it again; None: never."""

    step: PackageStep
    again_at: datetime | None


def look_at_package(
    facts: PackageFacts, now: datetime, *, tell_before: timedelta, grace: timedelta
) -> PackageLook:
    """Return what is due: what nobody can get any more is erased, what nobody fetched is told before it ends.

    Nothing is erased while the case is on legal hold.
    """
    is_over = facts.expires_at is not None and now >= facts.expires_at + grace
    if facts.ended or is_over or (facts.expires_at is None and not facts.is_owed):
        return _erased(facts, now)
    if facts.expires_at is None:
        return PackageLook(step=PackageStep.WAIT, again_at=now + LOOK_AGAIN)
    if now < facts.expires_at - tell_before:
        return PackageLook(step=PackageStep.WAIT, again_at=facts.expires_at - tell_before)
    if not facts.fetched and now < facts.expires_at:
        return PackageLook(step=PackageStep.TELL, again_at=facts.expires_at)
    # A renewed letter may leave on any day.
    again_at = min(facts.expires_at + grace, now + LOOK_AGAIN)
    return PackageLook(step=PackageStep.WAIT, again_at=again_at)


def _erased(facts: PackageFacts, now: datetime) -> PackageLook:
    if facts.on_hold:
        return PackageLook(step=PackageStep.WAIT, again_at=now + LOOK_AGAIN)
    return PackageLook(step=PackageStep.ERASE, again_at=None)


@dataclass(frozen=True, kw_only=True)
class LinkFacts:
    """What is looked at before anything is handed out by a link, read at this moment.

    `letter_left`: the letter with the link was approved and did not come back. `unchanged`: the package is what was
    approved. `identity_suffices`: the proof still reaches the level that the right needs. `taken_back`: the person
    wants it no more, or never asked for it.
    """

    letter_left: bool
    unchanged: bool
    identity_suffices: bool
    expires_at: datetime
    locked: bool = False
    taken_back: bool = False

    def __post_init__(self) -> None:
        require_utc(expires_at=self.expires_at)


def against_link(facts: LinkFacts, now: datetime) -> str | None:
    """Return why nothing is handed out by this link now, None where it may be. The person is never told which."""
    rows = (
        (not facts.letter_left, "letter-has-not-left"),
        (not facts.unchanged, "package-changed"),
        (facts.taken_back, "right-was-taken-back"),
        (facts.locked, "locked"),
        (now >= facts.expires_at, "expired"),
        (not facts.identity_suffices, "identity-not-proved"),
    )
    return next((reason for hit, reason in rows if hit), None)


class ReceiptKind(StrEnum):
    """What somebody did with a link."""

    CODE_ASKED = "code_asked"
    CODE_REFUSED = "code_refused"
    LOCKED = "locked"
    OPENED = "opened"
    FETCHED = "fetched"
