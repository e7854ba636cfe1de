"""Finds the case, and the right in it, that a member of staff names; what is not there is said in one line."""

from __future__ import annotations

from privacy.cases import Case, CaseState, RequestItem
from privacy.errors import Permanent
from privacy.rights import Right, Scope
from storage.cases import find_case
from storage.database import Reading, Transaction


def case_named(reading: Reading, reference: str) -> Case:
    """Return the case with this reference, locked in a transaction. Raises Permanent."""
    case = find_case(reading, reference)
    if case is None:
        raise Permanent("there is no such case")
    return case


def open_case_named(transaction: Transaction, reference: str) -> Case:
    """Return the open case with this reference, locked. Raises Permanent."""
    case = case_named(transaction, reference)
    if case.state is not CaseState.OPEN:
        raise Permanent("the case is closed")
    return case


def open_items(case: Case, right: Right | None) -> list[RequestItem]:
    """Return the open rights of the case, of one kind or all. Raises Permanent where there is none."""
    found = [item for item in case.items if item.is_open and right in (None, item.right)]
    if not found:
        raise Permanent(f"the case asks for no {right or 'right'}, or not any more")
    return found


def open_item(case: Case, right: Right, scope: Scope | None = None) -> RequestItem:
    """Return the open right of the case; without a scope the first of that right. Raises Permanent."""
    found = (item for item in open_items(case, right) if scope in (None, item.scope))
    item = next(found, None)
    if item is None:
        raise Permanent(f"the case asks for no {right}, or not any more")
    return item
