"""Instants are aware and in UTC."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.instants import as_utc, require_utc

ZONES = [ZoneInfo("Asia/Kolkata"), ZoneInfo("America/Los_Angeles"), timezone(timedelta(hours=14))]


class NoOffset(tzinfo):
    """A zone that does not say how far it is from UTC."""

    def utcoffset(self, _moment: datetime | None) -> timedelta | None:
        return None

    def dst(self, _moment: datetime | None) -> timedelta | None:
        return None

    def tzname(self, _moment: datetime | None) -> str:
        return "nowhere"


@given(st.datetimes(timezones=st.sampled_from(ZONES), min_value=datetime(1990, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
def test_it_changes_the_zone_and_never_the_instant(moment: datetime) -> None:
    converted = as_utc(moment)
    assert converted.timestamp() == moment.timestamp()  # == is never true for a time in a fold
    assert converted.utcoffset() == timedelta()
    require_utc(at=converted)


@pytest.mark.parametrize(
    "naive",
    [
        datetime(2026, 11, 23, 12),  # noqa: DTZ001
        datetime(2026, 11, 23, 12, tzinfo=NoOffset()),
    ],
    ids=["no zone", "a zone without offset"],
)
def test_a_time_without_zone_is_no_instant(naive: datetime) -> None:
    with pytest.raises(ValueError, match="not an instant"):
        as_utc(naive)
    with pytest.raises(ValueError, match="received_at"):
        require_utc(received_at=naive)


@pytest.mark.parametrize("zone", ZONES)
def test_an_aware_time_of_another_zone_is_refused_by_name(zone: tzinfo) -> None:
    fine = datetime(2026, 7, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="expires_at"):
        require_utc(received_at=fine, expires_at=fine.astimezone(zone))


def test_nothing_is_demanded_of_a_field_that_is_empty() -> None:
    require_utc(at=None)


def test_an_instant_in_utc_stays_itself() -> None:
    moment = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert as_utc(moment) is moment
    require_utc(at=moment, since=None)
    require_utc(at=moment.replace(tzinfo=timezone(timedelta(), "Zulu")))
