"""Who brought a mail is kept where our listener is the boundary, and nowhere else."""

import pytest

from servers.smtp_talk import Ledger, listening, talking

MAIL = b"From: anne@person.example\r\nSubject: my data\r\n\r\nPlease delete it."


async def kept(hello="EHLO client.example", **settings):
    ledger = Ledger()
    async with listening(ledger, **settings) as listener, talking(listener, greet=False) as talk:
        await talk.reply()
        await talk.say(hello)
        assert (await talk.mail(MAIL)).startswith("250 ")
    return ledger.kept[0]


@pytest.mark.parametrize("hello", ["EHLO client.example", "HELO client.example"])
async def test_the_boundary_keeps_address_and_name_of_the_client(hello):
    client = (await kept(hello, is_boundary=True)).client
    assert (client.address, client.helo) == ("127.0.0.1", "client.example")


async def test_behind_another_server_the_client_is_that_server_and_is_not_kept():
    assert (await kept()).client is None


async def test_a_client_is_not_shown_and_its_name_is_cut():
    raw = await kept("EHLO " + "x" * 400 + ".example", is_boundary=True)
    assert "127.0.0.1" not in repr(raw)
    assert len(raw.client.helo) == 255
