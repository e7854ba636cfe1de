"""The SMTP listener as its clients see it."""

import asyncio
import contextlib
import errno
import logging
import sqlite3

import pytest
from pydantic import ValidationError

from intake.listener_settings import ListenerSettings
from intake.smtp import start_listener
from privacy.errors import Permanent, Retryable
from privacy.messages import ArrivalBasis, Route
from servers.smtp_talk import ANNE, DPO, NOON, PRIVACY, Ledger, listening, talking

MAIL = b"From: anne@person.example\r\nSubject: my data\r\n\r\nPlease delete it."


async def test_it_keeps_the_bytes_as_they_came():
    ledger = Ledger()
    ugly = b"Subject: \xff\x00\r\n\r\nbare \r and \n here\r\n\r\n\ttail"
    async with listening(ledger) as listener, talking(listener) as talk:
        assert (await talk.mail(ugly)).startswith("250 ")
    assert ledger.kept[0].raw == ugly + b"\r\n"


async def test_it_says_when_and_how_a_message_arrived():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.mail(MAIL)
    (raw,) = ledger.kept
    assert (raw.received_at, raw.arrival_basis, raw.route) == (
        NOON,
        ArrivalBasis.LISTENER,
        Route.SMTP,
    )
    assert (raw.envelope_from, raw.envelope_to, raw.mailbox) == (ANNE, (PRIVACY,), PRIVACY)


async def test_it_takes_transparency_dots_off():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.mail(b"..first\r\n\r\n...\r\n..\r\n.x\r\na..b")
    assert ledger.kept[0].raw == b".first\r\n\r\n..\r\n.\r\nx\r\na..b\r\n"


async def test_it_takes_a_message_without_any_content():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.open_mail()
        assert (await talk.say(".")).startswith("250 ")
    assert ledger.kept[0].raw == b""


async def test_it_answers_commands_that_came_together_with_the_end_of_data():
    async with listening() as listener, talking(listener) as talk:
        await talk.open_mail()
        await talk.send(MAIL + b"\r\n.\r\nNOOP\r\nQUIT\r\n")
        replies = [await talk.reply() for _ in range(3)]
    assert [reply[:3] for reply in replies] == ["250", "250", "221"]


async def test_it_says_250_only_after_the_commit():
    committed = asyncio.Event()
    async with (
        listening(Ledger(before_commit=committed.wait)) as listener,
        talking(listener) as talk,
    ):
        await talk.open_mail()
        await talk.send(MAIL + b"\r\n.\r\n")
        answer = asyncio.ensure_future(talk.reply())
        assert not (await asyncio.wait({answer}, timeout=0.1))[0]
        committed.set()
        assert (await answer).startswith("250 ")


@pytest.mark.parametrize(
    "address",
    [
        PRIVACY,
        "Privacy@AUTOCLOZ.example",
        "privacy+c.abc@autocloz.example",
        "postmaster",
        "Postmaster@autocloz.example",
    ],
)
async def test_it_takes_mail_for_our_mailboxes(address):
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        assert (await talk.mail(MAIL, address)).startswith("250 ")
    assert (ledger.kept[0].mailbox, ledger.kept[0].envelope_to) == (PRIVACY, (address,))


@pytest.mark.parametrize(
    "address",
    ["anne@person.example", "sales@autocloz.example", "postmaster@person.example", "privacy"],
)
async def test_it_relays_nothing_and_points_at_the_right_mailbox(address):
    async with listening() as listener, talking(listener) as talk:
        await talk.say(f"MAIL FROM:<{ANNE}>")
        reply = await talk.say(f"RCPT TO:<{address}>")
    assert reply.startswith("550 5.1.1 ")
    assert reply.endswith(PRIVACY)


async def test_a_mail_to_both_mailboxes_is_one_message_of_the_first():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.mail(MAIL, DPO, PRIVACY)
    (raw,) = ledger.kept
    assert (raw.mailbox, raw.envelope_to) == (PRIVACY, (DPO, PRIVACY))


async def test_it_takes_bounces_with_an_empty_sender():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        assert (await talk.mail(MAIL, sender="")).startswith("250 ")
    assert ledger.kept[0].envelope_from == ""


async def test_a_sender_that_is_not_text_becomes_storable():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.say(b"MAIL FROM:<a\xff\x00\x1bb@person.example>")
        await talk.say(f"RCPT TO:<{PRIVACY}>")
        await talk.say("DATA")
        assert (await talk.say(".")).startswith("250 ")
    sender = ledger.kept[0].envelope_from
    assert sender is not None
    assert sender.isprintable()
    assert sender.encode()


async def test_it_takes_mail_from_an_address_in_any_script():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.say("MAIL FROM:<अन्ना@person.example> SMTPUTF8")
        await talk.say(f"RCPT TO:<{PRIVACY}>")
        await talk.say("DATA")
        await talk.say(".")
    assert ledger.kept[0].envelope_from == "अन्ना@person.example"


@pytest.mark.parametrize("length", [997, 1_001, 64 * 1024, 300_000])
async def test_it_never_refuses_a_request_for_a_long_line(length):
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        line = b"x" * length
        assert (await talk.mail(line)).startswith("250 ")
    assert ledger.kept[0].raw == line + b"\r\n"


FALSE_ENDS = [
    b"\n.\n",
    b"\r\n.\n",
    b"\n.\r\n",
    b"\r.\r\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r\n\0.\r\n",
    b"\r\n. \r\n",
    b"\r\n..\r\n",
]


@pytest.mark.parametrize("false_end", FALSE_ENDS)
async def test_nothing_but_the_true_end_ends_a_message(false_end):
    ledger = Ledger()
    smuggled = b"MAIL FROM:<x@y.example>\r\nRCPT TO:<" + PRIVACY.encode() + b">\r\nDATA\r\nsmuggled"
    async with listening(ledger) as listener, talking(listener) as talk:
        assert (await talk.mail(b"body" + false_end + smuggled)).startswith("250 ")
        assert (await talk.say("NOOP")).startswith("250 ")
    (raw,) = ledger.kept
    assert raw.raw.endswith(b"DATA\r\nsmuggled\r\n")


async def _locked():
    raise Retryable("database is locked: /secret/place")


async def _broken():
    raise RuntimeError("password=hunter2")


async def _cancelled():
    raise asyncio.CancelledError


@pytest.mark.parametrize("trouble", [_locked, _broken, _cancelled])
async def test_any_failure_asks_to_come_back_without_details(trouble, caplog):
    caplog.set_level(logging.DEBUG, logger="intake")
    ledger = Ledger(before_commit=trouble)
    async with listening(ledger) as listener, talking(listener) as talk:
        reply = await talk.mail(MAIL)
        ledger.before_commit = None
        again = await talk.mail(MAIL)
    assert reply == "451 4.3.0 Temporary failure, please try again later"
    assert again.startswith("250 ")
    assert len(ledger.kept) == 1
    assert not {"hunter2", "secret", ANNE} & set(caplog.text.replace(":", " ").split())


def _full_disk() -> Exception:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = 13
    return error


@pytest.mark.parametrize("cause", [OSError(errno.ENOSPC, "no space"), _full_disk()])
async def test_a_full_disk_is_a_matter_of_time(cause):
    async def full():
        raise Retryable("cannot store") from cause

    ledger = Ledger(before_commit=full)
    async with listening(ledger) as listener, talking(listener) as talk:
        assert (await talk.mail(MAIL)).startswith("452 4.3.1 ")
        ledger.before_commit = None
        assert (await talk.mail(MAIL)).startswith("250 ")


async def test_a_stalled_commit_is_answered_in_time_and_goes_on_by_itself():
    release = asyncio.Event()
    ledger = Ledger(before_commit=release.wait)
    async with (
        listening(ledger, answer_seconds=0.1, idle_seconds=0.05) as listener,
        talking(listener) as talk,
    ):
        assert (await talk.mail(MAIL)).startswith("451 4.3.0 ")
        release.set()
        await ledger.holds(1)
    assert len(ledger.kept) == 1


async def test_an_idle_limit_never_cuts_a_client_that_is_owed_an_answer():
    async def slow():
        await asyncio.sleep(0.3)

    async with (
        listening(Ledger(before_commit=slow), idle_seconds=0.1) as listener,
        talking(listener) as talk,
    ):
        assert (await talk.mail(MAIL)).startswith("250 ")


async def test_a_slow_upload_is_not_cut_while_it_goes_on():
    async with listening(idle_seconds=0.3) as listener, talking(listener) as talk:
        await talk.open_mail()
        for _ in range(10):
            await talk.send(b"a line\r\n")
            await asyncio.sleep(0.06)
        await talk.send(b".\r\n")
        assert (await talk.reply()).startswith("250 ")


async def test_a_silent_client_is_cut():
    async with listening(idle_seconds=0.1) as listener, talking(listener) as talk:
        assert (await talk.reply()).startswith("421 4.4.2 ")
        assert await talk.reply() == ""


async def test_an_endless_drip_is_cut():
    ledger = Ledger()
    async with listening(ledger, session_seconds=0.3) as listener, talking(listener) as talk:
        await talk.open_mail()
        answer = asyncio.ensure_future(talk.reply())
        while not answer.done():
            talk.writer.write(b"x")
            await asyncio.sleep(0.02)
        assert (await answer).startswith("421 4.4.2 ")
    assert not ledger.kept


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(caplog):
    caplog.set_level(logging.INFO, logger="intake")
    ledger = Ledger()
    async with listening(ledger) as listener:
        for length in (0, 1, 50, len(MAIL)):
            async with talking(listener) as talk:
                await talk.open_mail()
                await talk.send(MAIL[:length])
        await asyncio.wait_for(listener.door.empty.wait(), 5)
        async with talking(listener) as talk:
            assert (await talk.mail(MAIL)).startswith("250 ")
    assert len(ledger.kept) == 1
    assert len(caplog.records) == 4


async def test_a_message_over_the_limit_is_told_another_way():
    ledger = Ledger()
    limit = 64 * 1024
    async with (
        listening(
            ledger, max_message_bytes=limit, other_channel="write to 1 Quay, Dublin"
        ) as listener,
        talking(listener) as talk,
    ):
        assert f"SIZE {limit}" in await talk.say("EHLO again.example")
        declared = await talk.say(f"MAIL FROM:<{ANNE}> SIZE={limit + 1}")
        sent = await talk.mail(b"x" * (limit + 1))
        assert (await talk.mail(b"x" * (limit - 2))).startswith("250 ")
    assert declared == sent == "552 5.3.4 Larger than 0.0625 MiB; please write to 1 Quay, Dublin"
    assert [len(raw.raw) for raw in ledger.kept] == [limit]


async def test_too_much_at_once_is_asked_to_come_back():
    held = asyncio.Event()
    ledger = Ledger(before_commit=held.wait)
    async with (
        listening(ledger, max_message_bytes=2**20, answer_seconds=0.05) as listener,
        talking(listener) as talk,
    ):
        big = b"x" * (2**20 - 100)
        replies = [(await talk.mail(big))[:9] for _ in range(5)]
        assert replies == ["451 4.3.0"] * 4 + ["452 4.3.1"]
        held.set()
        await ledger.holds(4)
        assert (await talk.mail(big)).startswith("250 ")


async def test_it_bounds_recipients_and_guesses():
    async with listening(max_recipients=2) as listener, talking(listener) as talk:
        await talk.say(f"MAIL FROM:<{ANNE}>")
        accepted = [await talk.say(f"RCPT TO:<privacy+{n}@autocloz.example>") for n in range(3)]
    assert [reply[:3] for reply in accepted] == ["250", "250", "452"]
    async with listening() as listener, talking(listener) as talk:
        await talk.say(f"MAIL FROM:<{ANNE}>")
        guesses = [await talk.say(f"RCPT TO:<x{n}@autocloz.example>") for n in range(21)]
        assert {reply[:3] for reply in guesses[:20]} == {"550"}
        assert guesses[20].startswith("421 ")
        assert await talk.reply() == ""


async def test_it_bounds_connections_from_one_address_and_in_all():
    for bounds in ({"max_connections_per_address": 2}, {"max_connections": 2}):
        async with (
            listening(**bounds) as listener,
            talking(listener),
            talking(listener) as second,
            talking(listener, greet=False) as third,
        ):
            assert (await third.reply()).startswith("421 4.7.0 ")
            assert await third.reply() == ""
            await second.say("QUIT")
            await second.reply()
            async with talking(listener) as fourth:
                assert (await fourth.mail(MAIL)).startswith("250 ")


async def test_a_storm_of_connections_leaves_room_for_the_next_client():
    async with listening(max_connections_per_address=20) as listener:
        storm = [talking(listener, greet=False) for _ in range(300)]
        talks = [await each.__aenter__() for each in storm]
        greetings = [(await talk.reply())[:3] for talk in talks]
        for each in storm:
            await each.__aexit__(None, None, None)
        await asyncio.wait_for(listener.door.empty.wait(), 10)
        async with talking(listener) as talk:
            assert (await talk.mail(MAIL)).startswith("250 ")
    assert (greetings.count("220"), greetings.count("421")) == (20, 280)


async def test_closing_says_goodbye_to_idle_clients_and_finishes_the_message_under_way():
    committed = asyncio.Event()
    ledger = Ledger(before_commit=committed.wait)
    async with listening(ledger) as listener, talking(listener) as idle, talking(listener) as busy:
        await busy.open_mail()
        await busy.send(MAIL + b"\r\n.\r\n")
        await ledger.asked.wait()
        closing = asyncio.ensure_future(listener.close(10))
        assert (await idle.reply()).startswith("421 4.3.2 ")
        committed.set()
        assert (await busy.reply()).startswith("250 ")
        assert (await busy.reply()).startswith("421 4.3.2 ")
        await closing
    assert len(ledger.kept) == 1


async def test_closing_does_not_wait_for_ever_for_a_client():
    ledger = Ledger()
    async with listening(ledger) as listener, talking(listener) as talk:
        await talk.open_mail()
        await talk.send(MAIL)
        await listener.close(0.1)
        with contextlib.suppress(ConnectionError):
            assert await talk.reply() == ""
    assert not ledger.kept


async def test_its_greeting_names_no_program():
    async with (
        listening(hostname="mx.autocloz.example") as listener,
        talking(listener, greet=False) as talk,
    ):
        assert await talk.reply() == "220 mx.autocloz.example ESMTP"
        offers = await talk.say("EHLO client.example")
    assert "AUTH" not in offers


@pytest.mark.parametrize("command", ["AUTH PLAIN AGEAYg==", "VRFY privacy", "EXPN all", "BDAT 5"])
async def test_it_offers_nothing_else(command):
    async with listening() as listener, talking(listener) as talk:
        assert (await talk.say(command))[:3] in {"252", "500", "502"}
        assert (await talk.mail(MAIL)).startswith("250 ")


@pytest.mark.parametrize(
    "line",
    [b"\xff\xfe", b"", b"MAIL", b"MAIL FROM:x" + b"y" * 5_000, b"RCPT TO:<\xed\xa0\x80@x>"],
)
async def test_a_strange_command_does_not_end_the_conversation(line):
    async with listening() as listener, talking(listener) as talk:
        assert (await talk.say(line))[:1] in {"4", "5"}
        assert (await talk.mail(MAIL)).startswith("250 ")


async def test_addresses_of_people_stay_out_of_the_log(caplog):
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.INFO, logger="mail.log")  # as somebody who hunts a fault would
    async with listening() as listener, talking(listener) as talk:
        await talk.mail(MAIL)
        await talk.say(f"NONSENSE {ANNE}")
        await talk.say(f"RCPT TO:<{ANNE}>")
    assert ANNE not in caplog.text


async def test_a_port_that_is_taken_is_said_plainly():
    async with listening() as listener:
        settings = ListenerSettings(port=listener.port, mailboxes=(PRIVACY,))
        with pytest.raises(Permanent, match="cannot listen"):
            await start_listener(
                settings,
                keep=Ledger().keep,
                clock=lambda: NOON,
                loop=asyncio.get_running_loop(),
            )


@pytest.mark.parametrize(
    "wrong",
    [
        {"mailboxes": ("privacy+x@autocloz.example",)},
        {"mailboxes": ("privacy",)},
        {"other_channel": "two\r\nlines"},
        {"require_tls": True},
        {"tls_key": "key.pem"},
        {"hostname": "a\r\nb"},
        {"colour": "blue"},
    ],
)
def test_wrong_settings_are_refused(wrong):
    with pytest.raises(ValidationError):
        ListenerSettings(**{"mailboxes": (PRIVACY,)} | wrong)


async def test_a_listener_without_a_mailbox_is_refused():
    with pytest.raises(Permanent, match="no mailbox"):
        async with listening(mailboxes=()):
            pass
