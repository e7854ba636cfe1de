"""Reads the dates, limits and tasks of the way to customers, which a person can edit."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from privacy.errors import Permanent
from privacy.forwarding import ForwardTerms, InstructedTask, Instruction
from regimes.laws import one_of
from regimes.toml_files import read_toml

FORWARDING_FILE = Path(__file__).with_name("forwarding.toml")


@cache
def load_forwarding() -> ForwardTerms:
    """Return the terms of the file. Raises Permanent for what is not well formed."""
    return forward_terms(read_toml(FORWARDING_FILE))


def forward_terms(table: Mapping[str, Any]) -> ForwardTerms:
    """Return the terms that these values make. Raises Permanent, with the name of the file."""
    name = FORWARDING_FILE.name
    try:
        rows = [dict(row) for row in table["task"]]
        tasks = tuple(
            InstructedTask(
                **(row | {"instruction": one_of(Instruction, row["instruction"], "instruction")})
            )
            for row in rows
        )
        values = {key: value for key, value in table.items() if key != "task"}
        return ForwardTerms(
            **(values | {"remind_after": tuple(table["remind_after"]), "tasks": tasks})
        )
    except KeyError as error:
        raise Permanent(f"{name}: {error.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Permanent(f"{name}: {error}") from None
