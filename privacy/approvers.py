"""Who approves a letter: how many people besides its author, from a table that is data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from privacy.rights import Lane, Right
from privacy.work import GRANTS, Decision

MOST = 2


@dataclass(frozen=True, kw_only=True)
class ApproverTable:
    """How many approve, by kind of letter, by what it grants, and by lane; the most of all that apply counts.

    A letter that no row names needs one. `single` names the rows that a desk of one person switched off: then one
    approval is enough, and it may be the author's. `opinions`: kinds of letters about which a data protection officer
    says what they think first.
    """

    letters: Mapping[str, int]
    grants: Mapping[Right, int]
    lanes: Mapping[Lane, int]
    single: frozenset[str] = field(default=frozenset())
    opinions: frozenset[str] = field(default=frozenset())

    def __post_init__(self) -> None:
        for counts in (self.letters, self.grants, self.lanes):
            if any(not 1 <= count <= MOST for count in counts.values()):
                raise ValueError(f"a letter is approved by one person or by {MOST}")
        unknown = self.single - {*self.letters, *map(str, self.grants), *map(str, self.lanes)}
        if unknown:
            raise ValueError(f"the table of approvers has no row {', '.join(sorted(unknown))}")


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """How many people approve, and whether the author can be one of them (a desk of one person, and no other)."""

    needed: int
    author_counts: bool = False


def approvals_needed(
    table: ApproverTable,
    letter: str,
    lane: Lane,
    decisions: Sequence[tuple[Right, Decision]] = (),
) -> ApprovalRule:
    """Return the rule for a letter of this kind, in a case of this lane, with what it decides."""
    granted = [right for right, decision in decisions if decision in GRANTS]
    rows = [(letter, table.letters.get(letter)), (str(lane), table.lanes.get(lane))]
    rows += [(str(right), table.grants.get(right)) for right in granted]
    found = {name: count for name, count in rows if count is not None}
    counted = [count for name, count in found.items() if name not in table.single]
    return ApprovalRule(needed=max(counted, default=1), author_counts=bool(found) and not counted)
