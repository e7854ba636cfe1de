"""Takes in a request that came by post, by phone or in a chat: a case with clocks from its true arrival, once for each key."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from uuid import UUID

from casework.answering import ENTERED
from casework.batch_view import BatchView, MessageAtWork
from casework.drafts import Actor
from casework.identifiers import draw_free_identifiers
from casework.processing import Services
from casework.proving import NOBODY_ASKED, nobody_was_asked, prove_task
from casework.reading import Reading
from casework.working import work_message
from casework.writes import Writes, write_down
from privacy.audit import AuditKind
from privacy.by_hand import Channel, as_told, is_utf8
from privacy.cases import Case
from privacy.deadlines import Asked
from privacy.errors import Permanent
from privacy.first_reading import FirstReading
from privacy.messages import ArrivalBasis, Authenticity, ParsedMessage, RawMessage, Route, Sender
from privacy.rights import Lane, right_name
from privacy.screening import Kind, Screening
from storage.added_requests import AddedRequest, add_request, find_added, take_at_once
from storage.cases import get_case
from storage.database import Transaction
from storage.ids import new_id
from storage.messages import ClaimedMessage, keep_raw
from storage.tasks import add_tasks

LONGEST_TEXT = 200_000  # characters: a hundred typed pages
LONGEST_LINE = 500
LONGEST_POSTAL = 1_000


@dataclass(frozen=True, kw_only=True)
class HandRequest:
    """A request as a member of staff enters it. `told` is empty where the rules shall find the rights in the text."""

    channel: Channel
    received_at: datetime
    mailbox: str
    text: str = field(repr=False)
    told: tuple[Asked, ...] = ()
    lane: Lane | None = None
    language: str | None = None
    address: str | None = field(default=None, repr=False)
    name: str = field(default="", repr=False)
    postal: str | None = field(default=None, repr=False)
    key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Entered:
    """The case of an entered request; `is_new` is False where the same key had opened it before."""

    case: Case
    is_new: bool


def enter(services: Services, request: HandRequest, *, actor: Actor, now: datetime) -> Entered:
    """Open the case and leave its acknowledgement to a person, all in one transaction.

    Raises Permanent for a request that cannot be one, with the reason, and for a key that named another request.
    """
    _check(request, now)
    raw = _as_mail(request)
    reading = _reading(_read(services, raw), request)
    database = services.database
    with database.transaction() as transaction:
        known = _known(transaction, request)
        if known is not None:
            return Entered(case=get_case(transaction, known.case_id), is_new=False)
        message = _take(transaction, services, request, (raw, reading), now)
        writes = Writes(now=now)
        received = {message.inbound_id: message.claimed.received_at}
        view = BatchView(
            lookup=database.lookup_key,
            now=now,
            names=draw_free_identifiers(transaction, received),
        )
        work_message(message, view, services.desk, writes)
        (case,) = writes.cases
        _record(writes, request, case, actor)
        write_down(transaction, writes, database.lookup_key)
        if nobody_was_asked(transaction, case, services.desk.challenges):
            add_tasks(transaction, [prove_task(case, NOBODY_ASKED, now)])
        add_request(
            transaction, _added(transaction, request, (message.inbound_id, case), actor, now)
        )
    return Entered(case=case, is_new=True)


def _check(request: HandRequest, now: datetime) -> None:
    if request.received_at > now:
        raise Permanent("the arrival lies in the future")
    if request.key is not None and not request.key.strip():
        raise Permanent("the key is empty")
    _check_words(request)
    _check_people(request)


def _check_words(request: HandRequest) -> None:
    if not request.text.strip():
        raise Permanent("the request has no words: give its text or a note of what was said")
    if len(request.text) > LONGEST_TEXT:
        raise Permanent(f"the text has more than {LONGEST_TEXT} characters")
    if not is_utf8(request.text):
        raise Permanent("the text is no UTF-8")


def _check_people(request: HandRequest) -> None:
    for what, line in (("name", request.name), ("address", request.address or "")):
        if len(line) > LONGEST_LINE or not line.isprintable():
            raise Permanent(f"the {what} is one line of at most {LONGEST_LINE} characters")
    if len(request.postal or "") > LONGEST_POSTAL:
        raise Permanent(f"the postal address has more than {LONGEST_POSTAL} characters")
    if not (request.address or request.name.strip() or request.postal):
        raise Permanent("nobody could be answered: give an address, a postal address or a name")


def _as_mail(request: HandRequest) -> bytes:
    """Return the request in the form in which all words are kept and read; no two are the same bytes."""
    mail = EmailMessage(policy=SMTP)
    if request.address:
        mail["From"] = request.address
    mail["To"] = request.mailbox
    mail["Date"] = format_datetime(request.received_at.astimezone(UTC))
    mail["X-Rightsdesk-Channel"] = str(request.channel)
    mail["X-Rightsdesk-Entry"] = str(new_id())
    mail.set_content(request.text, charset="utf-8", cte="base64")
    return mail.as_bytes()


def _read(services: Services, raw: bytes) -> FirstReading:
    with closing(services.reader.read([services.desk.to_read(raw)])) as outcomes:
        (first,) = outcomes
    if not isinstance(first, FirstReading) or first.failed is not None:
        raise Permanent("the text could not be read")
    return first


def _reading(first: FirstReading, request: HandRequest) -> Reading:
    """Return the reading with what staff know better than any rule: who writes, what is asked, and that no machine did."""
    return Reading(
        message=_message(first.message, request),
        language=request.language or first.language,
        authenticity=Authenticity(),
        screening=Screening(kind=Kind.PERSON, reasons=(ENTERED,)),
        classification=as_told(first.classification, request.told, request.lane),
    )


def _message(parsed: ParsedMessage, request: HandRequest) -> ParsedMessage:
    address = parsed.sender.address
    if request.address and address is None:
        raise Permanent("the address is none that mail could be sent to")
    sender = Sender(address=address if request.address else None, display_name=request.name.strip())
    # Without an id nothing is replied to; the entry alone makes it the same request as another.
    entry = parsed.header("x-rightsdesk-entry") or str(new_id())
    return replace(parsed, sender=sender, message_id=None, body_digest=entry)


def _take(
    transaction: Transaction,
    services: Services,
    request: HandRequest,
    mail: tuple[bytes, Reading],
    now: datetime,
) -> MessageAtWork:
    """Keep the words like those of a mail, and work them at once."""
    raw, reading = mail
    desk = services.desk
    arrival = RawMessage(
        raw=raw,
        mailbox=desk.mailbox_profile(request.mailbox).address,
        route=Route.FILE,
        received_at=request.received_at,
        arrival_basis=ArrivalBasis.GIVEN,
    )
    (kept,) = keep_raw(transaction, [arrival], now=now)
    claimed = ClaimedMessage(
        inbound_id=kept.inbound_id,
        raw=raw,
        attempts=1,
        lease_token=take_at_once(transaction, kept.inbound_id, now=now),
        mailboxes=(arrival.mailbox,),
        envelope_from=None,
        envelope_to=(),
        received_at=max(request.received_at, desk.first_countable),
        arrival_basis=arrival.arrival_basis,
        route=arrival.route,
        history=False,
        suspected_spam=False,
        truncated=False,
        quiet_reason=None,
        first_seen_at=now,
    )
    return MessageAtWork(claimed=claimed, reading=reading, channel=request.channel)


def _record(writes: Writes, request: HandRequest, case: Case, actor: Actor) -> None:
    """Whatever follows from the entry, its member of staff did."""
    payload = {
        "channel": request.channel,
        "received_at": request.received_at.isoformat(),
        "told": [*map(right_name, request.told)],
    }
    writes.record(case.case_id, AuditKind.CASE_ADDED, str(actor), payload)
    writes.events = [replace(event, actor=str(actor)) for event in writes.events]


def _known(transaction: Transaction, request: HandRequest) -> AddedRequest | None:
    """Return what the key opened before; a script that repeats itself says the same again."""
    if request.key is None:
        return None
    known = find_added(transaction, transaction.ring.lookup_key("added", request.key))
    if known is not None and known.content_key != _content_key(transaction, request):
        raise Permanent("the key has named another request: choose a new one")
    return known


def _added(
    transaction: Transaction,
    request: HandRequest,
    made: tuple[UUID, Case],
    actor: Actor,
    now: datetime,
) -> AddedRequest:
    inbound_id, case = made
    ring, key = transaction.ring, request.key
    return AddedRequest(
        inbound_id=inbound_id,
        case_id=case.case_id,
        added_key=None if key is None else ring.lookup_key("added", key),
        content_key=_content_key(transaction, request),
        channel=request.channel,
        postal=request.postal,
        added_at=now,
        added_by=actor.address,
    )


def _content_key(transaction: Transaction, request: HandRequest) -> bytes:
    """Return the keyed hash of all that was given: the same key with other words is a mistake."""
    said = [
        request.channel,
        request.received_at.isoformat(),
        request.text,
        [*map(right_name, request.told)],
        request.lane,
        request.language,
        request.address,
        request.name,
        request.postal,
    ]
    return transaction.ring.lookup_key("added-content", json.dumps(said))
