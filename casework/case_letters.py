"""A letter about a case as a mail: to whom it goes, in which thread, and how the answer comes back to the case."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casework.profile import DeskProfile
from privacy.cases import Case
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.stands import CaseStand
from privacy.tokens import bounce_address, make_message_id, make_token, tagged_address
from storage.database import Reading
from storage.outbox import letters_of_case


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The mail that a letter answers: its id and what it refers to."""

    in_reply_to: str | None = field(default=None, repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)


NO_THREAD = Thread()


@dataclass(frozen=True, kw_only=True)
class Addressee:
    """To whom a letter goes and in which thread; `about` is the id that makes its Message-ID."""

    about: UUID
    address: str = field(repr=False)
    thread: Thread = NO_THREAD


def compose(
    case: Case,
    letter: Letter,
    to: Addressee,
    *,
    desk: DeskProfile,
    date: datetime,
    automation: Automation | None = None,
) -> OutboundMessage:
    """Return the mail; answers come back to the case."""
    mailbox = desk.mailbox_profile(case.mailbox)
    token = make_token(case.number, desk.token_key)
    message_id = make_message_id(
        case.number, f"{letter.kind}|{to.about}", key=desk.token_key, domain=mailbox.domain
    )
    carried = mailbox.envelope_sender
    answers = to.thread.in_reply_to is not None
    return OutboundMessage(
        message_id=message_id,
        sender=mailbox.address,
        sender_name=desk.identity.name,
        recipient=to.address,
        envelope_from=bounce_address(mailbox.address, message_id) if carried else mailbox.address,
        letter=letter,
        automation=automation or (Automation.REPLIED if answers else Automation.GENERATED),
        date=date,
        reply_to=tagged_address(mailbox.address, "c", token) if mailbox.plus_address else None,
        in_reply_to=to.thread.in_reply_to,
        references=to.thread.references,
        case_reference=case.reference,
        loop_mark=token,
    )


def with_stand(message: OutboundMessage, stand: CaseStand, desk: DeskProfile) -> OutboundMessage:
    """Return the mail with what it says for programs too, unless the operator switched that off."""
    return replace(message, stand=stand) if desk.machine_status else message


def thread_with(reading: Reading, case: Case, address: str) -> Thread:
    """Return the last mail of this address that a letter of the case answered: whatever follows stays in its thread."""
    for letter in reversed(letters_of_case(reading, case.case_id)):
        message = letter.message
        if message.recipient == address and message.in_reply_to is not None:
            return Thread(in_reply_to=message.in_reply_to, references=message.references)
    return NO_THREAD
