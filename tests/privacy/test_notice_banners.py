import json
from datetime import UTC, date, datetime
from uuid import UUID

from privacy.notice_banners import BannerOrder, banner_body

ORDER = BannerOrder(
    banner=UUID(int=7),
    version="2",
    version_hash="9f2c",
    effective_on=date(2027, 3, 1),
    zone="Asia/Kolkata",
    page_url="https://privacy.autocloz.example/notices/9f2c",
    policy_url="https://autocloz.example/privacy/2",
    person="p1",
    workspaces=("w1", "w2"),
    region="ap-south-1",
)


def test_a_banner_names_the_version_its_day_and_its_page_and_the_products_own_ids():
    body = json.loads(banner_body(ORDER, datetime(2026, 11, 27, 12, tzinfo=UTC)))
    assert (body["type"], body["timestamp"]) == ("notice.unreached", "2026-11-27T12:00:00+00:00")
    assert body["data"] == {
        "banner": str(UUID(int=7)),
        "version": "2",
        "version_hash": "9f2c",
        "effective_on": "2027-03-01",
        "zone": "Asia/Kolkata",
        "page_url": "https://privacy.autocloz.example/notices/9f2c",
        "policy_url": "https://autocloz.example/privacy/2",
        "subject": {"person": ["p1"]},
        "workspaces": ["w1", "w2"],
        "region": "ap-south-1",
    }
    assert "p1" not in repr(ORDER)
