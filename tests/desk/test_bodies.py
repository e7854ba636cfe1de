"""Nobody makes a page wait for a body, or hold more of it than a form of ours sends."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request

from desk import bodies
from desk.bodies import BodyTooLarge, read_body, read_form

MOST = 10


def posted(*pieces: dict[str, object], declared: str = "") -> Request:
    """Return a request whose body comes in these pieces and never ends by itself."""
    waiting = list(pieces)

    async def receive() -> dict[str, object]:
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    headers = [(b"content-length", declared.encode())] if declared else []
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


def piece(body: bytes, *, more: bool = True) -> dict[str, object]:
    return {"type": "http.request", "body": body, "more_body": more}


async def test_a_body_within_its_bounds_is_whole() -> None:
    whole = posted(piece(b"code="), piece(b"4711", more=False))
    assert await read_body(whole, most=MOST) == b"code=4711"


@pytest.mark.parametrize(
    "request_",
    [
        posted(piece(b"x" * 6), piece(b"x" * 6)),
        posted(declared="11"),
    ],
    ids=["while it comes", "by its own word, before a byte is read"],
)
async def test_too_much_is_known_as_soon_as_it_is(request_: Request) -> None:
    with pytest.raises(BodyTooLarge):
        await read_body(request_, most=MOST)


@pytest.mark.parametrize(
    "request_",
    [
        posted(piece(b"x" * 11)),
        posted(piece(b"code=")),
        posted(piece(b"code="), {"type": "http.disconnect"}),
    ],
    ids=["too large", "never ends", "gone"],
)
async def test_a_form_that_is_none_of_ours_says_nothing(
    request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.05)
    assert await read_form(request_, most=MOST) == b""


async def test_whoever_goes_away_is_told_from_whoever_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.05)
    with pytest.raises(ClientDisconnect):
        await read_body(posted({"type": "http.disconnect"}), most=MOST)
    with pytest.raises(TimeoutError):
        await read_body(posted(piece(b"code=")), most=MOST)
