"""The acknowledgement of a mail that adds rights: written once, sent by itself or left as a draft for a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from casework.case_letters import with_stand
from casework.profile import DeskProfile, MailboxProfile
from casework.reading import Reading
from casework.status_page import status_url
from privacy.answering import (
    AnswerDecision,
    AnswerFacts,
    AnswerHistory,
    may_auto_respond,
)
from privacy.cases import Case, RequestItem
from privacy.messages import AuthenticityLevel, Automation, Letter, OutboundMessage
from privacy.references import without_references
from privacy.tokens import bounce_address, make_message_id, make_token, tagged_address
from responders.acknowledgement import draft_acknowledgement, stand_acknowledged

KIND = "acknowledgement"
REFERENCES_KEPT = 20
SUBJECT_LENGTH = 150
_REPLY_PREFIX = re.compile(r"^\s*(?:(?:re|aw|sv|antw|vs|odp)\s*:\s*)+", re.IGNORECASE)


@dataclass
class AnswerTally:
    """Automatic letters of the day, from the database, kept true while a batch queues more."""

    stored: dict[object, AnswerHistory] = field(default_factory=dict)
    _senders: Counter[bytes] = field(default_factory=Counter)
    _domains: Counter[bytes] = field(default_factory=Counter)
    _texts: Counter[bytes] = field(default_factory=Counter)
    _repeated: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)
    _all: int = 0

    def history(self, asked: object, keys: AnswerKeys) -> AnswerHistory:
        """Return what went out already, this batch included; `asked` is the mail, or what else was counted for it."""
        stored = self.stored.get(asked, AnswerHistory())
        return AnswerHistory(
            to_sender_today=stored.to_sender_today + self._senders[keys.sender],
            to_domain_this_hour=stored.to_domain_this_hour + self._domains[keys.domain],
            in_all_this_hour=stored.in_all_this_hour + self._all,
            to_text_today=stored.to_text_today + self._texts[keys.text],
            to_text_of_sender_today=stored.to_text_of_sender_today
            + self._repeated[keys.sender, keys.text],
        )

    def count(self, keys: AnswerKeys) -> None:
        """Record that this batch queued a letter."""
        self._senders[keys.sender] += 1
        self._domains[keys.domain] += 1
        self._texts[keys.text] += 1
        self._repeated[keys.sender, keys.text] += 1
        self._all += 1


@dataclass(frozen=True, kw_only=True)
class AnswerKeys:
    """Keyed hashes under which automatic letters are counted; many may honestly write a short text."""

    sender: bytes
    domain: bytes
    text: bytes
    short_text: bool


def write_acknowledgement(
    case: Case,
    added: Sequence[RequestItem],
    reading: Reading,
    *,
    inbound_id: UUID,
    desk: DeskProfile,
    now: datetime,
) -> OutboundMessage | None:
    """Return the acknowledgement of this mail, None when there is nobody who could be answered."""
    recipient = reading.message.sender.address
    if recipient is None:
        return None
    mailbox = desk.mailbox_profile(case.mailbox)
    token = make_token(case.number, desk.token_key)
    page = status_url(case, recipient, KIND, desk)
    letter = draft_acknowledgement(case, added, desk.identity, desk.book, page=page)
    message_id = make_message_id(
        case.number, f"{KIND}|{inbound_id}", key=desk.token_key, domain=mailbox.domain
    )
    mail = OutboundMessage(
        message_id=message_id,
        sender=mailbox.address,
        sender_name=desk.identity.name,
        recipient=recipient,
        envelope_from=_bounce_address(mailbox, message_id),
        letter=replace(letter, subject=subject_for(letter, case, reading)),
        automation=Automation.REPLIED,
        date=now,
        reply_to=tagged_address(mailbox.address, "c", token) if mailbox.plus_address else None,
        in_reply_to=reading.message.message_id,
        references=references_of(reading),
        case_reference=case.reference,
        loop_mark=token,
    )
    return with_stand(mail, stand_acknowledged(case, added), desk)


def decide_sending(
    reading: Reading, facts: SendingFacts, history: AnswerHistory, desk: DeskProfile
) -> AnswerDecision:
    """Return whether the letter may go out by itself; the one gate in front of every automatic letter."""
    sender = reading.message.sender
    return may_auto_respond(
        AnswerFacts(
            sender_is_known=sender.address is not None,
            sender_is_ours=sender.address is not None and desk.is_ours(sender.address),
            null_envelope=facts.envelope_from in {"", "<>"},
            machine_signs=reading.screening.no_automatic_letter,
            suspected_spam=facts.suspected_spam,
            authenticity=reading.authenticity,
            needs_human=reading.classification.needs_human,
            proved_thread=facts.proved_thread,
            shared_domain=sender.domain in desk.shared_domains,
            short_text=facts.short_text,
            wait_reasons=facts.wait_reasons,
        ),
        history,
        desk.limits,
    )


@dataclass(frozen=True, kw_only=True)
class SendingFacts:
    """What the door and the thread say about answering this mail."""

    envelope_from: str | None = field(repr=False)
    suspected_spam: bool
    proved_thread: bool
    short_text: bool
    wait_reasons: tuple[str, ...] = ()


def _bounce_address(mailbox: MailboxProfile, message_id: str) -> str:
    """An own return path per letter ties a bounce to it (mail.md section 7)."""
    return (
        bounce_address(mailbox.address, message_id) if mailbox.envelope_sender else mailbox.address
    )


def subject_for(letter: Letter, case: Case, reading: Reading) -> str:
    """Their subject only for an aligned sender: nobody shall make us mail their words to a victim (letters.md 1)."""
    without_others = without_references(reading.message.subject)  # beside ours it would mislead
    theirs = _REPLY_PREFIX.sub("", without_others).strip()[:SUBJECT_LENGTH]
    if theirs and reading.authenticity.level is AuthenticityLevel.ALIGNED:
        return f"Re: {theirs} [{case.reference}]"
    return letter.subject


def references_of(reading: Reading) -> tuple[str, ...]:
    """Return the ids of the thread that an answer to this mail refers to, the last ones of a long thread."""
    own = (reading.message.message_id,) if reading.message.message_id else ()
    return (*reading.message.references, *own)[-REFERENCES_KEPT:]
