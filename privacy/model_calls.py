"""The ledger of a model's calls as values: what was asked where, what it cost, how it ended; never what was said."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from privacy.instants import require_utc
from privacy.witness import Statement
from privacy.zero_retention import Endpoint

MICRO = 1_000_000  # money is counted in millionths; prices are for a million tokens


class CallOutcome(StrEnum):
    """How a call ended. The values are stored and shown as reasons, so they never change their meaning."""

    STARTED = "started"  # written before dialling: it may have been answered, nobody knows
    HEARD = "heard"
    CACHED = "cached"  # the same words in the same case: no second call
    TIMEOUT = "timeout"
    RATE_LIMITED = "rate-limited"
    OVERLOADED = "overloaded"
    SERVER_ERROR = "server-error"
    UNREACHABLE = "unreachable"
    INVALID = "invalid-answer"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    REJECTED = "rejected"  # key, model, money or request: a person must change something
    NOT_ASKED = "no-time-left"  # the time of its batch was over before its turn came
    STOPPED = "stopped"


# What a second attempt may mend.
WORTH_ANOTHER = frozenset(
    {
        CallOutcome.TIMEOUT,
        CallOutcome.RATE_LIMITED,
        CallOutcome.OVERLOADED,
        CallOutcome.SERVER_ERROR,
        CallOutcome.UNREACHABLE,
        CallOutcome.INVALID,
    }
)
# What says that the other side is in trouble, and not this one text.
_SIDE_IN_TROUBLE = WORTH_ANOTHER - {CallOutcome.INVALID}


@dataclass(frozen=True, kw_only=True)
class Spent:
    """Tokens as the other side counted them."""

    tokens_in: int = 0
    tokens_out: int = 0


@dataclass(frozen=True, kw_only=True)
class Prices:
    """Price of a million tokens, in millionths of the currency of the bill."""

    tokens_in: int
    tokens_out: int

    def cost(self, spent: Spent) -> int:
        """Return what the tokens cost in millionths, rounded up."""
        return -(-(spent.tokens_in * self.tokens_in + spent.tokens_out * self.tokens_out) // MICRO)


@dataclass(frozen=True, kw_only=True)
class Heard:
    """How one call ended, and what was said when it went well."""

    outcome: CallOutcome
    statement: Statement | None = None
    spent: Spent = Spent()
    retry_after: timedelta | None = None


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """One row of the ledger. `inbound_id` None: words that belong to no message, from the command line.

    `cost` is reserved at the start and set right at the end, in millionths; `text_key` is a keyed hash.
    `said` are labels with positions and `changes` label names alone: neither holds a word of the text.
    """

    call_id: UUID
    inbound_id: UUID | None
    started_at: datetime
    endpoint: Endpoint
    shadow: bool
    text_key: bytes
    cost: int
    outcome: CallOutcome = CallOutcome.STARTED
    finished_at: datetime | None = None
    spent: Spent = Spent()
    said: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        require_utc(started_at=self.started_at)


@dataclass(frozen=True, kw_only=True)
class Breaker:
    """Stops asking a side that is in trouble: after so many calls in a row that failed, for a while."""

    limit: int
    pause: timedelta
    failures: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether nobody should be asked now."""
        return self.open_until is not None and now < self.open_until

    def after(self, outcomes: Iterable[CallOutcome], now: datetime) -> Breaker:
        """Return the breaker after these calls: a refused key opens it at once, an answer closes it."""
        failures, until = self.failures, self.open_until
        for outcome in outcomes:
            if outcome is CallOutcome.REJECTED or (
                outcome in _SIDE_IN_TROUBLE and failures + 1 >= self.limit
            ):
                failures, until = 0, now + self.pause
            elif outcome in _SIDE_IN_TROUBLE:
                failures += 1
            elif outcome is CallOutcome.HEARD:
                failures, until = 0, None
        return Breaker(limit=self.limit, pause=self.pause, failures=failures, open_until=until)
