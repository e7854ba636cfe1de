"""What a reply in the thread of a case moves: one ordered table from what it says to what is done, each with its reason.

The words decide nothing alone: a rule acts only where the sender is proved and nothing speaks against it, everything else
is a task for a person. No row drops a right, and none moves a clock backwards. A model is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from privacy.cases import ItemState, RequestItem
from privacy.replies import Command, Said, Topic

WORDS_BESIDE = 5  # beside a withdrawal: a reason in half a sentence; more is read by a person
# Of these nothing is done, decided or told to anybody else: the person ends them by a mail. The rest, people end.
TAKEN_BACK_BY_MAIL = frozenset(
    {ItemState.RECEIVED, ItemState.PLANNED, ItemState.COOLING_OFF, ItemState.PARKED}
)
ANSWERED = frozenset(
    {
        ItemState.FULFILLED,
        ItemState.PARTLY,
        ItemState.REFUSED,
        ItemState.PASSED_TO_CONTROLLER,
    }
)


class MoveKind(StrEnum):
    """What is done with a reply, beside what every mail of a case undergoes."""

    RECORD = "record"  # nothing: it is kept
    STATUS = "status"  # the letter that says where the request stands
    SPEAK = "speak"  # the same letter, in the language asked for, as all letters from now on
    WITHDRAW = "withdraw"  # the rights end, a letter says so
    COMPLAIN = "complain"  # lane of complaints, with its clock
    DISPUTE = "dispute"  # the same, about our answer
    ASK_STAFF = "ask_staff"  # a task of its own kind: a person decides what was meant
    NOTE = "note"  # the same, and the words are noted at the right
    ADD = "add"  # rights that were not asked for before: their own letter answers
    READ = "read"  # a person reads it
    APART = "apart"  # the case is closed: the mail is held, or begins a case of its own


ANSWERED_BY_LETTER = frozenset({MoveKind.STATUS, MoveKind.SPEAK})


@dataclass(frozen=True, kw_only=True)
class ReplyFacts:
    """What is known about a reply of the person of a case, in its thread.

    `aligned`: the domain vouches for the sender. `asks_anew`: the rules found a right that is not open in the case.
    `complains`: they found the lane of complaints; `urgent`: one that a person sees at once. `carries_more`: attachments, or a code of identity. `languages` are
    those that letters speak.
    """

    said: Said = field(repr=False)
    items: tuple[RequestItem, ...]
    is_open: bool
    today: date
    languages: frozenset[str]
    aligned: bool = False
    asks_anew: bool = False
    complains: bool = False
    urgent: bool = False
    carries_more: bool = False

    @property
    def answered(self) -> bool:
        """Whether something was answered that could be disputed."""
        return any(item.state in ANSWERED for item in self.items)

    @property
    def late(self) -> bool:
        """Whether a day that we told is over: a letter that names it again would mock."""
        return any(item.is_open and item.due.on < self.today for item in self.items)

    @property
    def takes_back(self) -> bool:
        """Whether it is about taking the request back, surely or not."""
        return self.said.command is Command.WITHDRAW or Topic.WITHDRAWAL in self.said.topics

    @property
    def taken_back(self) -> tuple[RequestItem, ...]:
        """The rights that it means: those that it names, else all that are not ended."""
        alive = [one for one in self.items if one.is_open or one.state is ItemState.PARKED]
        named = self.said.named
        return tuple(one for one in alive if not named or one.right in named)

    @property
    def stopped(self) -> tuple[RequestItem, ...]:
        """The erasures that wait for their day, where it says stop: what is gone does not come back."""
        waits = self.is_open and self.said.command is Command.STOP
        return tuple(one for one in self.items if waits and one.state is ItemState.COOLING_OFF)

    @property
    def wants_status(self) -> bool:
        """Whether it asks where the request stands."""
        return self.said.command is Command.STATUS or Topic.WHERE in self.said.topics

    @property
    def tellable(self) -> bool:
        """Whether a letter may say where the rights stand: to a proved sender, of rights that there are."""
        asked = any(item.state is not ItemState.NOT_A_REQUEST for item in self.items)
        return self.aligned and asked and not self.late and not self.asks_anew

    @property
    def speaks_ours(self) -> bool:
        """Whether it wants a language that letters speak."""
        return self.said.command is Command.LANG and self.said.language in self.languages


@dataclass(frozen=True, kw_only=True)
class Move:
    """What is done with a reply and the code of the row that said so; `rights` are those that end.

    `says_more`: beside what the move answers, it says something that a person reads.
    """

    kind: MoveKind
    reason: str
    says_more: bool = False
    rights: tuple[RequestItem, ...] = field(default=(), repr=False)


def against_taking_back(facts: ReplyFacts) -> str | None:
    """Return why a withdrawal is not carried out by a rule, the first reason that holds; None where it is."""
    said, chosen = facts.said, facts.taken_back
    other_topics = said.topics - {Topic.WITHDRAWAL, Topic.THANKS, Topic.COURTESY}
    rows = (
        (not facts.aligned, "sender-not-aligned"),
        (_more(facts), "asks-for-something-too"),
        (not chosen or said.named > {one.right for one in chosen}, "no-such-right"),
        # What is done, decided or with a customer does not end by a mail; an erasure in execution does not end at all.
        (any(one.state not in TAKEN_BACK_BY_MAIL for one in chosen), "work-has-begun"),
        (said.doubtful or bool(other_topics) or said.beyond > WORDS_BESIDE, "not-clear"),
    )
    return next((reason for hit, reason in rows if hit), None)


STOPS = "stops-an-erasure"
Row = tuple[str, Callable[[ReplyFacts], bool], MoveKind]

# The policy, from top to bottom; the first row that holds decides. A lawyer can review it.
MOVES: tuple[Row, ...] = (
    # Any dissatisfaction about one's own data counts (DPA 2018 s. 164A): whatever else it says, the officer sees it.
    ("complains-about-us", lambda f: f.complains or _says(f, Topic.COMPLAINT), MoveKind.COMPLAIN),
    # "You did not send everything": who decided does not decide about this alone.
    ("disputes-our-answer", lambda f: f.answered and _says(f, Topic.DISPUTE), MoveKind.DISPUTE),
    # No answer to thanks: two polite desks would thank each other for ever.
    ("thanks-only", lambda f: f.said.only_thanks and not _more(f), MoveKind.RECORD),
    # A closed case is never reopened by a mail: it is held for a person, or asks for a right and begins its own case.
    ("case-is-closed", lambda f: not f.is_open, MoveKind.APART),
    ("asks-for-a-language", lambda f: f.speaks_ours and f.tellable, MoveKind.SPEAK),
    # The letter that announces an erasure says so; whatever else stands there, not to erase is the side of caution.
    (STOPS, lambda f: bool(f.stopped) and f.aligned, MoveKind.WITHDRAW),
    ("stops-an-erasure-unsure", lambda f: bool(f.stopped), MoveKind.ASK_STAFF),
    # Only what is clear, from whom it must come, and before anything is done.
    ("takes-it-back", lambda f: f.takes_back and not against_taking_back(f), MoveKind.WITHDRAW),
    # "I think I will withdraw": a person asks back. Nothing ends.
    ("takes-it-back-unclear", lambda f: f.takes_back, MoveKind.ASK_STAFF),
    # "I did not ask for deletion, only a copy": a person corrects what was understood; the copy is added as any right.
    ("was-misunderstood", lambda f: _says(f, Topic.CORRECTION), MoveKind.ASK_STAFF),
    # "Only the mails from 2025": noted at the right; the clock runs as before, and the right stays whole until then.
    ("wants-less", lambda f: _says(f, Topic.NARROWED) and not f.asks_anew, MoveKind.NOTE),
    ("asks-for-more", lambda f: f.asks_anew, MoveKind.ADD),
    # A day that is over cannot be told as an answer: a person explains.
    ("asks-where-it-stands-late", lambda f: f.wants_status and f.late, MoveKind.READ),
    # What the person knows already, and to the person alone: the sender is proved by token, address and domain.
    ("asks-where-it-stands", lambda f: f.wants_status and f.tellable, MoveKind.STATUS),
    # Unknown means that a human looks.
    ("continues-a-case", lambda _: True, MoveKind.READ),
)


def move_of(facts: ReplyFacts) -> Move:
    """Return what this reply moves: the first row of MOVES that holds."""
    reason, kind = next((reason, kind) for reason, holds, kind in MOVES if holds(facts))
    if kind is MoveKind.WITHDRAW:
        ended = facts.stopped if reason == STOPS else facts.taken_back
        return Move(kind=kind, reason=reason, rights=ended)
    if kind in ANSWERED_BY_LETTER:
        more = bool(facts.said.rest) or facts.carries_more
        return Move(kind=kind, reason=reason, says_more=more)
    if reason == "takes-it-back-unclear":
        return Move(kind=kind, reason=f"{reason}: {against_taking_back(facts)}")
    return Move(kind=kind, reason=reason)


def _says(facts: ReplyFacts, topic: Topic) -> bool:
    return topic in facts.said.topics


def _more(facts: ReplyFacts) -> bool:
    return facts.asks_anew or facts.carries_more or facts.urgent
