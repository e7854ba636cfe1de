"""The list that outlives the database, as values."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.outliving import (
    Erased,
    Outlived,
    Restored,
    Signed,
    as_line,
    fold,
    is_rolled_back,
    read_lines,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
INSTANTS = st.datetimes(timezones=st.just(UTC))
ENTRIES = st.lists(
    st.one_of(
        st.builds(Erased, owner=st.uuids(), at=INSTANTS),
        st.builds(Signed, number=st.integers(1, 50), hash=st.text("0123456789abcdef", min_size=1)),
        st.builds(Restored, at=INSTANTS, segment=st.integers(0, 50)),
    )
)


@given(ENTRIES)
def test_what_is_written_is_read_again(entries):
    assert read_lines("".join(map(as_line, entries))) == entries


@given(ENTRIES, st.data())
def test_a_line_that_a_crash_cut_off_costs_that_line_alone(entries, data):
    text = "".join(map(as_line, entries))
    cut = text[: data.draw(st.integers(0, len(text)))]
    assert read_lines(cut) == entries[: cut.count("\n")]


@given(ENTRIES)
def test_whoever_was_erased_stays_in_the_list(entries):
    owners = {entry.owner for entry in entries if isinstance(entry, Erased)}
    assert fold(entries).erased == owners


def test_segments_after_a_backup_that_was_put_back_are_gone_for_good():
    entries = [Signed(number=n, hash=f"a{n}") for n in (1, 2, 3)]
    entries += [Restored(at=NOW, segment=1), Signed(number=2, hash="b2")]
    found = fold(entries)
    assert dict(found.segments) == {1: "a1", 2: "b2"}
    assert found.last_segment == 2
    assert fold([]).last_segment == 0


@pytest.mark.parametrize(
    ("known", "segments", "is_older"),
    [
        ({}, {}, False),
        ({}, {1: "a"}, False),
        ({1: "a"}, {1: "a", 2: "b"}, False),
        ({1: "a"}, {1: "x"}, True),
        ({1: "a", 2: "b"}, {1: "a"}, True),
        ({1: "a"}, {}, True),
    ],
)
def test_a_database_without_the_last_segment_of_the_list_is_older(known, segments, is_older):
    assert is_rolled_back(Outlived(segments=known), segments) is is_older


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        '{"erased":"x","at":"2026-03-02T09:00:00+00:00"}',
        '{"segment":1}',
        f'{{"erased":"{UUID(int=1)}","at":"2026-03-02T09:00:00"}}',
    ],
)
def test_a_line_that_is_none_of_ours_is_named_by_its_number(line):
    with pytest.raises(ValueError, match="line 2 cannot be read"):
        read_lines(as_line(Signed(number=1, hash="a")) + line + "\n")
