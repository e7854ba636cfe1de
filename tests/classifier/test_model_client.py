"""The model is asked over a real connection: three ways, every trouble, and nothing beside what the settings say."""

import json
import logging
import threading

import pytest
from pydantic import SecretStr, ValidationError

from classifier.bedrock_account import read_retention
from classifier.minimising import minimise_parts
from classifier.model_client import LONGEST_PAUSE, ModelClient
from classifier.model_settings import AnswerBy, ModelSettings, Use
from classifier.personal_spans import Known
from classifier.question import Question, text_of
from core_values import NOON
from privacy.errors import Permanent, Retryable
from privacy.model_calls import CallOutcome
from privacy.zero_retention import Assurance
from servers.model_server import (
    drips,
    fails,
    hangs,
    hangs_up,
    message,
    model_server,
    raw,
    says,
    statement,
)

ERASE = "Please delete my data."
GOOD = says(statement(("erasure", "Please delete my data")))


@pytest.fixture
def server():
    with model_server() as running:
        running.play(GOOD)
        yield running


def local(server, **changes):
    values = {
        "use": Use.WITNESS,
        "assurance": Assurance.LOCAL,
        "model": "m",
        "base_url": server.url,
    }
    return ModelSettings(**(values | changes))


def question(text=ERASE, **known):
    parts = minimise_parts({"text": text}, Known(**known), most_characters=8000)
    return Question(text=text_of(parts), parts=parts)


def ask(server, *questions, seconds=20.0, **changes):
    return ModelClient(local(server, **changes)).ask(questions or [question()], seconds=seconds)


@pytest.mark.parametrize("answer_by", AnswerBy)
@pytest.mark.parametrize("thinking_first", [False, True])
def test_a_request_is_what_the_vendors_own_types_allow_and_its_answer_is_heard(
    server, answer_by, thinking_first
):
    server.play(
        says(statement(("erasure", "Please delete my data")), thinking_first=thinking_first)
    )
    (heard,) = ask(server, answer_by=answer_by)
    assert heard.outcome is CallOutcome.HEARD
    assert [claim.right for claim in heard.statement.claims] == ["erasure"]
    assert server.faults == []
    assert server.seen[0].path == "/v1/messages"


def test_the_servers_check_of_requests_finds_what_the_types_do_not_know(server):
    server.check({"model": "m", "max_tokens": 5, "messages": [], "temperature": 1})
    assert server.faults


def provider(server, **changes):
    values = {
        "use": Use.WITNESS,
        "assurance": Assurance.ATTESTED,
        "region": "us",
        "api_key": SecretStr("key-1"),
    }
    return ModelClient(ModelSettings(**(values | changes)), base_url=server.url)


def test_the_providers_own_endpoint_is_told_where_to_compute(server):
    (heard,) = provider(server).ask([question()], seconds=20)
    assert heard.outcome is CallOutcome.HEARD
    request = server.seen[0]
    assert request.json["model"] == "claude-haiku-5-5"
    assert request.json["inference_geo"] == "us"
    assert request.headers["authorization"] == "Bearer key-1"
    assert server.faults == []


def test_bedrock_is_asked_through_the_same_library(server):
    settings = ModelSettings(
        use=Use.WITNESS,
        assurance=Assurance.BEDROCK_VERIFIED,
        region="eu-west-1",
        api_key=SecretStr("key-2"),
    )
    assert settings.endpoint.host == "bedrock-mantle.eu-west-1.api.aws"
    client = ModelClient(settings, base_url=f"{server.url}/anthropic")
    assert client.ask([question()], seconds=20)[0].outcome is CallOutcome.HEARD
    request = server.seen[0]
    assert request.path == "/anthropic/v1/messages"
    assert request.json["model"] == "anthropic.claude-haiku-5-5"
    assert request.headers["authorization"] == "Bearer key-2"
    assert "inference_geo" not in request.json
    assert server.faults == []


TROUBLE = [
    (fails(400, "invalid_request_error"), CallOutcome.REJECTED),
    (fails(401, "authentication_error"), CallOutcome.REJECTED),
    (fails(402), CallOutcome.REJECTED),
    (fails(403), CallOutcome.REJECTED),
    (fails(404, "not_found_error"), CallOutcome.REJECTED),
    (fails(413), CallOutcome.REJECTED),
    (fails(408), CallOutcome.TIMEOUT),
    (fails(429, "rate_limit_error"), CallOutcome.RATE_LIMITED),
    (fails(500), CallOutcome.SERVER_ERROR),
    (fails(503), CallOutcome.SERVER_ERROR),
    (fails(504), CallOutcome.TIMEOUT),
    (fails(529, "overloaded_error"), CallOutcome.OVERLOADED),
    (raw(b"", 307, location="http://127.0.0.1:9/v1/messages"), CallOutcome.REJECTED),
    (raw(b"<html>busy</html>", content_type="text/html"), CallOutcome.INVALID),
    (raw(b"not json"), CallOutcome.INVALID),
    (raw(message(stop="refusal")), CallOutcome.REFUSED),
    (raw(message({"type": "text", "text": "{"}, stop="max_tokens")), CallOutcome.TRUNCATED),
    (says({"claims": [], "lane": "close_everything", "unsure": False}), CallOutcome.INVALID),
    (says(statement(("erasure", "words that are not there"))), CallOutcome.INVALID),
    (raw(b" " * 200_000), CallOutcome.UNREACHABLE),
    (hangs_up, CallOutcome.UNREACHABLE),
    (hangs, CallOutcome.TIMEOUT),
    (drips, CallOutcome.TIMEOUT),
]


@pytest.mark.parametrize(("answer", "outcome"), TROUBLE, ids=range(len(TROUBLE)))
def test_every_trouble_has_its_name_and_is_dialled_once(server, answer, outcome):
    server.play(answer)
    (heard,) = ask(server, seconds=60, call_seconds=0.6 if outcome is CallOutcome.TIMEOUT else 60)
    assert (heard.outcome, heard.statement) == (outcome, None)
    assert len(server.seen) == 1
    assert "letter-words-come-back" not in repr(heard)


def test_a_server_that_is_not_there_is_out_of_reach(server):
    settings = local(server).model_copy(update={"base_url": "http://127.0.0.1:1"})
    assert ModelClient(settings).ask([question()], seconds=5)[0].outcome is CallOutcome.UNREACHABLE


@pytest.mark.parametrize(
    ("asked", "pause"),
    [("7", 7), ("0", 0), ("-5", 0), ("3600", 30), ("soon", 30), ("nan", 30), ("1e999", 30)],
)
def test_a_pause_that_is_asked_for_has_a_bound(server, asked, pause):
    server.play(fails(429, retry_after=asked))
    (heard,) = ask(server)
    assert heard.retry_after.total_seconds() == pause
    assert heard.retry_after <= LONGEST_PAUSE


def test_several_messages_are_asked_about_at_once_and_answered_in_order(server):
    texts = [f"Please delete my data. Wish {letter}" for letter in "abcdefghij"]

    def answer(_server, request):
        letter = request["messages"][0]["content"].split("Wish ")[1][0]
        return says(statement(("erasure", f"Wish {letter}")))(_server, request)

    server.play(answer)
    heard = ask(server, *map(question, texts), at_once=3)
    assert [one.statement.claims[0].quote[-1] for one in heard] == list("abcdefghij")


def test_a_library_that_breaks_on_one_answer_leaves_the_others(server):
    client = ModelClient(local(server))
    call = client._call

    async def breaks_once(opened, asked):
        if "second" in asked.text:
            raise AttributeError("words of an answer")
        return await call(opened, asked)

    client._call = breaks_once
    heard = client.ask([question(), question(f"{ERASE} second")], seconds=60)
    assert [one.outcome for one in heard] == [CallOutcome.HEARD, CallOutcome.INVALID]


def test_half_a_character_is_sent_as_a_mark(server):
    (heard,) = ask(server, question("Please delete my data. \ud83d"))
    assert heard.outcome is CallOutcome.HEARD
    assert server.seen[0].letter.endswith("\N{REPLACEMENT CHARACTER}")


def test_all_together_end_when_the_time_is_over(server):
    server.play(GOOD, hangs)
    heard = ask(server, *[question()] * 6, seconds=6, at_once=2, call_seconds=60)
    assert sorted(one.outcome for one in heard) == sorted(
        [CallOutcome.HEARD, *[CallOutcome.TIMEOUT] * 2, *[CallOutcome.NOT_ASKED] * 3]
    )


def test_what_is_asked_ends_when_the_desk_stops_and_nobody_is_asked_afterwards(server):
    asked = threading.Event()

    def hears(state, request):
        asked.set()
        return hangs(state, request)

    server.play(hears)
    client = ModelClient(local(server, call_seconds=60))
    stopper = threading.Thread(target=lambda: (asked.wait(60), client.stop()))
    stopper.start()
    heard = client.ask([question()] * 2, seconds=60)
    stopper.join()
    assert {one.outcome for one in heard} == {CallOutcome.STOPPED}
    seen = len(server.seen)
    assert client.ask([question()], seconds=5)[0].outcome is CallOutcome.STOPPED
    assert len(server.seen) == seen


REGIONS = {
    Assurance.ATTESTED: "us",
    Assurance.BEDROCK_VERIFIED: "eu-west-1",
    Assurance.LOCAL: None,
}
HOSTILE = {
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_BEDROCK_MANTLE_BASE_URL": "http://127.0.0.1:9",
    "ANTHROPIC_API_KEY": "spy",
    "ANTHROPIC_AUTH_TOKEN": "spy",
    "ANTHROPIC_PROFILE": "spy",
    "ANTHROPIC_CUSTOM_HEADERS": "X-Spy: spy\nanthropic-beta: files-api\nAuthorization: spy\nHost: spy\nanthropic-version: spy",
    "ANTHROPIC_LOG": "debug",
    "ANTHROPIC_OPEN_TELEMETRY": "true",
    "ANTHROPIC_OPEN_TELEMETRY_TRACES_CONTENT_MODE": "content",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "AWS_REGION": "us-east-1",
    "AWS_BEARER_TOKEN_BEDROCK": "spy",
    "SSL_CERT_FILE": "/nowhere",
    "SSLKEYLOGFILE": "/nowhere/keys",
}


@pytest.mark.parametrize("assurance", Assurance)
def test_the_environment_can_neither_redirect_nor_record_nor_add(
    server, monkeypatch, caplog, capfd, assurance
):
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    settings = ModelSettings(
        use=Use.WITNESS,
        assurance=assurance,
        model="m",
        api_key=SecretStr("key"),
        region=REGIONS[assurance],
        base_url=server.url if assurance is Assurance.LOCAL else None,
    )
    with caplog.at_level(logging.DEBUG):
        (heard,) = ModelClient(settings, base_url=server.url).ask(
            [question("Please delete my data. marker77x")], seconds=20
        )
    assert heard.outcome is CallOutcome.HEARD
    (request,) = server.seen
    assert request.headers["authorization"] == "Bearer key"
    assert "spy" not in json.dumps(request.headers)
    assert "anthropic-beta" not in request.headers
    assert "traceparent" not in request.headers
    assert not [name for name in request.headers if name.startswith("x-")]
    told = caplog.text + "".join(capfd.readouterr())
    assert "marker77x" not in told
    assert "Please delete" not in told


def test_a_request_that_would_go_elsewhere_is_stopped(server):
    """However the library comes to another address, the guard is below it."""
    with model_server() as elsewhere:
        client = ModelClient(local(server))
        opened = client._open()
        opened.base_url = elsewhere.url
        client._open = lambda: opened
        assert client.ask([question()], seconds=5)[0].outcome is CallOutcome.UNREACHABLE
        assert elsewhere.seen == []


MARKED = """Dear Olivia Markerfirst,

my name is Anne Markersecond and I live at 12 Markerthird Lane, 1010 Markerfourth. Call +353 86 765 4321 or write to
marker.fifth@home.example. My user name is markersixth, my customer number MK-99887766, my IBAN IE29AIBK93115212345678.
See https://markerseventh.example/u?id=marker8th or ask @markerninth. I was born on 1984-07-21.
Please delete my data.

Kind regards,
Anne Markersecond
Markertenth Ltd
--\x20
Sent from Markerphone
> On Monday you wrote: Markereleventh was here
"""


@pytest.mark.parametrize("answer_by", AnswerBy)
def test_no_marker_of_a_person_is_in_the_bytes_on_the_wire(server, answer_by):
    asked = question(
        MARKED, names=("Zoë Markerheader",), addresses=("anne.markerlocal@home.example",)
    )
    text = question(f"Zoë and Markerheader ask. {ERASE}", names=("Zoë Markerheader",))
    heard = ask(server, asked, text, answer_by=answer_by)
    assert {one.outcome for one in heard} == {CallOutcome.HEARD}
    for request in server.seen:
        headers = {name: value for name, value in request.headers.items() if name != "host"}
        wire = (request.path + json.dumps(headers)).encode() + request.body
        assert b"marker" not in wire.lower()
        decoded = wire.decode("unicode_escape").casefold()
        for gone in (
            "zoë",
            "olivia",
            "anne",
            "765",
            "4321",
            "99887766",
            "ie29",
            "1984",
            "1010",
            "12 m",
        ):
            assert gone not in decoded
    assert "Please delete my data." in server.seen[0].letter


def test_settings_hold_no_half_assurance():
    assert ModelSettings().use is Use.OFF
    assert ModelSettings().endpoint is None
    for wrong in (
        {"use": "witness"},
        {"use": "shadow"},
        {"assurance": "hoped"},
        {"assurance": "attested", "region": "us"},
        {"assurance": "attested", "api_key": "k"},
        {"assurance": "attested", "api_key": "k", "region": "eu-west-1"},
        {"assurance": "attested", "api_key": "k", "region": "us", "base_url": "http://127.0.0.1:1"},
        {"assurance": "bedrock-verified", "api_key": "k"},
        {"assurance": "bedrock-verified", "api_key": "k", "region": "local"},
        {"assurance": "bedrock-verified", "api_key": "k", "region": "us"},
        {"assurance": "local", "model": "m"},
        {"assurance": "local", "base_url": "http://127.0.0.1:1"},
        {"assurance": "local", "model": "m", "base_url": "https://api.anthropic.com"},
        {"assurance": "local", "model": "m", "base_url": "https://localhost:1"},
        {"assurance": "local", "model": "m", "base_url": "http://8.8.8.8"},
        {"assurance": "local", "model": "m", "base_url": "ftp://127.0.0.1"},
        {"model": "claude-fable-5-2"},
        {"model": "anthropic.claude-mythos-5-1"},
        {"model": "a model\r\nwith lines"},
    ):
        with pytest.raises(ValidationError):
            ModelSettings(**wrong)


def test_a_server_in_the_house_may_have_a_private_number():
    settings = ModelSettings(assurance="local", model="m", base_url="http://10.1.2.3:8080")
    assert (settings.endpoint.host, settings.endpoint.region) == ("10.1.2.3:8080", "local")


def test_without_assurance_there_is_no_client():
    with pytest.raises(ValueError):
        ModelClient(ModelSettings())


@pytest.mark.parametrize(
    ("body", "mode"),
    [
        (b'{"mode": "none", "updatedAt": "2026-11-01T00:00:00Z"}', "none"),
        (b'{"mode": "default"}', "default"),
        (b'{"mode": "provider_data_share"}', "provider_data_share"),
        (b'{"mode": "no\\nne"}', "unknown"),
        (b'{"mode": null}', "unknown"),
        (b'{"mode": "' + b"n" * 99 + b'"}', "unknown"),
        (b"[]", "unknown"),
        (b"<html>", "unknown"),
        (b'{"mode": "none"}' + b" " * 9999, "unknown"),
    ],
)
def test_the_account_says_itself_whether_it_keeps_anything(server, body, mode):
    server.retention = (200, body)
    proof = read_retention("eu-west-1", "key-3", NOON, url=server.url)
    assert (proof.mode, proof.read_at) == (mode, NOON)
    (request,) = server.seen
    assert request.path == "/data-retention"
    assert request.headers["authorization"] == "Bearer key-3"


@pytest.mark.parametrize(
    ("status", "error"),
    [(403, Permanent), (400, Permanent), (302, Permanent), (429, Retryable), (500, Retryable)],
)
def test_an_account_that_does_not_say_it_proves_nothing(server, status, error):
    server.retention = (status, b'{"mode": "none"}')
    with pytest.raises(error) as found:
        read_retention("eu-west-1", "key-3", NOON, url=server.url)
    assert "key-3" not in str(found.value)


def test_an_account_out_of_reach_is_asked_again_later():
    with pytest.raises(Retryable):
        read_retention("eu-west-1", "k", NOON, url="http://127.0.0.1:1")
