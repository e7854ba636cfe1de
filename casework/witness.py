"""Hears the model about messages that the rules have read: within a budget, a bound of time and the ledger.

No transaction is open while it is asked, and whatever befalls it the rules have decided already.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog

from classifier.minimising import Minimised
from classifier.model_settings import ModelSettings, Use
from classifier.question import (
    INSTRUCTIONS,
    MOST_TOKENS,
    Question,
    read_again,
    text_of,
    written_down,
)
from privacy.errors import PrivacyError
from privacy.model_calls import WORTH_ANOTHER, Breaker, CallOutcome, Heard, ModelCall, Prices, Spent
from privacy.ports import Clock
from privacy.rights import Classification
from privacy.witness import Statement, combine, differences, without_witness
from privacy.zero_retention import (
    Assurance,
    Attestation,
    Endpoint,
    RetentionProof,
    Standing,
    region_fits,
    standing,
)
from regimes.lanes import load_lanes
from storage.database import Database
from storage.ids import new_id
from storage.model_calls import (
    begin_calls,
    finish_calls,
    newest_attestation,
    said_before,
    spent_since,
)

MILLIONTHS = 1_000_000
FORM_OCTETS = 2_000  # of schema, tool and marks, for the reserve
FIRST_PAUSE = 0.5  # seconds before a second attempt; doubled for each further one
READ_AGAIN = timedelta(
    hours=6
)  # half a day before the proof ends, so that a short outage does not switch off
BUDGET = "budget-used-up"
BREAKER = "resting-after-failures"
NO_LEDGER = "ledger-out-of-reach"
NOT_ASSURED = "zero-retention-not-assured"
# What certainly cost nothing; a call that may have been answered keeps what was reserved for it.
_FREE = frozenset(
    {
        CallOutcome.RATE_LIMITED,
        CallOutcome.OVERLOADED,
        CallOutcome.SERVER_ERROR,
        CallOutcome.REJECTED,
        CallOutcome.NOT_ASKED,
    }
)

log = structlog.get_logger(__name__)


class Asks(Protocol):
    """What asks the model."""

    def ask(self, questions: Sequence[Question], *, seconds: float) -> list[Heard]:
        """Return how each call ended, in order, within so many seconds."""

    def stop(self) -> None:
        """Have what is asked end at once; may be called from any thread."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One message about which the model may be heard. `inbound_id` None: words from the command line."""

    rules: Classification
    parts: Mapping[str, Minimised] = field(repr=False)
    inbound_id: UUID | None = None
    case_id: UUID | None = None

    @property
    def text(self) -> str:
        """The words that are sent."""
        return text_of(self.parts)


Result = Statement | str  # a statement, or the reason why there is none


class Witness:
    """The model as the desk hears it; remembers how the other side is, and what the account said of retention."""

    def __init__(
        self,
        settings: ModelSettings,
        client: Asks,
        *,
        region: str,
        clock: Clock,
        read_proof: Callable[[datetime], RetentionProof] | None = None,
    ) -> None:
        """`read_proof` asks the account about retention; needed with `bedrock-verified` alone."""
        endpoint = settings.endpoint
        if endpoint is None:
            raise ValueError("without assurance there is no witness")
        self.settings = settings
        self._endpoint: Endpoint = endpoint
        self._fits = region_fits(endpoint.region, region, settings.serves_regions)
        self._client = client
        self._clock = clock
        self._read_proof = read_proof
        self._proof: RetentionProof | None = None
        self._breaker = Breaker(
            limit=settings.failures, pause=timedelta(minutes=settings.pause_minutes)
        )
        self._prices = Prices(
            tokens_in=round(settings.price_in * MILLIONTHS),
            tokens_out=round(settings.price_out * MILLIONTHS),
        )
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Have what is asked end at once; may be called from any thread."""
        self._stopped.set()
        self._client.stop()

    def read_proof(self) -> None:
        """Ask the account about retention when the last answer is some hours old; a failure leaves the last answer."""
        now = self._clock()
        fresh = self._proof is not None and now - self._proof.read_at < READ_AGAIN
        if self._read_proof is None or fresh:
            return
        try:
            self._proof = self._read_proof(now)
        except PrivacyError as error:
            log.warning("retention_not_read", error=str(error))

    def standing(self, database: Database) -> Standing:
        """Return whether the model may be asked now, and why."""
        now = self._clock()
        evidence: Attestation | RetentionProof | None = self._proof
        if self._endpoint.assurance is Assurance.ATTESTED:
            with database.reading() as reading:
                evidence = newest_attestation(reading, self._endpoint.host)
        return standing(self._endpoint, evidence, now, fits=self._fits)

    def hear(self, database: Database, matters: Sequence[Matter]) -> list[Classification]:
        """Return the classifications, in order: combined, or the rules' own with the reason.

        In shadow nothing is changed, whatever the model says; the ledger has it.
        """
        results = self._results(database, matters)
        if self.settings.use is Use.SHADOW:
            return [matter.rules for matter in matters]
        return [_combined(matter, results[place]) for place, matter in enumerate(matters)]

    def _results(self, database: Database, matters: Sequence[Matter]) -> dict[int, Result]:
        try:
            assured = self.standing(database).usable
        except PrivacyError:
            return dict.fromkeys(range(len(matters)), NO_LEDGER)
        if not assured:
            return dict.fromkeys(range(len(matters)), NOT_ASSURED)
        return _Hearing(self, database, matters).run()

    # What one hearing needs of the witness.

    def keys(self, database: Database, matters: Mapping[int, Matter]) -> dict[int, bytes]:
        """Return the keyed hash of the words of each matter; another model's answer is another matter."""
        return {
            place: database.lookup_key("model", f"{self._endpoint.model}|{matter.text}")
            for place, matter in matters.items()
        }

    def new_call(self, matter: Matter, key: bytes) -> ModelCall:
        """Return the row of a call that is about to be made, with its cost at most."""
        octets = len(matter.text.encode("utf-8", "replace")) + len(INSTRUCTIONS) + FORM_OCTETS
        most = Spent(tokens_in=octets, tokens_out=MOST_TOKENS)
        return ModelCall(
            call_id=new_id(),
            inbound_id=matter.inbound_id,
            started_at=self._clock(),
            endpoint=self._endpoint,
            shadow=self.settings.use is Use.SHADOW,
            text_key=key,
            cost=self._prices.cost(most),
        )

    def ended(self, call: ModelCall, matter: Matter, heard: Heard) -> ModelCall:
        """Return the row of a call that has ended."""
        statement, counted = heard.statement, heard.spent != Spent()
        cost = self._prices.cost(heard.spent) if counted else call.cost
        return replace(
            call,
            finished_at=self._clock(),
            spent=heard.spent,
            cost=0 if heard.outcome in _FREE else cost,
            outcome=heard.outcome,
            said=written_down(statement, matter.parts) if statement else (),
            changes=differences(matter.rules, statement, at_once=load_lanes().at_once)
            if statement
            else (),
        )

    def budget_left(self, spent: int) -> int:
        """Return what of the day's budget is left, in millionths."""
        return round(self.settings.daily_budget * MILLIONTHS) - spent

    def ask(self, questions: Sequence[Question], seconds: float) -> list[Heard]:
        """Ask, and remember how the other side is."""
        heard = self._client.ask(questions, seconds=seconds)
        self._breaker = self._breaker.after((one.outcome for one in heard), self._clock())
        return heard

    def is_resting(self) -> bool:
        """Whether the other side is left alone for a while."""
        return self._stopped.is_set() or self._breaker.is_open(self._clock())

    def now(self) -> datetime:
        """Return the present instant."""
        return self._clock()

    def pause(self, seconds: float) -> None:
        """Wait, or until the desk stops."""
        self._stopped.wait(seconds)


class _Hearing:
    """One hearing about several matters at once: rounds of calls until all are answered, or the time is over."""

    def __init__(self, witness: Witness, database: Database, matters: Sequence[Matter]) -> None:
        self._witness = witness
        self._database = database
        self._pending = dict(enumerate(matters))
        self._keys = witness.keys(database, self._pending)
        self._results: dict[int, Result] = {}
        self._ends_at = witness.now() + timedelta(seconds=witness.settings.wait_seconds)

    def run(self) -> dict[int, Result]:
        """Return for each matter what was said, or why nothing was."""
        try:
            self._look_up()
            for attempt in range(self._witness.settings.attempts):
                if not self._round(attempt):
                    break
        except PrivacyError as error:
            log.warning("model_ledger_out_of_reach", error=str(error))
            self._give_up(NO_LEDGER)
        self._give_up(CallOutcome.NOT_ASKED)
        return self._results

    def _give_up(self, reason: str) -> None:
        """What has no result yet keeps the reason of its last attempt, else gets this one."""
        for place in self._pending:
            self._results.setdefault(place, reason)

    def _look_up(self) -> None:
        """Take what was said about the same words in the same message or case."""
        wanted = [
            (self._keys[place], matter.inbound_id, matter.case_id)
            for place, matter in self._pending.items()
            if matter.inbound_id is not None
        ]
        if not wanted:
            return
        with self._database.reading() as reading:
            said = said_before(reading, wanted)
        known = {
            place: said[m.inbound_id] for place, m in self._pending.items() if m.inbound_id in said
        }
        again = {
            place: read_again(words, self._pending[place].parts) for place, words in known.items()
        }
        self._answer({place: words for place, words in again.items() if words is not None})

    def _answer(self, found: Mapping[int, Statement]) -> None:
        rows = []
        for place, statement in found.items():
            matter = self._pending.pop(place)
            self._results[place] = statement
            call = replace(self._witness.new_call(matter, self._keys[place]), cost=0)
            heard = Heard(outcome=CallOutcome.CACHED, statement=statement)
            rows.append(self._witness.ended(call, matter, heard))
        if rows:
            with self._database.transaction() as transaction:
                begin_calls(transaction, rows)

    def _round(self, attempt: int) -> bool:
        """Make one call for each matter that waits; False when no further round can help."""
        seconds = (self._ends_at - self._witness.now()).total_seconds()
        if not self._pending or seconds <= 0:
            return False
        if self._witness.is_resting():
            self._give_up(BREAKER)
            return False
        calls = self._begin()
        matters = {place: self._pending[place] for place in calls}
        questions = [Question(text=matter.text, parts=matter.parts) for matter in matters.values()]
        heard = dict(
            zip(calls, self._witness.ask(questions, seconds) if questions else (), strict=True)
        )
        self._finish(calls, heard)
        pause = self._settle(heard)
        if self._pending and attempt + 1 < self._witness.settings.attempts:
            self._wait(max(pause, FIRST_PAUSE * 2**attempt))
        return bool(self._pending)

    def _begin(self) -> dict[int, ModelCall]:
        """Write the rows of this round, as far as the budget goes: no call without a row."""
        calls = {
            place: self._witness.new_call(matter, self._keys[place])
            for place, matter in self._pending.items()
        }
        midnight = self._witness.now().replace(hour=0, minute=0, second=0, microsecond=0)
        with self._database.transaction() as transaction:
            left = self._witness.budget_left(spent_since(transaction, midnight))
            for place, call in list(calls.items()):
                if call.cost <= left:
                    left -= call.cost
                    continue
                del calls[place]
                self._pending.pop(place)
                self._results[place] = BUDGET
            begin_calls(transaction, list(calls.values()))
        return calls

    def _finish(self, calls: Mapping[int, ModelCall], heard: Mapping[int, Heard]) -> None:
        """Complete the rows; what cannot be written now stays as begun, and its answer counts all the same."""
        ended = [
            self._witness.ended(call, self._pending[place], heard[place])
            for place, call in calls.items()
        ]
        try:
            with self._database.transaction() as transaction:
                finish_calls(transaction, ended)
        except PrivacyError as error:
            log.warning("model_calls_not_completed", calls=len(ended), error=str(error))

    def _settle(self, heard: Mapping[int, Heard]) -> float:
        """Take the results; what another attempt may mend waits. Returns the longest pause that was asked for."""
        pause = 0.0
        for place, one in heard.items():
            self._results[place] = one.statement or str(one.outcome)
            if one.outcome not in WORTH_ANOTHER:
                self._pending.pop(place)
            elif one.retry_after is not None:
                pause = max(pause, one.retry_after.total_seconds())
        return pause

    def _wait(self, seconds: float) -> None:
        left = (self._ends_at - self._witness.now()).total_seconds()
        self._witness.pause(max(0.0, min(seconds, left)))


def _combined(matter: Matter, result: Result) -> Classification:
    if isinstance(result, Statement):
        return combine(matter.rules, result, at_once=load_lanes().at_once)
    return without_witness(matter.rules, result)
