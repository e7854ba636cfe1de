"""The closed lists of states that only the database knows."""

from __future__ import annotations

from enum import StrEnum


class MessageState(StrEnum):
    """Where the work on a message stands.

    RECEIVED waits for a worker, LEASED has one, DONE has its outcome, QUARANTINED could not be worked,
    DISMISSED was read by a person and asks for nothing.
    """

    RECEIVED = "received"
    LEASED = "leased"
    DONE = "done"
    QUARANTINED = "quarantined"
    DISMISSED = "dismissed"


class ClockName(StrEnum):
    """Which promise a clock measures."""

    ACKNOWLEDGE = "acknowledge"
    RESPOND = "respond"


class ClockChange(StrEnum):
    """What happened to a clock.

    One that is STARTED again runs to its new date; after it was MET it is owed again, because the letter came back.
    STOPPED means that other clocks took over.
    """

    STARTED = "started"
    MET = "met"
    STOPPED = "stopped"


class PartyRole(StrEnum):
    """Why a person takes part in a case."""

    REQUESTER = "requester"


class DraftState(StrEnum):
    """Whether a person has decided about a letter that did not go out by itself."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
