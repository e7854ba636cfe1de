"""Reads the tables of the work on rights, which a person can edit: approvers, systems, and what an erasure leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from privacy.approvers import ApproverTable
from privacy.errors import Permanent
from privacy.retention import EVERYWHERE, CountsFrom, KeptRule
from privacy.rights import Lane, Right, Scope
from privacy.work_plan import SystemTask
from regimes.laws import one_of
from regimes.toml_files import read_toml

APPROVERS_FILE = Path(__file__).with_name("approvers.toml")
PLAN_FILE = Path(__file__).with_name("work_plan.toml")
RETENTION_FILE = Path(__file__).with_name("retention.toml")


def load_approvers(single: frozenset[str] = frozenset()) -> ApproverTable:
    """Return the table of approvers with the rows that are switched off. Raises Permanent for what is not well formed."""
    return approver_table(read_toml(APPROVERS_FILE), single)


@cache
def load_plan() -> tuple[SystemTask, ...]:
    """Return the systems of each right. Raises Permanent, also for a right for which nobody has anything to do."""
    return plan_table(read_toml(PLAN_FILE))


@cache
def load_retention() -> tuple[KeptRule, ...]:
    """Return what stays after an erasure, what holds everywhere last. Raises Permanent."""
    return retention_table(read_toml(RETENTION_FILE))


def approver_table(table: Mapping[str, Any], single: frozenset[str]) -> ApproverTable:
    """Return the table that these values make. Raises Permanent."""
    with _in(APPROVERS_FILE):
        return ApproverTable(
            letters=dict(table["letters"]),
            grants={one_of(Right, name, "right"): n for name, n in table["grants"].items()},
            lanes={one_of(Lane, name, "lane"): n for name, n in table["lanes"].items()},
            single=single,
            opinions=frozenset(table["opinions"]["letters"]),
        )


def plan_table(table: Mapping[str, Any]) -> tuple[SystemTask, ...]:
    """Return the rows that these values make. Raises Permanent."""
    with _in(PLAN_FILE):
        rows = tuple(_system_task(row) for row in table["task"])
    missing = set(Right) - {row.right for row in rows if row.scope is None and not row.plans}
    if missing:
        names = ", ".join(sorted(missing))
        raise Permanent(f"{PLAN_FILE.name}: no system has anything to do for {names}")
    return rows


def retention_table(table: Mapping[str, Any]) -> tuple[KeptRule, ...]:
    """Return the rows that these values make. Raises Permanent."""
    with _in(RETENTION_FILE):
        countries = sorted(table, key=lambda name: (name == "everywhere", name))
        return tuple(
            _kept_rule(country, code, row)
            for country in countries
            for code, row in table[country].items()
        )


def _system_task(row: Mapping[str, Any]) -> SystemTask:
    scope = row.get("scope")
    return SystemTask(
        right=one_of(Right, row["right"], "right"),
        system=row["system"],
        owner=row["owner"],
        scope=None if scope is None else one_of(Scope, scope, "scope"),
        plans=frozenset(row.get("plans", ())),
    )


def _kept_rule(country: str, code: str, row: Mapping[str, Any]) -> KeptRule:
    from_ = row.get("counts_from", CountsFrom.YEAR_END)
    named = {"counts_from": one_of(CountsFrom, from_, "start of a period")}
    place = EVERYWHERE if country == "everywhere" else country
    return KeptRule(code=code, country=place, **(dict(row) | named))


@contextmanager
def _in(file: Path) -> Iterator[None]:
    """A missing or unknown field, or a wrong value, is the editor's to mend: the line names the file."""
    try:
        yield
    except KeyError as error:
        raise Permanent(f"{file.name}: {error.args[0]} is missing") from None
    except (TypeError, ValueError, AttributeError) as error:
        raise Permanent(f"{file.name}: {error}") from None
