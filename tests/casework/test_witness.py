"""The model is heard between reading and deciding: it may add and call a person; nothing depends on its being there."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework.attesting import attest_contract
from casework_values import (
    BOTH_ENGINES,
    DAY,
    ERASE,
    NOON,
    SAM,
    arriving,
    mail,
)
from classifier.model_settings import ModelSettings, Use
from classifier.rules import classify_text
from model_values import VAGUE, calls, matter, settings_for, with_model, witness_for
from privacy.audit import AuditKind
from privacy.deciding import Outcome
from privacy.errors import Permanent, Retryable
from privacy.model_calls import CallOutcome, Heard
from privacy.witness import Statement
from privacy.zero_retention import Assurance, RetentionProof
from servers.model_server import (
    fails,
    hangs,
    hangs_up,
    message,
    model_server,
    raw,
    says,
    statement,
)
from storage.audit import events_of, verify_chain
from storage.tables import MODEL_ATTESTATION


@pytest.fixture
def server():
    with model_server() as running:
        yield running


class Scripted:
    """A client that says what a test scripts, and looks at the ledger while it is asked."""

    def __init__(self, desk, *answers):
        self.desk, self.answers, self.asked, self.seconds = desk, list(answers), [], []
        self.rows = []

    def ask(self, questions, *, seconds):
        self.asked.append([question.text for question in questions])
        self.seconds.append(seconds)
        self.rows.append([call.outcome for call in calls(self.desk)])
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return [answer] * len(questions)

    def stop(self):
        self.answers[:] = [Heard(outcome=CallOutcome.STOPPED)]


def scripted(desk, server, *answers, **changes):
    client = Scripted(desk, *answers)
    desk.witness = witness_for(desk, settings_for(server, **changes), client)
    return client


@BOTH_ENGINES
def test_a_model_that_agrees_leaves_everything_as_it_is_and_a_row_without_a_word(desk, server):
    server.play(says(statement(("erasure", "Please delete all personal data"))))
    row = with_model(desk, server).receive_one(mail(f"{ERASE}\nMy name is Anne Example."))
    assert row.outcome is Outcome.CASE
    assert row.rights == ("erasure",)
    (call,) = calls(desk)
    assert call.inbound_id == row.inbound_id
    assert (call.outcome, call.changes, call.shadow) == (CallOutcome.HEARD, (), False)
    assert call.endpoint.host == server.url.removeprefix("http://")
    assert call.endpoint.assurance is Assurance.LOCAL
    assert (call.spent.tokens_in, call.spent.tokens_out, call.cost) == (900, 60, 120)
    assert call.finished_at == NOON
    assert "delete" not in repr(call)
    assert server.faults == []


@BOTH_ENGINES
def test_a_right_that_the_rules_did_not_see_opens_a_case_whose_letter_waits_for_a_person(
    desk, server
):
    before = classify_text("My data", VAGUE)
    assert before.rights == ()
    server.play(says(statement(("erasure", "make me vanish from there"))))
    row = with_model(desk, server).receive_one(mail(VAGUE))
    assert row.outcome is Outcome.CASE
    assert row.rights == ("erasure",)
    assert "the model adds erasure" in row.reasons
    assert desk.letters() == []
    (draft,) = desk.drafts()
    assert "classification-needs-human" in draft.reasons
    (case,) = desk.cases()
    assert case.items[0].quote == "make me vanish from there"
    assert case.items[0].reason == "model"


def test_a_model_that_sees_less_takes_nothing_away_and_the_letter_waits(desk, server):
    server.play(says(statement(lane="vendor")))
    row = with_model(desk, server).receive_one(mail(ERASE))
    assert row.rights == ("erasure",)
    assert "the model does not see erasure" in row.reasons
    assert desk.letters() == []
    assert len(desk.drafts()) == 1


def test_nothing_that_names_anybody_in_a_mail_is_in_the_bytes_on_the_wire(desk, server):
    """The whole way of a mail: header, quoted history, signature, and every sort of number."""
    raw_mail = mail(
        "Hello Markerolivia,\n\nplease make all of it vanish, says markerlocal. I live at 12 Markerlane Road, 1234 "
        "Markertown, phone +353 86 765 4399, customer number MARKER-4711, see https://marker.example/x.\n\n"
        "Regards\nAnne Markerhead\nMarker Ltd\n\n"
        "On Monday, 16 November 2026, Markersam <sam@marker.example> wrote:\n> Dear Marker, older words of marker\n",
        From="Anne Markerhead <anne.markerlocal@marker.example>",
        Subject="Markerhead wants to vanish",
        To="Olivia Marker <privacy@autocloz.example>",
    )
    with_model(desk, server).receive_one(raw_mail)
    (request,) = server.seen
    assert b"marker" not in request.body.lower()
    for number in (b"765", b"4399", b"4711", b"1234", b"12 "):
        assert number not in request.letter.encode()
    assert "please make all of it vanish" in request.letter
    assert "older words" not in request.letter


def test_where_the_rules_are_sure_nobody_is_asked(desk, server):
    with_model(desk, server, skip_when_sure=True).receive_one(mail(ERASE))
    assert server.seen == []
    assert calls(desk) == []
    assert len(desk.letters()) == 1


def test_machines_and_history_are_not_told_to_a_model(desk, server):
    with_model(desk, server)
    desk.receive_one(mail(VAGUE, number=1, Auto_Submitted="auto-replied"))
    desk.receive_one(mail(VAGUE, number=2), history=True)
    desk.receive_one(mail("", number=3, Subject=""))
    assert server.seen == []


def test_in_shadow_nothing_depends_on_it_and_the_ledger_has_what_would_change(desk, server):
    server.play(says(statement(("access", "Please delete"), lane="complaint", unsure=True)))
    row = with_model(desk, server, use=Use.SHADOW).receive_one(mail(ERASE))
    assert row.rights == ("erasure",)
    assert not [reason for reason in row.reasons if "model" in reason]
    assert len(desk.letters()) == 1
    (call,) = calls(desk)
    assert call.shadow
    assert call.changes == ("+access", "-erasure", "lane:complaint", "unsure")


def test_the_row_is_there_before_anybody_is_asked(desk, server):
    client = scripted(desk, server, Heard(outcome=CallOutcome.REFUSED))
    desk.receive_one(mail(VAGUE))
    assert client.rows == [[CallOutcome.STARTED]]
    assert [call.outcome for call in calls(desk)] == [CallOutcome.REFUSED]


def test_no_transaction_is_open_while_it_is_asked(desk, server):
    """The client of this test writes to the ledger's database itself, which a writer of SQLite would refuse."""

    class Writes(Scripted):
        def ask(self, questions, *, seconds):
            with self.desk.database.transaction():
                return super().ask(questions, seconds=seconds)

    client = Writes(desk, Heard(outcome=CallOutcome.REFUSED))
    desk.witness = witness_for(desk, settings_for(server), client)
    desk.receive(*(arriving(mail(VAGUE, number=number)) for number in (1, 2)))
    assert len(client.asked) == 1


PLAYED = [
    (fails(429, retry_after="0"), "rate-limited", 2),
    (fails(529), "overloaded", 2),
    (fails(500), "server-error", 2),
    (fails(401), "rejected", 1),
    (raw(message(stop="refusal")), "refused", 1),
    (raw(message(stop="max_tokens")), "truncated", 1),
    (raw(b"{"), "invalid-answer", 2),
    (says({"claims": [], "lane": "delete_all", "unsure": False}), "invalid-answer", 2),
    (says(statement(("erasure", "not in the text"))), "invalid-answer", 2),
    (hangs_up, "unreachable", 2),
    (hangs, "timeout", 2),
]


@pytest.mark.parametrize(("answer", "reason", "attempts"), PLAYED, ids=range(len(PLAYED)))
@pytest.mark.edge("E178")
def test_in_trouble_the_rules_decide_and_the_reason_is_recorded(
    desk, server, answer, reason, attempts
):
    server.play(answer)
    row = with_model(
        desk, server, call_seconds=0.5 if answer is hangs else 60, wait_seconds=120
    ).receive_one(mail(ERASE))
    assert row.rights == ("erasure",)
    assert f"model not heard: {reason}" in row.reasons
    assert len(desk.letters()) == 1
    assert [call.outcome for call in calls(desk)] == [reason] * attempts
    assert len(server.seen) == attempts


def test_a_second_attempt_may_mend_it(desk, server):
    server.play(fails(529), says(statement(("erasure", "Please delete"))))
    row = with_model(desk, server).receive_one(mail(ERASE))
    assert not [reason for reason in row.reasons if "model" in reason]
    assert [call.outcome for call in calls(desk)] == [CallOutcome.OVERLOADED, CallOutcome.HEARD]


def test_after_failures_in_a_row_nobody_is_asked_for_a_while(desk, server):
    client = scripted(desk, server, Heard(outcome=CallOutcome.TIMEOUT), attempts=1, failures=2)
    for number in range(4):
        row = desk.receive_one(mail(VAGUE, number=number))
    assert len(client.asked) == 2
    assert "model not heard: resting-after-failures" in row.reasons
    desk.now += timedelta(minutes=5)
    desk.receive_one(mail(VAGUE, number=9))
    assert len(client.asked) == 3


def test_a_used_up_budget_leaves_the_rest_of_the_day_to_the_rules(desk, server):
    server.play(says(statement()))
    with_model(desk, server, daily_budget=0.003)
    rows = [
        desk.receive_one(mail(f"{VAGUE} {word}", number=n)) for n, word in enumerate("abcdefghijkl")
    ]
    spent = sum(call.cost for call in calls(desk))
    assert "model not heard: budget-used-up" in rows[-1].reasons
    assert 0 < spent <= 3000
    asked = len(server.seen)
    desk.now += DAY
    desk.receive_one(mail(f"{VAGUE} tomorrow", number=99))
    assert len(server.seen) == asked + 1


def test_a_call_of_unknown_end_keeps_its_reserve_and_a_refused_one_costs_nothing(desk, server):
    scripted(desk, server, Heard(outcome=CallOutcome.TIMEOUT), attempts=1)
    desk.receive_one(mail(VAGUE, number=1))
    scripted(desk, server, Heard(outcome=CallOutcome.RATE_LIMITED), attempts=1)
    desk.receive_one(mail(VAGUE, number=2))
    first, second = calls(desk)
    assert first.cost > 0
    assert second.cost == 0


def test_the_waiting_has_a_bound_whatever_is_asked_of_it(desk, server):
    """The clock of this desk moves on while the client is asked: the second round has less time, the third none."""
    client = scripted(
        desk,
        server,
        Heard(outcome=CallOutcome.OVERLOADED),
        attempts=5,
        wait_seconds=30,
        failures=50,
    )
    asks = client.ask

    def slowly(questions, *, seconds):
        desk.now += timedelta(seconds=20)
        return asks(questions, seconds=seconds)

    client.ask = slowly
    desk.witness.pause = lambda _seconds: None
    row = desk.receive_one(mail(VAGUE))
    assert client.seconds == [30, 10]
    assert "model not heard: overloaded" in row.reasons


def test_the_same_words_of_the_same_message_are_not_asked_about_twice(desk, server):
    client = scripted(desk, server, Heard(outcome=CallOutcome.HEARD, statement=statement_of()))
    (row,) = desk.keep(mail(VAGUE))
    desk.witness.hear(desk.database, [matter(row.inbound_id)])
    found = desk.witness.hear(desk.database, [matter(row.inbound_id)])
    assert len(client.asked) == 1
    assert found[0].reasons[-1] == "the model is unsure"
    assert [call.outcome for call in calls(desk)] == [CallOutcome.HEARD, CallOutcome.CACHED]
    assert calls(desk)[1].cost == 0
    (other,) = desk.keep(mail(VAGUE, number=2))
    desk.witness.hear(desk.database, [matter(other.inbound_id)])
    assert len(client.asked) == 2


def statement_of():
    return Statement(unsure=True)


def test_a_ledger_out_of_reach_means_that_nobody_is_asked(desk, server, monkeypatch):
    client = scripted(desk, server, Heard(outcome=CallOutcome.HEARD, statement=statement_of()))

    def locked(*_args):
        raise Retryable("database: locked")

    monkeypatch.setattr("casework.witness.begin_calls", locked)
    row = desk.receive_one(mail(ERASE))
    assert "model not heard: ledger-out-of-reach" in row.reasons
    assert client.asked == []
    assert len(desk.letters()) == 1


def test_an_end_that_cannot_be_written_leaves_the_row_and_the_answer_counts(
    desk, server, monkeypatch
):
    scripted(desk, server, Heard(outcome=CallOutcome.HEARD, statement=statement_of()))

    def locked(*_args):
        raise Retryable("database: locked")

    monkeypatch.setattr("casework.witness.finish_calls", locked)
    row = desk.receive_one(mail(VAGUE))
    assert "the model is unsure" in row.reasons
    assert [call.outcome for call in calls(desk)] == [CallOutcome.STARTED]


def test_a_client_that_breaks_costs_no_mail_anything(desk, server):
    scripted(desk, server, RuntimeError("words of a mail"))
    rows = desk.receive(mail(ERASE, number=1), mail(VAGUE, number=2))
    assert [row.outcome for row in rows] == [Outcome.CASE, Outcome.HELD]
    assert len(desk.letters()) == 1


def test_a_desk_that_stops_does_not_wait(desk, server):
    scripted(desk, server, Heard(outcome=CallOutcome.HEARD, statement=statement_of()))
    desk.witness.stop()
    row = desk.receive_one(mail(VAGUE))
    assert "model not heard: resting-after-failures" in row.reasons


def contract_settings(**changes):
    values = {
        "use": Use.WITNESS,
        "assurance": Assurance.ATTESTED,
        "api_key": "k",
        "region": "us",
        "serves_regions": ("default",),
        "skip_when_sure": False,
    }
    return ModelSettings(**(values | changes))


@BOTH_ENGINES
def test_without_an_attested_contract_nobody_is_asked_and_with_one_somebody_is(desk):
    client = Scripted(desk, Heard(outcome=CallOutcome.HEARD, statement=statement_of()))
    desk.witness = witness_for(desk, contract_settings(), client)
    row = desk.receive_one(mail(VAGUE, number=1))
    assert "model not heard: zero-retention-not-assured" in row.reasons
    assert client.asked == []
    assert calls(desk) == []
    attested = attest_contract(
        desk.database,
        "api.anthropic.com",
        contract=" ZDR-7 ",
        contract_date=date(2026, 11, 1),
        actor=SAM,
        now=desk.now,
    )
    assert (attested.contract, attested.attested_by) == ("ZDR-7", SAM.address)
    desk.receive_one(mail(VAGUE, number=2))
    assert len(client.asked) == 1
    assert [call.endpoint.assurance for call in calls(desk)] == [Assurance.ATTESTED]
    desk.now += timedelta(days=366)
    assert not desk.witness.standing(desk.database).usable


def test_an_attestation_is_on_the_trail_with_who_gave_it(desk):
    attest_contract(
        desk.database,
        "api.example",
        contract="Z",
        contract_date=date(2026, 1, 1),
        actor=SAM,
        now=NOON,
    )
    with desk.database.reading() as reading:
        (chain,) = reading.fetch(select(MODEL_ATTESTATION.c.attestation_id)).scalars()
        (event,) = events_of(reading, chain)
        assert verify_chain(reading, chain)
    assert event.kind is AuditKind.MODEL_ATTESTED
    assert event.actor == str(SAM)
    assert event.payload == {"endpoint": "api.example", "contract": "Z", "date": "2026-01-01"}


@pytest.mark.parametrize(("contract", "day"), [(" ", date(2026, 1, 1)), ("Z", date(2030, 1, 1))])
def test_a_contract_without_reference_or_of_the_future_is_refused(desk, contract, day):
    with pytest.raises(Permanent):
        attest_contract(
            desk.database, "h", contract=contract, contract_date=day, actor=SAM, now=NOON
        )


def test_a_region_that_does_not_serve_this_desk_is_not_asked(desk):
    client = Scripted(desk, Heard(outcome=CallOutcome.HEARD))
    desk.witness = witness_for(desk, contract_settings(serves_regions=()), client)
    row = desk.receive_one(mail(VAGUE))
    assert "model not heard: zero-retention-not-assured" in row.reasons
    assert client.asked == []
    assert "does not serve" in desk.witness.standing(desk.database).says


class Account:
    """The account of the tests: says its mode, or that it is out of reach."""

    def __init__(self, *modes):
        self.modes, self.asked = list(modes), 0

    def __call__(self, now):
        self.asked += 1
        mode = self.modes.pop(0)
        if isinstance(mode, Exception):
            raise mode
        return RetentionProof(mode=mode, read_at=now)


def bedrock(desk, account):
    settings = ModelSettings(
        use=Use.WITNESS,
        assurance=Assurance.BEDROCK_VERIFIED,
        api_key="k",
        region="eu-west-1",
        serves_regions=("default",),
    )
    return witness_for(desk, settings, Scripted(desk, None), read_proof=account)


def usable(desk, witness):
    return witness.standing(desk.database).usable


def test_the_account_is_read_at_the_start_and_again_before_a_day_is_over(desk):
    account = Account("none", Retryable("away"), "none", "default")
    witness = bedrock(desk, account)
    assert not usable(desk, witness)
    witness.read_proof()
    assert usable(desk, witness)
    witness.read_proof()
    assert account.asked == 1
    desk.now += timedelta(hours=7)
    witness.read_proof()
    assert usable(desk, witness)
    desk.now += timedelta(hours=18)
    assert not usable(desk, witness)
    witness.read_proof()
    assert usable(desk, witness)
    desk.now += timedelta(hours=7)
    witness.read_proof()
    assert not usable(desk, witness)


def test_without_assurance_there_is_no_witness(desk):
    with pytest.raises(ValueError):
        witness_for(desk, ModelSettings(), Scripted(desk, None))
