"""Posts one body over HTTP, within one limit of time and one of size, to the address of the settings and nowhere else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from privacy.errors import Retryable

MAX_ANSWER = 65_536  # octets; what follows is not read
CLIENT_ERROR, SERVER_ERROR = 4, 5  # first digits (RFC 9110 section 15)


@dataclass(frozen=True, kw_only=True)
class Posting:
    """What is posted where. `seconds` is for all of it, from the name of the host to the last octet."""

    url: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    seconds: float
    ca_file: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back; `body` is cut at MAX_ANSWER."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether it was taken."""
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110 section 15.3


def post(posting: Posting) -> Answer:
    """Return the answer, whatever it says. Raises Retryable when none came in time; nobody knows then what was done.

    No redirect is followed, and neither a proxy nor a password of the environment is used.
    """
    try:
        return asyncio.run(_in_time(posting))
    except TimeoutError:
        raise Retryable("too slow") from None
    except (httpx2.HTTPError, OSError, ssl.SSLError) as error:
        # The cause could name the address: it is not kept.
        raise Retryable(f"out of reach, {type(error).__name__}") from None


async def _in_time(posting: Posting) -> Answer:
    """A timeout of the client counts from octet to octet, and a slow server never ends: this one counts it all."""
    async with asyncio.timeout(posting.seconds):
        verify = ssl.create_default_context(cafile=posting.ca_file)
        async with (
            httpx2.AsyncClient(
                verify=verify, timeout=posting.seconds, trust_env=False, follow_redirects=False
            ) as client,
            client.stream(
                "POST", posting.url, content=posting.body, headers=dict(posting.headers)
            ) as response,
        ):
            return Answer(
                status=response.status_code,
                headers=response.headers,
                body=await _start_of(response),
            )


async def _start_of(response: httpx2.Response) -> bytes:
    """Octets as they come, never unpacked: a small answer cannot become a large one here."""
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) >= MAX_ANSWER:
            break
    return bytes(body[:MAX_ANSWER])
