"""The table of lanes is complete, readable by people, and refuses what is not well formed with its line."""

from pathlib import Path

import pytest

from core_values import NOON
from privacy.deadlines import lane_due
from privacy.errors import Permanent
from privacy.lanes import Closing, Desk, FirstLetter, LaneTable
from privacy.rights import Lane
from regimes import lanes, load_regimes
from regimes.lanes import load_lanes
from regimes.laws import list_regimes

TABLE = lanes.LANES_FILE.read_text(encoding="utf-8")
P, B, N = FirstLetter.BY_PERSON, FirstLetter.BY_ITSELF, FirstLetter.NONE
# lane: (who acts, at once, first letter, its name, what ends it)
ROWS = {
    Lane.RIGHTS: (
        Desk.HANDLER,
        False,
        B,
        "acknowledgement",
        Closing.RIGHTS_ENDED,
    ),
    Lane.COMPLAINT: (Desk.DPO, True, P, "acknowledgement", Closing.OUTCOME_TOLD),
    Lane.CHILDREN: (Desk.DPO, True, P, "child_report", Closing.OUTCOME_TOLD),
    Lane.SECURITY_INCIDENT: (*(Desk.SECURITY, True, P, "incident_received", Closing.TAKEN_OVER),),
    Lane.REGULATOR: (Desk.DPO, True, P, "acknowledgement", Closing.ANSWERED),
    Lane.POLICY_QUESTION: (Desk.DPO, False, N, None, Closing.ANSWERED),
    Lane.SUPPORT: (Desk.SUPPORT, False, N, None, Closing.ANSWERED),
    Lane.VENDOR: (Desk.HANDLER, False, N, None, Closing.SEEN),
    Lane.UNSUBSCRIBE: (
        Desk.HANDLER,
        False,
        B,
        "unsubscribed",
        Closing.RIGHTS_ENDED,
    ),
    Lane.OTHER: (Desk.HANDLER, False, N, None, Closing.SEEN),
    Lane.UNCLEAR: (Desk.HANDLER, False, N, None, Closing.ANSWERED),
}


@pytest.mark.parametrize("lane", Lane)
def test_each_lane_says_who_acts_what_is_written_and_what_ends_it(
    lane: Lane,
) -> None:
    row = load_lanes().of(lane)
    assert row.lane is lane
    assert (*(row.to[0], row.at_once, row.first_letter, row.letter, row.closing),) == ROWS[lane]
    assert row.source


def test_what_is_urgent_is_never_answered_by_a_machine() -> None:
    table = load_lanes()
    assert all(table.of(lane).first_letter is FirstLetter.BY_PERSON for lane in table.at_once)
    assert table.at_once == {
        *(Lane.COMPLAINT, Lane.CHILDREN, Lane.SECURITY_INCIDENT, Lane.REGULATOR),
    }


def test_the_clock_of_a_lane_is_the_one_that_the_laws_give() -> None:
    """No second table says it: whoever adds a date to a record has added a clock to the lane."""
    laws = load_regimes([summary.code for summary in list_regimes()])
    dated = {lane for law in laws for lane, periods in law.lanes.items() if periods.complete}
    assert dated == {Lane.COMPLAINT, Lane.SECURITY_INCIDENT}
    assert {lane for lane in Lane if lane_due(NOON, lane, laws)} == dated


def test_nominations_are_told_where_people_look_for_them() -> None:
    assert "nominat" in TABLE
    assert "s. 14" in load_lanes().of(Lane.OTHER).source


def read(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LaneTable:
    path = tmp_path / "lanes.toml"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(lanes, "LANES_FILE", path)
    return load_lanes.__wrapped__()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[vendor]", "[vendors]", r"lanes.toml:\d+: unknown lane 'vendors', did you mean 'vendor'"),
        ('closing = "taken_over"', 'closing = "never"', r"lanes.toml:\d+: unknown closing 'never'"),
        ('closing = "taken_over"', "", r"lanes.toml:\d+: a lane says 'closing'"),
        ("at_once = false", 'at_once = false\nclock = "rights"', r"a lane has no 'clock'"),
        ("at_once = true", 'at_once = "yes"', "at_once is true or false"),
        ('to = ["support"]', "to = []", "a lane says who gets it"),
        ('to = ["support"]', 'to = ["sales"]', "unknown desk 'sales'"),
        ('letter = "child_report"', "", "a first letter has a name"),
        ('first_letter = "none"', 'first_letter = "none"\nletter = "x"', "none has none"),
        ('source = "of the house"', 'source = ""', "one line of words"),
    ],
)
def test_a_table_that_is_not_well_formed_is_refused_with_its_line(
    tmp_path, monkeypatch, old: str, new: str, told: str
) -> None:
    assert old in TABLE
    with pytest.raises(Permanent, match=told):
        read(TABLE.replace(old, new, 1), tmp_path, monkeypatch)


def test_a_lane_without_rules_is_refused(tmp_path, monkeypatch) -> None:
    without = TABLE[: TABLE.index("# Unknown means")]
    with pytest.raises(Permanent, match=r"lanes\.toml: a lane has no rules: unclear"):
        read(without, tmp_path, monkeypatch)


def test_the_table_as_it_is_is_read_the_same_from_anywhere(tmp_path, monkeypatch) -> None:
    assert read(TABLE, tmp_path, monkeypatch) == load_lanes()
