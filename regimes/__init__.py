"""The law as data: one record for each regime and version, and the calendars they count in."""

from regimes.calendars import load_calendar
from regimes.laws import HousePlace, RegimeSummary, list_regimes, load_regimes

__all__ = ["HousePlace", "RegimeSummary", "list_regimes", "load_calendar", "load_regimes"]
