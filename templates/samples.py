"""Builds the sample of a letter from its declaration, so that it can be read before anybody gets it."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import EnumMeta
from typing import Any

from privacy.cases import Role
from privacy.errors import Permanent
from templates.declarations import Declaration
from templates.fields.kinds import Frame, LetterFields, Url
from templates.values import hints_of, inner_type

SAMPLE_FRAME = Frame(
    reference="PR-2027-000000-00",
    role=Role.UNKNOWN,
    legal_name="Autocloz Technologies Private Limited (sample)",
    postal_address="12 Example Road, Mumbai 400001, India",
    dpo_name_or_function="Data Protection Officer",
    dpo_contact="dpo@autocloz.example",
    policy_url=Url("https://autocloz.example/privacy"),
)


def sample_of(letter: Declaration) -> LetterFields:
    """Return the letter's fields filled in with its sample. Raises Permanent where the sample does not fit."""
    try:
        return typing.cast("LetterFields", build(letter.fields, letter.sample))
    except (TypeError, ValueError) as error:
        raise Permanent(f"sample of {letter.letter}: {error}") from None


def build(kind: type, table: Mapping[str, Any]) -> object:
    """Return the frozen value that a table describes. Raises TypeError or ValueError."""
    hints = hints_of(kind)
    unknown = table.keys() - hints.keys()
    if unknown:
        raise TypeError(f"{kind.__name__} has no field {min(unknown)}")
    return kind(**{name: _value(name, hints[name], given) for name, given in table.items()})


def _value(name: str, hint: Any, given: Any) -> object:  # noqa: ANN401 - hints and TOML are of any type
    if typing.get_origin(hint) is tuple:
        if not isinstance(given, list):
            raise TypeError(f"{name} is not a list")
        return tuple(_value(name, inner_type(hint), one) for one in given)
    wanted = inner_type(hint)
    if is_dataclass(wanted):
        return build(typing.cast("type", wanted), given)
    if isinstance(wanted, EnumMeta):
        return wanted(given)
    plain = getattr(wanted, "__supertype__", wanted)
    if type(given) is not plain:
        raise TypeError(f"{name} is not a {plain.__name__}")
    return typing.cast("date | datetime | str | bool", given)
