"""What the settings of systems must agree with: the plan of the work, the region of the desk, and an open door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import StringConstraints

from notifier.system_settings import SystemSettings
from privacy.system_calls import Way
from regimes.work import load_plan

SystemName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


def check_systems(systems: Mapping[str, SystemSettings], *, region: str, served: bool) -> None:
    """Raise ValueError for a system of no plan, a webhook of another region, and one that could not call back."""
    planned = {row.system for row in load_plan()}
    for name, one in systems.items():
        if name not in planned:
            raise ValueError(f"systems.{name}: no task of regimes/work_plan.toml names this system")
        if one.way is Way.WEBHOOK and one.region not in {"", region}:
            raise ValueError(f"systems.{name}: is of region {one.region}, and the desk of {region}")
        if one.way is Way.WEBHOOK and not served:
            raise ValueError(f"systems.{name}: needs web.enabled, whose port takes its callbacks")


def check_banners(system: str, systems: Mapping[str, SystemSettings], *, page_url: str) -> None:
    """Raise ValueError where notices are to be shown by a system that no message reaches, or with no page to name."""
    if not system:
        return
    if system not in systems or systems[system].way is not Way.WEBHOOK:
        raise ValueError(
            f"notices.banner_system: there is no table systems.{system} with way webhook"
        )
    if not page_url:
        raise ValueError("notices.banner_system: needs sending.page_url, which the banner names")
