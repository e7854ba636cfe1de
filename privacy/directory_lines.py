"""Makes a record of the named fields of one line, or says the one thing that is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from privacy.directory import LeadRecord, PersonRecord, Record, Standing, WorkspaceRecord

COLUMNS = (
    *("record", "workspace", "person", "address", "name"),
    *("plan", "region", "locale", "cancelled_since", "privacy_contact"),
    "billing_contact",
)
LATER_COLUMNS = frozenset(
    {"privacy_contact", "billing_contact"}
)  # a view that was made before them is read all the same
KINDS = ("workspace", *Standing, "lead")
LONGEST = 200  # characters of an id or a name
LONGEST_ADDRESS = 254  # octets (RFC 5321 section 4.5.3.1.3, less the angle brackets)
_ADDRESS = re.compile(
    r"""[^\s@<>()\[\],;:"\\\x00-\x1f\x7f]{1,64}@[^\s@<>()\[\],;:"\\\x00-\x1f\x7f]{3,255}"""
)
_LOCALE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True, kw_only=True)
class ListedWords:
    """The plans and regions that the operator's product knows."""

    plans: frozenset[str]
    regions: frozenset[str]


class WrongLine(Exception):
    """The one reason why a line is no record; it names the field, never its content."""


def is_address(text: str) -> bool:
    """Say whether this is one bare address with a dotted domain; for matching, so quoted local parts are none."""
    if _ADDRESS.fullmatch(text) is None or len(text.encode("utf-8", "replace")) > LONGEST_ADDRESS:
        return False
    domain = f".{text.rpartition('@')[2]}."
    whole_labels = not any(broken in domain for broken in ("..", ".-", "-."))
    return whole_labels and domain.count(".") > 2  # noqa: PLR2004 - the two around it, and one inside


def address_in(fields: Mapping[str, str]) -> str:
    """Return the address of a line. Raises WrongLine."""
    text = fields.get("address", "").strip()
    if not is_address(text):
        raise WrongLine("address: is not an address" if text else "address: is missing")
    return text


def read_record(fields: Mapping[str, str], words: ListedWords) -> Record:
    """Return the record that the fields make; fields that its kind has no use for are ignored.

    Raises WrongLine.
    """
    kind = fields.get("record", "").strip().lower()
    if kind == "lead":
        return LeadRecord(workspace=_id(fields, "workspace"), address=address_in(fields))
    if kind == "workspace":
        return _workspace(fields, words)
    if kind in KINDS:
        return _person(Standing(kind), fields)
    raise WrongLine(f"record: is none of {', '.join(KINDS)}")


def _workspace(fields: Mapping[str, str], words: ListedWords) -> WorkspaceRecord:
    return WorkspaceRecord(
        workspace=_id(fields, "workspace"),
        name=_text(fields, "name"),
        plan=_word(fields, "plan", words.plans),
        region=_word(fields, "region", words.regions),
        locale=_locale(fields),
        cancelled_since=_day(fields, "cancelled_since"),
        privacy_contact=_contact(fields, "privacy_contact"),
        billing_contact=_contact(fields, "billing_contact"),
    )


def _person(standing: Standing, fields: Mapping[str, str]) -> PersonRecord:
    """Without an id of the product the address stands for the person."""
    address = address_in(fields)
    return PersonRecord(
        standing=standing,
        workspace=None if standing is Standing.CONTACT else _id(fields, "workspace"),
        person=_text(fields, "person") or address.lower(),
        address=address,
        name=_text(fields, "name"),
        locale=_locale(fields),
    )


def _contact(fields: Mapping[str, str], name: str) -> str:
    text = fields.get(name, "").strip()
    if text and not is_address(text):
        raise WrongLine(f"{name}: is not an address")
    return text


def _text(fields: Mapping[str, str], name: str) -> str:
    text = fields.get(name, "").strip()
    if len(text) > LONGEST:
        raise WrongLine(f"{name}: is longer than {LONGEST} characters")
    if not text.isprintable():
        raise WrongLine(f"{name}: holds a control character")
    return text


def _id(fields: Mapping[str, str], name: str) -> str:
    text = _text(fields, name)
    if not text:
        raise WrongLine(f"{name}: is missing")
    return text


def _word(fields: Mapping[str, str], name: str, known: frozenset[str]) -> str:
    text = fields.get(name, "").strip().lower()
    if text and text not in known:
        raise WrongLine(f"{name}: is none of {', '.join(sorted(known))} (directory.{name}s)")
    return text


def _locale(fields: Mapping[str, str]) -> str:
    text = fields.get("locale", "").strip()
    if text and _LOCALE.fullmatch(text) is None:
        raise WrongLine("locale: is no language tag such as de or en-GB")
    return text


def _day(fields: Mapping[str, str], name: str) -> date | None:
    text = fields.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise WrongLine(f"{name}: is no day such as 2026-11-01") from None
