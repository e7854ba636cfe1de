"""Addresses compared for grouping."""

import pytest

from privacy.addresses import without_plus


@pytest.mark.parametrize(
    ("written", "grouped"),
    [
        ("Privacy@Autocloz.example", "privacy@autocloz.example"),
        ("privacy+c.token@autocloz.example", "privacy@autocloz.example"),
        (" anne+a+b@example.org ", "anne@example.org"),
        ("anne@example.org", "anne@example.org"),
    ],
)
def test_it_takes_case_and_plus_part_away(written: str, grouped: str) -> None:
    assert without_plus(written) == grouped
