"""The law as data: one record for each regime and version, and the calendars they count in."""
