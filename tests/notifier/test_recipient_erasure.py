"""SendGrid's erasure of recipients, held to its contract by a server that refuses everything else."""

import json
from datetime import timedelta

import pytest

from notifier.recipient_erasure import MOST_OCTETS, RecipientErasure, batches_of
from notifier.system_settings import SystemSettings
from privacy.errors import Permanent, Retryable
from servers.posted import Reply
from servers.sendgrid_erasure import API_KEY, JOB, sendgrid

ANNE = ["anne@person.example", "anne.private@home.example"]


@pytest.fixture
def server():
    with sendgrid() as running:
        yield running


def erase(server, addresses=ANNE, **changes):
    values = {"way": "sendgrid", "url": server.url, "api_key": API_KEY} | changes
    body = json.dumps({"data": {"subject": {"address": list(addresses)}}})
    return RecipientErasure(SystemSettings(**values)).send("msg_1", body)


def test_the_addresses_of_a_person_become_a_job_whose_id_shows_it(server):
    assert erase(server).evidence == f"SendGrid job {JOB}"
    (request,) = server.posted
    assert json.loads(request.body) == {"email_addresses": ANNE}
    assert "on-behalf-of" not in request.headers


def test_a_subuser_is_named_where_one_is_set(server):
    erase(server, on_behalf_of="autocloz-eu")
    assert server.posted[0].headers["on-behalf-of"] == "autocloz-eu"


def test_each_region_has_its_host():
    def host(region):
        return SystemSettings(way="sendgrid", api_key=API_KEY, region=region).sendgrid_host

    assert host("") == host("global") == "https://api.sendgrid.com"
    assert host("eu") == "https://api.eu.sendgrid.com"


def test_more_addresses_than_one_request_takes_are_asked_in_several(server):
    many = [f"anne{number}@person.example" for number in range(5_001)]
    assert erase(server, many).evidence == f"SendGrid job {JOB}, {JOB}"
    sent = [json.loads(one.body)["email_addresses"] for one in server.posted]
    assert [len(one) for one in sent] == [5_000, 1]
    assert [address for batch in sent for address in batch] == many


def test_long_addresses_are_asked_in_requests_below_the_limit_of_octets(server):
    many = [f"{number}{'x' * 200}@person.example" for number in range(3_000)]
    erase(server, many)
    assert len(server.posted) > 1
    assert all(len(one.body) <= MOST_OCTETS for one in server.posted)


def test_an_address_that_stands_there_twice_is_asked_once():
    assert list(batches_of([*ANNE, ANNE[0]])) == [ANNE]
    assert list(batches_of([])) == []


def test_a_wrong_key_is_a_persons_business_and_not_shown(server):
    with pytest.raises(Permanent, match="answered-401") as told:
        erase(server, api_key="SG.another")
    assert "SG.another" not in str(told.value)


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_what_it_refuses_is_not_tried_again(server, status):
    server.replies = [Reply(status, body=b'{"errors":[]}')]
    with pytest.raises(Permanent, match=f"answered-{status}"):
        erase(server)


def test_too_many_requests_wait_until_the_window_is_over(server):
    server.replies = [Reply(429, headers={"X-RateLimit-Reset": "37"})]
    with pytest.raises(Retryable, match="answered-429") as told:
        erase(server)
    assert told.value.after == timedelta(seconds=37)


@pytest.mark.parametrize(
    "reply", [Reply(500), Reply(hang_up=True), Reply(202, body=b" " * 99, drip=True)]
)
def test_trouble_of_the_other_side_is_tried_again(server, reply):
    server.replies = [reply]
    with pytest.raises(Retryable):
        erase(server, seconds=0.5)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"job_id":7}', b'{"job_id":""}'])
def test_an_acceptance_without_a_job_is_none(server, body):
    server.replies = [Reply(202, body=body)]
    with pytest.raises(Retryable, match="accepted-without-a-job"):
        erase(server)


def test_another_success_than_the_contracts_is_none(server):
    server.replies = [Reply(200, body=b'{"job_id":"a"}')]
    with pytest.raises(Permanent, match="answered-200"):
        erase(server)
