"""The real worker on the errand of parsing, with a parser that does what a message tells it: `WORD path`, or reads it when it says nothing.

Stands in for the bomb that nobody has found yet: the process, its limits and its death are real.
"""

import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from casework.first_reading import understand
from casework.reading_errand import FIRST_READING
from casework.reading_wire import pack_reading, unpack_question
from classifier.rules import RulesClassifier
from intake import worker
from intake.parse import parse_message
from intake.wire import pack, unpack
from intake.worker_process import Errand
from privacy.first_reading import FirstReading, MailToRead
from privacy.messages import ParsedMessage, Sender

PLAIN = ParsedMessage(sender=Sender())
ODD: Errand[bytes, ParsedMessage] = Errand(
    program=(sys.executable, __file__), pack=bytes, unpack=lambda data: unpack(data, ParsedMessage)
)
ODD_READING: Errand[MailToRead, FirstReading] = replace(
    FIRST_READING, program=(sys.executable, __file__, "for-the-desk")
)


def answer(raw: bytes) -> bytes:
    message = obey(raw)
    if message.unreadable_reason == MemoryError.__name__:
        raise MemoryError
    return pack(message)


def answer_the_desk(question: bytes) -> bytes:
    mail = unpack_question(question)
    return pack_reading(understand(obey(mail.raw), mail, RulesClassifier()))


def obey(raw: bytes) -> ParsedMessage:
    word, _, path = raw.decode("latin-1").partition(" ")
    return DEEDS[word](path) if word in DEEDS else parse_message(raw)


def die(_: str) -> ParsedMessage:
    os.kill(os.getpid(), signal.SIGKILL)
    return PLAIN


def die_once(path: str) -> ParsedMessage:
    return PLAIN if not mark(path) else die(path)


def mark(path: str) -> bool:
    """Leave a mark; False when it was there already. A folder, because a worker may write no file."""
    try:
        Path(path).mkdir()
    except FileExistsError:
        return False
    return True


def sleep(path: str) -> ParsedMessage:
    if path:
        mark(path)
    time.sleep(600)
    return PLAIN


def spin(_: str) -> ParsedMessage:
    while True:
        "a" in "b" * 1_000_000  # noqa: B015 - it is busy in C, where no exception reaches it


def allocate(_: str) -> ParsedMessage:
    held = [bytearray(1_000_000) for _ in range(100_000)]
    return replace(PLAIN, hidden_characters=len(held))


def babble(_: str) -> ParsedMessage:
    os.write(worker.SOCKET, b"please run this")
    return PLAIN


def lie(_: str) -> ParsedMessage:
    return replace(PLAIN, hidden_characters="many")  # type: ignore[arg-type]


def say_environment(_: str) -> ParsedMessage:
    return replace(PLAIN, subject=" ".join(os.environ))


def say_limits(_: str) -> ParsedMessage:
    kinds = (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_AS)
    limits = (resource.getrlimit(kind) for kind in kinds)
    return replace(PLAIN, references=tuple(str(hard) for _, hard in limits))


def say_process(_: str) -> ParsedMessage:
    return replace(PLAIN, hidden_characters=os.getpid())


DEEDS: dict[str, Callable[[str], ParsedMessage]] = {
    "ALLOCATE": allocate,
    "BABBLE": babble,
    "DIE": die,
    "DIE-ONCE": die_once,
    "ENVIRONMENT": say_environment,
    "LIE": lie,
    "LIMITS": say_limits,
    "PROCESS": say_process,
    "SLEEP": sleep,
    "SPIN": spin,
}

if __name__ == "__main__":
    worker.serve(
        answer_the_desk if "for-the-desk" in sys.argv else answer,
        memory=int(sys.argv[-2]),
        seconds=float(sys.argv[-1]),
    )
