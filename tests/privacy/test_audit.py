"""The chain of events: any change is found."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core_values import NOON
from privacy.audit import GENESIS, AuditEvent, AuditKind, canonical, chain_hash, payload_hash

values = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.uuids() | st.dates()
payloads = st.dictionaries(st.text(max_size=8), values, max_size=4)
instants = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)).map(
    lambda d: NOON + d
)
events = st.builds(
    AuditEvent,
    chain=st.uuids(),
    kind=st.sampled_from(AuditKind),
    at=instants,
    actor=st.text(max_size=12),
    payload=payloads,
)
salts = st.binary(min_size=16, max_size=16)
SALT = b"sixteen byte salt"
EVENT = AuditEvent(
    chain=UUID(int=1),
    kind=AuditKind.CASE_OPENED,
    at=NOON,
    actor="daemon",
    payload={"lane": "rights"},
)


def chain(trail: Sequence[AuditEvent]) -> list[str]:
    """Return the hash of each link, as storage would write it."""
    links = [GENESIS]
    for event in trail:
        links.append(chain_hash(event, payload_hash(event, SALT), links[-1]))
    return links[1:]


@given(events, events)
def test_any_change_of_an_event_changes_its_link(one: AuditEvent, other: AuditEvent) -> None:
    assume(
        (one.chain, one.kind, one.at, one.actor, canonical(one.payload))
        != (other.chain, other.kind, other.at, other.actor, canonical(other.payload))
    )
    assert chain([one]) != chain([other])


@pytest.mark.parametrize(
    "changed",
    [
        {"chain": UUID(int=2)},
        {"kind": AuditKind.CASE_MESSAGE_ADDED},
        {"at": NOON + timedelta(microseconds=1)},
        {"actor": "sam"},
        {"payload": {"lane": "other"}},
        {"payload": {}},
    ],
)
def test_each_field_counts(changed: dict[str, object]) -> None:
    assert chain([replace(EVENT, **changed)]) != chain([EVENT])  # type: ignore[arg-type]


@given(st.lists(events, min_size=2, max_size=6), st.data())
def test_a_removed_event_changes_every_later_link(
    trail: list[AuditEvent], data: st.DataObject
) -> None:
    gone = data.draw(st.integers(0, len(trail) - 2))
    shortened = chain(trail[:gone] + trail[gone + 1 :])
    assert not set(shortened[gone:]) & set(chain(trail))


@given(st.lists(events, min_size=2, max_size=6, unique_by=lambda event: event.chain), st.data())
def test_two_events_in_another_order_change_every_later_link(
    trail: list[AuditEvent], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(trail) - 2))
    swapped = list(trail)
    swapped[place], swapped[place + 1] = trail[place + 1], trail[place]
    assert not set(chain(swapped)[place:]) & set(chain(trail))


@given(events)
def test_an_added_event_changes_the_links_after_it(event: AuditEvent) -> None:
    assert chain([event, EVENT])[-1] != chain([EVENT])[-1]


@given(payloads, st.randoms())
def test_the_order_of_a_payload_s_keys_does_not_matter(
    payload: dict[str, object], random: object
) -> None:
    keys = list(payload)
    random.shuffle(keys)  # type: ignore[attr-defined]
    assert canonical({key: payload[key] for key in keys}) == canonical(payload)


def test_ids_and_dates_count_as_the_text_that_storage_gives_back() -> None:
    written = {"letter": UUID(int=1), "due": date(2026, 12, 1), "rights": ("access", "erasure")}
    read_back = {"letter": str(UUID(int=1)), "due": "2026-12-01", "rights": ["access", "erasure"]}
    assert canonical(written) == canonical(read_back)


@pytest.mark.parametrize("value", [{"a", "b"}, b"bytes", object()])
def test_a_value_without_a_stable_text_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="payload"):
        canonical({"value": value})


@given(events, salts, salts)
def test_the_same_payload_has_another_hash_under_another_salt(
    event: AuditEvent, one: bytes, other: bytes
) -> None:
    assume(one != other)
    assert payload_hash(event, one) != payload_hash(event, other)


@given(events)
def test_a_chain_is_proved_without_the_payload_once_it_is_erased(event: AuditEvent) -> None:
    digest = payload_hash(event, SALT)
    erased = replace(event, payload={})
    assert chain_hash(erased, digest, GENESIS) == chain_hash(event, digest, GENESIS)


def test_a_link_is_the_same_in_every_process_and_every_release() -> None:
    assert chain([EVENT]) == ["57bf3024b6c223e9707ae8c3d4f19ef0dda741daa311d0c1ae179312aa934e84"]


def test_an_event_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="at must be"):
        replace(EVENT, at=datetime(2026, 11, 23))  # noqa: DTZ001
    assert replace(EVENT, at=datetime(2026, 11, 23, tzinfo=UTC))
