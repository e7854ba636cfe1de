"""Reads messages in worker processes that may be killed: whatever the bytes do, they do it to themselves alone."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Generic

from intake.crew import Crew
from intake.reader_settings import ReadingSettings
from intake.worker_process import Asked, Errand, Job, Told
from privacy.ports import NotRead

UNFETCHED = 64  # messages that may be read, or be done, while an earlier one holds them up
UNFETCHED_OCTETS = 32 * 1024 * 1024
CLOSE_SECONDS = 5.0
LONGEST_WAIT = 0.2  # seconds between two looks at the clock and at the wish to stop


class WorkerPool(Generic[Asked, Told]):
    """With the errand of reading mail it fulfils privacy.ports.MailReader. Workers are started when there is something to read."""

    def __init__(self, settings: ReadingSettings, errand: Errand[Asked, Told]) -> None:
        self._crew = Crew(settings, errand)
        self._pack = errand.pack
        self._one_batch = threading.Lock()
        self._stopping = threading.Event()

    def read(self, mails: Iterable[Asked]) -> Generator[Told | NotRead]:
        """Yield what became of each message, in order; the workers go on with the next ones meanwhile.

        Messages are drawn from the iterable as workers have room. Close the iterator when it is not read to its end.
        Raises Retryable when no worker can be started.
        """
        with self._one_batch:
            try:
                yield from self._read(
                    Job(number, self._pack(mail)) for number, mail in enumerate(mails)
                )
            finally:
                self._crew.drop()

    def interrupt(self) -> None:
        """End what is being read, now and later, as NotRead.STOPPED."""
        self._stopping.set()

    def close(self) -> None:
        """End the workers, after the batch that is being read; they end with this process in any case."""
        self.interrupt()
        if self._one_batch.acquire(timeout=CLOSE_SECONDS):
            self._crew.close()
            self._one_batch.release()

    def _read(self, jobs: Iterator[Job]) -> Generator[Told | NotRead]:
        outcomes: dict[int, Told | NotRead] = {}
        taken: deque[Job] = deque()  # and not fetched yet
        job = next(jobs, None)
        while (job is not None or taken) and not self._stopping.is_set():
            while job is not None and _may_go_on(taken) and self._crew.take(job):
                taken.append(job)
                job = next(jobs, None)
            if taken[0].number not in outcomes:
                outcomes |= self._crew.look(LONGEST_WAIT)
            if taken[0].number in outcomes:
                yield outcomes.pop(taken.popleft().number)
        for rest in taken:
            yield outcomes.get(rest.number, NotRead.STOPPED)
        while job is not None:
            yield NotRead.STOPPED
            job = next(jobs, None)


def _may_go_on(taken: Sequence[Job]) -> bool:
    """Whether one more message may be taken while the first of these has no outcome or is not fetched."""
    return len(taken) < UNFETCHED and sum(len(job.question) for job in taken) < UNFETCHED_OCTETS
