"""The directory as the product's JSON endpoint tells it: asked page by page, signed both ways, within bounds."""

from __future__ import annotations

import json
import secrets
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx2

from directory.fields import read_line
from directory.settings import EndpointSettings
from directory.time_limit import TimeLimit
from privacy.directory import SourceLine
from privacy.directory_lines import ListedWords
from privacy.errors import Permanent, Retryable
from privacy.ports import Clock, SourceReading
from privacy.webhook_signing import is_signed, signed_headers

MEGABYTE = 1_000_000
MOST_PAGES = 100_000
LONGEST_CURSOR = 1_000
ID_BYTES = 16
BUSY = frozenset((408, 425, 429))


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page. `next_cursor` is None on the last one."""

    records: list[object] = field(repr=False)
    version: str | None
    next_cursor: str | None
    unchanged: bool


class EndpointSource:
    """One endpoint. No redirect is followed and no proxy is asked: the question goes where the settings say."""

    name = "endpoint"

    def __init__(self, settings: EndpointSettings, words: ListedWords, clock: Clock) -> None:
        self._settings = settings
        self._words = words
        self._clock = clock

    def read(self, known_version: str | None) -> SourceReading | None:
        """Return what the endpoint lists, None when it says that nothing changed. Raises Permanent or Retryable."""
        ends_at = time.monotonic() + self._settings.whole_seconds
        first = self._ask(None, known_version)
        if first.unchanged:
            return None
        return SourceReading(lines=self._lines(first, ends_at), version=first.version)

    def _lines(self, first: Page, ends_at: float) -> Iterator[SourceLine]:
        listed, page, asked = 0, first, set[str]()
        while True:
            for place, record in enumerate(page.records, start=listed + 1):
                yield read_line(place, record, self._words)
            listed += len(page.records)
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in asked or len(asked) >= MOST_PAGES:
                raise Permanent("directory endpoint: its pages do not end")
            if time.monotonic() > ends_at:
                raise Retryable("directory endpoint: took longer than endpoint.whole_seconds")
            asked.add(cursor)
            page = self._ask(cursor, None)
            if page.version != first.version:
                raise Retryable("directory endpoint: changed while it was read")

    def _ask(self, cursor: str | None, known_version: str | None) -> Page:
        question = {"cursor": cursor, "known_version": known_version}
        body = json.dumps(question).encode()
        name = f"msg_{secrets.token_hex(ID_BYTES)}"
        limit = TimeLimit()
        try:
            with limit.of(self._settings.page_seconds):
                answer, headers = self._exchange(name, body, limit)
        except (httpx2.HTTPError, OSError, ssl.SSLError) as error:
            kind = "too slow" if limit.is_over else type(error).__name__
            raise Retryable(f"directory endpoint: out of reach, {kind}") from None
        if not is_signed(self._settings.key, name, answer, headers, self._clock()):
            raise Permanent("directory endpoint: the answer is not signed with our secret")
        return _page(answer)

    def _exchange(self, name: str, body: bytes, limit: TimeLimit) -> tuple[bytes, httpx2.Headers]:
        settings = self._settings
        headers = signed_headers(settings.key, name, body, self._clock())
        verify = ssl.create_default_context(cafile=settings.ca_file)
        with (
            httpx2.Client(verify=verify, timeout=settings.page_seconds, trust_env=False) as client,
            client.stream(
                "POST",
                settings.url,
                content=body,
                headers=headers | {"Content-Type": "application/json"},
                extensions={"trace": limit.trace},
            ) as response,
        ):
            _require_success(response)
            return self._body(response, limit), response.headers

    def _body(self, response: httpx2.Response, limit: TimeLimit) -> bytes:
        most = int(self._settings.page_megabytes * MEGABYTE)
        body = bytearray()
        for piece in response.iter_bytes():
            body += piece
            if len(body) > most:
                raise Permanent("directory endpoint: a page is larger than endpoint.page_megabytes")
        if limit.is_over:
            raise Retryable("directory endpoint: out of reach, too slow")
        return bytes(body)


def _require_success(response: httpx2.Response) -> None:
    status = response.status_code
    if response.is_success:
        return
    if response.is_redirect:
        raise Permanent(f"directory endpoint: redirects ({status}), and none is followed")
    if status in BUSY or response.is_server_error:
        raise Retryable(f"directory endpoint: answered {status}")
    raise Permanent(f"directory endpoint: answered {status}")


def _page(answer: bytes) -> Page:
    try:
        values = json.loads(answer)
    except (ValueError, RecursionError):
        raise Permanent("directory endpoint: the answer is not JSON") from None
    if not isinstance(values, dict):
        raise Permanent("directory endpoint: the answer is no JSON object")
    unchanged, records = values.get("unchanged") is True, values.get("records")
    if not unchanged and not isinstance(records, list):
        raise Permanent("directory endpoint: the answer has no list `records`")
    return Page(
        records=records if isinstance(records, list) else [],
        version=_word(values, "version"),
        next_cursor=_word(values, "next"),
        unchanged=unchanged,
    )


def _word(values: dict[str, object], name: str) -> str | None:
    value = values.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value or len(value) > LONGEST_CURSOR:
        raise Permanent(f"directory endpoint: `{name}` is no short text")
    return value
