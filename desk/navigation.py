"""The one table of pages that the head of every page leads to: a visitor sees what they may open."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from desk.visitor import Visitor
from privacy.desk_roles import Action


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One link in the head of the pages; `daily` ones stand there, the others are folded away."""

    address: str
    label: str
    action: Action
    daily: bool = False


def _entry(address: str, label: str, action: Action) -> Entry:
    return Entry(address=address, label=label, action=action)


def _daily(address: str, label: str, action: Action) -> Entry:
    return Entry(address=address, label=label, action=action, daily=True)


# A row whose page the application does not have is not shown, so that rows may stand here before their pages do.
NAVIGATION = (
    _daily("/", "Queue", Action.SEE),
    _daily("/due", "What is due", Action.SEE),
    _daily("/tasks", "Tasks", Action.SEE),
    _daily("/drafts", "Drafts", Action.SEE),
    _daily("/held", "Set aside", Action.SEE),
    _daily("/quarantine", "Quarantine", Action.SEE),
    _daily("/notices", "Notices", Action.NOTICES),
    _entry("/letters", "Letters", Action.SEE),
    _entry("/suppression", "Suppression", Action.SUPPRESS),
    _entry("/directory", "Directory", Action.DIRECTORY),
    _entry("/model", "Model", Action.REPORTS),
    _entry("/reports", "Reports", Action.REPORTS),
    _entry("/audit", "Audit", Action.AUDIT),
    _entry("/settings", "Settings", Action.SETTINGS),
    _entry("/users", "Users", Action.USERS),
)


def entries_for(visitor: Visitor, addresses: Collection[str]) -> list[Entry]:
    """Return what the visitor may open, of the pages at these addresses."""
    return [one for one in NAVIGATION if one.address in addresses and visitor.may(one.action)]
