"""What a letter looks like on the wire, and what never becomes one."""

import email
import email.policy
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email.header import decode_header, make_header

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifier.compose import compose
from privacy.errors import Permanent
from privacy.messages import Automation, Letter, OutboundMessage
from privacy.rights import Right, Scope
from privacy.stands import CaseStand, RightStand, Stand

LETTER = Letter(
    kind="acknowledgement",
    language="de",
    subject="Ihre Anfrage [PR-2026-482915-K7]",
    text="Guten Tag,\n\nwir haben Ihre Anfrage erhalten: Löschung.\n-- \nAutocloz\n",
    html="<p>Guten Tag,</p>\n<p>wir haben Ihre Anfrage erhalten: Löschung.</p>\n",
)
MESSAGE = OutboundMessage(
    message_id="<c.0123456789abcdefghjkmnpqrs.0123456789abcdef@autocloz.example>",
    sender="privacy@autocloz.example",
    sender_name="Autocloz Privacy Desk",
    recipient="anne@person.example",
    envelope_from="privacy+b.0123456789abcdefghjkmnpqrs@autocloz.example",
    letter=LETTER,
    automation=Automation.REPLIED,
    date=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
    reply_to="privacy+c.0123456789abcdefghjkmnpqrs@autocloz.example",
    in_reply_to="<one@person.example>",
    references=("<zero@person.example>", "<one@person.example>"),
    case_reference="PR-2026-482915-K7",
    loop_mark="a1b2c3",
)
FIELDS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "In-Reply-To",
    "References",
    "Reply-To",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "X-RightsDesk-Loop",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
]


def parse(raw, policy=email.policy.default):
    return email.message_from_bytes(raw, policy=policy)


def words_of(part):
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def with_letter(**changes):
    return replace(MESSAGE, letter=replace(LETTER, **changes))


def test_a_letter_has_its_fields_and_no_others():
    parsed = parse(compose(MESSAGE))
    assert parsed.keys() == FIELDS
    assert {name: parsed[name] for name in FIELDS[:-1]} == {
        "From": "Autocloz Privacy Desk <privacy@autocloz.example>",
        "To": "anne@person.example",
        "Subject": LETTER.subject,
        "Date": "Mon, 23 Nov 2026 12:00:00 +0000",
        "Message-ID": MESSAGE.message_id,
        "In-Reply-To": "<one@person.example>",
        "References": "<zero@person.example> <one@person.example>",
        "Reply-To": MESSAGE.reply_to,
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-RightsDesk-Loop": "a1b2c3",
        "Content-Language": "de",
        "MIME-Version": "1.0",
    }


def test_a_letter_has_two_parts_with_the_same_words():
    parsed = parse(compose(MESSAGE))
    assert parsed.get_content_type() == "multipart/alternative"
    assert not parsed.defects
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert [words_of(part) for part in parsed.iter_parts()] == [LETTER.text, LETTER.html]


def test_a_letter_that_a_person_approved_is_not_called_automatic():
    parsed = parse(compose(replace(MESSAGE, automation=Automation.APPROVED)))
    assert parsed.keys() == [
        name for name in FIELDS if name not in {"Auto-Submitted", "X-Auto-Response-Suppress"}
    ]
    assert parsed["X-RightsDesk-Loop"] == "a1b2c3"


def test_an_unprompted_letter_says_so():
    parsed = parse(compose(replace(MESSAGE, automation=Automation.GENERATED)))
    assert parsed["Auto-Submitted"] == "auto-generated"
    assert parsed["X-Auto-Response-Suppress"] == "All"


STAND = CaseStand(
    received_on=date(2026, 11, 23),
    rights=(
        RightStand(
            right=Right.ACCESS, scope=None, stand=Stand.WORKING, answer_by=date(2026, 12, 23)
        ),
        RightStand(right=Right.OBJECTION, scope=Scope.MARKETING, stand=Stand.ANSWERED),
    ),
)


def test_a_letter_that_says_where_a_request_stands_says_so_for_programs_too():
    parsed = parse(compose(replace(MESSAGE, stand=STAND)))
    said = ["Rightsdesk-Case", "Rightsdesk-Status", "Rightsdesk-Received", "Rightsdesk-Answer-By"]
    expected = FIELDS.copy()
    expected[expected.index("Content-Language") : expected.index("Content-Language")] = said
    assert parsed.keys() == expected
    assert [parsed[name] for name in said] == [
        "PR-2026-482915-K7",
        "working",
        "2026-11-23",
        "2026-12-23",
    ]
    assert not parsed.defects
    letter, part = parsed.iter_parts()
    assert [one.get_content_type() for one in letter.iter_parts()] == ["text/plain", "text/html"]
    assert [words_of(one) for one in letter.iter_parts()] == [LETTER.text, LETTER.html]
    assert (part.get_content_type(), part.get_content_disposition()) == (
        "application/json",
        "inline",
    )
    read = json.loads(part.get_payload(decode=True))
    assert read == STAND.as_values("PR-2026-482915-K7")
    assert "person.example" not in part.get_payload(decode=True).decode()


def test_a_day_that_no_letter_names_has_no_field():
    told = CaseStand(received_on=date(2026, 11, 23), rights=())
    parsed = parse(compose(replace(MESSAGE, stand=told)))
    assert parsed["Rightsdesk-Status"] == "received"
    assert "Rightsdesk-Answer-By" not in parsed


def test_a_letter_for_programs_without_a_reference_is_refused():
    with pytest.raises(Permanent, match="Rightsdesk-Case"):
        compose(replace(MESSAGE, stand=STAND, case_reference=None))


def test_what_is_not_there_has_no_field():
    bare = replace(MESSAGE, reply_to=None, in_reply_to=None, references=(), loop_mark=None)
    missing = {"Reply-To", "In-Reply-To", "References", "X-RightsDesk-Loop"}
    assert parse(compose(bare)).keys() == [name for name in FIELDS if name not in missing]


def test_the_same_message_is_the_same_bytes():
    assert compose(MESSAGE) == compose(replace(MESSAGE))


def test_long_references_stay_as_they_are():
    ids = tuple(f"<{n}{'x' * 80}@mail.outlook.example>" for n in range(30))
    raw = compose(replace(MESSAGE, references=ids, in_reply_to=ids[0]))
    assert b"=?" not in raw.split(b"Reply-To")[1].split(b"\r\n\r\n")[0]
    for policy in (email.policy.default, email.policy.compat32):
        assert tuple(parse(raw, policy)["References"].split()) == ids


def test_every_line_is_short_ascii_and_ends_with_crlf():
    raw = compose(with_letter(subject="é" * 400, text="é" * 2_000, html="x" * 5_000 + " \n" * 50))
    assert raw.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 100


def test_a_line_of_the_letter_cannot_end_the_letter():
    text = "\n.\n..\n--=_x--\nFrom me\n" + MESSAGE.message_id
    (part, _) = parse(compose(with_letter(text=text))).iter_parts()
    assert words_of(part) == text + "\n"


@pytest.mark.parametrize(
    "recipient",
    [
        "anne@person.example",
        "o'brien+tag@person.example",
        "a..b.@carrier.example",
        "अन्ना@person.example",
    ],
)
def test_ordinary_and_odd_addresses_stay_whole(recipient):
    raw = compose(replace(MESSAGE, recipient=recipient))
    assert f"\r\nTo: {recipient}\r\n".encode() in raw


def test_a_domain_in_another_script_is_written_in_ascii():
    parsed = parse(compose(replace(MESSAGE, recipient="anne@bücher.example")))
    assert parsed["To"] == "anne@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "anne",
        "@person.example",
        "anne@",
        "a b@person.example",
        '"a b"@person.example',
        "anne@person.example>, <mallory@x.example",
        "anne@person.example,mallory@x.example",
        "a@b@person.example",
        "anne@[127.0.0.1]",
        "anne@straße.example",
        "anne@-person.example",
        "anne@person..example",
        "an\u200bne@person.example",
        "an\x00ne@person.example",
        "anne@person.example\r\nBcc: mallory@x.example",
        "x" * 300 + "@person.example",
        "\ud800@person.example",
    ],
)
def test_what_is_not_one_plain_address_gets_no_mail(recipient):
    with pytest.raises(Permanent) as refusal:
        compose(replace(MESSAGE, recipient=recipient))
    assert "person" not in str(refusal.value)


BREAKERS = [
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\t",
    "\x0b",
    "\x0c",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\ud800",
]


@pytest.mark.parametrize("breaker", BREAKERS)
@pytest.mark.parametrize(
    "change",
    [
        lambda text: with_letter(subject=text),
        lambda text: with_letter(language=text),
        lambda text: replace(MESSAGE, sender_name=text),
        lambda text: replace(MESSAGE, sender=f"{text}@autocloz.example"),
        lambda text: replace(MESSAGE, recipient=f"{text}@person.example"),
        lambda text: replace(MESSAGE, reply_to=f"{text}@autocloz.example"),
        lambda text: replace(MESSAGE, message_id=f"<{text}@autocloz.example>"),
        lambda text: replace(MESSAGE, in_reply_to=f"<{text}@person.example>"),
        lambda text: replace(MESSAGE, references=("<a@b.example>", f"<{text}@person.example>")),
        lambda text: replace(MESSAGE, loop_mark=text),
    ],
)
def test_no_value_can_begin_another_line(change, breaker):
    with pytest.raises(Permanent):
        compose(change(f"a{breaker}Bcc: mallory@x.example"))


def test_a_part_that_is_not_text_is_refused():
    with pytest.raises(Permanent, match="plain part"):
        compose(with_letter(text="a\ud800b"))


one_line = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)
words = st.one_of(one_line, st.text('ab =?_.",<>@()\\:;é漢😀 ', max_size=400))
body = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r"), max_size=600)
ids = st.from_regex(r"<[!-;=?A-~]{1,60}@[a-z.]{1,60}>", fullmatch=True)
locals_ = st.from_regex(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,40}", fullmatch=True)


def unfolded(parsed, name):
    """Read a field the old way: encoded words joined, folds taken out."""
    return str(make_header(decode_header(re.sub(r"\r?\n(?=[ \t])", "", parsed[name]))))


@settings(max_examples=300)
@given(words)
def test_every_subject_comes_back(subject):
    raw = compose(with_letter(subject=subject))
    assert unfolded(parse(raw, email.policy.compat32), "Subject") == subject
    assert parse(raw).keys() == FIELDS


@settings(max_examples=300)
@given(words, locals_)
def test_every_sender_comes_back(name, local):
    message = replace(MESSAGE, sender_name=name, sender=f"{local}@autocloz.example")
    raw = compose(message)
    assert f"{local}@autocloz.example" in raw.decode().split("\r\nTo: ")[0]
    old = re.sub(r"\r?\n(?=[ \t])", "", parse(raw, email.policy.compat32)["From"])
    found_name, found_address = email.utils.parseaddr(old)
    assert str(make_header(decode_header(found_name))) == name
    assert found_address == message.sender


@settings(max_examples=300)
@given(body, body)
def test_every_body_comes_back(text, html):
    parts = list(parse(compose(with_letter(text=text, html=html))).iter_parts())
    for part, given_text in zip(parts, (text, html), strict=True):
        assert words_of(part) == given_text + ("" if given_text.endswith("\n") else "\n")


@settings(max_examples=200)
@given(st.lists(ids, min_size=1, max_size=40).map(tuple))
def test_every_chain_of_references_comes_back(chain):
    raw = compose(replace(MESSAGE, references=chain, in_reply_to=chain[-1]))
    for policy in (email.policy.default, email.policy.compat32):
        parsed = parse(raw, policy)
        assert tuple(parsed["References"].split()) == chain
        assert parsed["In-Reply-To"].strip() == chain[-1]


def test_a_product_update_carries_both_fields_of_one_click_unsubscribing():
    url = "https://privacy.autocloz.example/unsubscribe/de/updates/kCODE"
    parsed = parse(compose(replace(with_letter(kind="update"), unsubscribe_url=url)))
    assert parsed["List-Unsubscribe"] == f"<{url}>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("update", None),
        ("acknowledgement", "https://privacy.autocloz.example/u"),
        ("notice", "https://privacy.autocloz.example/u"),
        ("update", "http://privacy.autocloz.example/u"),
        ("update", "https://privacy.autocloz.example/u>, <mailto:x"),
        ("update", "https://privacy.autocloz.example/\r\nBcc: x"),
        ("update", "https://privacy.autocloz.example/" + "u" * 900),
    ],
)
def test_no_other_mail_can_be_unsubscribed_from_and_no_update_without(kind, url):
    with pytest.raises(Permanent):
        compose(replace(with_letter(kind=kind), unsubscribe_url=url))
