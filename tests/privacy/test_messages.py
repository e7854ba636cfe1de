"""Mail as values: local times are refused, and nothing personal is ever shown."""

from dataclasses import replace
from datetime import datetime

import pytest

from core_values import ANNE, NOON, PRIVACY, letter_out
from privacy.messages import (
    ArrivalBasis,
    Attachment,
    ForwardedMessage,
    OutboundMessage,
    ParsedMessage,
    RawMessage,
    Route,
    Sender,
)

WORDS = "please delete everything"
SENDER = Sender(address=ANNE, display_name="Anne Asks")
RAW = RawMessage(
    raw=WORDS.encode(),
    mailbox=PRIVACY,
    route=Route.SMTP,
    received_at=NOON,
    arrival_basis=ArrivalBasis.LISTENER,
    envelope_from=ANNE,
    envelope_to=("privacy+c.token@autocloz.example",),
)
PARSED = ParsedMessage(
    sender=SENDER,
    subject=WORDS,
    message_id="<anne@person.example>",
    in_reply_to=("<c.token@autocloz.example>",),
    references=("<c.token@autocloz.example>",),
    recipients=("privacy+c.token@autocloz.example",),
    headers=(("received", "from a.example"), ("x-mark", "anne"), ("received", "from b.example")),
    text=WORDS,
    new_text=WORDS,
    attachments=(
        Attachment(name="anne-asks.pdf", content_type="application/pdf", size=1, sha256="0"),
    ),
    forwarded=(ForwardedMessage(subject=WORDS, text=WORDS, sender=SENDER),),
)


@pytest.mark.parametrize(
    "value", [RAW, PARSED, SENDER, letter_out()], ids=lambda v: type(v).__name__
)
def test_no_repr_shows_a_person_their_words_or_a_token(value: object) -> None:
    shown = repr(value).lower()
    assert not [secret for secret in ("anne", "delete", "token", "thank") if secret in shown]


def test_the_address_that_leads_back_to_the_case_is_a_secret_too() -> None:
    letter = letter_out(reply_to="privacy+c.token@autocloz.example", loop_mark="token")
    assert "token" not in repr(letter)


@pytest.mark.parametrize("value", [RAW, letter_out()], ids=["raw", "outbound"])
def test_a_local_time_is_refused_where_a_message_is_made(
    value: RawMessage | OutboundMessage,
) -> None:
    field = "received_at" if isinstance(value, RawMessage) else "date"
    local = {field: datetime(2026, 11, 23, 12)}  # noqa: DTZ001
    with pytest.raises(ValueError, match=field):
        replace(value, **local)  # type: ignore[arg-type]


def test_every_duplicate_of_a_header_is_kept_in_order() -> None:
    assert PARSED.header_values("received") == ("from a.example", "from b.example")
    assert PARSED.header("received") == "from a.example"


def test_a_header_that_is_missing_is_none_and_not_empty() -> None:
    assert PARSED.header("list-id") is None
    assert PARSED.header_values("list-id") == ()


def test_the_domain_is_what_stands_after_the_last_at_sign() -> None:
    assert Sender(address='"olivia@owner.example"@elsewhere.example').domain == "elsewhere.example"


def test_a_sender_who_cannot_be_believed_has_no_domain() -> None:
    assert Sender(reasons=("two-from-headers",)).domain is None
