"""What a desk that asks people who they are has settled beforehand: how much proof, after how long, with which page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from privacy.cases import Case, RequestItem, Role
from privacy.challenges import ClockEffect, FixedDate, clock_effect
from privacy.clocks import Effect
from privacy.deadlines import ELAPSED, Asked, Regime, completion_due
from privacy.identity import Level
from privacy.identity_terms import ProofTerms, needed_for, required_level, unproved
from privacy.rights import Right, Scope
from regimes.clock_rules import Question, load_clock_rules


@dataclass(frozen=True, kw_only=True)
class ChallengeTerms:
    """`delay` runs from receipt, the same for everybody. `page` is the https address of the page, `login` that of the product's; empty
    without one.

    `asks`: challenges go out by themselves; else staff ask, and decide.
    """

    proof: ProofTerms
    delay: timedelta
    laws: tuple[Regime, ...]
    page: str = ""
    login: str = ""
    asks: bool = True

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the operator's candidates."""
        return tuple(law.code for law in self.laws)

    def governing(self, laws: tuple[str, ...]) -> tuple[str, ...]:
        """Return the codes of the laws of a case; one that names none has the candidates."""
        return laws or self.codes

    def needed(self, case: Case) -> Level:
        """Return the level that the open rights of the case need."""
        laws = self.governing(case.laws)
        return needed_for(case.items, role=case.role, laws=laws, terms=self.proof)

    def suffices(self, reached: Level, asked: Asked, *, role: Role, laws: tuple[str, ...]) -> bool:
        """Return whether this level is the one that a right of somebody in this role needs now, under these laws."""
        needed = required_level(*asked, role=role, laws=self.governing(laws), terms=self.proof)
        return reached >= needed

    def unproved(self, case: Case, reached: Level) -> tuple[RequestItem, ...]:
        """Return the open rights on which nothing is decided or disclosed at this level."""
        laws = self.governing(case.laws)
        return unproved(case.items, reached, role=case.role, laws=laws, terms=self.proof)

    def fixed_dates(self, items: Iterable[RequestItem], laws: Sequence[Regime]) -> list[FixedDate]:
        """Return the dates of these rights under those laws of the case whose time does not wait for proof."""
        return [
            FixedDate(due_on=_due_on(item, law), zone=law.zone, calendar=law.calendar)
            for item in items
            for law in laws
            if _effect(item.right, item.scope, law.code) is Effect.RUNS
        ]

    def clock_effect(self, items: Sequence[RequestItem], laws: Sequence[Regime]) -> ClockEffect:
        """Return what asking does to the time for our answer, as the person is told."""
        return clock_effect(
            _effect(item.right, item.scope, law.code) for item in items for law in laws
        )


def _due_on(item: RequestItem, law: Regime) -> date:
    return completion_due(item.received_at, item.right, [law], scope=item.scope).on


@lru_cache(maxsize=1_024)
def _effect(right: Right, scope: Scope | None, law: str) -> Effect:
    question = Question(law=law, right=str(right), scope=scope)
    rules = load_clock_rules(question)
    return Effect.RUNS if rules.period.unit in ELAPSED else rules.waits.identity
