"""From what a server answered to the message as the desk knows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from intake.imap_client import HEADER_OCTETS
from intake.imap_values import Fetched
from privacy.messages import ArrivalBasis, RawMessage, Route


def to_raw_message(
    fetched: Fetched, *, mailbox: str, boundary: datetime | None, now: datetime
) -> RawMessage:
    """Return the message with its receipt instant: the earliest trustworthy server time."""
    received_at, basis = arrival(fetched.internaldate, boundary, now)
    return RawMessage(
        raw=fetched.raw,
        mailbox=mailbox,
        route=Route.IMAP,
        received_at=received_at,
        arrival_basis=basis,
    )


def arrival(
    internaldate: datetime | None, boundary: datetime | None, now: datetime
) -> tuple[datetime, ArrivalBasis]:
    """Return the earlier of INTERNALDATE and our boundary's Received, and which it was.

    Neither lies after the moment of reading: a server's clock that is ahead must not give time
    away. Without both the moment of reading is all that is known.
    """
    known = [
        (moment, basis)
        for moment, basis in (
            (boundary, ArrivalBasis.RECEIVED),
            (internaldate, ArrivalBasis.INTERNALDATE),
        )
        if moment is not None
    ]
    if not known:
        return now, ArrivalBasis.UNKNOWN
    moment, basis = min(known, key=lambda pair: pair[0])
    return min(moment, now), basis


def place_of(uidvalidity: int, uid: int) -> Fetched:
    """Return a stand-in for a message of which nothing at all can be fetched.

    It names the place, so that two such messages are not taken for one.
    """
    raw = b"X-Rightsdesk-Unfetched: uidvalidity=%d uid=%d\r\n\r\n" % (uidvalidity, uid)
    return Fetched(raw=raw, internaldate=None)


def without_body(message: RawMessage) -> RawMessage:
    """Return the header block alone, 64 KB at most, of a message that the ledger cannot keep."""
    head = message.raw[:HEADER_OCTETS]
    ends = [end + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if (end := head.find(gap)) >= 0]
    return replace(
        message,
        raw=head[: min(ends, default=len(head))],
        truncated=True,
        quiet_reason="content-refused",
    )
