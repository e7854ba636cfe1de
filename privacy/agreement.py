"""How a model agrees with the rules, told from the ledger alone: agreement, drift, and what would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from privacy.model_calls import CallOutcome, ModelCall

WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Period:
    """The answers of one week; `agreed` counts those that would change nothing."""

    starts_at: datetime
    answered: int
    agreed: int

    @property
    def share(self) -> float | None:
        """Share of the answers that agree, None without an answer."""
        return self.agreed / self.answered if self.answered else None


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A report on a model's calls; `cost` in millionths, `drift` in points of the share between the last two weeks."""

    calls: int
    outcomes: Mapping[str, int]
    answered: int
    agreed: int
    changes: Mapping[str, int]
    weeks: tuple[Period, ...]
    tokens_in: int
    tokens_out: int
    cost: int

    @property
    def share(self) -> float | None:
        """Share of the answers that agree with the rules, None without an answer."""
        return self.agreed / self.answered if self.answered else None

    @property
    def drift(self) -> float | None:
        """How far the share moved from the week before to the last one; None where one of them has no answer."""
        shares = [week.share for week in self.weeks[-2:]]
        if len(shares) < 2 or shares[0] is None or shares[1] is None:  # noqa: PLR2004 - two weeks
            return None
        return shares[1] - shares[0]


def agreement_of(calls: Sequence[ModelCall], *, now: datetime, weeks: int) -> Agreement:
    """Return the report on these calls; an answer that was taken from the ledger again counts once."""
    answered = [call for call in calls if call.outcome is CallOutcome.HEARD]
    starts = [now - WEEK * number for number in range(weeks, 0, -1)]
    return Agreement(
        calls=len(calls),
        outcomes=_counted(str(call.outcome) for call in calls),
        answered=len(answered),
        agreed=_agreed(answered),
        changes=_counted(change for call in answered for change in call.changes),
        weeks=tuple(_period(answered, start) for start in starts),
        tokens_in=sum(call.spent.tokens_in for call in calls),
        tokens_out=sum(call.spent.tokens_out for call in calls),
        cost=sum(call.cost for call in calls),
    )


def _period(answered: Sequence[ModelCall], start: datetime) -> Period:
    inside = [call for call in answered if start <= call.started_at < start + WEEK]
    return Period(starts_at=start, answered=len(inside), agreed=_agreed(inside))


def _agreed(answered: Sequence[ModelCall]) -> int:
    return sum(not call.changes for call in answered)


def _counted(words: Iterable[str]) -> dict[str, int]:
    """Most frequent first; equal ones by name, so that two reports read alike."""
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))
