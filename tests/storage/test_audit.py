from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, update

from privacy.audit import AuditEvent, AuditKind
from storage.audit import append, events_of, verify_chain
from storage.ids import new_id
from storage.tables import AUDIT_CHAIN, AUDIT_EVENT


def event(chain, now, kind=AuditKind.CASE_OPENED, **payload):
    return AuditEvent(chain=chain, kind=kind, at=now, actor="daemon", payload=payload)


@pytest.fixture
def chain(database, make):
    name = new_id()
    with database.transaction() as transaction:
        append(transaction, [event(name, make.now, number=n) for n in range(4)])
    return name


def verified(database, chain):
    with database.reading() as reading:
        return verify_chain(reading, chain)


def tamper(database, *statements):
    with database.transaction() as transaction:
        for statement in statements:
            transaction.change(statement)


def at(chain, position):
    return update(AUDIT_EVENT).where(
        AUDIT_EVENT.c.chain == chain, AUDIT_EVENT.c.position == position
    )


def test_events_come_back_in_order_with_their_payload(database, make):
    name, other = new_id(), new_id()
    first = event(
        name,
        make.now,
        inbound=uuid4(),
        on=date(2026, 3, 2),
        reasons=("a", "b"),
        quote='ä "x" \x00',
        none=None,
    )
    with database.transaction() as transaction:
        append(
            transaction,
            [first, event(other, make.now), event(name, make.now, AuditKind.CLOCK_STARTED)],
        )
    with database.transaction() as transaction:
        append(transaction, [event(name, make.now + timedelta(seconds=1), AuditKind.LETTER_SENT)])
    with database.reading() as reading:
        events = events_of(reading, name)
    assert [one.kind for one in events] == [
        AuditKind.CASE_OPENED,
        AuditKind.CLOCK_STARTED,
        AuditKind.LETTER_SENT,
    ]
    assert events[0].payload == {
        "inbound": str(first.payload["inbound"]),
        "on": "2026-03-02",
        "reasons": ["a", "b"],
        "quote": 'ä "x" \x00',
        "none": None,
    }
    assert verified(database, name)
    assert verified(database, other)


def test_a_whole_chain_holds_and_so_does_an_empty_one(database, chain):
    assert verified(database, chain)
    assert verified(database, new_id())


def test_an_actor_with_characters_that_no_database_keeps_does_not_break_the_chain(database, make):
    name = new_id()
    strange = AuditEvent(chain=name, kind=AuditKind.TASK_DONE, at=make.now, actor="sam\x00 \ud800")
    with database.transaction() as transaction:
        append(transaction, [strange])
    assert verified(database, name)


@pytest.mark.parametrize(
    "changed",
    [
        {"payload": '{"number":9}'},
        {"payload": "no json"},
        {"payload": None},
        {"salt": b"0" * 16},
        {"payload_digest": "0" * 64},
        {"link": "0" * 64},
        {"actor": "mallory"},
        {"kind": AuditKind.TASK_DONE},
        {"chain": new_id()},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_changed_event_is_noticed(database, chain, changed):
    tamper(database, at(chain, 2).values(**changed))
    assert not verified(database, chain)


def test_a_moved_instant_is_noticed(database, make, chain):
    tamper(database, at(chain, 1).values(at=make.now + timedelta(microseconds=1)))
    assert not verified(database, chain)


@pytest.mark.parametrize("position", range(4))
def test_a_deleted_event_is_noticed_wherever_it_was(database, chain, position):
    gone = delete(AUDIT_EVENT).where(
        AUDIT_EVENT.c.chain == chain, AUDIT_EVENT.c.position == position
    )
    tamper(database, gone)
    assert not verified(database, chain)


def test_deleted_events_are_noticed_even_when_the_rest_is_numbered_anew(database, chain):
    gone = delete(AUDIT_EVENT).where(AUDIT_EVENT.c.chain == chain, AUDIT_EVENT.c.position == 1)
    tamper(database, gone, at(chain, 2).values(position=1), at(chain, 3).values(position=2))
    assert not verified(database, chain)


def test_two_events_that_changed_places_are_noticed(database, chain):
    tamper(
        database,
        at(chain, 1).values(position=9),
        at(chain, 2).values(position=1),
        at(chain, 9).values(position=2),
    )
    assert not verified(database, chain)


def test_a_lost_end_is_noticed(database, chain):
    tamper(database, delete(AUDIT_CHAIN).where(AUDIT_CHAIN.c.chain == chain))
    assert not verified(database, chain)


def test_a_payload_can_be_erased_and_the_chain_still_holds(database, chain):
    tamper(database, at(chain, 2).values(payload=None, salt=None))
    assert verified(database, chain)
    with database.reading() as reading:
        assert [dict(one.payload) for one in events_of(reading, chain)][2] == {}


def stop_after(database, one):
    with database.transaction() as transaction:
        append(transaction, [one])
        raise ValueError("stop")


def test_a_transaction_that_fails_leaves_no_event(database, make, chain):
    with pytest.raises(ValueError, match="stop"):
        stop_after(database, event(chain, make.now))
    with database.reading() as reading:
        assert len(events_of(reading, chain)) == 4
    assert verified(database, chain)
