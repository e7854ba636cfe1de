"""What becomes of a message: one ordered table from what was found to what is done.

Nothing is dropped. Whatever is not surely a request, surely a machine or surely a copy waits for a person, and
its clock runs from arrival.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from privacy.lanes import LaneTable
from privacy.rights import Classification, Lane, Scope
from privacy.screening import Kind, Screening
from privacy.threads import Match, ThreadMatch


class Outcome(StrEnum):
    """What was made of a message; the command line's contract names them."""

    CASE = "case"
    HELD = "held"
    AUTO = "auto"
    BULK = "bulk"
    SPAM = "spam"
    BOUNCE = "bounce"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    HISTORY = "history"
    OWN_COPY = "own_copy"


# Copies over other ways are there within days (RFC 5321 section 4.5.4.1: senders give up after 4 to 5); a form
# program that gives its mails no id, or always the same, sends next year's request in the very same words.
COPIES_WITHIN = timedelta(days=7)


def arrived_as_copies(one: datetime, other: datetime) -> bool:
    """Return whether two receipts of the same mail are copies of one request, and not the request made again."""
    return abs(one - other) <= COPIES_WITHIN


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What is known about a message when it is decided; `lanes` are the rules of the lanes (regimes/lanes.toml)."""

    screening: Screening
    classification: Classification
    thread: ThreadMatch
    lanes: LaneTable
    history: bool = False
    duplicate: bool = False
    own_copy: bool = False
    feedback_report: bool = False
    one_click: bool = False
    arrival_known: bool = True
    released: bool = False
    entered: bool = False
    unreadable: bool = False
    list_signs: bool = False
    only_thanks: bool = False

    @property
    def asks(self) -> bool:
        """Whether a right was recognised in the writer's own new words; a forwarded mail is somebody else's."""
        return self.classification.asks

    @property
    def surely_asks(self) -> bool:
        """Whether a right was recognised without any doubt."""
        return self.asks and not self.classification.needs_human

    @property
    def only_marketing(self) -> bool:
        """Whether nothing is asked for but an end of marketing."""
        return self.asks and all(c.scope is Scope.MARKETING for c in self.classification.rights)

    @property
    def at_once(self) -> bool:
        """Whether a person must act at once, whether or not a right is asked for: it gets a case and a task."""
        return self.classification.lane in self.lanes.at_once

    @property
    def machine(self) -> bool:
        """Whether a machine wrote it."""
        return self.screening.kind in {Kind.AUTO_REPLY, Kind.BULK}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome and the code of the row that gave it."""

    outcome: Outcome
    reason: str


FEEDBACK = "feedback-report"
# The policy, from top to bottom; the first row whose condition holds decides. A lawyer can review it.
POLICY: tuple[tuple[str, Callable[[Findings], bool], Outcome], ...] = (
    # The same mail again, by another door or for another of our mailboxes: one request, one answer.
    ("same-mail-again", lambda f: f.duplicate, Outcome.DUPLICATE),
    # Our own letter coming back (bcc, Sent copy, list): proof that it left, never a request.
    ("our-own-letter", lambda f: f.own_copy, Outcome.OWN_COPY),
    # A person has read it and says that it is a request: no rule knows better.
    ("released-by-a-person", lambda f: f.released, Outcome.CASE),
    # It came by no mail, and a member of staff entered it as a request.
    ("entered-by-a-person", lambda f: f.entered, Outcome.CASE),
    # Mail from before `answer_from`: searchable, never answered.
    ("before-answer-from", lambda f: f.history, Outcome.HISTORY),
    # Somebody pressed "spam" on a mail of ours: an objection to marketing that a person must honour.
    (FEEDBACK, lambda f: f.feedback_report, Outcome.HELD),
    # A mail program did it for its owner (RFC 8058): an objection to marketing, however automatic the mail is.
    ("one-click-unsubscribe", lambda f: f.one_click, Outcome.HELD),
    # A report that names no letter of ours and asks for a right: somebody who writes as postmaster@, or through a
    # gateway that empties the envelope sender, is a person until a person says otherwise.
    (
        "unmatched-report-asks-for-a-right",
        lambda f: (
            f.screening.kind is Kind.BOUNCE and f.surely_asks and f.thread.match is Match.NONE
        ),
        Outcome.HELD,
    ),
    # A case system of an authority often has an empty envelope sender: whatever is no report on a letter of ours, and
    # speaks of a breach, a child or an authority, is seen by a person at once.
    (
        "unmatched-report-in-urgent-lane",
        lambda f: f.screening.kind is Kind.BOUNCE and f.at_once and f.thread.match is Match.NONE,
        Outcome.HELD,
    ),
    ("delivery-report", lambda f: f.screening.kind is Kind.BOUNCE, Outcome.BOUNCE),
    # "I have left the company, delete me": a machine's text may still be a person's wish.
    ("machine-asks-for-a-right", lambda f: f.machine and f.asks, Outcome.HELD),
    # The ticket systems of regulators and the breach notices of processors are automated, and urgent all the same.
    (
        "machine-in-urgent-lane",
        lambda f: (f.machine or f.screening.kind is Kind.SPAM) and f.at_once,
        Outcome.HELD,
    ),
    ("automatic-reply", lambda f: f.screening.kind is Kind.AUTO_REPLY, Outcome.AUTO),
    # The words of a newsletter around words that nobody understood: a service may have sent somebody's request.
    (
        "bulk-mail-not-understood",
        lambda f: f.screening.kind is Kind.BULK and f.classification.lane is Lane.UNCLEAR,
        Outcome.HELD,
    ),
    ("bulk-mail", lambda f: f.screening.kind is Kind.BULK, Outcome.BULK),
    # A newsletter's own footer speaks of unsubscribing; a person's wish sent through a list service may look alike.
    ("newsletter-or-wish", lambda f: f.list_signs and f.only_marketing, Outcome.HELD),
    # A genuine request filtered into Junk counts as received: a person decides, the clock runs.
    ("spam-asks-for-a-right", lambda f: f.screening.kind is Kind.SPAM and f.asks, Outcome.HELD),
    # Encrypted or picture only, and filtered away: nobody has seen yet what it says.
    (
        "spam-nobody-can-read",
        lambda f: f.screening.kind is Kind.SPAM and f.unreadable,
        Outcome.HELD,
    ),
    ("suspected-spam", lambda f: f.screening.kind is Kind.SPAM, Outcome.SPAM),
    # Without an instant of arrival no clock can be promised: a person sets it.
    ("arrival-unknown", lambda f: not f.arrival_known, Outcome.HELD),
    # What cannot be read is a case all the same: encrypted, empty, picture only.
    ("cannot-be-read", lambda f: f.screening.kind is Kind.UNREADABLE, Outcome.CASE),
    # "Thank you, that is all": kept with its case, open or closed, and answered by nobody.
    ("thanks-only", lambda f: f.only_thanks, Outcome.CASE),
    # Part of a conversation that we know: it belongs to its case, whatever it says.
    ("continues-a-case", lambda f: f.thread.match is Match.PROVED, Outcome.CASE),
    ("asks-for-a-right", lambda f: f.asks, Outcome.CASE),
    ("urgent-lane", lambda f: f.at_once, Outcome.CASE),
    # A question, a pitch, or words that nobody understood: unknown means that a human looks.
    ("no-right-recognised", lambda _: True, Outcome.HELD),
)


def decide(findings: Findings) -> Verdict:
    """Return what becomes of the message: the first row of POLICY that holds."""
    for reason, holds, outcome in POLICY:
        if holds(findings):
            return Verdict(outcome=outcome, reason=reason)
    raise AssertionError("the last row of POLICY always holds")
