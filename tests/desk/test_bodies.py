"""Nobody makes a page wait for a body, or hold more of it than a form of ours sends."""

import asyncio

import pytest
from starlette.requests import ClientDisconnect, Request

from desk import bodies
from desk.bodies import BodyBrokenOff, BodyTooLarge, StreamedBody, read_body, read_form

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


async def read_in_thread(request: Request, *, most: int = MOST, size: int = 4) -> list[bytes]:
    body, pieces = StreamedBody(request, most=most), []

    def read() -> None:
        while piece := body.read(size):
            pieces.append(piece)

    await asyncio.to_thread(read)
    return pieces


async def test_a_streamed_body_comes_in_pieces_as_long_as_was_asked_for() -> None:
    request = posted(piece(b"123456"), piece(b"789", more=False))
    assert await read_in_thread(request) == [b"1234", b"5678", b"9"]


async def test_a_streamed_body_stops_at_its_bound() -> None:
    with pytest.raises(BodyTooLarge):
        await read_in_thread(posted(piece(b"x" * 6), piece(b"x" * 6)))


async def test_a_streamed_body_that_breaks_off_or_stands_still_is_not_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.05)
    for request in (posted(piece(b"12")), posted(piece(b"12"), {"type": "http.disconnect"})):
        with pytest.raises(BodyBrokenOff):
            await read_in_thread(request)
