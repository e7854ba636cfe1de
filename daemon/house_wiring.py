"""Gives the pages what the program can say about itself: the doctor, settings without secrets, mailboxes, its version."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from pydantic import BaseModel, SecretStr

from daemon.checking import check_everything
from daemon.ledger_file import ledger_of
from daemon.settings import Settings
from desk.house import DoctorLine, House, SettingLine
from privacy.alarms import Observation

SET, NOT_SET = "set", "not set"


def build_house(settings: Settings, observe: Callable[[], Observation]) -> House:
    """Return what pages may ask of this program."""
    return House(
        version=own_version(),
        kept_hashes=lambda: list(ledger_of(settings).read().segments.values()),
        doctor=lambda: doctor_lines(settings),
        observe=observe,
        settings=lambda: list(setting_lines(settings)),
    )


def own_version() -> str:
    """Return the version of the program, or that it is not installed as a package."""
    try:
        return version("rightsdesk")
    except PackageNotFoundError:
        return "not installed as a package"


def doctor_lines(settings: Settings) -> Sequence[DoctorLine]:
    """Return what `rightsdesk check` says."""
    return [
        DoctorLine(item=one.item, standing=str(one.standing), says=one.says)
        for one in check_everything(settings, carriers=False)
    ]


def setting_lines(value: object, name: str = "") -> Iterator[SettingLine]:
    """Yield every setting by its whole name; of a secret only whether it is set."""
    if isinstance(value, BaseModel):
        for part in type(value).model_fields:
            yield from setting_lines(getattr(value, part), f"{name}.{part}" if name else part)
    elif isinstance(value, dict) and value:
        for part, inner in value.items():
            yield from setting_lines(inner, f"{name}.{part}")
    elif isinstance(value, tuple | list) and any(isinstance(one, BaseModel) for one in value):
        for place, inner in enumerate(value):
            yield from setting_lines(inner, f"{name}.{place}")
    else:
        yield SettingLine(name=name, value=_shown(value))


def _shown(value: object) -> str:
    if isinstance(value, SecretStr):
        return SET if value.get_secret_value() else NOT_SET
    if value in (None, "", (), [], {}, frozenset()):
        return NOT_SET
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(_shown(one) for one in value)
    return SET if _carries_a_password(str(value)) else str(value)


def _carries_a_password(text: str) -> bool:
    """An address can hold one: `postgresql://name:password@host`."""
    try:
        return urlsplit(text).password is not None
    except ValueError:
        return False
