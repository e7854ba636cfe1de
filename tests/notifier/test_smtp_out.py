"""Letters out by SMTP: what leaves, and what each failure means for the letter."""

import logging
import ssl
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import trustme
from pydantic import ValidationError

from notifier.compose import compose
from notifier.settings import SmtpSettings
from notifier.smtp import SmtpTransport
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import Automation, Letter, OutboundMessage
from servers.ports import free_port
from servers.smtp_sink import CUT, HANG, SinkOptions, SmtpSink

MESSAGE = OutboundMessage(
    message_id="<c.one.two@autocloz.example>",
    sender="privacy@autocloz.example",
    sender_name="Autocloz",
    recipient="anne@person.example",
    envelope_from="privacy+b.token@autocloz.example",
    letter=Letter(
        kind="acknowledgement",
        language="en",
        subject="Your request",
        text="Hello,\n.dots stay\n..\n.\nbye",
        html="<p>Hello</p>",
    ),
    automation=Automation.REPLIED,
    date=datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
)
ALL_VERBS = ["GREETING", "HELO", "MAIL", "RCPT", "DATA", "END"]
SESSION, LETTER = ALL_VERBS[:2], ALL_VERBS[2:]


@pytest.fixture
def sink():
    with SmtpSink() as running:
        yield running


@pytest.fixture
def connect():
    """Give a maker of transports that are closed at the end."""
    made = []

    def make(port, **settings):
        chosen = {"host": "127.0.0.1", "security": "plain", "port": port} | settings
        made.append(SmtpTransport(SmtpSettings(**chosen)))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


@pytest.fixture
def transport(sink, connect):
    return connect(sink.port)


def test_a_letter_leaves_with_its_bytes_and_its_envelope(sink, transport):
    receipt = transport.send(MESSAGE)
    (letter,) = sink.letters
    assert letter.data == compose(MESSAGE)
    assert letter.mail_from == "privacy+b.token@autocloz.example"
    assert letter.rcpt_tos == ("anne@person.example",)
    assert letter.options == ""
    assert receipt.provider_id == "SINK00001"
    assert receipt.answer == "250 2.0.0 ok: queued as SINK00001"


def test_a_letter_may_leave_without_an_address_for_bounces(sink, transport):
    transport.send(replace(MESSAGE, envelope_from=""))
    assert sink.letters[0].mail_from == ""


def test_the_connection_is_kept_between_letters(sink, transport):
    for _ in range(3):
        transport.send(MESSAGE)
    assert (len(sink.letters), sink.connections) == (3, 1)


def test_a_connection_that_the_server_gave_up_is_replaced(sink, transport):
    transport.send(MESSAGE)
    sink.hang_up()
    transport.send(MESSAGE)
    assert (len(sink.letters), sink.connections) == (2, 2)


@pytest.mark.parametrize("answer", [CUT, "421 4.3.2 closing", "500 what"])
def test_a_kept_connection_that_does_not_answer_well_is_replaced(sink, transport, answer):
    transport.send(MESSAGE)
    sink.answer("RSET", answer)
    transport.send(MESSAGE)
    assert len(sink.letters) == 2


def test_a_connection_that_was_silent_for_long_is_not_trusted(sink, transport, monkeypatch):
    monkeypatch.setattr("notifier.smtp.IDLE_SECONDS", 0)
    transport.send(MESSAGE)
    transport.send(MESSAGE)
    assert (len(sink.letters), sink.connections) == (2, 2)
    assert "QUIT" in sink.commands


@pytest.mark.parametrize("verb", ALL_VERBS)
def test_not_now_means_later(sink, transport, verb):
    sink.answer(verb, "451 4.7.1 greylisted, anne@person.example")
    with pytest.raises(Retryable) as trouble:
        transport.send(MESSAGE)
    assert "anne" not in str(trouble.value)
    assert not sink.letters
    transport.send(MESSAGE)
    assert len(sink.letters) == 1


@pytest.mark.parametrize("verb", LETTER)
def test_never_means_never_for_this_letter_alone(sink, transport, verb):
    sink.answer(verb, "550 5.1.1 anne@person.example unknown")
    with pytest.raises(Permanent) as trouble:
        transport.send(MESSAGE)
    assert "550 5.1.1" in str(trouble.value)
    assert "anne" not in str(trouble.value)
    transport.send(MESSAGE)
    assert (len(sink.letters), sink.connections) == (1, 1)


@pytest.mark.parametrize("verb", SESSION)
def test_a_server_that_refuses_the_session_condemns_no_letter(sink, transport, verb):
    sink.answer(verb, "554 5.7.1 go away", "554 5.7.1 go away")
    with pytest.raises(Retryable):
        transport.send(MESSAGE)


@pytest.mark.parametrize("answer", ["530 5.7.0 STARTTLS first", "530 5.7.0 log in first"])
def test_a_server_that_wants_another_session_condemns_no_letter(sink, transport, answer):
    sink.answer("MAIL", answer)
    with pytest.raises(Retryable):
        transport.send(MESSAGE)


@pytest.mark.parametrize("how", [CUT, HANG])
@pytest.mark.parametrize("verb", [verb for verb in ALL_VERBS if verb != "END"])
def test_a_connection_lost_before_the_letter_was_sent_means_later(sink, connect, verb, how):
    sink.answer(verb, how)
    with pytest.raises(Retryable):
        connect(sink.port, timeout_seconds=0.2).send(MESSAGE)
    assert not sink.letters


@pytest.mark.parametrize("how", [CUT, HANG, "what?", "354 again"])
def test_no_clear_verdict_means_that_nobody_knows(sink, connect, how):
    transport = connect(sink.port, verdict_seconds=0.2)
    sink.answer("END", how)
    with pytest.raises(OutcomeUnknown):
        transport.send(MESSAGE)
    assert len(sink.wait_for(1)) == 1
    transport.send(MESSAGE)
    assert sink.letters[0].data == sink.letters[1].data
    assert sink.connections == 2


def test_a_server_that_is_away_means_later(connect):
    transport = connect(free_port())
    for attempt in (transport.check, lambda: transport.send(MESSAGE)):
        with pytest.raises(Retryable):
            attempt()


@pytest.mark.parametrize(
    "answer",
    [
        "250 2.0.0 delivered to anne@person.example",
        "250 2.0.0 <anne@person.example> local user anne",
    ],
)
def test_what_is_kept_of_an_answer_names_nobody(sink, transport, answer):
    sink.answer("END", answer)
    receipt = transport.send(MESSAGE)
    assert "anne" not in receipt.answer
    assert receipt.answer.startswith("250 2.0.0")
    assert receipt.provider_id is None


def test_an_answer_of_many_lines_becomes_one(sink, transport):
    sink.answer("END", "250-2.0.0 first\r\n250 2.0.0 id=1xAbCd-000001-aB")
    receipt = transport.send(MESSAGE)
    assert receipt.answer == "250 2.0.0 first 2.0.0 id=1xAbCd-000001-aB"
    assert receipt.provider_id == "1xAbCd-000001-aB"


def test_an_address_in_another_script_asks_for_smtputf8(sink, transport):
    transport.send(replace(MESSAGE, recipient="अन्ना@person.example"))
    transport.send(MESSAGE)
    assert [letter.options for letter in sink.letters] == ["SMTPUTF8", ""]
    assert sink.letters[0].rcpt_tos == ("अन्ना@person.example",)


def test_such_an_address_gets_nothing_from_a_server_that_cannot(connect):
    with SmtpSink(SinkOptions(smtputf8=False)) as sink:
        transport = connect(sink.port)
        with pytest.raises(Permanent, match="SMTPUTF8"):
            transport.send(replace(MESSAGE, recipient="अन्ना@person.example"))
        transport.send(MESSAGE)
        assert len(sink.letters) == 1


def test_what_cannot_be_composed_never_reaches_the_server(sink, transport):
    for wrong in (
        replace(MESSAGE, recipient="anne@person.example>\r\nRCPT TO:<m@x.example"),
        replace(MESSAGE, envelope_from="privacy@autocloz.example> SIZE=1"),
        replace(MESSAGE, loop_mark="a\r\nBcc: m@x.example"),
    ):
        with pytest.raises(Permanent):
            transport.send(wrong)
    assert sink.connections == 0


def test_a_check_goes_as_far_as_it_can_without_a_letter(sink, transport):
    assert transport.check() == f"smtp 127.0.0.1 port {sink.port}, plain, without login"
    assert [command.split()[0] for command in sink.commands] == ["EHLO", "NOOP", "QUIT"]
    assert not sink.letters


def test_addresses_stay_out_of_the_log(sink, transport, caplog):
    caplog.set_level(logging.DEBUG)
    transport.send(MESSAGE)
    sink.answer("RCPT", "550 5.1.1 anne@person.example unknown")
    with pytest.raises(Permanent):
        transport.send(MESSAGE)
    assert "anne" not in caplog.text


@pytest.fixture
def authority(tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return authority


@pytest.fixture
def trusted(tmp_path):
    return {"host": "localhost", "ca_file": tmp_path / "ca.pem"}


def certified(authority, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def offering(security, context, **options):
    offer = {"tls": context} if security == "tls" else {"starttls": context}
    return SmtpSink(SinkOptions(**offer, **options))


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_letter_leaves_encrypted_and_logged_in(authority, trusted, connect, security):
    context = certified(authority, "localhost")
    with offering(security, context, users={"desk": "secret"}) as sink:
        login = {"username": "desk", "password": "secret"}
        transport = connect(sink.port, security=security, **trusted, **login)
        assert transport.check().endswith(f"{security}, logged in")
        transport.send(MESSAGE)
        transport.send(MESSAGE)
        assert [letter.encrypted for letter in sink.letters] == [True, True]
        assert sink.connections == 2


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["name", "authority"])
def test_a_wrong_certificate_gets_no_letter(authority, trusted, connect, security, wrong):
    issuer = trustme.CA() if wrong == "authority" else authority
    name = "localhost" if wrong == "authority" else "mallory.example"
    with offering(security, certified(issuer, name)) as sink:
        transport = connect(sink.port, security=security, **trusted)
        with pytest.raises(Permanent, match="certificate"):
            transport.check()
        with pytest.raises(Retryable, match="certificate"):
            transport.send(MESSAGE)
        assert "MAIL" not in " ".join(sink.commands)


@pytest.mark.usefixtures("authority")
def test_a_server_without_starttls_gets_nothing(sink, connect, trusted):
    transport = connect(sink.port, security="starttls", **trusted)
    with pytest.raises(Permanent, match="does not offer"):
        transport.check()
    with pytest.raises(Retryable, match="does not offer"):
        transport.send(MESSAGE)
    assert not any(command.startswith("MAIL") for command in sink.commands)


@pytest.mark.parametrize("users", [{}, {"desk": "another"}])
def test_a_refused_login_is_a_matter_of_settings_not_of_the_letter(connect, users):
    with SmtpSink(SinkOptions(users=users)) as sink:
        transport = connect(sink.port, username="desk", password="secret")
        with pytest.raises(Permanent) as trouble:
            transport.check()
        assert "secret" not in str(trouble.value)
        with pytest.raises(Retryable):
            transport.send(MESSAGE)


def test_authorities_that_cannot_be_read_are_said_plainly(tmp_path):
    settings = SmtpSettings(host="localhost", ca_file=tmp_path / "nothing.pem")
    with pytest.raises(Permanent, match="ca_file"):
        SmtpTransport(settings)


@pytest.mark.parametrize(
    "wrong",
    [
        {"security": "plain", "host": "mail.autocloz.example"},
        {"username": "desk"},
        {"password": "secret"},
        {"host": "a\r\nb"},
        {"helo_name": "a b"},
        {"verify": False},
    ],
)
def test_unsafe_settings_are_refused(wrong):
    with pytest.raises(ValidationError):
        SmtpSettings(**{"host": "localhost"} | wrong)


def test_settings_do_not_show_the_password():
    assert "secret" not in repr(SmtpSettings(host="localhost", username="u", password="secret"))


@pytest.mark.parametrize(("security", "port"), [("tls", 465), ("starttls", 587), ("plain", 25)])
def test_each_kind_of_security_has_its_usual_port(security, port):
    assert SmtpSettings(host="localhost", security=security).used_port == port
