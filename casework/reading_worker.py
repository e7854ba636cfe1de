"""What the process that reads hostile mail runs: one question in, one first reading out (decision 0007).

It imports the parser, the rules and the words, and nothing that knows a network, a database, a setting or a key.
"""

from __future__ import annotations

from casework.first_reading import read_first
from casework.reading_wire import pack_reading, unpack_question
from classifier.data import keep_all_words
from classifier.rules import RulesClassifier
from intake.worker import serve
from privacy.first_reading import MailToRead, ReadingTerms
from privacy.rights import SURE_ENOUGH

# A sentence of English, and a line whose language no small word tells.
ENGLISH = b"Subject: -\r\n\r\nPlease send me a copy of my data.\r\n"
ONE_LINE = b"Subject: -\r\n\r\nLorem ipsum\r\n"


def main(memory: int, seconds: float) -> None:
    """Read mail until there is none. `memory` is in bytes above an idle process, `seconds` for each mail."""
    load_words()
    serve(answer, memory=memory, seconds=seconds)


def load_words() -> None:
    """Read rules, words of machines, and what tells a language, before the limits are set.

    The words of a language are read when its first mail comes, from the file that is compiled here at the latest: behind
    its limits this process writes none.
    """
    keep_all_words()
    terms = ReadingTerms(own_addresses=(), threshold=SURE_ENOUGH)
    for raw in (ENGLISH, ONE_LINE):
        read_first(MailToRead(raw=raw, terms=terms), RulesClassifier())


def answer(question: bytes) -> bytes:
    """Return the packed reading. Raises MemoryError where it took more memory than there is."""
    mail = unpack_question(question)
    reading = read_first(mail, RulesClassifier(mail.terms.threshold))
    if reading.message.unreadable_reason == MemoryError.__name__:
        raise MemoryError
    return pack_reading(reading)
