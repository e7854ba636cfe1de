"""The errand that the reading workers run for the desk."""

from __future__ import annotations

import sys

from casework.reading_wire import pack_question, unpack_reading
from intake.worker_process import Errand
from privacy.first_reading import FirstReading, MailToRead

CALL = "from sys import argv; from casework.reading_worker import main; main(int(argv[1]), float(argv[2]))"
FIRST_READING: Errand[MailToRead, FirstReading] = Errand(
    program=(sys.executable, "-I", "-c", CALL), pack=pack_question, unpack=unpack_reading
)
