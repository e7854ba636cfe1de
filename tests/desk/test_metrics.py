"""What a monitor is told: counts under names of the program, to whom it may be told, and nothing of a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr, ValidationError

from daemon.metrics import Sweeps, build_metrics
from desk.settings import WebSettings

from .conftest import ARRIVED

TOKEN = "a token of a monitor"


pytestmark = pytest.mark.usefixtures("references")


def monitor(desk, token=None, client=("127.0.0.1", 50_000), sweeps=None):
    now = ARRIVED + timedelta(hours=1)
    door = build_metrics(desk.database, lambda: now, sweeps or Sweeps(), token)
    return TestClient(door, client=client)


def samples(text):
    families = text_string_to_metric_families(text)
    return {
        (one.name, *one.labels.values()): one.value for each in families for one in each.samples
    }


def test_queues_open_cases_and_mail_are_counted(desk) -> None:
    found = samples(monitor(desk).get("/metrics").text)
    assert found["rightsdesk_mail_taken_in_total",] == 3
    assert found["rightsdesk_queue_length", "held"] == 1
    assert found["rightsdesk_queue_length", "mail"] == 0
    assert found["rightsdesk_cases_open",] == 2
    assert found["rightsdesk_cases_open_by_right", "access"] == 1
    assert found["rightsdesk_cases_open_by_regime", "gdpr"] == 2
    assert found["rightsdesk_letters", "failed"] == 0
    assert found["rightsdesk_queue_oldest_seconds", "mail"] == 0


def test_nothing_of_a_person_is_told(desk) -> None:
    text = monitor(desk).get("/metrics").text
    assert "@" not in text
    assert not re.search("anne|olivia|mallory|PR-2026", text, re.IGNORECASE)


def test_a_regular_job_is_timed_also_where_it_fails(desk) -> None:
    sweeps = Sweeps()

    def _remind() -> None:
        raise ValueError

    timed = sweeps.timed(_remind)
    assert timed.__name__ == "_remind"
    with pytest.raises(ValueError):
        timed()
    found = samples(monitor(desk, sweeps=sweeps).get("/metrics").text)
    assert found["rightsdesk_sweep_seconds_count", "remind"] == 1


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        (("127.0.0.1", 1), {}, 200),
        (("::1", 1), {}, 200),
        (("192.0.2.7", 1), {}, 403),
        (("127.0.0.1", 1), {"X-Forwarded-For": "192.0.2.7"}, 403),
        (("localhost", 1), {}, 403),
    ],
)
def test_without_a_token_this_machine_alone_may_ask(desk, client, headers, status) -> None:
    answer = monitor(desk, client=client).get("/metrics", headers=headers)
    assert answer.status_code == status
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("offered", "status"),
    [(f"Bearer {TOKEN}", 200), ("Bearer another", 403), ("", 403), (TOKEN, 403)],
)
def test_with_a_token_whoever_has_it_may_ask_and_nobody_else(desk, offered, status) -> None:
    client = monitor(desk, SecretStr(TOKEN), client=("192.0.2.7", 1))
    headers = {"Authorization": offered}
    assert client.get("/metrics", headers=headers).status_code == status


def test_nothing_can_be_posted(desk) -> None:
    assert monitor(desk).post("/metrics").status_code == 405


def test_metrics_are_off_unless_they_are_switched_on_and_a_token_is_long() -> None:
    assert WebSettings().metrics is False
    with pytest.raises(ValidationError):
        WebSettings(metrics_token=SecretStr("short"))
