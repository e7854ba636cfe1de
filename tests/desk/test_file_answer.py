"""A file is handed over as something to save; who leaves, or loses it on the way, gets no whole one, and it is recorded."""

import asyncio
from dataclasses import dataclass, field

import pytest

from desk.file_answer import FileAnswer, attachment
from privacy.errors import Permanent, Retryable


@dataclass
class Pieces:
    """A file of three pieces, which fails at one of them or when it is recorded."""

    fails_at: int | None = None
    unrecordable: bool = False
    name: str = "data.zip"
    size: int = 9
    pieces: int = 3
    recorded: list[int] = field(default_factory=list)

    def piece(self, number: int) -> bytes:
        if number == self.fails_at:
            raise Permanent("a piece of a file is erased")
        return b"abc"

    def ended(self, sent: int) -> None:
        if self.unrecordable:
            raise Retryable("database: away")
        self.recorded.append(sent)


async def handed_over(file: Pieces, *, leaves_after: int | None = None) -> list[dict]:
    """Return what was sent to a visitor who leaves after so many pieces."""
    sent: list[dict] = []
    left = asyncio.Event()

    async def receive() -> dict:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        sent.append(message)
        if leaves_after is not None and len(sent) > leaves_after:
            left.set()
            await asyncio.sleep(0)

    await FileAnswer(file)({"type": "http"}, receive, send)  # type: ignore[arg-type]
    return sent


async def test_a_whole_file_is_sent_with_its_length_and_recorded() -> None:
    file = Pieces()
    start, *pieces, end = await handed_over(file)
    assert (b"content-length", b"9") in start["headers"]
    assert [one["body"] for one in pieces] == [b"abc"] * 3
    assert end["more_body"] is False
    assert file.recorded == [9]


async def test_a_visitor_who_leaves_ends_it() -> None:
    file = Pieces(pieces=100, size=300)
    sent = await handed_over(file, leaves_after=2)
    assert file.recorded == [3 * (len(sent) - 1)]
    assert len(sent) < 10


async def test_a_piece_that_is_gone_breaks_the_answer_off() -> None:
    file = Pieces(fails_at=2)
    sent = await handed_over(file)
    assert sent[-1]["more_body"] is True
    assert file.recorded == [6]


async def test_a_receipt_that_cannot_be_written_does_not_harm_the_file() -> None:
    sent = await handed_over(Pieces(unrecordable=True))
    assert sent[-1]["more_body"] is False


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("data.zip", "attachment; filename=\"data.zip\"; filename*=UTF-8''data.zip"),
        (
            'a";\r\nX: y.zip',
            "attachment; filename=\"a____X__y.zip\"; filename*=UTF-8''a%22%3B%0D%0AX%3A%20y.zip",
        ),
        ("ü.csv", "attachment; filename=\"_.csv\"; filename*=UTF-8''%C3%BC.csv"),
    ],
)
def test_a_name_cannot_become_another_header(name: str, header: str) -> None:
    assert attachment(name) == header
