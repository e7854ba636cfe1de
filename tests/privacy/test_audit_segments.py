"""Segments and the checks of a trail, as values: any change of any part is found."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.audit import GENESIS, AuditEvent, AuditKind, canonical, chain_hash, payload_hash
from privacy.audit_checks import ChainCheck, ChainLink, Fault, check_segment, unknown_anchors
from privacy.audit_segments import Anchor, digest_of, next_segment, segment_hash

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
CHAIN = UUID(int=7)


def links(count):
    found, previous = [], GENESIS
    for position in range(count):
        event = AuditEvent(
            chain=CHAIN,
            kind=AuditKind.CASE_OPENED,
            at=NOW + timedelta(seconds=position),
            actor="daemon",
            payload={"n": position},
        )
        salt = bytes([position]) * 16
        digest = payload_hash(event, salt)
        previous = chain_hash(event, digest, previous)
        found.append(
            ChainLink(
                position=position,
                kind=event.kind.value,
                at=event.at.isoformat(),
                actor=event.actor,
                payload=canonical(event.payload).decode(),
                salt=salt.hex(),
                payload_digest=digest,
                link=previous,
            )
        )
    return found


def walked(events, anchors=(), end=None):
    check = ChainCheck(chain=str(CHAIN), anchors=deque(anchors))
    for link in events:
        check.take(link)
    length, head = end or (len(events), events[-1].link if events else GENESIS)
    return [one.fault for one in check.end(length, head)]


def anchor(events, length):
    return Anchor(chain=CHAIN, length=length, head=events[length - 1].link)


@given(st.integers(0, 6))
def test_a_chain_that_nobody_touched_holds(count):
    assert walked(links(count)) == []


@given(st.integers(1, 6).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n - 1))),
       st.sampled_from(["kind", "at", "actor", "payload", "salt", "payload_digest", "link", "position"]))  # fmt: skip
def test_any_change_of_any_event_is_found(place, name):
    count, position = place
    events = links(count)
    value = 99 if name == "position" else "ab"
    events[position] = replace(events[position], **{name: value})
    assert walked(events, end=(count, links(count)[-1].link)) != []


def test_an_erased_payload_holds_and_half_an_erasure_does_not():
    events = links(3)
    events[1] = replace(events[1], payload="", salt="")
    assert walked(events) == []
    events[1] = replace(events[1], salt="00" * 16)
    assert walked(events) == [Fault.EVENT_CHANGED]


def test_after_a_changed_event_the_rest_of_the_chain_is_not_told_again():
    events = [replace(one, actor="nobody") for one in links(4)]
    assert walked(events) == [Fault.EVENT_CHANGED]


def test_ends_that_were_written_down_are_found_again():
    events = links(5)
    assert walked(events, [anchor(events, 2), anchor(events, 5)]) == []
    assert walked(events[:4], [anchor(events, 2), anchor(events, 5)]) == [Fault.ANCHOR_LOST]
    wrong = replace(anchor(events, 3), head=GENESIS)
    assert walked(events, [wrong]) == [Fault.ANCHOR_LOST]


def test_an_end_that_is_elsewhere_than_it_was_is_found():
    events = links(3)
    assert walked(events[:2], end=(3, events[2].link)) == [Fault.END_MOVED]


def anchors_of(*numbers):
    return [Anchor(chain=UUID(int=n), length=n, head=f"{n:064x}") for n in numbers]


def test_the_digest_does_not_depend_on_the_order_of_the_ends():
    assert digest_of(anchors_of(3, 1, 2)) == digest_of(anchors_of(1, 2, 3))
    assert digest_of(anchors_of(1, 2)) != digest_of(anchors_of(1, 2, 3))


def test_segments_that_follow_each_other_hold():
    first = next_segment(None, anchors_of(1, 2), NOW)
    second = next_segment(first, anchors_of(3), NOW)
    assert (first.number, first.previous, second.number) == (1, GENESIS, 2)
    assert second.previous == segment_hash(first)
    assert check_segment(first, anchors_of(1, 2), None, is_signed=True) == []
    assert check_segment(second, anchors_of(3), first, is_signed=True) == []


@pytest.mark.parametrize(
    ("anchors", "previous", "signed", "fault"),
    [
        (anchors_of(1), "first", True, Fault.SEGMENT_CHANGED),
        (anchors_of(1, 3), "first", True, Fault.SEGMENT_CHANGED),
        (anchors_of(1, 2), None, True, Fault.SEGMENT_MISSING),
        (anchors_of(1, 2), "other", True, Fault.SEGMENT_MISSING),
        (anchors_of(1, 2), "first", False, Fault.SIGNATURE_WRONG),
    ],
)
def test_what_is_wrong_with_a_segment_is_named(anchors, previous, signed, fault):
    befores = {
        "first": next_segment(None, anchors_of(9), NOW),
        "other": next_segment(None, anchors_of(8), NOW),
        None: None,
    }
    segment = next_segment(befores["first"], anchors_of(1, 2), NOW)
    found = check_segment(segment, anchors, befores[previous], is_signed=signed)
    assert [(one.fault, one.where) for one in found] == [(fault, "segment 2")]


def test_hashes_that_were_kept_elsewhere_are_missed():
    assert unknown_anchors(["a", "b"], frozenset({"a"}))[0].where == "b"
    assert unknown_anchors(["a"], frozenset({"a"})) == []


def test_a_segment_needs_an_instant_in_utc():
    with pytest.raises(ValueError, match="at"):
        next_segment(None, [], NOW.replace(tzinfo=None))
