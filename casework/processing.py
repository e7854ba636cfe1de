"""Works what was received: claim, read, decide, write down.

A batch is worked in parts, one transaction for each, while the readers go on with the next part. A part that fails is
worked message by message, so that one mail can never hold up another.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

import structlog

from casework.acknowledging import AnswerKeys
from casework.batch_view import BatchView, MessageAtWork
from casework.hearing import hear_answers
from casework.identifiers import draw_free_identifiers
from casework.profile import DeskProfile
from casework.quarantine import quarantine, set_aside
from casework.quick_answers import time_answers
from casework.reading import complete
from casework.returns import look_up_letters
from casework.role_finding import find_roles
from casework.task_kinds import CHECK_MANDATE, PROVE_IDENTITY
from casework.witness import Witness
from casework.witnessing import hear_model
from casework.working import work_message
from casework.writes import Writes, write_down
from classifier.account import named_accounts
from intake.verification import Arrival, SenderCheck, SenderVerifier
from privacy.errors import Retryable
from privacy.first_reading import FirstReading, MailToRead
from privacy.ports import AddressOnFile, MailReader, NobodyOnFile, NotRead
from privacy.threads import read_carriers
from storage.cases import get_cases, known_cases
from storage.database import Database, Transaction
from storage.failures import Conflict, LeaseLost
from storage.identity import standings_of
from storage.merges import followed
from storage.messages import ClaimedMessage, claim_messages, find_same_mail, postpone_messages
from storage.other_references import cases_of_references
from storage.outbox import answer_counts, lock_answers
from storage.tasks import cases_with_tasks

BATCH = 100
TOGETHER = 50  # messages of one transaction
LEASE = timedelta(minutes=5)
ATTEMPTS = (
    3  # a message that takes its worker down twice is not read a fourth time (reliability.md F90)
)
RETRY_AFTER = timedelta(minutes=1)
GIVE_UP_AFTER = 3  # messages in a row that found the database busy: it is not the messages

Outcome = tuple[ClaimedMessage, FirstReading | NotRead]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Services:
    """What working a message needs."""

    database: Database
    reader: MailReader
    desk: DeskProfile
    verifier: SenderVerifier | None = None
    witness: Witness | None = None
    on_file: AddressOnFile = field(default_factory=NobodyOnFile)

    def own_check(self, message: ClaimedMessage) -> SenderCheck | None:
        """Return our own check of a message's sender, None where its mailbox leaves that to the boundary.

        History is never answered: nobody is asked about the senders of ten years.
        """
        is_history = message.history and not message.released
        mailbox = self.desk.mailbox_profile(message.mailboxes[0])
        if self.verifier is None or is_history or not mailbox.verify:
            return None
        arrival = Arrival(
            received_at=message.received_at,
            client=message.client,
            envelope_from=message.envelope_from,
        )
        return self.verifier.check_of(message.raw, arrival)


def process_batch(services: Services, now: datetime, *, limit: int = BATCH) -> int:
    """Work the oldest waiting messages; returns how many were claimed, 0 when nothing waits."""
    with services.database.transaction() as transaction:
        claimed = claim_messages(transaction, now=now, limit=limit, lease=LEASE)
    _look_ahead(services, claimed, now)
    first = services.desk.first_countable
    countable = [_countable(one, first) for one in claimed]
    with closing(_read_in_parts(services, countable, now)) as parts:
        for part in parts:
            timed = time_answers(services.database, services.desk, part)
            readable = _hear_answers(services, _hear_model(services, timed))
            if readable and not _worked_together(services, readable, now):
                _work_one_by_one(services, readable, now)
    return len(claimed)


def _countable(claimed: ClaimedMessage, first: datetime) -> ClaimedMessage:
    """Return the message as received on a day for which there are calendars."""
    return claimed if claimed.received_at >= first else replace(claimed, received_at=first)


def _look_ahead(services: Services, claimed: Sequence[ClaimedMessage], now: datetime) -> None:
    """Ask the DNS at the same time for all that the batch needs; without a verifier nothing is asked."""
    to_check = [message.raw for message in claimed if services.own_check(message) is not None]
    if to_check and services.verifier is not None:
        services.verifier.look_ahead(to_check, now)


def _read_in_parts(
    services: Services, claimed: Sequence[ClaimedMessage], now: datetime
) -> Generator[list[MessageAtWork]]:
    """Yield what was read, some messages at a time; what cannot be read, or took the desk down before, goes to a person.

    While a part is worked the readers go on with the messages that they have in hand.
    """
    for message in claimed:
        if message.attempts > ATTEMPTS:
            _give_to_person(services, message, "worker-died-repeatedly", now)
    wanted = [message for message in claimed if message.attempts <= ATTEMPTS]
    yielded = 0
    try:
        with closing(
            services.reader.read(_to_read(one, services.desk) for one in wanted)
        ) as outcomes:
            for part in _in_parts(zip(wanted, outcomes, strict=True)):
                readings = [_read(services, message, outcome, now) for message, outcome in part]
                yielded += len(part)
                yield [reading for reading in readings if reading is not None]
    except Retryable as error:  # no reader can be started: that is no death of a message's worker
        rest = wanted[yielded:]
        log.error("reader_missing", messages=len(rest), error=str(error))  # noqa: TRY400
        _postpone(services, rest, now + RETRY_AFTER, reason="no-reader")


def _in_parts(outcomes: Iterator[Outcome]) -> Iterator[list[Outcome]]:
    while part := list(islice(outcomes, TOGETHER)):
        yield part


def _hear_model(services: Services, readable: list[MessageAtWork]) -> list[MessageAtWork]:
    """Let the model be heard, where there is one; no transaction is open, and the rules have decided already."""
    if services.witness is None or not readable:
        return readable
    try:
        return hear_model(services.witness, services.database, readable)
    except Exception as error:  # noqa: BLE001 - whatever befalls the model, no mail may suffer from it
        log.error("model_not_heard", messages=len(readable), error=type(error).__name__)  # noqa: TRY400
        return readable


def _hear_answers(services: Services, readable: list[MessageAtWork]) -> list[MessageAtWork]:
    """Find the answers to our own questions; without any, or while nobody is asked, nothing is looked up."""
    if services.desk.challenges is None or not readable:
        return readable
    return hear_answers(services.database, services.on_file, readable)


def _read(
    services: Services, claimed: ClaimedMessage, outcome: FirstReading | NotRead, now: datetime
) -> MessageAtWork | None:
    """Return what was made of the message; None when it was set aside or put off."""
    if outcome is NotRead.STOPPED:
        _postpone(services, [claimed], now, reason=outcome)
        return None
    if isinstance(outcome, NotRead):
        reason = outcome.value
    elif outcome.failed is not None:
        reason = f"failed-{outcome.failed}"
    else:
        mailbox = services.desk.mailbox_profile(claimed.mailboxes[0])
        try:
            reading = complete(outcome, mailbox, services.own_check(claimed))
        except Exception as error:  # noqa: BLE001 - one message must not hold up its batch
            reason = _reason(error)
        else:
            if not reading.parser_failed:
                return MessageAtWork(claimed=claimed, reading=reading)
            reason = f"not-parsed-{reading.message.unreadable_reason}"
    _give_to_person(services, claimed, reason, now)
    return None


def _give_to_person(
    services: Services, claimed: ClaimedMessage, reason: str, now: datetime
) -> None:
    """Set the message aside; when not even that works its lease brings it back, and the others go on."""
    log.error("message_quarantined", inbound=str(claimed.inbound_id), reason=reason)
    try:
        quarantine(services.database, services.desk, set_aside(claimed), reason=reason, now=now)
    except LeaseLost:
        log.warning("lease_lost", inbound=str(claimed.inbound_id))
    except Exception as error:  # noqa: BLE001 - the oldest message comes first: it would stop the queue for ever
        log.error("quarantine_failed", inbound=str(claimed.inbound_id), error=type(error).__name__)  # noqa: TRY400


def _worked_together(services: Services, at_work: Sequence[MessageAtWork], now: datetime) -> bool:
    """Work the batch in one transaction; False when it must be worked one by one."""
    if len(at_work) == 1:
        return False
    try:
        _work(services, at_work, now)
    except Exception as error:  # noqa: BLE001 - the message that broke the batch is found one by one
        log.warning("batch_failed", messages=len(at_work), error=type(error).__name__)
        return False
    return True


def _work_one_by_one(services: Services, at_work: Sequence[MessageAtWork], now: datetime) -> None:
    """Work each message alone; while the database is busy the rest waits, instead of asking it again and again.

    What was tried waits longer than what was not: however the first ones fail, the others get their turn.
    """
    busy: list[ClaimedMessage] = []
    waiting = list(at_work)
    while waiting and len(busy) < GIVE_UP_AFTER:
        message = waiting.pop(0)
        if _work_alone(services, message, now):
            busy.clear()
        else:
            busy.append(message.claimed)
            _postpone(services, [message.claimed], now + 2 * RETRY_AFTER)
    _postpone(services, [message.claimed for message in waiting], now + RETRY_AFTER)


def _work_alone(services: Services, at_work: MessageAtWork, now: datetime) -> bool:
    """Work one message; what cannot be worked goes to a person, never away. False: the database was busy."""
    claimed = at_work.claimed
    try:
        _work(services, [at_work], now)
    except LeaseLost:
        log.warning("lease_lost", inbound=str(claimed.inbound_id))
    except Conflict as error:
        if claimed.attempts >= ATTEMPTS:
            _give_to_person(services, claimed, _reason(error), now)
        else:
            _postpone(services, [claimed], now + RETRY_AFTER, reason="conflict", counts=True)
    except Retryable as error:
        log.warning("message_postponed", inbound=str(claimed.inbound_id), error=str(error))
        return False
    except Exception as error:  # noqa: BLE001 - the top of the loop: the message becomes a case for a person
        _give_to_person(services, claimed, _reason(error), now)
    return True


def _reason(error: Exception) -> str:
    """The class of the error only: its text may hold words of the mail."""
    return f"failed-{type(error).__name__}"


def _postpone(
    services: Services,
    claimed: Sequence[ClaimedMessage],
    until: datetime,
    *,
    reason: str = "database-busy",
    counts: bool = False,
) -> None:
    """Give messages back until later; `counts` keeps the attempt counted, because the message is the trouble."""
    if not claimed:
        return
    try:
        with services.database.transaction() as transaction:
            postpone_messages(transaction, claimed, until=until, reason=reason, counts=counts)
    except Retryable:
        return  # the lease ends by itself and the messages are claimed again


def _work(services: Services, at_work: Sequence[MessageAtWork], now: datetime) -> None:
    with services.database.transaction() as transaction:
        view = _look_up(transaction, at_work, services, now)
        writes = Writes(now=now)
        for message in at_work:
            work_message(message, view, services.desk, writes)
        write_down(transaction, writes, services.database.lookup_key)
        find_roles(transaction, writes.all_cases, services.desk.directory, now)


def _to_read(claimed: ClaimedMessage, desk: DeskProfile) -> MailToRead:
    return desk.to_read(
        claimed.raw, envelope_from=claimed.envelope_from, suspected_spam=claimed.suspected_spam
    )


def _look_up(
    transaction: Transaction, at_work: Sequence[MessageAtWork], services: Services, now: datetime
) -> BatchView:
    """Fetch in a few set-based questions all that deciding these messages needs."""
    lock_answers(transaction)
    view = BatchView(
        lookup=services.database.lookup_key,
        now=now,
        shared_domains=services.desk.shared_domains,
    )
    received = {message.inbound_id: message.claimed.received_at for message in at_work}
    view.names = draw_free_identifiers(transaction, received)
    _look_up_cases(transaction, at_work, view, services.desk)
    _look_up_identity(transaction, at_work, view, services.desk)
    look_up_letters(transaction, at_work, view, services.desk)
    keys = {message.inbound_id: view.keys_of(message) for message in at_work}
    _look_up_same_mail(transaction, at_work, view, services.desk)
    counted: dict[object, AnswerKeys] = {
        inbound: key.answer for inbound, key in keys.items() if key.answer is not None
    }
    counted |= {
        ("account", inbound): view.account_keys(named[0]) for inbound, named in view.named.items()
    }
    view.tally.stored.update(answer_counts(transaction, counted, now=now))
    return view


def _look_up_same_mail(
    transaction: Transaction, at_work: Sequence[MessageAtWork], view: BatchView, desk: DeskProfile
) -> None:
    """Fetch the worked mails that are the same, and those behind them that are the request made again."""
    asked: set[bytes] = set()
    while wanted := {view.mail_key(message) for message in at_work} - asked:
        asked |= wanted
        for key, same in find_same_mail(transaction, sorted(wanted)).items():
            received_at = max(same.received_at, desk.first_countable)
            view.same_mail[key] = replace(same, received_at=received_at)


def _look_up_identity(
    transaction: Transaction, at_work: Sequence[MessageAtWork], view: BatchView, desk: DeskProfile
) -> None:
    """Fetch where the known cases stand, and find the addresses that mails name as those of accounts."""
    if desk.challenges is None:
        return
    view.standings = standings_of(transaction, view.cases)
    left_alone = [case_id for case_id in view.cases if case_id not in view.standings]
    seen_to = cases_with_tasks(transaction, left_alone, kinds=(PROVE_IDENTITY, CHECK_MANDATE))
    view.never_asked = set(left_alone) - seen_to
    for message in at_work:
        named = named_accounts(message.reading.message.new_text)
        if named:
            view.named[message.inbound_id] = named


def _look_up_cases(
    transaction: Transaction, at_work: Sequence[MessageAtWork], view: BatchView, desk: DeskProfile
) -> None:
    numbers: list[int] = []
    references: list[str] = []
    for message in at_work:
        report = message.reading.report
        carriers = read_carriers(
            message.reading.message,
            message.claimed.envelope_to,
            desk.token_keys,
            returned=report.message_ids if report else (),
        )
        view.carriers[message.inbound_id] = carriers
        numbers.extend(carriers.numbers)
        references.extend(carriers.references)
    if numbers or references:
        known = known_cases(transaction, numbers=numbers, references=references)
        view.known = followed(transaction, known)
    names = [name for message in at_work for name in view.keys_of(message).names]
    if names:
        view.cases_by_name.update(cases_of_references(transaction, names))
    wanted = [case.case_id for case in view.known]
    wanted += [message.claimed.case_id for message in at_work if message.claimed.case_id]
    offered = [message.offered for message in at_work if message.offered]
    asked = [one for code in offered for one in (code.challenge, code.notice)]
    wanted += [one.case_id for one in asked if one is not None]
    if wanted:
        view.cases.update({case.case_id: case for case in get_cases(transaction, wanted)})
