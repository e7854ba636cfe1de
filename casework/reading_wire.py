"""How a question travels to the process that reads, and how its reading comes back: checked JSON, the raw bytes as they are."""

from __future__ import annotations

from intake.wire import pack, unpack
from privacy.first_reading import FirstReading, MailToRead, ReadingTerms

LENGTH = 4  # bytes, big-endian: how long the terms are that stand before the raw mail


def pack_question(mail: MailToRead) -> bytes:
    """Return the terms with their length, and the raw mail behind them."""
    terms = pack(mail.terms)
    return b"".join((len(terms).to_bytes(LENGTH, "big"), terms, mail.raw))


def unpack_question(question: bytes) -> MailToRead:
    """Return what `pack_question` packed. Raises ValueError for anything else."""
    end = LENGTH + int.from_bytes(question[:LENGTH], "big")
    return MailToRead(terms=unpack(question[LENGTH:end], ReadingTerms), raw=question[end:])


def pack_reading(reading: FirstReading) -> bytes:
    """Return the reading as bytes."""
    return pack(reading)


def unpack_reading(answer: bytes) -> FirstReading:
    """Return the reading, each value of it checked. Raises ValueError for everything that is none."""
    return unpack(answer, FirstReading)
