"""The ladder is data: what it says today, and how a slip in it is told."""

import pytest

from privacy.errors import Permanent
from privacy.reminders import Audience, Basis, Tell, Watched
from regimes import HousePlace, ladder
from regimes.ladder import load_ladder


def test_the_ladder_of_the_house_has_these_rungs() -> None:
    found = [(one.name, one.clock, one.basis, one.amount, one.tell) for one in load_ladder().rungs]
    acknowledge, respond = Watched.ACKNOWLEDGE, Watched.RESPOND
    assert found == [
        ("acknowledge-3", acknowledge, Basis.BUSINESS_DAYS_AFTER, 3, Tell.MORNING),
        ("acknowledge-4", acknowledge, Basis.BUSINESS_DAYS_AFTER, 4, Tell.MORNING),
        ("acknowledge-last-day", acknowledge, Basis.WORKING_DAYS_BEFORE, 0, Tell.AT_ONCE),
        ("half", respond, Basis.PERCENT, 50, Tell.MORNING),
        ("three-quarters", respond, Basis.PERCENT, 75, Tell.MORNING),
        ("nine-tenths", respond, Basis.PERCENT, 90, Tell.MORNING),
        ("work-target", respond, Basis.DAYS_AFTER_TARGET, 0, Tell.MORNING),
        ("dpo", respond, Basis.WORKING_DAYS_BEFORE, 3, Tell.AT_ONCE),
        ("overdue", respond, Basis.EVERY_DAYS_AFTER, 1, Tell.AT_ONCE),
        ("incident-arrived", Watched.INCIDENT, Basis.HOURS_AFTER, 0, Tell.AT_ONCE),
        ("incident-half", Watched.INCIDENT, Basis.PERCENT, 50, Tell.AT_ONCE),
        ("incident-day", Watched.INCIDENT, Basis.HOURS_BEFORE, 24, Tell.AT_ONCE),
        ("incident-last-hours", Watched.INCIDENT, Basis.HOURS_BEFORE, 2, Tell.AT_ONCE),
        ("incident-overdue", Watched.INCIDENT, Basis.EVERY_HOURS_AFTER, 6, Tell.AT_ONCE),
    ]


def test_every_alarm_reaches_the_dpo_and_only_reminders_rest() -> None:
    for rung in load_ladder().rungs:
        assert (Audience.DPO in rung.to) == (rung.tell is Tell.AT_ONCE)
        assert not (rung.rests and rung.tell is Tell.AT_ONCE)


def test_the_morning_is_that_of_the_house() -> None:
    found = load_ladder(HousePlace(zone="Asia/Kolkata", calendar="IN"))
    assert (found.zone, found.calendar.code, found.hour) == ("Asia/Kolkata", "IN", 7)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            "percent = 50",
            "percent = 0",
            r"ladder.toml:\d+: percent is a whole number from 1 to 100",
        ),
        ("percent = 50", "percent = true", r"percent is a whole number"),
        ("percent = 50", "precent = 50", r"ladder.toml:\d+: a rung has exactly one of"),
        ("percent = 50", "percent = 50\ncolour = 1", r"a rung has no 'colour'"),
        ('clock = "respond"', 'clock = "reply"', r"unknown clock 'reply'"),
        ('tell = "morning"', 'tell = "mornin"', r"unknown way to tell 'mornin', did you mean"),
        ('to = ["handler"]', 'to = ["handlr"]', r"unknown audience 'handlr', did you mean"),
        ('to = ["handler"]', "to = []", r"a rung says to whom it is told"),
        ('why = "half of the time is over"', 'why = ""', r"in one line why it is told"),
        ("every_days_after = 1", "every_days_after = 0", r"a whole number from 1 to 1000"),
        ("hour = 7", "hour = 24", r"ladder.toml:\d+: the hour of the morning is 0 to 23"),
        ("hour = 7", "hour = 7\nminute = 1", r"a ladder has no 'minute'"),
    ],
)
def test_a_slip_is_told_with_file_and_line(
    right: str, wrong: str, told: str, tmp_path, monkeypatch
) -> None:
    text = ladder.LADDER_FILE.read_text(encoding="utf-8")
    assert f"\n{right}" in text
    changed = text.replace(f"\n{right}", f"\n{wrong}")
    (tmp_path / "ladder.toml").write_text(changed, encoding="utf-8")
    monkeypatch.setattr(ladder, "LADDER_FILE", tmp_path / "ladder.toml")
    with pytest.raises(Permanent, match=told):
        load_ladder()
