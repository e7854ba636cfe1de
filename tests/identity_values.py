"""What tests about identity share: a desk that asks, a directory of the cast, and answers as people's programs write them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from casework.challenge_terms import ChallengeTerms
from casework.identity_sweep import sweep_identity
from casework.sending import send_next
from casework_values import LAWS, ScriptedTransport, TestDesk, mail
from privacy.identity_codes import codes_in, spelled
from privacy.messages import OutboundMessage
from privacy.ports import OnFile
from regimes.identity import load_proof_terms
from responders.identity import CHALLENGE
from storage.identity import (
    Challenge,
    Standing,
    StoredEvidence,
    challenges_of,
    evidence_of,
    standings_of,
)

DELAY = timedelta(minutes=10)
PAGE = "https://desk.autocloz.example"
ANALYTICS = "I object to the use of my data for analytics."
MARKETING = "Please stop sending me marketing emails."


def terms(**changes: Any) -> ChallengeTerms:
    usual = {
        "proof": load_proof_terms(),
        "delay": DELAY,
        "laws": LAWS,
        "page": PAGE,
    }
    return ChallengeTerms(**(usual | changes))


@dataclass
class Listed:
    """A directory with these addresses; it remembers who was looked up."""

    addresses: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def look_up(self, address: str) -> OnFile:
        self.asked.append(address)
        return OnFile.YES if address.lower() in self.addresses else OnFile.NO


def challenges(desk: TestDesk) -> list[OutboundMessage]:
    return [letter.message for letter in desk.letters() if letter.kind == CHALLENGE]


def challenge(desk: TestDesk) -> OutboundMessage:
    (letter,) = challenges(desk)
    return letter


def code_of(letter: OutboundMessage) -> str:
    return spelled(codes_in(letter.letter.text)[0])


def stored(desk: TestDesk, case_id: UUID | None = None) -> list[Challenge]:
    case_id = case_id or desk.case().case_id
    with desk.database.reading() as reading:
        return challenges_of(reading, [case_id]).get(case_id, [])


def standing(desk: TestDesk, case_id: UUID | None = None) -> Standing:
    case_id = case_id or desk.case().case_id
    with desk.database.reading() as reading:
        return standings_of(reading, [case_id])[case_id]


def evidence(desk: TestDesk, case_id: UUID | None = None) -> list[StoredEvidence]:
    with desk.database.reading() as reading:
        return evidence_of(reading, case_id or desk.case().case_id)


def sweep(desk: TestDesk) -> int:
    return sweep_identity(desk.database, desk.profile, desk.now)


def send_all(desk: TestDesk) -> list[OutboundMessage]:
    """Let all letters leave that are due."""
    transport = ScriptedTransport()
    while send_next(desk.database, transport, desk.clock, desk=desk.profile).worked:
        pass
    return transport.sent


def quoted(letter: OutboundMessage) -> str:
    """The letter as a mail program quotes it."""
    return "\n".join(f"> {line}" for line in letter.letter.text.splitlines())


def html_reply(letter: OutboundMessage, *, number: int = 9) -> bytes:
    """A reply of a program that writes HTML only, with our letter in its quote."""
    inside = letter.letter.html.partition("<body>")[2].partition("</body>")[0]
    body = f'<div dir="ltr">Oui, c&#39;est moi.</div><blockquote class="gmail_quote">{inside}</blockquote>'
    return mail(
        body,
        number=number,
        To=letter.reply_to or letter.sender,
        Subject=f"Re: {letter.letter.subject}",
        In_Reply_To=letter.message_id,
        Content_Type="text/html; charset=utf-8",
    )
