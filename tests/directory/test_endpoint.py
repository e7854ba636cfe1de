"""The product's endpoint: asked and answered under signatures, page by page, within bounds."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from directory.endpoint import EndpointSource
from directory.settings import DirectorySettings, EndpointSettings
from privacy.directory import LeadRecord, WorkspaceRecord
from privacy.errors import Permanent, Retryable
from servers.ports import free_port
from servers.product import SECRET, Product, Reply

WORDS = DirectorySettings().words
WORKSPACE = {"record": "workspace", "workspace": "w1", "plan": "pro"}


def lead(number):
    return {"record": "lead", "workspace": "w1", "address": f"lead{number}@person.example"}


@pytest.fixture
def product():
    with Product() as running:
        yield running


def source_at(url, **changes):
    settings = EndpointSettings(**({"url": url, "secret": SECRET} | changes))
    return EndpointSource(settings, WORDS, lambda: datetime.now(UTC))


def lines_of(product, **changes):
    reading = source_at(product.url, **changes).read(None)
    assert reading is not None
    return list(reading.lines)


def test_all_pages_are_read_in_their_order(product):
    product.records = [WORKSPACE, *(lead(number) for number in range(5))]
    product.page_size = 2
    lines = lines_of(product)
    assert [line.place for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[0].record == WorkspaceRecord(workspace="w1", plan="pro")
    assert lines[5].record == LeadRecord(workspace="w1", address="lead4@person.example")
    assert [question["cursor"] for question in product.questions] == [None, "2", "4"]
    assert product.complaints == []


def test_a_workspace_may_name_who_is_told_where_no_owner_can_be(product):
    billing = "accounts@customer.example"
    product.records = [WORKSPACE | {"billing_contact": billing}, WORKSPACE]
    named, unnamed = lines_of(product)
    assert (named.record.billing_contact, unnamed.record.billing_contact) == (billing, "")


def test_a_version_that_is_known_is_not_sent_again(product):
    product.records = [WORKSPACE]
    source = source_at(product.url)
    reading = source.read(None)
    assert reading is not None
    assert reading.version == "v1"
    assert source.read("v1") is None
    product.version = "v2"
    assert source.read("v1") is not None


def test_bad_records_are_lines_with_a_reason(product):
    product.records = [
        "no object",
        {"record": "lead", "workspace": "w1", "address": ["a@b.example"]},
        {"record": "workspace", "workspace": 17, "name": None, "colour": "blue"},
        {"record": "workspace", "workspace": True},
    ]
    lines = lines_of(product)
    assert [line.wrong for line in lines] == [
        "is no object with named fields",
        "address: is no text",
        None,
        "workspace: is no text",
    ]
    assert lines[2].record == WorkspaceRecord(workspace="17")


@pytest.mark.parametrize(
    ("reply", "error", "says"),
    [
        (Reply(status=500), Retryable, "answered 500"),
        (Reply(status=429), Retryable, "answered 429"),
        (Reply(status=404), Permanent, "answered 404"),
        (Reply(body=b"<html>"), Permanent, "is not JSON"),
        (Reply(body=b"[" * 100_000), Permanent, "is not JSON"),
        (Reply(body=b"[]"), Permanent, "is no JSON object"),
        (Reply(body=b"{}"), Permanent, "no list `records`"),
        (Reply(body=b'{"records": 1}'), Permanent, "no list `records`"),
        (Reply(body=b'{"records": [], "next": 5}'), Permanent, "`next` is no short text"),
        (Reply(body=b'{"records": [], "next": ""}'), Permanent, "`next` is no short text"),
    ],
    ids=lambda value: value.body[:20].decode() if isinstance(value, Reply) else None,
)
def test_an_answer_that_is_no_page_ends_the_reading(product, reply, error, says):
    product.replies = [reply]
    with pytest.raises(error, match=says):
        lines_of(product)


def test_no_redirect_is_followed(product):
    with Product() as elsewhere:
        product.replies = [Reply(status=307, headers={"Location": elsewhere.url})]
        with pytest.raises(Permanent, match="redirects"):
            lines_of(product)
        assert elsewhere.questions == []


def test_an_answer_signed_by_another_is_not_believed(product):
    product.key = b"the secret of Mallory, not of ours"
    with pytest.raises(Permanent, match="not signed with our secret"):
        lines_of(product)


@pytest.mark.parametrize("ahead", [-400, 400])
def test_an_answer_of_another_time_is_not_believed(product, ahead):
    product.clock_ahead = ahead
    with pytest.raises(Permanent, match="not signed"):
        lines_of(product)


def test_an_answer_to_another_question_is_not_believed(product):
    product.answers_as = "msg_of_yesterday"
    with pytest.raises(Permanent, match="not signed"):
        lines_of(product)


def test_a_question_with_a_wrong_secret_is_refused_by_the_product(product):
    wrong = EndpointSettings(url=product.url, secret=SECRET[:-4] + "AAAA")
    with pytest.raises(Permanent, match="answered 401"):
        EndpointSource(wrong, WORDS, lambda: datetime.now(UTC)).read(None)
    assert product.complaints == ["signature"]


def test_a_page_that_drips_is_cut_off(product):
    product.replies = [Reply(body=b'{"records": []}' + b" " * 600, drip=True)]
    with pytest.raises(Retryable, match="too slow"):
        lines_of(product, page_seconds=0.5)


def test_a_page_that_is_too_large_is_not_taken(product):
    product.replies = [Reply(body=b'{"records": []}' + b" " * 20_000)]
    with pytest.raises(Permanent, match="larger than"):
        lines_of(product, page_megabytes=0.01)


def test_pages_that_do_not_end_do(product):
    product.replies = [Reply(body=b'{"records": [], "next": "again", "version": "v1"}')] * 3
    with pytest.raises(Permanent, match="do not end"):
        lines_of(product)


def test_pages_that_take_too_long_in_all_do_not_go_on(product):
    product.records, product.page_size = [lead(number) for number in range(4)], 1
    with pytest.raises(Retryable, match="whole_seconds"):
        lines_of(product, whole_seconds=1e-9)


def test_a_list_that_changes_while_it_is_read_is_read_anew_later(product):
    product.records, product.page_size = [WORKSPACE, lead(1)], 1
    reading = source_at(product.url).read(None)
    assert reading is not None
    product.version = "v2"
    with pytest.raises(Retryable, match="changed while"):
        list(reading.lines)


def test_nobody_at_the_address_is_out_of_reach_and_not_named():
    with pytest.raises(Retryable, match="out of reach") as trouble:
        source_at(f"http://127.0.0.1:{free_port()}/secret-path").read(None)
    assert "secret-path" not in str(trouble.value)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"url": "http://product.example/directory"}, "neither https"),
        ({"url": "https://user:word@product.example/"}, "without a password"),
        ({"url": "product.example"}, "whole URL"),
        ({"secret": "whsec_c2hvcnQ="}, "less than 24"),
        ({"secret": "whsec_%%%"}, "not base64"),
    ],
)
def test_settings_that_cannot_be_safe_are_refused(changes, says):
    given = {"url": "https://product.example/directory", "secret": SECRET}
    with pytest.raises(ValidationError, match=says):
        EndpointSettings(**(given | changes))


def test_a_source_needs_its_table():
    with pytest.raises(ValidationError, match="source sql needs the table sql"):
        DirectorySettings(source="sql")
