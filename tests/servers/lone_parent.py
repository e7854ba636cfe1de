"""A parent that reads a message which never ends, or none after the first, until it is killed; says its worker's id."""

import sys

from intake.reader import WorkerPool
from intake.reader_settings import ReadingSettings
from privacy.messages import ParsedMessage
from servers.odd_worker import ODD


def main(seconds: float, next_message: str) -> None:
    pool = WorkerPool(ReadingSettings(workers=1, seconds=seconds), ODD)
    (first,) = pool.read([b"PROCESS"])
    assert isinstance(first, ParsedMessage)
    sys.stdout.write(f"{first.hidden_characters}\n")
    sys.stdout.flush()
    list(pool.read([next_message.encode()]) if next_message else sys.stdin)


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2])
