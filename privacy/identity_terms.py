"""How much proof a request needs: by the harm of a wrong answer, our role and the law, from a table that is data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from privacy.cases import RequestItem, Role
from privacy.deadlines import Asked
from privacy.identity import Level
from privacy.rights import Right, Scope

Steps = tuple[Level, ...]
ANY_LAW = ""
# Whoever is stopped from being advertised to by mistake lost nothing (GDPR Art. 21(3), 7(3)): no table changes that.
NEVER_PROVED: tuple[Asked, ...] = (
    (Right.OBJECTION, Scope.MARKETING),
    (Right.WITHDRAW_CONSENT, Scope.MARKETING),
)


@dataclass(frozen=True, kw_only=True)
class ProofTerms:
    """The table. `harm` counts from 0; `levels` has for each law, `ANY_LAW` first of all, and each role one level a step.

    `floor` is what the house wants in any case, `promises` the codes that are no law, as the promise of the house: they
    ask for the floor alone. Raises ValueError where more harm would need less proof, where a right is left out, or
    where a role that is not known yet would need less than one of those that it can turn out to be.
    """

    harm: Mapping[Asked, int]
    levels: Mapping[str, Mapping[Role, Steps]]
    floor: Mapping[Role, Steps] = field(default_factory=dict)
    promises: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if any((right, None) not in self.harm for right in Right):
            raise ValueError("every right has its harm")
        if any(self.harm.get(asked) != 0 for asked in NEVER_PROVED):
            raise ValueError("an end of marketing needs no proof: its harm is 0")
        if ANY_LAW not in self.levels:
            raise ValueError("there are no levels for a law that has none of its own")
        for law, roles in self.levels.items():
            _check(law or "all laws", roles, max(self.harm.values()))
        if self.floor:
            _check("the floor", self.floor, max(self.harm.values()))
        if self.promises & self.levels.keys():
            raise ValueError("a promise is no law: what it asks is the floor")

    def harm_of(self, right: Right, scope: Scope | None) -> int:
        """Return the step of harm; a scope without one of its own has that of its right."""
        return self.harm.get((right, scope), self.harm[right, None])

    def level_under(self, law: str, role: Role, harm: int) -> Level:
        """Return the level that one law needs for this harm."""
        return self.levels.get(law, self.levels[ANY_LAW])[role][harm]

    def floor_of(self, role: Role, harm: int) -> Level:
        """Return the level that is asked for under every law."""
        return self.floor[role][harm] if self.floor else Level.NONE


def _check(law: str, roles: Mapping[Role, Steps], most_harm: int) -> None:
    if set(roles) != set(Role):
        raise ValueError(f"{law}: every role has its levels")
    for role, steps in roles.items():
        if len(steps) != most_harm + 1:
            raise ValueError(f"{law}, {role}: one level for each harm from 0 to {most_harm}")
        if steps[0] is not Level.NONE or any(one > other for one, other in pairwise(steps)):
            raise ValueError(f"{law}, {role}: levels begin with L0 and never fall with more harm")
    known = zip(roles[Role.CONTROLLER], roles[Role.PROCESSOR], strict=True)
    if any(max(pair) > open_ for pair, open_ in zip(known, roles[Role.UNKNOWN], strict=True)):
        raise ValueError(f"{law}: an unknown role needs as much as any role")


def required_level(
    right: Right, scope: Scope | None, *, role: Role, laws: Iterable[str], terms: ProofTerms
) -> Level:
    """Return the level that this right needs: the highest that any of these laws asks, never less than the floor."""
    harm = terms.harm_of(right, scope)
    levels = (terms.level_under(law, role, harm) for law in laws if law not in terms.promises)
    asked = max(levels, default=terms.level_under(ANY_LAW, role, harm))
    return max(asked, terms.floor_of(role, harm))


def needed_for(
    items: Iterable[RequestItem], *, role: Role, laws: Sequence[str], terms: ProofTerms
) -> Level:
    """Return the highest level that an open right of a case needs, L0 where none needs any."""
    levels = (
        required_level(item.right, item.scope, role=role, laws=laws, terms=terms)
        for item in items
        if item.is_open
    )
    return max(levels, default=Level.NONE)


def unproved(
    items: Iterable[RequestItem],
    reached: Level,
    *,
    role: Role,
    laws: Sequence[str],
    terms: ProofTerms,
) -> tuple[RequestItem, ...]:
    """Return the open rights that need more than what was reached: on these nothing is decided or disclosed."""
    return tuple(
        item
        for item in items
        if item.is_open
        and required_level(item.right, item.scope, role=role, laws=laws, terms=terms) > reached
    )
