import subprocess
import sys
from datetime import UTC, date, datetime

import pytest

from privacy.deadlines import acknowledgement_due
from privacy.errors import Permanent
from regimes import HousePlace, laws, list_regimes, load_calendar, load_regimes

DAY = {"amount": 1, "unit": "days", "rule": "x"}
EVERYTHING = tuple(summary.code for summary in list_regimes())


def test_every_record_loads_and_names_its_rules():
    for regime in load_regimes(EVERYTHING):
        lanes = [each for lane in regime.lanes.values() for each in vars(lane).values()]
        periods = [regime.default_period, *regime.periods.values(), *filter(None, lanes)]
        assert all(period.rule for period in periods), regime.code
        assert regime.version
        assert regime.name


def test_the_laws_of_the_first_desks_are_there():
    assert {"house", "gdpr", "uk_gdpr", "dpdp", "ccpa", "lgpd", "pipa"} <= set(EVERYTHING)


def test_an_unknown_law_is_refused_with_the_nearest_name():
    with pytest.raises(Permanent, match="did you mean 'uk_gdpr'"):
        load_regimes(["house", "ukgdpr"])


def test_a_law_named_twice_is_refused():
    with pytest.raises(Permanent, match="twice"):
        load_regimes(["house", "house"])


def test_the_house_promise_counts_where_the_desk_works():
    (house,) = load_regimes(["house"], house=HousePlace(zone="Asia/Kolkata", calendar="IN"))
    assert (house.zone, house.calendar.code) == ("Asia/Kolkata", "IN")
    with pytest.raises(Permanent, match="zone"):
        load_regimes(["house"], house=HousePlace(zone="Asia/Atlantis"))


def test_an_acknowledgement_is_due_after_five_business_days_of_the_desk():
    received = datetime(2026, 11, 20, 18, 40, tzinfo=UTC)  # 00:10 on Saturday in India
    house = load_regimes(["house", "ccpa"], house=HousePlace(zone="Asia/Kolkata"))
    due = acknowledgement_due(received, house)
    assert (due.on, due.rule) == (date(2026, 11, 27), "BDAYS(5)")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"default_period": {"amount": 0, "unit": "days", "rule": "x"}}, "at least 1"),
        ({"default_period": {"amount": 1, "unit": "weeks", "rule": "x"}}, "not a period"),
        ({"default_period": {"amount": 1, "unit": "days"}}, "name of its rule"),
        ({"periods": {"erazure": {"amount": 1, "unit": "days", "rule": "x"}}}, "'erasure'"),
        ({"periods": {"objection:marketting": DAY}}, "unknown scope .*'marketing'"),
        ({"periods": {"objection:": DAY}}, "unknown scope"),
        ({"lanes": {"complaints": {"complete": DAY}}}, "unknown lane .*'complaint'"),
        ({"lanes": {"complaint": {"finish": DAY}}}, "finish"),
        ({"lanes": {"complaint": {"complete": DAY | {"amount": 0}}}}, "at least 1"),
        ({"lanes": {"children": {"look": DAY | {"unit": "hours", "rolls": True}}}}, "never rolls"),
        ({"zone": "Nowhere/Atoll"}, "zone"),
        ({"calendar": "IRELAND"}, "calendar"),
        ({"colour": "blue"}, "colour"),
        ({"code": "other"}, "calls itself"),
    ],
)
def test_a_record_that_is_not_well_formed_is_refused(change, complaint, monkeypatch):
    good = laws.read_toml(laws.RECORDS / "gdpr.toml")
    laws._regime.cache_clear()
    monkeypatch.setattr(laws, "read_toml", lambda _path: good | change)
    with pytest.raises(Permanent, match=complaint):
        load_regimes(["gdpr"])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("[periods.erazure]", r"gdpr.toml:36: unknown right 'erazure', did you mean 'erasure'"),
        ('[periods."objection:mail"]', r"gdpr.toml:36: unknown scope 'mail'"),
        ("[lanes.childs.look]", r"gdpr.toml:36: unknown lane 'childs', did you mean 'children'"),
        ("[lanes.children.see]", r"gdpr.toml:36: .*'see'"),
        ("[period]", r"gdpr.toml:36: a record has no 'period'"),
        ("[periods.erasure]\namount = 0\n[lanes.other.look]", r"gdpr.toml:36: not a period"),
    ],
)
def test_a_fault_in_a_record_is_told_with_its_file_and_line(wrong, told, tmp_path, monkeypatch):
    good = (laws.RECORDS / "gdpr.toml").read_text(encoding="utf-8").rstrip("\n")
    assert len(good.splitlines()) == 34
    record = tmp_path / "gdpr.toml"
    record.write_text(f'{good}\n\n{wrong}\namount = 1\nunit = "days"\nrule = "x"\n')
    laws._regime.cache_clear()
    monkeypatch.setattr(laws, "_files", lambda: {"gdpr": record})
    with pytest.raises(Permanent, match=told):
        load_regimes(["gdpr"])


def test_a_place_in_the_settings_is_not_blamed_on_the_record():
    with pytest.raises(Permanent, match=r"^unknown calendar"):
        load_regimes(["house"], house=HousePlace(calendar="IRELAND"))


def test_england_has_its_own_bank_holidays():
    england = load_calendar("GB-ENG")
    assert not england.is_working_day(date(2026, 8, 31))
    assert not england.is_working_day(date(2027, 12, 28))
    assert "holidays" in england.version


def test_a_state_holiday_by_choice_is_left_out_in_california():
    california = load_calendar("US-CA")
    assert not california.is_working_day(date(2026, 11, 27))
    assert california.is_working_day(date(2027, 10, 29))  # Diwali, a Friday


def test_no_calendar_at_all_knows_weekends_only():
    nowhere = load_calendar("NONE")
    assert nowhere.is_working_day(date(2026, 12, 25))
    assert not nowhere.is_working_day(date(2026, 12, 26))


def test_an_unknown_calendar_is_refused_with_the_nearest_name():
    with pytest.raises(Permanent, match="did you mean 'GB-ENG'"):
        load_calendar("GB-EN")


def test_a_year_without_data_is_an_error_and_never_a_year_without_holidays():
    with pytest.raises(Permanent, match="2035"):
        load_calendar("IN", range(2034, 2038))
    india = load_calendar("IN", range(2026, 2030))
    with pytest.raises(ValueError, match="2030"):
        india.is_working_day(date(2030, 1, 26))


@pytest.mark.parametrize("code", list(laws.read_toml(laws.RECORDS.parent / "calendars.toml")))
def test_every_calendar_has_days_for_all_the_years_that_it_promises(code):
    if code in {"overrides", "coverage"}:
        return
    found = load_calendar(code)
    assert {day.year for day in found.holidays} == (set() if code == "NONE" else set(found.years))


def test_a_process_that_counts_no_days_never_loads_the_holidays():
    script = (
        "import sys; from regimes import load_regimes, list_regimes;"
        "load_regimes([r.code for r in list_regimes()]); assert 'holidays' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_two_regimes_share_a_calendar():
    assert load_calendar("IE") is load_calendar("IE")
