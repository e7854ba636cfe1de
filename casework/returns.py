"""Reports by mail about our own letters: tied to the letter that they are about, by its token or its genuine id alone.

Whoever writes a report without one of these moves nothing (mail.md E138).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from casework.batch_view import BatchView, MessageAtWork
from casework.complaining import left_by_report
from casework.deliveries import ACTOR, BOUNCE_TASK, DELIVERY_REPORT, Told
from casework.notice_events import told_in_report
from casework.profile import DeskProfile
from casework.staff_tasks import case_task
from casework.writes import Writes
from classifier.machine_text import SIGNS
from privacy.addresses import without_plus
from privacy.audit import AuditKind
from privacy.cases import Case
from privacy.deliveries import DeliveryReport, Fate, RecipientReport, for_recipient
from privacy.threads import Carriers
from privacy.tokens import is_our_message_id, message_ids_in_addresses
from storage.database import Transaction
from storage.delivered import SentLetter, letters_by_message_id, letters_of_cases

CHALLENGE_TASK = "letter_challenged"
CHALLENGE = SIGNS["challenge"].name
FOR_A_PERSON = frozenset({Fate.FAILED, Fate.UNCLEAR})


def look_up_letters(
    transaction: Transaction, at_work: Sequence[MessageAtWork], view: BatchView, desk: DeskProfile
) -> None:
    """Fetch the letters that the reports of a batch may be about."""
    reports = [message for message in at_work if message.reading.report is not None]
    if not reports:
        return
    keys = {_key(view, one) for report in reports for one in _genuine_ids(report, desk)}
    view.letters = letters_by_message_id(transaction, keys)
    cases = (_case(report, view) for report in reports)
    view.letters_of = letters_of_cases(transaction, {case.case_id for case in cases if case})


def note_return(
    message: MessageAtWork, view: BatchView, desk: DeskProfile, writes: Writes
) -> UUID | None:
    """Collect what a report changes; returns the case that its letter belongs to, None when it names no letter of ours."""
    report = message.reading.report or DeliveryReport()
    letter, case = _letter(message, report, view, desk), _case(message, view)
    if letter is not None:
        part = for_recipient(report, _is_recipient_of(letter, view))
        told = Told(
            letter=letter,
            part=part,
            evidence=DELIVERY_REPORT,
            source={"inbound": message.inbound_id},
            inbound_id=message.inbound_id,
        )
        writes.told.append(told)
        return letter.case_id
    if case is not None:
        _tell_about_case(message, case, for_recipient(report, lambda _: False), writes)
        return case.case_id
    _note_notice(message, report, writes)
    leaving = left_by_report(report, desk.token_keys)
    if leaving is not None:
        writes.complained_lists.append(leaving)
    return None


def _note_notice(message: MessageAtWork, report: DeliveryReport, writes: Writes) -> None:
    addresses = (*message.claimed.envelope_to, *message.reading.message.recipients)
    returned = told_in_report(report, addresses, at=message.claimed.received_at)
    if returned is not None:
        writes.returned_notices.append(returned)


def note_challenge(message: MessageAtWork, view: BatchView, writes: Writes) -> UUID | None:
    """Call a person where a mail system wants a proof before it hands our letter over; returns the letter's case.

    A person may press its button, the desk never does: the link is a stranger's (mail.md E129). None for whatever
    else a machine wrote, and where no genuine token of ours says that a letter waits.
    """
    case = _case(message, view)
    if case is None or CHALLENGE not in message.reading.screening.reasons:
        return None
    task = case_task(message, case, CHALLENGE_TASK, "asks-for-a-proof", writes.now, urgent=True)
    writes.tasks.append(task)
    return case.case_id


def _letter(
    message: MessageAtWork, report: DeliveryReport, view: BatchView, desk: DeskProfile
) -> SentLetter | None:
    """The letter whose return path or id the report has; else the only letter of the case to somebody it names."""
    named = (view.letters.get(_key(view, one)) for one in _genuine_ids(message, desk))
    exact = next((letter for letter in named if letter is not None), None)
    case = _case(message, view)
    if exact is not None or case is None:
        return exact
    addresses = {part.recipient for part in report.recipients if part.recipient is not None}
    keys = {view.lookup("address", without_plus(address)) for address in addresses}
    letters = view.letters_of.get(case.case_id, [])
    to_them = [letter for letter in letters if letter.recipient_key in keys] or letters
    return to_them[0] if len(to_them) == 1 else None


def _tell_about_case(
    message: MessageAtWork, case: Case, part: RecipientReport, writes: Writes
) -> None:
    """A letter of the case, nobody can say which: no letter is moved, and a person looks."""
    payload = {
        "inbound": message.inbound_id,
        "event": part.fate,
        "reason": part.reason,
        "status": part.status,
        "evidence": DELIVERY_REPORT,
    }
    writes.record(case.case_id, AuditKind.LETTER_DELIVERY, ACTOR, payload)
    if part.fate in FOR_A_PERSON:
        writes.tasks.append(
            case_task(message, case, BOUNCE_TASK, part.reason, writes.now, urgent=True)
        )


def _genuine_ids(message: MessageAtWork, desk: DeskProfile) -> list[str]:
    """Our own Message-IDs that the report has, the surest first: its own return path, then the letter that it returns."""
    addresses = (*message.claimed.envelope_to, *message.reading.message.recipients)
    returned = message.reading.report.message_ids if message.reading.report else ()
    ids = [*message_ids_in_addresses(addresses, desk.token_keys)]
    return ids + [one.lower() for one in returned if is_our_message_id(one, desk.token_keys)]


def _case(message: MessageAtWork, view: BatchView) -> Case | None:
    numbers = view.carriers.get(message.inbound_id, Carriers()).numbers
    return next((case for case in view.cases.values() if case.number in numbers), None)


def _is_recipient_of(letter: SentLetter, view: BatchView) -> Callable[[str], bool]:
    return lambda address: view.lookup("address", without_plus(address)) == letter.recipient_key


def _key(view: BatchView, message_id: str) -> bytes:
    return view.lookup("message-id", message_id)
