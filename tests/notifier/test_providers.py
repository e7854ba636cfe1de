"""Many notices by SendGrid and Mailgun: one recipient each, and an honest outcome whatever the provider does."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notice_values import HINWEIS, NOTICE, notice, notices
from notifier.filling import Filler
from notifier.mailgun import Mailgun
from notifier.provider import ProviderTransport, asked_to_wait
from notifier.sendgrid import SendGrid
from notifier.single import SingleLetters
from notifier.transport_settings import MailgunSettings, SendGridSettings
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import Automation
from privacy.ports import Handover
from servers.mail_provider import MailProvider, Play
from servers.ports import free_port

ACCEPTED, REFUSED = Handover.ACCEPTED, Handover.REFUSED
DEFERRED, UNKNOWN = Handover.DEFERRED, Handover.UNKNOWN
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
KEY = "SG.a-secret-key"


def sendgrid(url, **changes):
    return SendGrid(SendGridSettings(api_key=KEY, stand_in=url, **changes))


def mailgun(url, **changes):
    return Mailgun(MailgunSettings(api_key=KEY, domain="mg.example", stand_in=url, **changes))


@pytest.fixture
def provider():
    with MailProvider() as running:
        yield running


@pytest.fixture
def connect():
    made = []

    def make(dialect, *, timeout=10.0):
        made.append(ProviderTransport(dialect, clock=lambda: NOW, timeout_seconds=timeout))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture(params=[sendgrid, mailgun])
def dialect(request):
    return request.param


@pytest.fixture
def transport(provider, connect, dialect):
    return connect(dialect(provider.url))


def states(outcomes):
    return [outcome.state for outcome in outcomes]


def test_every_owner_gets_the_letter_that_smtp_would_bring(provider, transport):
    batch = notices(7)
    outcomes = transport.send_many(batch)
    assert states(outcomes) == [ACCEPTED] * 7
    assert [one.message_id for one in outcomes] == [one.message_id for one in batch]
    assert not provider.faults
    assert len(provider.calls) == 2  # one for each language
    arrived = {one.to: one for one in provider.delivered}
    for message in batch:
        letter, mail = Filler().fill(message).letter, arrived[message.recipient]
        assert (mail.subject, mail.text, mail.html) == (letter.subject, letter.text, letter.html)
        assert mail.our_id == message.message_id
        assert mail.headers["Content-Language"] == letter.language


def test_calls_are_as_few_as_the_provider_allows(provider, transport):
    outcomes = transport.send_many([notice(n) for n in range(2_001)])
    assert states(outcomes) == [ACCEPTED] * 2_001
    assert len(provider.calls) == 3
    assert len(provider.delivered) == 2_001


def test_an_address_that_comes_twice_goes_in_two_calls(provider, transport):
    batch = [notice(1), replace(notice(2), recipient="Olivia1@kite.example")]
    assert states(transport.send_many(batch)) == [ACCEPTED] * 2
    assert len(provider.calls) == 2


def test_one_address_in_two_spellings_of_its_domain_loses_nobody(provider, transport):
    batch = [
        replace(notice(1), recipient="anne@müller.example"),
        replace(notice(2), recipient="anne@xn--mller-kva.example"),
        replace(notice(3), recipient="ANNE@müller.example"),
        notice(4),
    ]
    assert states(transport.send_many(batch)) == [ACCEPTED] * 4
    assert {mail.our_id for mail in provider.delivered} == {one.message_id for one in batch}
    assert len(provider.calls) == 3


def test_a_mark_may_have_any_name(provider, transport):
    letter = replace(NOTICE, text="%[loop] %[unsubscribe] %[id]\n")
    values = (*notice(1).values, ("loop", "a"), ("unsubscribe", "b"), ("id", "c"))
    message = replace(notice(1), letter=letter, values=values, loop_mark="mark")
    assert states(transport.send_many([message])) == [ACCEPTED]
    (mail,) = provider.delivered
    assert (mail.text, mail.headers["X-RightsDesk-Loop"]) == ("a b c\n", "mark")


def test_replies_and_automation_stand_in_the_mail(provider, connect):
    batch = [
        replace(
            notice(n),
            reply_to="privacy+c.token@autocloz.example",
            automation=Automation.GENERATED,
            loop_mark=f"mark{n}",
            in_reply_to="<one@person.example>",
            references=("<zero@person.example>", "<one@person.example>"),
        )
        for n in range(2)
    ]
    for made in (sendgrid, mailgun):
        assert states(connect(made(provider.url)).send_many(batch)) == [ACCEPTED] * 2
    assert not provider.faults
    for mail in provider.delivered:
        assert mail.headers["Auto-Submitted"] == "auto-generated"
        assert mail.headers["X-RightsDesk-Loop"] == f"mark{mail.to[6]}"
        assert mail.headers["References"] == "<zero@person.example> <one@person.example>"


def test_the_key_is_sent_and_shown_nowhere(provider, transport, caplog):
    caplog.set_level(logging.DEBUG)
    transport.send_many([notice(1)])
    assert provider.authorizations[0].split()[0] in {"Bearer", "Basic"}
    everything = caplog.text + repr(transport) + repr(vars(transport)) + transport.check()
    assert KEY not in everything
    assert "olivia" not in everything


def test_each_region_has_its_host():
    assert SendGrid(SendGridSettings(api_key=KEY)).url == "https://api.sendgrid.com/v3/mail/send"
    eu = SendGrid(SendGridSettings(api_key=KEY, region="eu"))
    assert eu.url == "https://api.eu.sendgrid.com/v3/mail/send"
    there = Mailgun(MailgunSettings(api_key=KEY, domain="mg.example", region="eu"))
    assert there.url == "https://api.eu.mailgun.net/v3/mg.example/messages"


@pytest.mark.parametrize(
    ("made", "changes"), [(sendgrid, {"sandbox": True}), (mailgun, {"test_mode": True})]
)
def test_a_call_that_is_only_looked_at_tells_nobody(provider, connect, made, changes):
    outcomes = connect(made(provider.url, **changes)).send_many([notice(1)])
    assert states(outcomes) == [DEFERRED]
    assert "test mode" in outcomes[0].answer
    assert not provider.delivered


@pytest.mark.parametrize("play", [Play(hang=True, keep=True), Play(cut=True, keep=True)])
def test_silence_after_the_body_is_unknown_and_never_sent_again(provider, connect, dialect, play):
    provider.plays.append(play)
    outcomes = connect(dialect(provider.url), timeout=0.3).send_many(notices(6))
    assert states(outcomes) == [UNKNOWN, UNKNOWN, ACCEPTED, UNKNOWN, UNKNOWN, ACCEPTED]
    assert len(provider.calls) == 2
    assert len({mail.to for mail in provider.delivered}) == len(provider.delivered) == 6


@pytest.mark.parametrize("status", [502, 504, 599])
def test_a_gateway_that_gave_up_leaves_it_unknown(provider, transport, status):
    provider.plays.append(Play(status=status))
    assert states(transport.send_many([notice(1)])) == [UNKNOWN]


@pytest.mark.parametrize("status", [401, 403, 404, 302, 500, 503, 400])
def test_a_refusal_of_the_whole_way_condemns_no_mail_and_stops(provider, transport, status):
    provider.plays.append(Play(status=status, headers={"Location": "http://127.0.0.1/"}))
    outcomes = transport.send_many(notices(6))
    assert {(one.state, one.lane) for one in outcomes} == {(DEFERRED, True)}
    assert len(provider.calls) == 1
    assert str(status) in outcomes[0].answer


def test_too_many_waits_as_long_as_the_provider_asks(provider, transport):
    reset = str(int(NOW.timestamp()) + 90)
    provider.plays.append(Play(status=429, headers={"X-RateLimit-Reset": reset}))
    outcomes = transport.send_many(notices(6))
    assert {(one.state, one.after) for one in outcomes} == {(DEFERRED, timedelta(seconds=90))}
    assert states(transport.send_many(notices(6))) == [ACCEPTED] * 6


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "7", "x-ratelimit-reset": "99999999999"}, 7),
        ({"x-ratelimit-reset": "99999999999"}, 900),
        ({"x-ratelimit-reset": "5"}, 0),
        ({"retry-after": "999999999999999999"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-4"}, None),
        ({}, None),
    ],
)
def test_a_wish_to_wait_is_bounded(headers, wait):
    expected = None if wait is None else timedelta(seconds=wait)
    assert asked_to_wait(headers, NOW) == expected


def test_a_call_that_is_too_large_goes_in_halves(provider, transport):
    provider.plays += [Play(status=413), Play(status=413)]
    assert states(transport.send_many([notice(n) for n in range(8)])) == [ACCEPTED] * 8
    assert len({mail.to for mail in provider.delivered}) == len(provider.delivered) == 8


def test_a_mail_that_is_too_large_alone_is_refused(provider, transport):
    provider.plays.append(Play(status=413))
    assert states(transport.send_many([notice(1)])) == [REFUSED]


def test_sendgrid_names_the_mail_that_it_refuses_and_the_others_wait(provider, connect):
    errors = [{"field": "personalizations.1.to.0.email"}, {"field": "personalizations.1.to"}]
    provider.plays.append(Play(status=400, body=json.dumps({"errors": errors}).encode()))
    outcomes = connect(sendgrid(provider.url)).send_many([notice(n) for n in range(3)])
    assert states(outcomes) == [DEFERRED, REFUSED, DEFERRED]
    assert not outcomes[0].lane
    assert not provider.delivered


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"errors": 1}',
        b'{"errors": [{"field": "from.email"}]}',
        b'{"errors": [{"field": "personalizations.0.to"}, {"field": "subject"}]}',
        b"[" * 5_000,
    ],
)
def test_a_refusal_that_names_nobody_condemns_nobody(provider, connect, body):
    provider.plays.append(Play(status=400, body=body))
    assert states(connect(sendgrid(provider.url)).send_many([notice(1)])) == [DEFERRED]


@pytest.mark.parametrize("body", [b"", b"<html>welcome</html>", b"Mailgun Magnificent API", b"[]"])
def test_a_page_of_somebody_else_is_no_acceptance(provider, transport, body):
    provider.plays.append(Play(status=200, body=body))
    assert states(transport.send_many([notice(1)])) == [UNKNOWN]


def test_nobody_there_defers_all(connect, dialect):
    outcomes = connect(dialect(f"http://127.0.0.1:{free_port()}")).send_many(notices(6))
    assert {(one.state, one.lane) for one in outcomes} == {(DEFERRED, True)}


def test_what_cannot_be_written_is_refused_and_the_others_leave(provider, transport):
    batch = [
        replace(notice(0), values=()),
        replace(notice(1), values=(("name", "a\r\nb"), ("workspace", "w"))),
        replace(notice(2), recipient="олівія@kite.example"),
        replace(notice(3), recipient="two@here.example, there@there.example"),
        replace(notice(4), values=(("name", "%[workspace] %recipient.x%"), ("workspace", "w"))),
        replace(notice(5), sender_name="a\nb"),
        replace(notice(6), letter=replace(NOTICE, subject="a\r\nBcc: all")),
        replace(notice(7), letter=replace(NOTICE, text="\ud800")),
        notice(8),
    ]
    assert states(transport.send_many(batch)) == [REFUSED] * 8 + [ACCEPTED]
    assert [mail.to for mail in provider.delivered] == ["olivia8@kite.example"]


def test_a_wrong_address_of_our_own_stops_the_way_and_condemns_no_mail(provider, transport):
    batch = [replace(one, sender="no address") for one in notices(3)]
    outcomes = transport.send_many(batch)
    assert {(one.state, one.lane) for one in outcomes} == {(DEFERRED, True)}
    assert not provider.calls


def test_values_longer_than_sendgrid_takes_are_refused_before_the_call(provider, connect):
    letter = replace(NOTICE, text="".join(f"%[v{n}]" for n in range(8)))
    values = tuple((f"v{n}", "x" * 1_900) for n in range(8))
    message = replace(notice(1), letter=letter, values=(*notice(1).values, *values))
    assert states(connect(sendgrid(provider.url)).send_many([message])) == [REFUSED]
    assert not provider.calls


def test_only_updates_carry_an_address_to_unsubscribe_at(provider, transport):
    update = replace(HINWEIS, kind="update")
    url = "https://desk.example/unsubscribe/de/token"
    batch = [
        replace(notice(0), letter=update, unsubscribe_url=url + "0"),
        replace(notice(1), letter=update, unsubscribe_url=url + "1"),
        replace(notice(2), letter=update),
        replace(notice(3), unsubscribe_url=url),
        replace(notice(4), letter=update, unsubscribe_url="https://desk.example/>, <x"),
        replace(notice(5), letter=update, unsubscribe_url="http://desk.example/"),
    ]
    assert states(transport.send_many(batch)) == [ACCEPTED] * 2 + [REFUSED] * 4
    for mail in provider.delivered:
        assert mail.headers["List-Unsubscribe"] == f"<{url}{mail.to[6]}>"
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_sendgrid_s_unsubscribe_list_stops_updates_alone(provider, connect):
    update = replace(NOTICE, kind="update")
    batch = [notice(0), replace(notice(1), letter=update, unsubscribe_url="https://d.example/u")]
    connect(sendgrid(provider.url)).send_many(batch)
    assert [
        "bypass_unsubscribe_management" in call["mail_settings"] for call in provider.calls
    ] == [
        True,
        False,
    ]


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_a_value_holds_it_arrives_as_text_or_not_at_all(name, workspace):
    message = replace(notice(1), values=(("name", name), ("workspace", workspace)))
    with MailProvider() as provider:
        for made in (sendgrid, mailgun):
            transport = ProviderTransport(made(provider.url), clock=lambda: NOW, timeout_seconds=10)
            (outcome,) = transport.send_many([message])
            transport.close()
            if outcome.state is ACCEPTED:
                letter, mail = Filler().fill(message).letter, provider.delivered[-1]
                assert (mail.subject, mail.text, mail.html) == (
                    letter.subject,
                    letter.text,
                    letter.html,
                )
        assert not provider.faults


@pytest.mark.parametrize(
    ("play", "error"),
    [
        (Play(status=413), Permanent),
        (Play(status=429, headers={"Retry-After": "7"}), Retryable),
        (Play(cut=True), OutcomeUnknown),
    ],
)
def test_a_single_letter_fails_in_the_words_of_the_outbox(provider, transport, play, error):
    letters = SingleLetters(transport)
    receipt = letters.send(notice(1))
    assert receipt.answer.startswith(letters.name)
    assert receipt.provider_id
    provider.plays.append(play)
    with pytest.raises(error) as raised:
        letters.send(notice(2))
    if isinstance(raised.value, Retryable):
        assert raised.value.after == timedelta(seconds=7)
    assert "127.0.0.1" in letters.check()
    letters.close()
