"""The From gate: lying shapes end without an address, honest ones with theirs."""

import pytest

from intake.parse import parse_message
from intake.sender import believe_sender

MALLORY = "mallory@evil.example"
OWNER = "olivia@victim.example"
REST = b"To: privacy@autocloz.example\r\nSubject: My data\r\nMessage-ID: <1@evil.example>\r\n"
BODY = b"\r\nplease\r\n"


def mail(from_lines: bytes, rest: bytes = REST) -> bytes:
    return from_lines + rest + BODY


def from_value(value: bytes) -> bytes:
    return mail(b"From: " + value + b"\r\n")


HONEST = {
    "bare address": b"mallory@evil.example",
    "angle address": b"<mallory@evil.example>",
    "phrase": b"Mallory M <mallory@evil.example>",
    "quoted phrase with comma": b'"M, Mallory" <mallory@evil.example>',
    "encoded phrase": b"=?utf-8?Q?J=C3=BCrgen?= <mallory@evil.example>",
    "encoded phrase in quotes": b'"=?utf-8?B?SsO8cmdlbg==?=" <mallory@evil.example>',
    "folded after phrase": b"Mallory\r\n <mallory@evil.example>",
    "name in comment": b"mallory@evil.example (Mallory M)",
    "upper-case domain": b"mallory@EVIL.EXAMPLE",
    "angle inside quoted name": b'"<olivia@victim.example>" <mallory@evil.example>',
    "no blank before the angle": b"Mallory<mallory@evil.example>",
    "unicode-free long name": b"Mallory of the Very Long Name " * 5 + b"<mallory@evil.example>",
}

LYING = {
    "own first": b"mallory@evil.example, olivia@victim.example",
    "semicolon": b"mallory@evil.example; olivia@victim.example",
    "empty element": b", mallory@evil.example",
    "trailing comma": b"mallory@evil.example,",
    "group": b"g:olivia@victim.example;",
    "empty group": b"undisclosed:;",
    "victim as quoted local part": b'"olivia@victim.example"@evil.example',
    "own as quoted local part": b'"mallory@evil.example"@victim.example',
    "escaped quote": b'"a\\"@victim.example"@evil.example',
    "name closes early": b'"x" <olivia@victim.example> "y" <mallory@evil.example>',
    "name never closed": b'"olivia@victim.example <mallory@evil.example>',
    "victim as bare name": b"olivia@victim.example <mallory@evil.example>",
    "two angles": b"<olivia@victim.example><mallory@evil.example>",
    "nested angles": b"<<mallory@evil.example>>",
    "angle never closed": b"<mallory@evil.example",
    "nothing between the angles": b"Mallory <>",
    "route": b"<@evil.example:olivia@victim.example>",
    "address in comment after": b"olivia@victim.example (<mallory@evil.example>)",
    "address in comment before": b"(olivia@victim.example) mallory@evil.example",
    "comment in the local part": b"olivia(x)@victim.example",
    "ten thousand comments": b"(" * 1_900 + b")" * 1_900 + b" mallory@evil.example",
    "space around at": b"olivia @ victim.example",
    "junk after the angle": b"<mallory@evil.example>x",
    "whole value encoded": b"=?utf-8?B?PG9saXZpYUB2aWN0aW0uZXhhbXBsZT4=?=",
    "local part encoded": b"=?utf-8?Q?olivia?=@victim.example",
    "right-to-left override": "\u202eelpmaxe <mallory@evil.example>".encode(),
    "raw Latin-1 name": "Jürgen <mallory@evil.example>".encode("latin-1"),
    "homoglyph domain": "olivia@vi\u0441tim.example".encode(),
    "zero width at the end": "olivia@victim.example\u200b".encode(),
    "trailing dot": b"olivia@victim.example.",
    "double dot": b"olivia@victim..example",
    "underscore in the domain": b"olivia@victim_x.example",
    "leading hyphen": b"olivia@-victim.example",
    "label of 64": b"olivia@" + b"a" * 64 + b".example",
    "literal": b"olivia@[127.0.0.1]",
    "top level only": b"olivia@example",
    "no domain": b"olivia",
    "too long": b"x" * 4_000 + b" <mallory@evil.example>",
    "control in the name": b'"olivia\x0b" <mallory@evil.example>',
    "nul in the address": b"mallory\0@evil.example",
}

STRUCTURES = {
    "no From": mail(b""),
    "empty From": mail(b"From: \r\n"),
    "two": mail(b"From: mallory@evil.example\r\nFrom: olivia@victim.example\r\n"),
    "the same twice": mail(b"From: mallory@evil.example\r\n" * 2),
    "second in upper case": mail(b"From: mallory@evil.example\r\nFROM: olivia@victim.example\r\n"),
    "second folded before the colon": mail(b"From: mallory@evil.example\r\nFrom\r\n : o@victim.example\r\n"),
    "bare CR hides one": mail(b"X-Note: hi\rFrom: olivia@victim.example\r\nFrom: mallory@evil.example\r\n"),
    "bare LF among CRLF": mail(b"X-Note: hi\nFrom: mallory@evil.example\r\n"),
    "NUL in another header": mail(b"X-Note: hi\0\r\nFrom: mallory@evil.example\r\n"),
    "CR CR": mail(b"From: mallory@evil.example\r\nX-Note: hi\r\rFrom: olivia@victim.example\r\n"),
    "headers end early": mail(b"X-Note: hi\n\nFrom: mallory@evil.example\r\n"),
    "space before the colon": mail(b"From : mallory@evil.example\r\n"),
    "quoted by a mail store": mail(b">From: mallory@evil.example\r\n"),
    "mbox line": mail(b"From mallory@evil.example Mon Jan  5 10:00:00 2026\r\nFrom: mallory@evil.example\r\n"),
    "byte order mark": mail(b"\xef\xbb\xbfFrom: mallory@evil.example\r\n"),
    "colon missing": mail(b"From mallory@evil.example\r\n"),
    "two Reply-To": mail(b"From: mallory@evil.example\r\n" + b"Reply-To: olivia@victim.example\r\n" * 2),
    "two Subjects": mail(b"From: mallory@evil.example\r\nSubject: another\r\n"),
    "header block too long": mail(b"From: mallory@evil.example\r\n" + b"X-A: bbbbbbbbbbbbbbb\r\n" * 6_000),
}  # fmt: skip


@pytest.mark.parametrize("value", HONEST.values(), ids=HONEST)
def test_it_believes_an_honest_sender(value):
    assert believe_sender(from_value(value)).address == MALLORY


@pytest.mark.parametrize("value", LYING.values(), ids=LYING)
def test_it_believes_nobody_when_two_readers_could_see_two_senders(value):
    sender = believe_sender(from_value(value))
    assert sender.address is None
    assert sender.reasons


@pytest.mark.parametrize("raw", STRUCTURES.values(), ids=STRUCTURES)
def test_it_believes_nobody_when_the_header_block_is_not_sound(raw):
    assert believe_sender(raw).address is None
    assert parse_message(raw).sender.address is None


@pytest.mark.parametrize(
    "name", ["Sender", "Reply-To", "Return-Path", "X-Original-From", "Resent-From"]
)
def test_no_other_field_names_the_sender(name):
    raw = mail(b"From: mallory@evil.example\r\n" + name.encode() + b": olivia@victim.example\r\n")
    assert believe_sender(raw).address == MALLORY


def test_it_accepts_the_line_ends_of_a_maildir():
    assert (
        believe_sender(from_value(b"mallory@evil.example").replace(b"\r\n", b"\n")).address
        == MALLORY
    )


def test_it_keeps_the_local_part_as_written_and_lowers_the_domain():
    assert (
        believe_sender(from_value(b"Anne.Berg+x@Berg.EXAMPLE")).address
        == "Anne.Berg+x@berg.example"
    )


@pytest.mark.parametrize("control", ["\v", "\f", "\x1c", "\x1e", "\x85", "\u2028"])
def test_a_control_in_another_header_makes_no_second_sender(control):
    raw = mail(
        b"X-Note: hi"
        + control.encode()
        + b"From: olivia@victim.example\r\nFrom: mallory@evil.example\r\n"
    )
    assert parse_message(raw).sender.address == MALLORY


def test_a_display_name_with_another_address_is_a_defect_and_shown_clean():
    message = parse_message(
        from_value(b"=?utf-8?Q?olivia=40victim.example=E2=80=AE?= <mallory@evil.example>")
    )
    assert message.sender.display_name == "olivia@victim.example"
    assert "display-name-holds-address" in message.defects


def test_doubled_fields_are_defects():
    raw = mail(
        b"From: mallory@evil.example\r\nSubject: another\r\nMessage-ID: <2@evil.example>\r\n"
    )
    assert {"duplicate-subject", "duplicate-message-id"} <= set(parse_message(raw).defects)


def test_recipients_are_bare_addresses_without_those_in_names():
    rest = b'To: "olivia@victim.example" <privacy@Autocloz.example>,\r\n dpo@autocloz.example (x@y.example)\r\nCc: privacy@autocloz.example\r\n'
    message = parse_message(mail(b"From: mallory@evil.example\r\n", rest))
    assert message.recipients == ("privacy@autocloz.example", "dpo@autocloz.example")
