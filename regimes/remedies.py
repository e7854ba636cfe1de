"""Reads what each law gives against a decision, which a lawyer can edit, into values of the core."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.remedies import Authority, LawRemedies
from regimes.toml_files import read_toml, standing_in

REMEDIES_FILE = Path(__file__).with_name("remedies.toml")
HOUSE, UNION = "house", "gdpr"
FLAGS = ("court", "complain_to_us", "keep_until_recourse", "offer_help")
AMOUNTS = ("appeal_days", "grievance_days", "recourse_days", "recourse_months", "keep_days")
MARKS = ("V1", "V2", "M", "H")
OTHERS = ("authority", "url", "attorney_general", "source", "mark")


@cache
def load_remedies(lead: Authority | None = None) -> Mapping[str, LawRemedies]:
    """Return what each law gives, by its code; `lead` is the authority that leads for this company in the Union.

    Raises Permanent for what is not well formed, with its file and line.
    """
    table = read_toml(REMEDIES_FILE)
    found = {law: _remedies(law, fields) for law, fields in table.items()}
    if lead is not None:
        found |= {law: replace(found[law], authority=lead) for law in (HOUSE, UNION)}
    return found


def _remedies(law: str, fields: Mapping[str, Any]) -> LawRemedies:
    with standing_in(REMEDIES_FILE, law):
        for unknown in fields.keys() - {*FLAGS, *AMOUNTS, *OTHERS}:
            raise Permanent(f"a remedy has no {unknown!r}")
        if fields.get("mark") not in MARKS or not fields.get("source"):
            raise Permanent(f"source, and a mark of {', '.join(MARKS)}, are needed")
        if ("authority" in fields) != ("url" in fields):
            raise Permanent("an authority has a name and an url")
        if "recourse_days" in fields and "recourse_months" in fields:
            raise Permanent("the recourse ends after days or after months")
        amounts: dict[str, Any] = {
            name: _amount(fields, name) for name in AMOUNTS if name in fields
        }
        flags: dict[str, Any] = {name: _flag(fields, name) for name in FLAGS}
        bare = LawRemedies(
            law=law, authority=_authority(fields), attorney_general=_attorney(fields)
        )
        return replace(bare, **amounts, **flags)


def _authority(fields: Mapping[str, Any]) -> Authority | None:
    if "authority" not in fields:
        return None
    return Authority(name=_line(fields, "authority"), url=_url(fields, "url"))


def _attorney(fields: Mapping[str, Any]) -> str | None:
    return _url(fields, "attorney_general") if "attorney_general" in fields else None


def _line(fields: Mapping[str, Any], name: str) -> str:
    value = fields[name]
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise Permanent(f"{name} is one line of words")
    return value


def _url(fields: Mapping[str, Any], name: str) -> str:
    value = _line(fields, name)
    if not value.startswith("https://"):
        raise Permanent(f"{name} is an https address")
    return value


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise Permanent(f"{name} is true or false")
    return value


def _amount(fields: Mapping[str, Any], name: str) -> int:
    value = fields[name]
    if type(value) is not int or value < 1:
        raise Permanent(f"{name} is a whole number of at least 1")
    return value
