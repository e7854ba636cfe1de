"""The ledger of a model's calls, on both engines."""

from dataclasses import fields, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import inspect, text

from privacy.audit import AuditEvent, AuditKind
from privacy.errors import PrivacyError
from privacy.model_calls import CallOutcome, ModelCall, Spent
from privacy.zero_retention import Assurance, Attestation, Endpoint
from storage.audit import append, events_of, verify_chain
from storage.database import _open_engine, upgrade
from storage.ids import new_id
from storage.messages import claim_messages, finish_messages, keep_raw
from storage.model_calls import (
    add_attestation,
    begin_calls,
    calls_since,
    finish_calls,
    newest_attestation,
    said_before,
    spent_since,
)
from storage.schema import migrate

HERE = Endpoint(host="127.0.0.1:1", region="local", model="m", assurance=Assurance.LOCAL)
SAID = ("lane=rights", "erasure|none|text|0|5")


def call(make, **changes):
    values = {
        "call_id": new_id(),
        "inbound_id": None,
        "started_at": make.now,
        "endpoint": HERE,
        "shadow": False,
        "text_key": b"k",
        "cost": 900,
    }
    return ModelCall(**(values | changes))


def ended(before, make, **changes):
    values = {"outcome": CallOutcome.HEARD, "finished_at": make.now, "said": SAID, "cost": 7}
    return replace(before, **(values | changes))


def test_a_call_is_written_before_it_is_made_and_completed_afterwards(database, make):
    first, second = call(make), call(make, inbound_id=new_id(), shadow=True)
    with database.transaction() as transaction:
        begin_calls(transaction, [first, second])
    with database.reading() as reading:
        assert calls_since(reading, make.now) == [first, second]
        assert spent_since(reading, make.now) == 1800
    done = ended(second, make, spent=Spent(tokens_in=3, tokens_out=4), changes=("+access",))
    with database.transaction() as transaction:
        finish_calls(transaction, [done])
    with database.reading() as reading:
        assert calls_since(reading, make.now) == [first, done]
        assert spent_since(reading, make.now) == 907
        assert spent_since(reading, make.now + timedelta(seconds=1)) == 0


def test_a_call_that_began_and_never_ended_still_counts_against_the_budget(database, make):
    with database.transaction() as transaction:
        begin_calls(transaction, [call(make)])
        assert spent_since(transaction, make.now) == 900


def worked_message(database, make, uid, case_id):
    with database.transaction() as transaction:
        keep_raw(transaction, [make.in_folder(uid)], now=make.now)
        (claimed,) = claim_messages(transaction, now=make.now, limit=1, lease=timedelta(minutes=1))
        key = bytes([uid]) * 32
        finish_messages(transaction, [make.finished(claimed, case_id=case_id, message_key=key)])
    return claimed.inbound_id


def test_what_was_said_is_found_in_the_same_message_and_in_the_same_case_alone(database, make):
    case = new_id()
    one, elsewhere = (
        worked_message(database, make, 1, case),
        worked_message(database, make, 2, None),
    )
    calls = [call(make, inbound_id=one), call(make, inbound_id=elsewhere, text_key=b"x")]
    with database.transaction() as transaction:
        begin_calls(transaction, calls)
        finish_calls(transaction, [ended(one, make) for one in calls])
    later = new_id()
    with database.reading() as reading:
        assert said_before(reading, [(b"k", one, None)]) == {one: SAID}
        assert said_before(reading, [(b"k", later, case)]) == {later: SAID}
        assert said_before(reading, [(b"k", later, new_id())]) == {}
        assert said_before(reading, [(b"k", later, None)]) == {}
        assert said_before(reading, [(b"y", one, case)]) == {}
        assert said_before(reading, [(b"x", one, case)]) == {}


def test_a_call_that_failed_said_nothing(database, make):
    one = worked_message(database, make, 1, None)
    begun = call(make, inbound_id=one)
    with database.transaction() as transaction:
        begin_calls(transaction, [begun])
        finish_calls(transaction, [ended(begun, make, outcome=CallOutcome.INVALID, said=())])
    with database.reading() as reading:
        assert said_before(reading, [(b"k", one, None)]) == {}


def test_the_newest_attestation_of_an_endpoint_counts(database, make):
    first = Attestation(
        endpoint="api.example",
        contract="C-1",
        contract_date=date(2026, 1, 2),
        attested_by="sam@autocloz.example",
        attested_at=make.now,
    )
    newer = replace(first, contract="C-2", attested_at=make.now + timedelta(days=1))
    with database.transaction() as transaction:
        add_attestation(transaction, newer)
        add_attestation(transaction, first)
    with database.reading() as reading:
        assert newest_attestation(reading, "api.example") == newer
        assert newest_attestation(reading, "other.example") is None


def test_the_ledger_has_no_column_for_content(database):
    with database.reading() as reading:
        columns = {one["name"] for one in inspect(reading.connection).get_columns("model_call")}
    of_values = {field.name for field in fields(ModelCall)} - {"endpoint", "spent"}
    of_endpoint = {"host", "region", "model", "assurance"}
    assert columns == of_values | of_endpoint | {"tokens_in", "tokens_out"}


@pytest.mark.parametrize("wrong", ["outcome = 'whatever'", "assurance = 'hoped'", "cost = -1"])
def test_the_database_itself_refuses_what_is_no_word_of_the_lists(database, make, wrong):
    with database.transaction() as transaction:
        begin_calls(transaction, [call(make)])
    with pytest.raises(PrivacyError), database.transaction() as transaction:
        transaction.change(text(f"UPDATE model_call SET {wrong}"))  # noqa: S608


def test_the_way_down_and_up_again_keeps_the_trail_whole(database_url, make, open_it):
    settings = make.settings_for(database_url)
    case, attested = new_id(), new_id()
    database = open_it()
    with database.transaction() as transaction:
        for chain, kind in ((case, AuditKind.CASE_OPENED), (attested, AuditKind.MODEL_ATTESTED)):
            append(transaction, [AuditEvent(chain=chain, kind=kind, at=make.now, actor="sam")])
    database.close()
    engine = _open_engine(settings, None)
    with engine.begin() as connection:
        migrate(connection, "0001")
    engine.dispose()
    upgrade(settings)
    with open_it().reading() as reading:
        assert [event.kind for event in events_of(reading, case)] == [AuditKind.CASE_OPENED]
        assert verify_chain(reading, case)
        assert events_of(reading, attested) == []
        assert verify_chain(reading, attested)
