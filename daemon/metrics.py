"""Counts for a monitor: queues, ages, letters, open cases and the regular jobs; no label holds anything of a person."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from ipaddress import ip_address

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from desk.access import HEADERS
from privacy.errors import PrivacyError
from privacy.outgoing import OutgoingState
from privacy.ports import Clock
from privacy.rights import Right
from storage.database import Database
from storage.lengths import (
    Lengths,
    lengths,
    letters_by_state,
    mail_taken_in,
    open_by_regime,
    open_by_right,
)

PATH = "/metrics"
Job = Callable[[], None]
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")
QUEUES = ("mail", "held", "quarantined", "letters", "drafts", "tasks")


class Sweeps:
    """How long the regular jobs take, by their names in the program."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._taken = Histogram(
            "rightsdesk_sweep_seconds",
            "How long a regular job took.",
            ["job"],
            registry=self.registry,
        )

    def timed(self, job: Job) -> Job:
        """Return the job that says how long it took, also where it failed."""
        taken = self._taken.labels(job=job.__name__.lstrip("_"))

        def measured() -> None:
            begun = time.perf_counter()
            try:
                job()
            finally:
                taken.observe(time.perf_counter() - begun)

        measured.__name__ = job.__name__
        return measured


class DeskCollector(Collector):
    """Asks the database anew each time a monitor looks."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def collect(self) -> Iterable[Metric]:
        """Return all that the database can say, by one reading."""
        now = self._clock()
        with self._database.reading() as reading:
            waiting = lengths(reading)
            return [
                _queues(waiting),
                _oldest(waiting, now),
                _gauge("cases_open", "Open cases.", {"": waiting.cases}, ()),
                _gauge(
                    "letters",
                    "Letters by their state.",
                    _every(OutgoingState, letters_by_state(reading)),
                    ("state",),
                ),
                _gauge(
                    "cases_open_by_right",
                    "Open cases in which a right is asked for.",
                    _every(Right, open_by_right(reading)),
                    ("right",),
                ),
                _gauge(
                    "cases_open_by_regime",
                    "Open cases with a clock of a law.",
                    open_by_regime(reading),
                    ("regime",),
                ),
                _taken_in(mail_taken_in(reading)),
            ]


class MetricsDoor:
    """Answers whoever has the token; without one set, whoever asks from this machine itself."""

    def __init__(self, registries: Iterable[CollectorRegistry], token: SecretStr | None) -> None:
        self._registries = tuple(registries)
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await asyncio.to_thread(self._answer, Request(scope, receive))
        answer.headers.update(HEADERS)
        await answer(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if request.method != "GET":
            return PlainTextResponse("", status_code=405)
        if not self._is_open_to(request):
            return PlainTextResponse("", status_code=403)
        try:
            text = b"".join(generate_latest(registry) for registry in self._registries)
        except PrivacyError:
            return PlainTextResponse("", status_code=503)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    def _is_open_to(self, request: Request) -> bool:
        if self._token is None:
            return _is_from_this_machine(request)
        offered = request.headers.get("authorization", "").encode()
        return hmac.compare_digest(offered, f"Bearer {self._token.get_secret_value()}".encode())


def build_metrics(
    database: Database, clock: Clock, sweeps: Sweeps, token: SecretStr | None
) -> MetricsDoor:
    """Return the door for monitors."""
    registry = CollectorRegistry()
    registry.register(DeskCollector(database, clock))
    return MetricsDoor((registry, sweeps.registry), token)


def _is_from_this_machine(request: Request) -> bool:
    """A server in front speaks for others from this machine: what it passes on is not from here."""
    headers: Headers = request.headers
    if request.client is None or any(name in headers for name in FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _queues(waiting: Lengths) -> Metric:
    counts = {name: getattr(waiting, name) for name in QUEUES}
    return _gauge("queue_length", "What waits, by queue.", counts, ("queue",))


def _oldest(waiting: Lengths, now: datetime) -> Metric:
    since = {"mail": waiting.oldest_mail, "letters": waiting.oldest_letter}
    ages = {
        name: 0.0 if at is None else max((now - at).total_seconds(), 0.0)
        for name, at in since.items()
    }
    about = "How long the oldest of a queue waits; 0 where nothing does."
    return _gauge("queue_oldest_seconds", about, ages, ("queue",))


def _taken_in(number: int) -> Metric:
    return CounterMetricFamily("rightsdesk_mail_taken_in", "Messages ever kept.", value=number)


def _every(names: Iterable[str], counts: Mapping[str, int]) -> dict[str, int]:
    """Return a count for every name, so that a series does not come and go."""
    return {str(name): counts.get(str(name), 0) for name in names}


def _gauge(
    name: str, about: str, counts: Mapping[str, float], labels: tuple[str, ...]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"rightsdesk_{name}", about, labels=labels)
    for label, count in counts.items():
        family.add_metric([label] if labels else [], count)
    return family
