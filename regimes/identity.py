"""Reads how much proof each request needs, which a person can edit, into a value of the core."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.cases import Role
from privacy.deadlines import Asked
from privacy.errors import Permanent
from privacy.identity import Level, level_named
from privacy.identity_terms import ANY_LAW, ProofTerms, Steps
from regimes.laws import HOUSE, asked_of, one_of, record_of
from regimes.toml_files import read_toml, standing_in

TERMS_FILE = Path(__file__).with_name("identity.toml")


@cache
def load_proof_terms() -> ProofTerms:
    """Return the table of proof. Raises Permanent for what is not well formed, with its file and line."""
    return proof_terms(read_toml(TERMS_FILE))


def proof_terms(table: Mapping[str, Any]) -> ProofTerms:
    """Return the table that these values make. Raises Permanent."""
    for name in table.keys() - {"harm", "levels", "laws", "floor"}:
        with standing_in(TERMS_FILE, name):
            raise Permanent(f"a table of proof has no {name!r}")
    levels = {ANY_LAW: _roles(table.get("levels", {}), "levels")}
    for law, roles in table.get("laws", {}).items():
        with standing_in(TERMS_FILE, "laws", law):
            record_of(law)
        levels[law] = _roles(roles, "laws", law)
    floor = _roles(table.get("floor", {}), "floor")
    harm = dict(_harm(name, step) for name, step in table.get("harm", {}).items())
    try:
        return ProofTerms(harm=harm, levels=levels, floor=floor, promises=frozenset({HOUSE}))
    except ValueError as error:
        raise Permanent(f"{TERMS_FILE.name}: {error}") from None


def _harm(name: str, step: object) -> tuple[Asked, int]:
    with standing_in(TERMS_FILE, "harm"):
        if type(step) is not int or step < 0:
            raise Permanent(f"the harm of {name!r} is a whole number from 0 on")
        return asked_of(name), step


def _roles(table: Mapping[str, Any], *names: str) -> Mapping[Role, Steps]:
    with standing_in(TERMS_FILE, *names):
        return {one_of(Role, role, "role"): _steps(steps) for role, steps in table.items()}


def _steps(steps: object) -> tuple[Level, ...]:
    if not isinstance(steps, list):
        raise Permanent("the levels of a role are a list")
    try:
        return tuple(level_named(str(step)) for step in steps)
    except ValueError as error:
        raise Permanent(str(error)) from None
