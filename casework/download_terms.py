"""What a desk has settled beforehand about packages: how large, how long they wait, and how often they are fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

MEGABYTE = 1024**2


@dataclass(frozen=True, kw_only=True)
class DownloadTerms:
    """`life` runs from the day on which the letter is written, `grace` from its end until the content is erased.

    `fetches` counts for each link, `codes_a_day` for each case; `wrong_codes` lock a link. `session` is how long a
    code keeps the page open.
    """

    life: timedelta = timedelta(days=14)
    most_bytes: int = 500 * MEGABYTE
    fetches: int = 20
    codes_a_day: int = 5
    wrong_codes: int = 5
    code_life: timedelta = timedelta(hours=1)
    session: timedelta = timedelta(minutes=30)
    tell_before: timedelta = timedelta(days=3)
    grace: timedelta = timedelta(days=14)
