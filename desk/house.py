"""What the program around the desk can say about itself: the doctor, the settings, the mailboxes, hashes kept elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from casework.auditing import TrailReport
from desk.background import Background
from privacy.alarms import Observation


@dataclass(frozen=True, kw_only=True)
class DoctorLine:
    """One line of the doctor's screen; `standing` is ok, warning or wrong."""

    item: str
    standing: str
    says: str


@dataclass(frozen=True, kw_only=True)
class SettingLine:
    """A setting by its whole name. `value` of a secret says only whether it is set."""

    name: str
    value: str


def _nothing() -> Sequence[str]:
    return ()


def _no_settings() -> Sequence[SettingLine]:
    return ()


@dataclass(frozen=True, kw_only=True)
class House:
    """What pages may ask of the program; None: it runs without that part."""

    version: str = "unknown"
    kept_hashes: Callable[[], Sequence[str]] = _nothing
    doctor: Callable[[], Sequence[DoctorLine]] | None = None
    observe: Callable[[], Observation] | None = None
    settings: Callable[[], Sequence[SettingLine]] = _no_settings
    trail: Background[TrailReport] = field(default_factory=lambda: Background("look-at-trail"))
    health: Background[Sequence[DoctorLine]] = field(
        default_factory=lambda: Background("look-at-health")
    )
