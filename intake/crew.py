"""The workers at hand: who takes the next message, who is too slow, who is gone and what becomes of its messages."""

from __future__ import annotations

import os
from collections import deque
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from time import monotonic
from typing import Any, Generic

import structlog

from intake.reader_settings import ReadingSettings
from intake.worker_process import Errand, Gone, Job, OutOfMemory, Told, WorkerProcess
from privacy.errors import Retryable
from privacy.ports import NotRead

MB = 1024 * 1024
MOST_BY_ITSELF = 2  # more workers than this wait for their parent's share of the work
AHEAD = 8  # messages in hand of one worker, so that it seldom waits for its parent, which works others meanwhile
AHEAD_OCTETS = 256 * 1024  # and their size, but for a single one
TRIES = 2  # how often a message is read whose worker died: somebody else may have killed it
LIFE = 20_000  # messages after which a worker is replaced, so that no leak can become a message's fault
START_SECONDS = 30.0
FAILED_STARTS = 3  # in a row

log = structlog.get_logger(__name__)


class Crew(Generic[Told]):
    """Starts, watches and replaces workers; for one caller at a time."""

    def __init__(self, settings: ReadingSettings, errand: Errand[Any, Told]) -> None:
        self._settings = settings
        self._errand = errand
        self._most = settings.workers or min(MOST_BY_ITSELF, os.cpu_count() or 1)
        self._began: dict[WorkerProcess[Told], float] = {}  # when its present message was begun
        self._selector = DefaultSelector()
        self._again: deque[Job] = deque()
        self._outcomes: dict[int, Told | NotRead] = {}
        self._failed_starts = 0
        self._has_noted = False

    def take(self, job: Job) -> bool:
        """Give the message to a worker; False when none has room. Raises Retryable when none can be started."""
        worker = None if self._again else self._with_room()
        if worker is not None:
            self._give(worker, job)
        return worker is not None

    def look(self, wait: float) -> dict[int, Told | NotRead]:
        """Return by number what became of messages, after at most `wait` seconds. Raises Retryable."""
        while self._again and (worker := self._with_room()) is not None:
            self._give(worker, self._again.popleft())
        for key, events in self._selector.select(wait):
            self._attend(key.data, may_write=bool(events & EVENT_WRITE))
        for worker in [worker for worker in self._began if self._is_too_slow(worker)]:
            self._lose(worker, NotRead.TIME_LIMIT)
        outcomes, self._outcomes = self._outcomes, {}
        return outcomes

    def drop(self) -> None:
        """Forget all messages that were taken; workers that have some in hand are ended."""
        self._again.clear()
        self._outcomes.clear()
        for worker in [worker for worker in self._began if worker.in_hand]:
            self._end(worker)

    def close(self) -> None:
        """End all workers."""
        for worker in list(self._began):
            self._end(worker)
        self._selector.close()

    def _with_room(self) -> WorkerProcess[Told] | None:
        for worker in [one for one in self._began if one.answered >= LIFE and not one.in_hand]:
            self._end(worker)
        least = min(self._began, key=lambda worker: len(worker.in_hand), default=None)
        if least is not None and not least.in_hand:
            return least
        if len(self._began) < self._most:
            return self._start()
        return least if least is not None and _has_room(least) else None

    def _start(self) -> WorkerProcess[Told]:
        try:
            worker = WorkerProcess(
                self._errand,
                memory=self._settings.memory_mb * MB,
                seconds=self._settings.seconds,
            )
        except OSError:
            raise Retryable("reading: no worker process can be started") from None
        self._began[worker] = monotonic()
        self._selector.register(worker.socket, EVENT_READ, worker)
        return worker

    def _give(self, worker: WorkerProcess[Told], job: Job) -> None:
        if worker.is_ready and not worker.in_hand:
            self._began[worker] = monotonic()
        worker.give(job)
        self._watch(worker)

    def _watch(self, worker: WorkerProcess[Told]) -> None:
        events = EVENT_READ | (EVENT_WRITE if worker.has_unsent else 0)
        if self._selector.get_key(worker.socket).events != events:
            self._selector.modify(worker.socket, events, worker)

    def _attend(self, worker: WorkerProcess[Told], *, may_write: bool) -> None:
        was_ready, was_answering = worker.is_ready, worker.is_answering
        try:
            if may_write:
                worker.push()
            for job, told in worker.answers():
                self._outcomes[job.number] = told
                self._began[worker] = monotonic()
        except OutOfMemory:
            self._lose(worker, NotRead.MEMORY_LIMIT)
        except Gone:
            self._lose(worker, NotRead.WORKER_DIED)
        else:
            self._watch(worker)
            if worker.is_answering and not was_answering:
                self._began[worker] = monotonic()
            if worker.is_ready and not was_ready:
                self._welcome(worker)

    def _welcome(self, worker: WorkerProcess[Told]) -> None:
        self._failed_starts = 0
        self._began[worker] = monotonic()
        if not worker.limits_memory and not self._has_noted:
            self._has_noted = True
            log.warning("reading_without_memory_limit", why="this system cannot limit memory")

    def _is_too_slow(self, worker: WorkerProcess[Told]) -> bool:
        if worker.is_ready and not worker.in_hand:
            return False
        most = self._settings.seconds if worker.is_ready else START_SECONDS
        return monotonic() > self._began[worker] + most

    def _lose(self, worker: WorkerProcess[Told], reason: NotRead) -> None:
        """End the worker; the message that it was reading has its outcome, those behind it are read by another."""
        code = self._end(worker)
        jobs = list(worker.in_hand)
        log.warning("reading_worker_ended", reason=reason.value, code=code, in_hand=len(jobs))
        if not worker.is_ready:
            self._count_failed_start()
        elif jobs and reason is NotRead.WORKER_DIED and jobs[0].tries < TRIES:
            jobs[0].tries += 1
        elif jobs:
            self._outcomes[jobs.pop(0).number] = reason
        self._again.extendleft(reversed(jobs))

    def _count_failed_start(self) -> None:
        self._failed_starts += 1
        if self._failed_starts >= FAILED_STARTS:
            self._failed_starts = 0
            raise Retryable("reading: the worker process ends before it is ready")

    def _end(self, worker: WorkerProcess[Told]) -> int:
        del self._began[worker]
        self._selector.unregister(worker.socket)
        return worker.kill()


def _has_room(worker: WorkerProcess[Any]) -> bool:
    return (
        len(worker.in_hand) < AHEAD
        and worker.octets_in_hand < AHEAD_OCTETS
        and worker.answered + len(worker.in_hand) < LIFE
    )
