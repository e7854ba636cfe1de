"""Our own mails, one quirk each: what is read from them. The index of the quirks is `mails/expected.json`."""

import json
from pathlib import Path

import pytest

from intake.parse import parse_message
from privacy.messages import ParsedMessage

MAILS = Path(__file__).parent / "mails"
EXPECTED = json.loads((MAILS / "expected.json").read_text(encoding="utf-8"))


def read(name: str) -> ParsedMessage:
    return parse_message((MAILS / name).read_bytes())


def test_every_mail_has_an_expectation_and_every_expectation_a_mail():
    assert {path.name for path in MAILS.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_it_believes_the_stated_sender_or_none(name):
    assert read(name).sender.address == EXPECTED[name]["sender"]


@pytest.mark.parametrize("name", EXPECTED)
def test_it_reads_the_subject_on_one_line(name):
    assert read(name).subject == EXPECTED[name]["subject"]


@pytest.mark.parametrize("name", EXPECTED)
def test_the_new_text_holds_the_writers_words_and_nothing_that_is_not_theirs(name):
    message = read(name)
    assert EXPECTED[name]["contains"] in message.new_text
    if EXPECTED[name]["lacks"]:
        assert EXPECTED[name]["lacks"] not in message.new_text


@pytest.mark.parametrize("name", EXPECTED)
def test_it_says_what_is_wrong_with_the_mail(name):
    assert set(EXPECTED[name]["defects"]) <= set(read(name).defects)
    if not EXPECTED[name]["defects"]:
        assert read(name).defects == ()


@pytest.mark.parametrize("name", EXPECTED)
def test_it_names_the_attachments_safely(name):
    shown = [
        item.name for item in read(name).attachments if not item.content_type.startswith("message/")
    ]
    assert [item for item in shown if not item.startswith("attachment-")] == EXPECTED[name].get(
        "attachments", []
    )


@pytest.mark.parametrize("name", EXPECTED)
def test_only_unreadable_mail_gives_a_reason_for_it(name):
    assert (read(name).unreadable_reason is not None) == (EXPECTED[name]["kind"] == "unreadable")


def test_the_same_mail_in_two_mailboxes_has_one_digest():
    first, second = read("47-both-mailboxes-privacy.eml"), read("48-both-mailboxes-dpo.eml")
    assert first.body_digest == second.body_digest
    assert first.message_id == second.message_id


def test_two_mails_with_one_message_id_have_two_digests():
    first, second = read("45-same-id-first.eml"), read("46-same-id-second.eml")
    assert first.message_id == second.message_id
    assert first.body_digest != second.body_digest


def test_the_words_of_an_embedded_message_have_their_own_sender():
    (forwarded,) = read("30-forward-attached.eml").forwarded
    assert forwarded.sender.address == "anne@holly.example"
    assert "a copy of all personal data" in forwarded.text


def test_an_id_that_hides_a_command_is_no_id():
    message = read("56-message-id-injection.eml")
    assert message.message_id is None
    assert not any("\r" in value or "\n" in value for _, value in message.headers)
