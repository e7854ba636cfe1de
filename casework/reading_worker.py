"""What the process that reads hostile mail runs: one question in, one first reading out (decision 0007).

It imports the parser, the rules and the words, and nothing that knows a network, a database, a setting or a key.
"""

from __future__ import annotations

from casework.first_reading import read_first
from casework.reading_wire import pack_reading, unpack_question
from classifier.data import language_codes, lexicon
from classifier.rules import THRESHOLD, RulesClassifier
from intake.worker import serve
from privacy.first_reading import MailToRead, ReadingTerms


def main(memory: int, seconds: float) -> None:
    """Read mail until there is none. `memory` is in bytes above an idle process, `seconds` for each mail."""
    load_words()
    serve(answer, memory=memory, seconds=seconds)


def load_words() -> None:
    """Read all rules and words, before the limits are set: what a mail may take must not depend on the one before."""
    read_first(
        MailToRead(raw=b"", terms=ReadingTerms(own_addresses=(), threshold=THRESHOLD)),
        RulesClassifier(),
    )
    lexicon(language_codes())


def answer(question: bytes) -> bytes:
    """Return the packed reading. Raises MemoryError where it took more memory than there is."""
    mail = unpack_question(question)
    reading = read_first(mail, RulesClassifier(mail.terms.threshold))
    if reading.message.unreadable_reason == MemoryError.__name__:
        raise MemoryError
    return pack_reading(reading)
