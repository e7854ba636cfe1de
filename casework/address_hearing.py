"""Hears in a mail that a new address is read by its person, or that somebody wrote after the old one was told."""

from __future__ import annotations

from collections.abc import Iterator

from casework.address_answers import NewAddressAnswer, Objection
from casework.batch_view import BatchView, MessageAtWork
from privacy.challenges import Answer, judge_answer
from privacy.screening import Kind
from privacy.threads import ThreadMatch


def new_address_in(message: MessageAtWork, view: BatchView) -> Iterator[NewAddressAnswer]:
    """Yield the answer with the code of a new address, if the mail carries one; in which case it lies does not matter."""
    offered, sender = message.offered, message.reading.message.sender.address
    if offered is None or offered.change is None or sender is None:
        return
    answer = Answer(
        kind=message.reading.screening.kind,
        sender=sender,
        authenticity=message.reading.authenticity,
        asked=offered.change.new,
        only_forwarded=offered.only_forwarded,
    )
    yield NewAddressAnswer(
        change=offered.change,
        verdict=judge_answer(answer),
        sender_key=view.lookup("address", sender),
        inbound_id=message.inbound_id,
    )


def objections_in(
    message: MessageAtWork, thread: ThreadMatch, view: BatchView
) -> Iterator[Objection]:
    """Yield that a person wrote in the thread of a case, surely or not: what it says against a change is left to a person."""
    sender = message.reading.message.sender.address
    if (
        thread.case_id is None
        or sender is None
        or message.reading.screening.kind is not Kind.PERSON
    ):
        return
    yield Objection(
        case_id=thread.case_id,
        sender_key=view.lookup("address", sender),
        inbound_id=message.inbound_id,
    )
