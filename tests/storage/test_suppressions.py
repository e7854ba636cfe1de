"""Suppressed addresses on both engines: they stay, and nobody can read them back."""

from datetime import timedelta

from sqlalchemy import select

from privacy.suppression import Suppression, SuppressionList, SuppressionReason
from storage.ids import new_id
from storage.suppression_rows import SUPPRESSION
from storage.suppressions import (
    add_suppressions,
    count_suppressions,
    list_suppressions,
    lists_with,
    suppress_for_customer,
    suppressed_for_customer,
)

ANNE, BOB = "anne@person.example", "bob@person.example"
MARKETING, ERASURE = SuppressionList.MARKETING, SuppressionList.ERASURE


def entry(make, address=ANNE, on=MARKETING, **changes):
    values = {"reason": SuppressionReason.OBJECTION, "added_at": make.now, "added_by": "daemon"}
    return Suppression(address=address, on=on, **(values | changes))


def add(database, *entries):
    with database.transaction() as transaction:
        add_suppressions(transaction, entries)


def test_an_address_is_on_the_lists_that_it_was_put_on_whatever_its_case(database, make):
    add(database, entry(make, "Anne@Person.example"), entry(make, on=ERASURE), entry(make, BOB))
    with database.reading() as reading:
        found = lists_with(reading, [ANNE, BOB, "carl@person.example"])
    assert found == {ANNE: (ERASURE, MARKETING), BOB: (MARKETING,), "carl@person.example": ()}


def test_the_first_date_and_reason_stay(database, make):
    later = make.now + timedelta(days=1)
    add(database, entry(make))
    add(database, entry(make, added_at=later, reason=SuppressionReason.IMPORTED))
    with database.reading() as reading:
        (listed,) = list_suppressions(reading, MARKETING, limit=5)
    assert (listed.added_at, listed.reason) == (make.now, SuppressionReason.OBJECTION)


def test_lists_are_counted_and_shown_newest_first_without_an_address(database, make):
    later = make.now + timedelta(days=1)
    add(database, entry(make), entry(make, BOB, added_at=later))
    with database.reading() as reading:
        (counted,) = count_suppressions(reading)
        listed = list_suppressions(reading, MARKETING, limit=5)
        assert list_suppressions(reading, ERASURE, limit=5) == []
        assert len(list_suppressions(reading, MARKETING, limit=1)) == 1
    assert (counted.on, counted.addresses, counted.last_added_at) == (MARKETING, 2, later)
    assert [one.added_at for one in listed] == [later, make.now]
    assert listed[0].key == database.lookup_key("suppressed", BOB).hex()


def test_the_table_holds_no_address(database, make):
    add(database, entry(make, "canary7391@person.example"))
    with database.reading() as reading:
        (row,) = reading.fetch(select(SUPPRESSION))
    assert "canary" not in "".join(str(bytes(v)) if isinstance(v, bytes) else str(v) for v in row)


def test_what_one_customer_wants_kept_away_concerns_no_other_one_and_not_our_lists(database, make):
    ours, theirs, case_id = new_id(), new_id(), new_id()
    for now in (make.now, make.now + timedelta(days=1)):  # said twice
        with database.transaction() as transaction:
            suppress_for_customer(transaction, ours, ANNE, case_id=case_id, by="customer", now=now)
    with database.reading() as reading:
        assert suppressed_for_customer(reading, ours, ["Anne@Person.example", BOB]) == {
            "Anne@Person.example"
        }
        assert suppressed_for_customer(reading, theirs, [ANNE]) == set()
        assert lists_with(reading, [ANNE]) == {ANNE: ()}
