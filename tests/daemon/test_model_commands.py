"""The model from the command line: off, attested, reported, heard on request; and a daemon that never waits for it."""

import asyncio
import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from casework_values import ERASE, mail
from daemon.clock import utc_now
from daemon.model_wiring import build_witness
from daemon.running import Daemon
from daemon.settings import SettingsError, load_settings
from daemon.wiring import open_desk
from privacy.messages import ArrivalBasis, RawMessage, Route
from servers.model_server import hangs, model_server, says, statement
from storage.messages import keep_raw
from storage.model_calls import calls_since

EXAMPLE = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
SAM = "sam@autocloz.example"
ATTESTED = """
[model]
use = "witness"
assurance = "attested"
api_key = "key"
region = "us"
serves_regions = ["default"]
"""
VAGUE = "Hello, can you make me vanish from there? Regards"


@pytest.fixture
def server():
    with model_server() as running:
        yield running


@pytest.fixture
def config(tmp_path):
    """Give a function that writes the example desk with more settings."""

    def write(more: str) -> str:
        file = tmp_path / "desk.toml"
        file.write_text(EXAMPLE + more)
        return str(file)

    return write


def local(server, use="witness"):
    return f"""
[model]
use = "{use}"
assurance = "local"
model = "m"
base_url = "{server.url}"
"""


def standing(done):
    (row,) = [row for row in done.rows if row["item"] == "model"]
    return row["standing"], row["says"]


def test_by_default_the_model_is_off_and_the_doctor_says_so(run):
    assert standing(run("check", "--json")) == (
        "ok",
        "off: the rules work alone, nothing leaves this machine",
    )
    assert build_witness(load_settings(None, environment={}).model, region="default") is None


def test_without_an_attestation_the_doctor_says_why_it_stays_off_until_there_is_one(run, config):
    file = config(ATTESTED)
    done = run("check", "--json", "--config", file)
    assert done.code == 1
    word, says_why = standing(done)
    assert word == "wrong"
    assert "`rightsdesk model attest`" in says_why
    attest = ("model", "attest", "--contract", "ZDR-7", "--date", "2026-01-02", "--config", file)
    assert run(*attest).code == 2
    assert run(*attest, "--actor", "mallory@elsewhere.example").code == 2
    done = run(*attest, "--actor", SAM)
    assert (done.code, done.err) == (0, "")
    assert done.out == "attested for api.anthropic.com: contract ZDR-7 of 2026-01-02\n"
    done = run("check", "--json", "--config", file)
    assert done.code == 0
    word, says_why = standing(done)
    assert word == "ok"
    for part in ("witness", "claude-haiku-5-5", "api.anthropic.com", "ZDR-7", SAM, "0 calls"):
        assert part in says_why


@pytest.mark.parametrize(
    "words",
    [
        ("--contract", "Z"),
        ("--date", "2026-01-02"),
        ("--contract", "Z", "--date", "yesterday"),
        ("--contract", " ", "--date", "2026-01-02", "--actor", SAM),
        ("--contract", "Z", "--date", "2999-01-02", "--actor", SAM),
    ],
)
def test_an_attestation_with_a_gap_is_refused_in_one_line(run, config, words):
    done = run("model", "attest", "--config", config(ATTESTED), *words)
    assert done.code in {1, 2}
    assert done.err.count("\n") == 1


def test_nothing_is_attested_for_a_model_that_is_off_or_in_the_house(run, config, server):
    words = ("model", "attest", "--contract", "Z", "--date", "2026-01-02", "--actor", SAM)
    assert run(*words).code == 2
    assert run(*words, "--config", config(local(server))).code == 2


def test_a_region_that_the_model_does_not_serve_is_wrong(run, config):
    word, says_why = standing(
        run("check", "--json", "--config", config(ATTESTED.replace("serves", "# serves")))
    )
    assert word == "wrong"
    assert "does not serve" in says_why


def test_a_wrong_setting_of_the_model_gets_its_line(tmp_path):
    file = tmp_path / "wrong.toml"
    file.write_text(EXAMPLE + '\n[model]\nuse = "witness"\n')
    with pytest.raises(SettingsError) as refused:
        load_settings(str(file), environment={})
    (line,) = refused.value.lines
    assert line.startswith("model: assurance:")


LINES = [
    {"id": 1, "subject": "", "text": VAGUE, "from": "Anne Vanish <anne@home.example>"},
    {"id": 2, "text": ERASE},
    {"id": 3, "text": f"{VAGUE} Yours, Anne Vanish", "from": "Anne Vanish <anne@home.example>"},
]


def as_lines(*objects):
    return "\n".join(json.dumps(one) if isinstance(one, dict) else one for one in objects).encode()


def test_classify_hears_the_model_on_request_in_order_and_leaves_a_row(run, config, server):
    server.play(says(statement(("erasure", "make me"))))
    file = config(local(server, use="shadow"))
    done = run(
        "classify",
        "--jsonl",
        "--model",
        "--config",
        file,
        stdin=as_lines(LINES[0], "{", *LINES[1:]),
    )
    assert done.code == 0
    first, bad, second, third = done.rows
    assert (first["id"], first["engine"], first["primary"]) == (1, "model", "erasure")
    assert first["needs_human"]
    assert "error" in bad
    assert (second["id"], second["engine"], second["needs_human"]) == (2, "rules", False)
    assert third["rights"][0]["quote"] == "make me"
    assert len(server.seen) == 2
    assert not any("vanish" in one.letter.lower().replace("me vanish", "") for one in server.seen)
    report = run("model", "report", "--json", "--config", file).rows[0]
    assert (report["calls"], report["answered"], report["agreed"]) == (2, 2, 0)
    assert report["would_change"] == {"+erasure": 2}
    assert report["cost"] == pytest.approx(0.00024)
    shown = run("model", "report", "--weeks", "2", "--config", file).out
    assert "agrees with the rules: 0 of 2 (0.0 %)" in shown
    assert "+erasure" in shown


def test_classify_without_the_option_asks_nobody(run, config, server):
    done = run("classify", "--jsonl", "--config", config(local(server)), stdin=as_lines(*LINES))
    assert [row["engine"] for row in done.rows] == ["rules"] * 3
    assert server.seen == []


def test_classify_with_a_model_that_is_off_or_may_not_be_asked_ends_with_one_line(run, config):
    done = run("classify", "--jsonl", "--model", stdin=as_lines(*LINES))
    assert (done.code, done.out) == (2, "")
    assert "model.use" in done.err
    done = run(
        "classify", "--jsonl", "--model", "--config", config(ATTESTED), stdin=as_lines(*LINES)
    )
    assert (done.code, done.out) == (1, "")
    assert "attest" in done.err


def test_a_report_without_calls_says_so(run):
    done = run("model", "report")
    assert done.code == 0
    assert "agrees with the rules: 0 of 0\n" in done.out


def from_anne() -> RawMessage:
    return RawMessage(
        raw=mail(VAGUE),
        mailbox="privacy@autocloz.example",
        route=Route.SMTP,
        received_at=utc_now(),
        arrival_basis=ArrivalBasis.LISTENER,
    )


async def test_a_daemon_stops_cleanly_while_the_model_hangs(config, server, tmp_path):
    asked = threading.Event()

    def hears(state, request):
        asked.set()
        return hangs(state, request)

    server.play(hears)
    settings = load_settings(config(local(server)), home=str(tmp_path / "home"), environment={})
    desk = open_desk(settings)
    with desk.database.transaction() as transaction:
        keep_raw(transaction, [from_anne()], now=utc_now())
    daemon = Daemon(desk)
    await daemon.start()
    assert await asyncio.to_thread(asked.wait, 60)
    assert await daemon.stop()
    with desk.database.reading() as reading:
        calls = calls_since(reading, utc_now() - timedelta(days=1))
    assert [str(call.outcome) for call in calls] == ["stopped"]
    desk.close()
