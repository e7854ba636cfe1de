"""The built-in mailbox."""

import mailbox
import os
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from notifier.compose import compose
from notifier.maildir import MaildirTransport, file_name
from notifier.settings import OutgoingSettings, TransportKind
from privacy.errors import Permanent, Retryable
from privacy.messages import Automation, Letter, OutboundMessage

MESSAGE = OutboundMessage(
    message_id="<c.one.two@autocloz.example>",
    sender="privacy@autocloz.example",
    sender_name="Autocloz",
    recipient="anne@person.example",
    envelope_from="privacy@autocloz.example",
    letter=Letter(
        kind="acknowledgement",
        language="de",
        subject="Ihre Anfrage über Löschung",
        text="Guten Tag,\n\nLöschung.\n",
        html="<p>Guten Tag</p>",
    ),
    automation=Automation.REPLIED,
    date=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
)
SECOND = replace(MESSAGE, message_id="<c.three.four@autocloz.example>")


@pytest.fixture
def transport(tmp_path):
    return MaildirTransport(tmp_path / "deep" / "letters")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "deep" / "letters"


def test_a_letter_is_kept_as_it_would_have_left(transport, folder):
    receipt = transport.send(MESSAGE)
    (path,) = (folder / "new").iterdir()
    assert path.read_bytes() == compose(MESSAGE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert receipt.provider_id == path.name == file_name(MESSAGE.message_id)
    assert not list((folder / "tmp").iterdir())


def test_any_mail_program_can_read_it(transport, folder):
    transport.send(MESSAGE)
    (letter,) = mailbox.Maildir(folder, create=False)
    assert letter["To"] == "anne@person.example"


@pytest.mark.parametrize("moved_to", ["new/{}", "cur/{}", "cur/{}:2,S"])
def test_a_repeat_makes_no_second_letter(transport, folder, moved_to):
    transport.send(MESSAGE)
    name = file_name(MESSAGE.message_id)
    (folder / "new" / name).rename(folder / moved_to.format(name))
    assert transport.send(MESSAGE).answer == "was there already"
    assert len(transport.list_letters()) == 1
    assert transport.was_sent([MESSAGE.message_id]) == {MESSAGE.message_id}


def test_it_knows_what_was_sent(transport):
    assert transport.was_sent([MESSAGE.message_id]) == frozenset()
    transport.send(MESSAGE)
    asked = [SECOND.message_id, MESSAGE.message_id]
    assert transport.was_sent(asked) == {MESSAGE.message_id}


def test_what_a_crash_left_behind_is_no_letter(transport, folder):
    transport.check()
    (folder / "tmp" / file_name(MESSAGE.message_id)).write_bytes(b"half")
    assert transport.was_sent([MESSAGE.message_id]) == frozenset()
    transport.send(MESSAGE)
    assert [letter.message_id for letter in transport.list_letters()] == [MESSAGE.message_id]


def test_letters_are_listed_in_the_order_in_which_they_were_kept(transport, folder):
    for seconds, message in ((2, SECOND), (1, MESSAGE)):
        transport.send(message)
        os.utime(folder / "new" / file_name(message.message_id), (seconds, seconds))
    first, second = transport.list_letters()
    assert (first.message_id, second.message_id) == (MESSAGE.message_id, SECOND.message_id)
    assert (first.recipient, first.subject, first.text) == (
        "anne@person.example",
        MESSAGE.letter.subject,
        MESSAGE.letter.text,
    )
    assert "anne" not in repr(first)


def test_an_empty_mailbox_has_no_letters(transport):
    assert transport.list_letters() == ()


def test_nothing_of_a_message_id_becomes_a_path(transport, folder):
    transport.send(replace(MESSAGE, message_id="<../../../etc/passwd@autocloz.example>"))
    assert [path.parent for path in folder.rglob("*") if path.is_file()] == [folder / "new"]


def test_what_cannot_be_composed_is_not_kept(transport):
    with pytest.raises(Permanent):
        transport.send(replace(MESSAGE, recipient="two\r\nlines@person.example"))
    assert transport.list_letters() == ()


def test_a_folder_that_cannot_be_used_is_not_the_fault_of_the_letter(tmp_path):
    (tmp_path / "file").write_text("no folder")
    transport = MaildirTransport(tmp_path / "file")
    with pytest.raises(Permanent, match="maildir"):
        transport.check()
    with pytest.raises(Retryable, match="maildir"):
        transport.send(MESSAGE)


def test_a_check_says_where_letters_go_and_leaves_nothing(transport, folder):
    assert str(folder) in transport.check()
    assert not [path for path in folder.rglob("*") if path.is_file()]
    transport.close()


def test_letters_stay_here_unless_a_server_is_named():
    assert OutgoingSettings().transport is TransportKind.MAILDIR
    with pytest.raises(ValueError, match="smtp"):
        OutgoingSettings(transport="smtp")
