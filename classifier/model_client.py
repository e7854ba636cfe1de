"""Asks a model over the Messages API, within bounds of time, size and number; the one home of its vendor's library.

Three ways, one protocol: the provider's own endpoint, Amazon Bedrock, a server in the house. Where a call goes and what
it carries is said by the settings alone: the environment can neither redirect, nor record, nor add to it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx2

from classifier.model_settings import FIRST_PARTY, ModelSettings
from classifier.question import MOST_ANSWER_OCTETS, Question, read_answer, request_of
from privacy.model_calls import CallOutcome, Heard
from privacy.zero_retention import Assurance, Endpoint

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic, AsyncAnthropicBedrockMantle

CONNECT_SECONDS = 5.0
LONGEST_PAUSE = timedelta(seconds=30)  # that the other side may ask for; more is as good as a no
# All that a request needs. What the environment or a library adds beside it stays here.
HEADERS = frozenset(
    {
        "accept",
        "anthropic-version",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "user-agent",
    }
)
NO_COMPRESSION = ("accept-encoding", "identity")  # so that the bound on octets is one on text
_BY_STATUS = {
    408: CallOutcome.TIMEOUT,
    409: CallOutcome.SERVER_ERROR,
    429: CallOutcome.RATE_LIMITED,
    504: CallOutcome.TIMEOUT,
    529: CallOutcome.OVERLOADED,
}
_SERVER_ERROR = 500


class _Bounded(httpx2.AsyncByteStream):
    """An answer that ends with an error when it is longer than any answer of ours can be."""

    def __init__(self, stream: httpx2.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        octets = 0
        async for chunk in self._stream:
            octets += len(chunk)
            if octets > MOST_ANSWER_OCTETS:
                raise httpx2.ReadError("the answer is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Guard(httpx2.AsyncBaseTransport):
    """Lets a request out only to the one place, with no header but the known ones."""

    def __init__(self, base: httpx2.URL) -> None:
        self._base = base
        self._way = httpx2.AsyncHTTPTransport(verify=True, trust_env=False, retries=0)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url, base = request.url, self._base
        if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
            raise httpx2.ConnectError("another place than the settings name")
        kept = [(name, value) for name, value in request.headers.items() if name in HEADERS]
        bare = httpx2.Request(
            request.method,
            url,
            headers=[("host", base.netloc.decode("ascii")), *kept, NO_COMPRESSION],
            stream=request.stream,
            extensions=request.extensions,
        )
        response = await self._way.handle_async_request(bare)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream)
        return response

    async def aclose(self) -> None:
        await self._way.aclose()


class ModelClient:
    """Asks about several messages at once; fulfils `casework.witness.Asks`."""

    def __init__(self, settings: ModelSettings, *, base_url: str | None = None) -> None:
        """`base_url` takes the place of the provider's own address; only tests name one."""
        endpoint = settings.endpoint
        if endpoint is None:
            raise ValueError("without assurance there is no endpoint")
        self._settings = settings
        self._endpoint: Endpoint = endpoint
        self._base_url = base_url or settings.base_url or _address_of(endpoint)
        self._stopping = threading.Event()
        self._running: tuple[asyncio.AbstractEventLoop, asyncio.Task[list[Heard]]] | None = None
        self._lock = threading.Lock()

    def ask(self, questions: Sequence[Question], *, seconds: float) -> list[Heard]:
        """Return how each call ended, in order, within so many seconds; never raises for what the other side does."""
        if self._stopping.is_set():
            return [Heard(outcome=CallOutcome.STOPPED)] * len(questions)
        try:
            return asyncio.run(self._ask_all(questions, seconds))
        except asyncio.CancelledError:
            return [Heard(outcome=CallOutcome.STOPPED)] * len(questions)

    def stop(self) -> None:
        """Have what is asked, now and later, end as STOPPED; may be called from any thread."""
        with self._lock:
            self._stopping.set()
            if self._running is not None:
                loop, task = self._running
                loop.call_soon_threadsafe(task.cancel)

    async def _ask_all(self, questions: Sequence[Question], seconds: float) -> list[Heard]:
        task = asyncio.current_task()
        with self._lock:
            if task is None or self._stopping.is_set():
                return [Heard(outcome=CallOutcome.STOPPED)] * len(questions)
            self._running = (asyncio.get_running_loop(), task)
        try:
            return await self._ask_together(questions, seconds)
        finally:
            with self._lock:
                self._running = None

    async def _ask_together(self, questions: Sequence[Question], seconds: float) -> list[Heard]:
        gate, dialled = asyncio.Semaphore(self._settings.at_once), set[int]()
        async with self._open() as client:

            async def ask_in_turn(place: int, question: Question) -> Heard:
                async with gate:
                    dialled.add(place)
                    return await self._ask_one(client, question)

            tasks = [
                asyncio.create_task(ask_in_turn(place, question))
                for place, question in enumerate(questions)
            ]
            try:
                _, late = await asyncio.wait(tasks, timeout=seconds)
            finally:
                for one in tasks:
                    one.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        return [_end_of(one, was_dialled=place in dialled) for place, one in enumerate(tasks)]

    async def _ask_one(
        self, client: AsyncAnthropic | AsyncAnthropicBedrockMantle, question: Question
    ) -> Heard:
        """Return how the call ended; the exceptions of the library stop here, for their texts hold the answer."""
        import anthropic

        try:
            async with asyncio.timeout(self._settings.call_seconds):
                body = await self._call(client, question)
        except (TimeoutError, anthropic.APITimeoutError):
            return Heard(outcome=CallOutcome.TIMEOUT)
        except anthropic.APIStatusError as error:
            return _by_status(error.status_code, error.response.headers)
        except anthropic.APIConnectionError:
            return Heard(outcome=CallOutcome.UNREACHABLE)
        except (anthropic.AnthropicError, httpx2.HTTPError, ValueError):
            return Heard(outcome=CallOutcome.INVALID)
        return read_answer(body, question.parts)

    async def _call(
        self, client: AsyncAnthropic | AsyncAnthropicBedrockMantle, question: Question
    ) -> bytes:
        settings = self._settings
        wanted = request_of(question.text, model=self._endpoint.model, answer_by=settings.answer_by)
        if self._endpoint.host == FIRST_PARTY:
            wanted["inference_geo"] = self._endpoint.region
        response = await client.messages.with_raw_response.create(
            **wanted, timeout=settings.call_seconds
        )
        return bytes(response.http_response.content)

    def _open(self) -> AsyncAnthropic | AsyncAnthropicBedrockMantle:
        """Return a client in which nothing is left for the environment to say."""
        import anthropic

        _silence()
        settings = self._settings
        http = httpx2.AsyncClient(
            transport=_Guard(httpx2.URL(self._base_url)),
            timeout=httpx2.Timeout(settings.call_seconds, connect=CONNECT_SECONDS),
            trust_env=False,
            follow_redirects=False,
        )
        common: dict[str, Any] = {
            "api_key": settings.api_key.get_secret_value() if settings.api_key else "none",
            "base_url": self._base_url,
            "max_retries": 0,  # attempts are ours: each has its row in the ledger
            "open_telemetry": False,
            "http_client": http,
        }
        client: AsyncAnthropic | AsyncAnthropicBedrockMantle
        if self._endpoint.assurance is Assurance.BEDROCK_VERIFIED:
            client = anthropic.AsyncAnthropicBedrockMantle(
                aws_region=self._endpoint.region, **common
            )
        else:
            client = anthropic.AsyncAnthropic(**common)
        # ANTHROPIC_CUSTOM_HEADERS would replace even the key; no argument of the constructor turns it off.
        client._custom_headers = {}  # noqa: SLF001
        return client


def _address_of(endpoint: Endpoint) -> str:
    bedrock = endpoint.assurance is Assurance.BEDROCK_VERIFIED
    return f"https://{endpoint.host}/anthropic" if bedrock else f"https://{endpoint.host}"


def _end_of(task: asyncio.Task[Heard], *, was_dialled: bool) -> Heard:
    """Return how a call ended; of one that was cut off, only a dialled one says anything about the other side."""
    if task.cancelled():
        return Heard(outcome=CallOutcome.TIMEOUT if was_dialled else CallOutcome.NOT_ASKED)
    if task.exception() is not None:  # the library broke on an answer: that one is none
        return Heard(outcome=CallOutcome.INVALID)
    return task.result()


def _by_status(status: int, headers: Mapping[str, str]) -> Heard:
    """A refused key, model, payment or request needs a person; what the other side suffers from passes."""
    otherwise = CallOutcome.SERVER_ERROR if status >= _SERVER_ERROR else CallOutcome.REJECTED
    return Heard(outcome=_BY_STATUS.get(status, otherwise), retry_after=_pause(headers))


def _pause(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the other side asks us to wait; a number that is none, or huge, is the longest pause."""
    asked = headers.get("retry-after")
    if asked is None:
        return None
    try:
        return timedelta(seconds=min(max(float(asked), 0.0), LONGEST_PAUSE.total_seconds()))
    except (ValueError, OverflowError):
        return LONGEST_PAUSE


def _silence() -> None:
    """The library's own log writes whole requests when the environment asks for it."""
    for name in ("anthropic", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
