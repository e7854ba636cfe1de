"""A table of lanes is one for every lane, or none."""

from dataclasses import replace

import pytest

from privacy.lanes import Closing, Desk, FirstLetter, LaneRow, LaneTable
from privacy.rights import Lane

ROW = LaneRow(
    lane=Lane.RIGHTS,
    to=(Desk.HANDLER,),
    at_once=False,
    first_letter=FirstLetter.NONE,
    letter=None,
    closing=Closing.SEEN,
    source="of the tests",
)
ROWS = {lane: replace(ROW, lane=lane, at_once=lane is Lane.CHILDREN) for lane in Lane}


def test_every_lane_has_its_row() -> None:
    table = LaneTable(ROWS)
    assert [table.of(lane).lane for lane in Lane] == list(Lane)
    assert table.at_once == {Lane.CHILDREN}


def test_a_lane_that_is_left_out_is_named() -> None:
    with pytest.raises(ValueError, match="children, vendor"):
        LaneTable({k: v for k, v in ROWS.items() if k not in {Lane.CHILDREN, Lane.VENDOR}})
