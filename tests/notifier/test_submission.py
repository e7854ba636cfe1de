"""Many notices by SMTP: each has its own envelope and its own outcome, whatever the server does in between."""

import ssl
from collections import Counter
from dataclasses import replace

import pytest
import trustme

from notice_values import notice, notices
from notifier.compose import compose
from notifier.filling import Filler
from notifier.settings import SubmissionSettings
from notifier.smtp_batch import PUT_OFF_IN_A_ROW, Batch
from notifier.submission import SubmissionTransport
from privacy.ports import Handover
from servers.ports import free_port
from servers.smtp_sink import CUT, HANG, SinkOptions, SmtpSink

ACCEPTED, REFUSED = Handover.ACCEPTED, Handover.REFUSED
DEFERRED, UNKNOWN = Handover.DEFERRED, Handover.UNKNOWN


@pytest.fixture(params=[True, False], ids=["pipelining", "one-by-one"])
def sink(request):
    """Give a server with and without PIPELINING: what becomes of a letter is the same."""
    with SmtpSink(SinkOptions(pipelining=request.param)) as running:
        yield running


@pytest.fixture
def connect():
    made = []

    def make(port, **settings):
        chosen = {"host": "127.0.0.1", "security": "plain", "port": port, "connections": 1}
        made.append(SubmissionTransport(SubmissionSettings(**(chosen | settings))))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def states(outcomes):
    return [outcome.state for outcome in outcomes]


def caught(sink):
    """The letters with somebody to go to, by recipient."""
    return {letter.rcpt_tos[0]: letter for letter in sink.letters if letter.rcpt_tos}


def test_every_owner_gets_an_envelope_and_the_filled_letter(sink, connect):
    batch = notices(7)
    outcomes = connect(sink.port, connections=3).send_many(batch)
    assert [one.message_id for one in outcomes] == [one.message_id for one in batch]
    assert states(outcomes) == [ACCEPTED] * 7
    letters = caught(sink)
    for message in batch:
        letter = letters[message.recipient]
        assert letter.rcpt_tos == (message.recipient,)
        assert letter.mail_from == message.envelope_from
        assert letter.data == compose(Filler().fill(message))
    assert len(sink.letters) == 7


def test_the_answer_of_the_server_is_kept_without_the_address(sink, connect):
    sink.answer("END", "250 2.0.0 <olivia0@kite.example> queued as ABC123")
    (outcome,) = connect(sink.port).send_many([notice(0)])
    assert (outcome.answer, outcome.provider_id) == ("250 2.0.0 <…> queued as ABC123", "ABC123")


def test_nothing_to_send_asks_no_server(connect):
    assert connect(free_port()).send_many([]) == []


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize(
    ("answer", "state"), [("550 5.1.1 no such user", REFUSED), ("450 4.2.0 later", DEFERRED)]
)
def test_one_refusal_is_for_one_letter(sink, connect, verb, answer, state):
    usual = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go", "END": "250 ok"}[verb]
    sink.answer(verb, usual, answer, usual)
    outcomes = connect(sink.port).send_many(notices(4))
    assert states(outcomes) == [ACCEPTED, state, ACCEPTED, ACCEPTED]
    assert not outcomes[1].lane
    assert set(caught(sink)) == {f"olivia{n}@kite.example" for n in (0, 2, 3)}
    assert sink.connections == 1


@pytest.mark.parametrize("answer", [CUT, HANG, "354 what"])
def test_silence_after_the_content_is_unknown_and_never_sent_again(sink, connect, answer):
    sink.answer("END", "250 ok", answer)
    outcomes = connect(sink.port, verdict_seconds=0.3).send_many(notices(4))
    assert states(outcomes) == [ACCEPTED, UNKNOWN, ACCEPTED, ACCEPTED]
    assert Counter(letter.rcpt_tos for letter in sink.letters if letter.rcpt_tos)[
        ("olivia1@kite.example",)
    ] == (1)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [CUT, HANG, "421 4.3.2 closing", "garbage"])
def test_what_is_lost_before_the_content_leaves_by_another_connection(sink, connect, verb, answer):
    usual = {"MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go"}[verb]
    sink.answer(verb, usual, answer)
    outcomes = connect(sink.port, timeout_seconds=0.3).send_many(notices(4))
    assert states(outcomes) == [ACCEPTED] * 4
    assert len(caught(sink)) == 4
    assert sink.connections == 2


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_reply_too_many_is_never_taken_for_an_acceptance(sink, connect, verb):
    usual = {"RCPT": "250 ok", "DATA": "354 go"}[verb]
    sink.answer(verb, usual, f"{usual}\r\n250 2.0.0 ok: queued as STRAY")
    outcomes = connect(sink.port, timeout_seconds=0.5).send_many(notices(4))
    assert states(outcomes) == [ACCEPTED] * 4
    assert all(outcome.provider_id == "SINK00001" for outcome in outcomes)
    assert len(sink.letters) == len(caught(sink)) == 4
    assert sink.connections == 2


def test_a_letter_under_which_every_connection_breaks_waits_and_the_others_leave(sink, connect):
    sink.answer("RCPT", "250 ok", CUT, CUT, CUT)
    outcomes = connect(sink.port).send_many(notices(3))
    assert Counter(states(outcomes)) == {ACCEPTED: 1, DEFERRED: 2}
    assert len(caught(sink)) == 1


def test_a_verdict_that_closes_is_a_deferral_and_the_next_connection_goes_on(sink, connect):
    sink.answer("END", "250 ok", "421 4.7.0 too many, come back later")
    outcomes = connect(sink.port).send_many(notices(4))
    assert states(outcomes) == [ACCEPTED, DEFERRED, ACCEPTED, ACCEPTED]
    assert sink.connections == 2


def test_a_server_that_puts_off_everything_is_left_alone(sink, connect):
    sink.always("MAIL", "451 4.7.1 over quota")
    outcomes = connect(sink.port).send_many(notices(60))
    assert states(outcomes) == [DEFERRED] * 60
    asked = sum(command.startswith("MAIL") for command in sink.commands)
    assert PUT_OFF_IN_A_ROW <= asked <= PUT_OFF_IN_A_ROW + 1
    assert outcomes[-1].lane


@pytest.mark.parametrize("answer", ["530 5.7.0 must issue STARTTLS", "535 5.7.8 log in"])
def test_a_server_that_wants_a_login_condemns_no_letter(sink, connect, answer):
    sink.always("MAIL", answer)
    outcomes = connect(sink.port).send_many(notices(3))
    assert states(outcomes) == [DEFERRED] * 3
    assert all(outcome.lane for outcome in outcomes)


def test_nobody_there_defers_all_and_says_that_the_way_is_at_fault(connect):
    outcomes = connect(free_port()).send_many(notices(3))
    assert {(one.state, one.lane) for one in outcomes} == {(DEFERRED, True)}
    assert outcomes[0].answer.startswith("smtp: no connection")


def test_a_wrong_password_defers_all(connect):
    with SmtpSink(SinkOptions(users={"desk": "right"}, pipelining=True)) as sink:
        outcomes = connect(sink.port, username="desk", password="wrong").send_many(notices(2))
    assert states(outcomes) == [DEFERRED] * 2
    assert "535" in outcomes[0].answer


def test_connections_carry_so_many_letters_and_no_more(sink, connect):
    transport = connect(sink.port, letters_per_connection=3)
    assert states(transport.send_many(notices(8))) == [ACCEPTED] * 8
    assert sink.connections == 3
    assert sink.commands.count("QUIT") == 2


def test_several_connections_share_a_batch(sink, connect):
    assert states(connect(sink.port, connections=4).send_many(notices(60))) == [ACCEPTED] * 60
    assert 1 <= sink.connections <= 4
    assert len(caught(sink)) == 60


def test_connections_are_kept_between_batches_and_replaced_when_they_died(sink, connect):
    transport = connect(sink.port)
    transport.send_many(notices(2))
    transport.send_many(notices(2))
    assert sink.connections == 1
    sink.hang_up()
    assert states(transport.send_many(notices(2))) == [ACCEPTED] * 2
    assert sink.connections == 2


def test_places_are_given_at_the_rate_and_never_two_at_once():
    now = [100.0]
    batch = Batch(notices(9), 4, clock=lambda: now[0])
    assert [batch.reserve() for _ in range(3)] == [0, 0.25, 0.5]
    assert not batch.may_go_on
    now[0] += 10
    assert batch.may_go_on
    assert [batch.reserve() for _ in range(2)] == [0, 0.25]


def test_without_a_rate_nobody_waits():
    batch = Batch(notices(9), 0, clock=lambda: 100.0)
    assert [batch.reserve() for _ in range(3)] == [0, 0, 0]
    assert batch.may_go_on


def test_every_letter_takes_a_place_over_all_connections(sink, connect, monkeypatch):
    taken = []

    def reserve(batch):
        taken.append(batch)
        return 0.0

    monkeypatch.setattr(Batch, "reserve", reserve)
    connect(sink.port, connections=3, per_second=20).send_many(notices(7))
    assert len(taken) >= 7


def test_a_letter_larger_than_the_server_takes_is_not_tried(connect):
    with SmtpSink(SinkOptions(size=2_000, pipelining=True)) as sink:
        large = replace(notice(1).letter, text="word " * 1_000)
        batch = [notice(0), notice(1, letter=large)]
        assert states(connect(sink.port).send_many(batch)) == [ACCEPTED, REFUSED]
        assert len(sink.letters) == 1


def test_an_address_in_another_script_needs_a_server_that_speaks_it(connect):
    batch = [notice(0), replace(notice(1), recipient="олівія@kite.example")]
    with SmtpSink(SinkOptions(pipelining=True)) as sink:
        assert states(connect(sink.port).send_many(batch)) == [ACCEPTED, ACCEPTED]
        assert [one.options for one in sink.letters] == ["", "BODY=8BITMIME SMTPUTF8"]
    with SmtpSink(SinkOptions(smtputf8=False, pipelining=True)) as sink:
        assert states(connect(sink.port).send_many(batch)) == [ACCEPTED, REFUSED]


def test_a_letter_with_a_hole_or_a_second_line_never_leaves(sink, connect):
    batch = [
        replace(notice(0), values=()),
        replace(notice(1), values=(("name", "a\r\nBcc: all"), ("workspace", "w"))),
        replace(notice(2), recipient="two@here.example, there@there.example"),
        notice(3),
    ]
    assert states(connect(sink.port).send_many(batch)) == [REFUSED] * 3 + [ACCEPTED]
    assert set(caught(sink)) == {"olivia3@kite.example"}


def test_letters_are_encrypted_when_the_settings_ask_for_it(connect, tmp_path):
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    users = {"desk": "secret"}
    with SmtpSink(SinkOptions(starttls=context, users=users, pipelining=True)) as sink:
        transport = connect(
            sink.port,
            security="starttls",
            ca_file=tmp_path / "ca.pem",
            username="desk",
            password="secret",
        )
        assert states(transport.send_many(notices(3))) == [ACCEPTED] * 3
        assert all(letter.encrypted for letter in sink.letters)
        assert "commands in groups" in transport.check()
        transport.close()


def test_an_endless_answer_is_not_read_to_its_end(sink, connect):
    sink.answer("MAIL", "250 ok", "250-" + "x" * 70_000)
    assert states(connect(sink.port).send_many(notices(3))) == [ACCEPTED] * 3
    assert sink.connections == 2


def test_a_fault_of_our_own_leaves_one_letter_in_doubt_and_loses_none(sink, connect, monkeypatch):
    def raises(*_):
        monkeypatch.undo()
        raise LookupError

    monkeypatch.setattr("notifier.smtp_batch.to_receipt", raises)
    outcomes = connect(sink.port, connections=2).send_many(notices(4))
    assert states(outcomes).count(UNKNOWN) >= 1
    assert set(states(outcomes)) <= {UNKNOWN, ACCEPTED, DEFERRED}
    assert len(sink.letters) == len(caught(sink))
