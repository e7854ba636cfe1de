"""What the product is asked to show an Owner whom no mail about a policy change reached."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from privacy.instants import require_utc
from privacy.system_calls import Identifier

BANNER_ORDER = "notice.unreached"
BANNER_SHOWN = "notice.shown"


@dataclass(frozen=True, kw_only=True)
class BannerOrder:
    """One banner to one Owner. `banner` is its id, under which the product says that it was shown.

    `person` and `workspaces` are the product's own ids: it hears nothing that it did not say itself.
    """

    banner: UUID
    version: str
    version_hash: str
    effective_on: date
    zone: str
    page_url: str
    policy_url: str
    person: str = field(repr=False)
    workspaces: tuple[str, ...]
    region: str


def banner_body(order: BannerOrder, at: datetime) -> str:
    """Return the message as JSON; the same text goes out at every attempt."""
    require_utc(at=at)
    data: dict[str, object] = {
        "banner": str(order.banner),
        "version": order.version,
        "version_hash": order.version_hash,
        "effective_on": order.effective_on.isoformat(),
        "zone": order.zone,
        "page_url": order.page_url,
        "policy_url": order.policy_url,
        "subject": {Identifier.PERSON: [order.person]},
        "workspaces": list(order.workspaces),
        "region": order.region,
    }
    message = {"type": BANNER_ORDER, "timestamp": at.isoformat(), "data": data}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
