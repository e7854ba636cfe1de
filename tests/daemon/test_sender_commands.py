"""What commands say about senders: `explain` with and without the DNS, and what `check` finds published."""

import ast
from pathlib import Path

import pytest

from daemon.dns_checking import describe_domain
from daemon.sender_words import sender_line, words
from intake.name_service import DnsNameService
from privacy.ports import RecordKind
from sender_keys import MemoryDns, Signer, public_record
from servers.name_server import NameServer

ROOT = Path(__file__).parents[2]
TXT = RecordKind.TXT.value
MAIL = (
    b"From: anne@berg.example\r\nTo: privacy@autocloz.example\r\nSubject: My data\r\n\r\n"
    b"Please delete all personal data that you hold about me.\r\n"
)


@pytest.fixture
def signed(tmp_path):
    """Give a file with a signed mail, and the key as a zone holds it."""
    signer = Signer("berg.example", MemoryDns())
    file = tmp_path / "signed.eml"
    file.write_bytes(signer.sign(MAIL))
    key = public_record(signer.key)
    zone = {
        ("s._domainkey.berg.example", TXT): [f'"{key[:200]}" "{key[200:]}"'],
        ("_dmarc.berg.example", TXT): ['"v=DMARC1; p=reject"'],
    }
    return file, zone


def test_explain_asks_the_dns_only_when_it_is_told_to(run, signed, monkeypatch):
    file, zone = signed
    with NameServer(zone) as server:
        monkeypatch.setenv("RIGHTSDESK_AUTHENTICITY__NAMESERVERS", f'["{server.address}"]')
        monkeypatch.setenv("RIGHTSDESK_AUTHENTICITY__QUESTION_SECONDS", "2")
        without = run("explain", str(file), "--jsonl").rows[0]["authenticity"]
        assert not server.asked
        found = run("explain", str(file), "--dns", "--jsonl").rows[0]["authenticity"]
    assert (without["checked"], without["level"]) == (False, "none")
    assert (found["level"], found["dkim"], found["dmarc"]) == ("aligned", "pass", "pass")
    assert found["reasons"] == ["dmarc-pass"]


def test_explain_tells_people_in_words(run, signed):
    said = run("explain", str(signed[0])).out
    assert (
        "sender: none: nothing proves the sender's domain; senders of this mailbox are not" in said
    )


def test_explain_without_an_answer_says_that_nothing_is_known(run, signed):
    done = run("explain", str(signed[0]), "--dns")
    assert done.code == 0
    assert "the DNS did not answer, so nothing is known" in done.out


@pytest.mark.parametrize(("host", "warns"), [("0.0.0.0", True), ("::", True), ("127.0.0.1", False)])  # noqa: S104 nothing listens
def test_check_warns_of_a_header_that_anybody_could_write(run, tmp_path, host, warns):
    """With the listener open to others a stranger brings the result of the check along."""
    example = (ROOT / "daemon" / "example.toml").read_text()
    believed = example.replace(
        "[[mailboxes]]", '[[mailboxes]]\nauthserv_id = "mx.autocloz.example"', 1
    )
    config = tmp_path / "open.toml"
    config.write_text(f'{believed}\n[listener]\nhost = "{host}"\n')
    rows = run("check", "--json", "--config", str(config)).rows
    said = [str(row["says"]) for row in rows if row["item"] == "mailbox privacy@autocloz.example"]
    assert any("open to others" in line for line in said) is warns


def test_check_warns_and_does_not_fail_when_the_dns_is_out_of_reach(run):
    done = run("check", "--json")
    assert done.code == 0
    (row,) = [row for row in done.rows if str(row["item"]).startswith("dns ")]
    assert (row["item"], row["standing"]) == ("dns autocloz.example", "warning")
    assert "cannot be asked" in str(row["says"])


WHOLE = {
    ("autocloz.example", "MX"): ["10 mx.autocloz.example."],
    ("autocloz.example", TXT): ['"v=spf1 -all"'],
    ("_dmarc.autocloz.example", TXT): ['"v=DMARC1; p=none"'],
}


@pytest.mark.parametrize(
    ("missing", "says", "is_whole"),
    [
        (None, "publishes MX, SPF and DMARC", True),
        ("autocloz.example MX", "does not publish MX: no mail can arrive", False),
        ("autocloz.example TXT", "does not publish SPF: others may take our letters", False),
        ("_dmarc.autocloz.example TXT", "does not publish DMARC: others may take", False),
    ],
)
def test_check_says_what_a_domain_publishes(missing, says, is_whole):
    zone = {key: records for key, records in WHOLE.items() if " ".join(key) != missing}
    with NameServer(zone) as server:
        line, found = describe_domain(
            "autocloz.example", DnsNameService([server.address], seconds=20)
        )
    assert line.startswith(says)
    assert found is is_whole


def codes():
    """Every code about a sender that the code can give: constants of one shape in the modules that make them."""
    for name in (
        *("privacy/authenticity.py", "intake/authenticity.py", "intake/dmarc.py"),
        *("intake/dkim_signatures.py", "intake/dkim_verification.py"),
    ):
        tree = ast.parse((ROOT / name).read_text())
        docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docs:
                text = node.value
                if isinstance(text, str) and "-" in text and text.replace("-", "").isalpha():
                    yield text


NO_CODES = {"authentication-results"}  # and the names that are compared with, not given


def test_every_code_about_a_sender_has_words_and_no_words_are_left_over():
    assert set(codes()) - NO_CODES == set(words()["reason"])
    assert set(words()["level"]) == {"none", "weak", "aligned"}


def test_a_form_without_authenticity_has_no_line():
    assert sender_line(None) == ""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('nameservers = ["ns.example"]', "authenticity.nameservers.0"),
        ('nameservers = ["192.0.2.53:0"]', "authenticity.nameservers.0"),
        ('sealers = ["example"]', "authenticity.sealers.0"),
        ("question_seconds = 10", "authenticity.question_seconds"),
        ("message_seconds = 10", "authenticity.message_seconds"),
    ],
)
def test_a_wrong_setting_gets_one_clear_line(run, tmp_path, monkeypatch, line, name):
    monkeypatch.delenv("RIGHTSDESK_AUTHENTICITY__NAMESERVERS")
    monkeypatch.delenv("RIGHTSDESK_AUTHENTICITY__QUESTION_SECONDS")
    file = tmp_path / "wrong.toml"
    file.write_text((ROOT / "daemon" / "example.toml").read_text() + f"\n[authenticity]\n{line}\n")
    done = run("check", "--config", str(file))
    assert done.code == 2
    assert name in done.err
    assert len(done.err.strip().splitlines()) == 1
