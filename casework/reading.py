"""Completes the first reading of a message with what is known of its sender: everything but the database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from casework.profile import MailboxProfile
from intake.authenticity import read_results
from intake.defects import Defect
from intake.verification import SenderCheck
from privacy.authenticity import combine
from privacy.deliveries import DeliveryReport
from privacy.first_reading import FirstReading
from privacy.messages import Authenticity, AuthenticityLevel, ParsedMessage
from privacy.rights import Classification
from privacy.screening import Screening

DISAGREEMENTS = frozenset((Defect.SECOND_VIEW_SUBJECT, Defect.SECOND_VIEW_PARTS))
FEEDBACK_REPORT = "message/feedback-report"  # RFC 5965
ONE_CLICK = "list-unsubscribe=one-click"


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Everything that a message says about itself, and what was made of it.

    `if_quick` is what it is if it came within seconds of the letter that it answers, where that changes anything.
    """

    message: ParsedMessage
    language: str
    authenticity: Authenticity
    screening: Screening
    classification: Classification
    report: DeliveryReport | None = None
    if_quick: Screening | None = None

    @property
    def parser_failed(self) -> bool:
        """Whether the parser itself broke on the bytes; encrypted or empty mail is not meant."""
        return Defect.UNREADABLE in self.message.defects

    @property
    def feedback_report(self) -> bool:
        """Whether somebody pressed "spam" on a mail of ours (ARF, RFC 5965)."""
        return FEEDBACK_REPORT in self.message.part_types

    @property
    def one_click(self) -> bool:
        """Whether a mail program unsubscribed for its owner (RFC 8058): the whole text is that one line."""
        message = self.message
        return ONE_CLICK in {message.text.strip().lower(), message.subject.strip().lower()}


def complete(
    first: FirstReading, mailbox: MailboxProfile, own_check: SenderCheck | None = None
) -> Reading:
    """Return the reading with the authenticity of its sender.

    Without a check of our own nothing but the bytes is looked at: no question leaves this machine.
    """
    return Reading(
        message=first.message,
        language=first.language,
        authenticity=judge_sender(first.message, mailbox, own_check),
        screening=first.screening,
        classification=first.classification,
        report=first.report,
        if_quick=first.if_quick,
    )


def judge_sender(
    message: ParsedMessage, mailbox: MailboxProfile, own_check: SenderCheck | None
) -> Authenticity:
    """Return what our boundary says of the sender and, with a check of our own, both as one result."""
    said = read_results(message, authserv_id=mailbox.authserv_id, boundary=mailbox.boundary)
    proved = said if own_check is None else combine(said, own_check(message.sender))
    return doubted(proved, message)


def doubted(authenticity: Authenticity, message: ParsedMessage) -> Authenticity:
    """Return the authenticity, no better than weak where two readers saw different subjects or texts."""
    doubts = tuple(defect for defect in message.defects if defect in DISAGREEMENTS)
    if not doubts or authenticity.level is not AuthenticityLevel.ALIGNED:
        return authenticity
    reasons = (*authenticity.reasons, *doubts)
    return replace(authenticity, level=AuthenticityLevel.WEAK, reasons=reasons)
