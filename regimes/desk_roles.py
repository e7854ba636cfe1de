"""Reads the table of what each role may do at the desk, which a person can edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.desk_roles import Action, Role, RoleTable
from privacy.errors import Permanent
from regimes.toml_files import read_toml

ROLES_FILE = Path(__file__).with_name("desk_roles.toml")


@cache
def load_role_table() -> RoleTable:
    """Return the table. Raises Permanent for what is not well formed."""
    return role_table(read_toml(ROLES_FILE))


def role_table(table: Mapping[str, Any]) -> RoleTable:
    """Return the table that these values make. Raises Permanent for a role that is missing, and for unknown names."""
    try:
        granted = {Role(name): frozenset(map(Action, actions)) for name, actions in table.items()}
    except (TypeError, ValueError) as error:
        raise Permanent(f"{ROLES_FILE.name}: {error}") from None
    missing = sorted(set(Role) - set(granted))
    if missing:
        raise Permanent(f"{ROLES_FILE.name}: nothing is said about {', '.join(missing)}")
    return RoleTable(granted=granted)
