"""The proof: whole, the same bytes again, and checked by a script that knows nothing of us."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import date

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from campaign_values import EFFECTIVE, Campaign, RefusingTransport, notice_terms, owner, workspace
from casework.notice_proof import EXPORT_CHAIN, export_proof
from casework.verify_notice import is_signed
from casework_values import BOTH_ENGINES, DAY, SAM
from privacy.errors import Permanent
from privacy.notice_gate import LateChoice
from storage.datakeys import erase_keys
from storage.signing import public_key_of


@pytest.fixture
def campaign(desk):
    return Campaign(
        desk, RefusingTransport(unknown={"otto@customer.example", "lone@customer.example"})
    )


def told(campaign):
    campaign.begin(
        workspace("w1"),
        workspace("w2"),
        workspace("w3", cancelled_since=date(2026, 1, 1)),
        owner("olivia"),
        owner("otto"),
        owner("lone", of="w2"),
        owner("gone", of="w3"),
    )
    campaign.send()


def proof(campaign):
    file = io.BytesIO()
    export_proof(campaign.desk.database, "2", file, by=(SAM, campaign.desk.now))
    return file.getvalue()


def lines(packed):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {
            one["person"]: one for one in map(json.loads, archive.read("owners.jsonl").splitlines())
        }


def text(packed, name):
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read(name).decode()


def check(packed, campaign, folder, *, key=None):
    """Run the script that lies in the proof, as somebody would who has nothing else."""
    path, script = folder / "proof.zip", folder / "verify.py"
    path.write_bytes(packed)
    script.write_text(text(packed, "verify.py"))
    public = key or public_key_of(campaign.desk.database.keys)
    command = [sys.executable, "-I", "-S", str(script), str(path), public.hex()]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)


def changed(packed, name, change):
    """The same proof with one file changed, or left out where the change is None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as archive, zipfile.ZipFile(out, "w") as other:
        for entry in archive.infolist():
            content = archive.read(entry)
            if entry.filename == name:
                content = change(content)
            if content is not None:
                other.writestr(entry.filename, content)
    return out.getvalue()


@BOTH_ENGINES
def test_each_owner_has_a_line_with_what_happened_and_who_was_told_instead(campaign):
    told(campaign)
    found = lines(proof(campaign))
    olivia, otto, lone, gone = (found[name] for name in ("olivia", "otto", "lone", "gone"))
    assert (olivia["told_on"], olivia["days_before"], olivia["in_time"]) == ("2026-11-23", 97, True)
    assert olivia["attempts"][0]["address"] == "olivia@customer.example"
    assert olivia["attempts"][0]["answer"] == "1 250 ok"
    assert olivia["workspaces"] == ["w1"]
    assert otto["through"] == olivia["owner"]
    assert otto["attempts"][0]["answer"] == "smtp RCPT: 550 5.1.1"
    assert (lone["state"], lone["holds"], lone["days_before"]) == ("unreached", True, None)
    assert (gone["state"], gone["in_time"], gone["holds"]) == ("cancelled", False, False)
    assert len({one["version_hash"] for one in found.values()}) == 1


@BOTH_ENGINES
def test_the_same_proof_has_the_same_bytes_and_is_recorded(campaign):
    told(campaign)
    first = proof(campaign)
    campaign.desk.now += DAY
    assert proof(campaign) == first
    assert len(campaign.desk.events(EXPORT_CHAIN)) == 2
    olivia = campaign.owners()["lone"].person_id
    campaign.decide(LateChoice.OTHERWISE_TOLD, person_id=olivia)
    assert proof(campaign) != first


@BOTH_ENGINES
def test_the_script_in_the_proof_finds_it_whole_with_nothing_but_the_file_and_the_key(
    campaign, tmp_path
):
    told(campaign)
    done = check(proof(campaign), campaign, tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Owners to be told:             3" in done.stdout
    assert "Publication:                   held" in done.stdout
    assert "Checked: signature" in done.stdout


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("owners.jsonl", lambda lines: lines.replace(b'"days_before":97', b'"days_before":98'), "contradicts itself"),
        ("owners.jsonl", lambda lines: b"\n".join(lines.split(b"\n")[1:]), "not the one that was counted"),
        ("owners.csv", lambda lines: lines + b"x", "owners.csv is not as it was signed"),
        ("notice.json", lambda form: form.replace(b"dana@", b"mallory@"), "event 2 of the trail"),
        ("letters/de.txt", lambda _: None, "a file is missing"),
        ("MANIFEST", lambda names: names.replace(b"0", b"1"), "not signed"),
        ("SIGNATURE", lambda digits: digits[::-1], "not signed"),
    ],
)  # fmt: skip
def test_whatever_is_changed_in_a_proof_is_found(campaign, tmp_path, name, change, said):
    told(campaign)
    done = check(changed(proof(campaign), name, change), campaign, tmp_path)
    assert done.returncode == 1
    assert said in done.stdout.replace("has not signed", "not signed")


def test_a_proof_by_another_key_and_what_is_no_proof_are_refused(campaign, tmp_path):
    told(campaign)
    packed = proof(campaign)
    other = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    assert check(packed, campaign, tmp_path, key=other).returncode == 1
    (tmp_path / "proof.zip").write_bytes(b"no zip")
    again = [sys.executable, "-I", "verify.py", "proof.zip", other.hex()]
    done = subprocess.run(again, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "cannot be checked: BadZipFile\n")
    done = subprocess.run(again[:3], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout[:6]) == (2, "usage:")


@BOTH_ENGINES
def test_who_decided_stands_in_the_line_and_the_reason_in_the_notice(campaign, tmp_path):
    campaign.transport.unknown = set()
    campaign.begin(
        workspace("w1"),
        workspace("w2"),
        owner("olivia"),
        owner("otto", of="w2"),
        terms=notice_terms(effective_on=date(2027, 1, 1)),
    )
    campaign.desk.now += 10 * DAY
    campaign.send()
    campaign.decide(LateChoice.MOVE_WORKSPACE, workspace="w1", effective_on=EFFECTIVE)
    found = lines(proof(campaign))
    assert (found["olivia"]["decided_by"], found["olivia"]["effective_on"]) == (
        SAM.address,
        "2027-03-01",
    )
    assert (found["otto"]["decided_by"], found["otto"]["holds"]) == (None, True)
    campaign.decide(LateChoice.MOVE_ALL, effective_on=date(2027, 4, 1))
    packed = proof(campaign)
    assert {one["decided_by"] for one in lines(packed).values()} == {SAM.address}
    assert "The Owner was on leave." in text(packed, "notice.json")
    assert check(packed, campaign, tmp_path).returncode == 0


@BOTH_ENGINES
def test_of_whoever_was_erased_the_line_stays_without_address_and_answer(campaign, tmp_path):
    told(campaign)
    olivia = campaign.owners()["olivia"].person_id
    with campaign.desk.database.transaction() as transaction:
        erase_keys(transaction, [olivia])
    packed = proof(campaign)
    assert b"olivia@" not in packed
    line = lines(packed)["(erased)"]
    assert (line["state"], line["told_on"]) == ("accepted", "2026-11-23")
    assert check(packed, campaign, tmp_path).returncode == 0


def test_nothing_is_proved_before_anything_was_sent(campaign):
    campaign.draft()
    with pytest.raises(Permanent, match="nothing was sent"):
        proof(campaign)


SEEDS = st.binary(min_size=32, max_size=32)


@given(SEEDS, st.binary(max_size=200), st.integers(0, 511), st.integers(0, 1599))
def test_the_script_agrees_with_the_library_about_signatures(seed, message, flipped, in_message):
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert is_signed(public, signature, message)
    assert not is_signed(public, with_bit(signature, flipped), message)
    assert not is_signed(with_bit(public, flipped % 256), signature, message)
    if message:
        assert not is_signed(public, signature, with_bit(message, in_message % (8 * len(message))))


def with_bit(octets, place):
    changed = bytearray(octets)
    changed[place // 8] ^= 1 << place % 8
    return bytes(changed)


# RFC 8032 section 7.1, tests 1 to 3.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_script_knows_the_signatures_of_the_standard(public, message, signature):
    key, said, sign = map(bytes.fromhex, (public, message, signature))
    assert is_signed(key, sign, said)
    assert not is_signed(key, sign, said + b"x")


@pytest.mark.parametrize("short", [(b"", b"a" * 64), (b"a" * 32, b""), (b"\xff" * 32, b"a" * 64)])
def test_what_is_no_key_or_no_signature_signs_nothing(short):
    assert not is_signed(*short, b"message")


def test_a_number_beyond_the_order_is_no_signature():
    """RFC 8032 section 5.1.7: or a second signature could be made of each."""
    key = Ed25519PrivateKey.generate()
    signature = key.sign(b"message")
    order = 2**252 + 27742317777372353535851937790883648493
    number = int.from_bytes(signature[32:], "little") + order
    other = signature[:32] + number.to_bytes(32, "little")
    assert not is_signed(key.public_key().public_bytes_raw(), other, b"message")


def paper_of(campaign):
    file, paper = io.BytesIO(), io.BytesIO()
    by = (SAM, campaign.desk.now)
    export_proof(campaign.desk.database, "2", file, by=by, paper=paper)
    return file.getvalue(), paper.getvalue()


@BOTH_ENGINES
def test_on_paper_it_is_the_same_bytes_again_and_the_signature_covers_it(campaign, tmp_path):
    told(campaign)
    packed, paper = paper_of(campaign)
    campaign.desk.now += DAY
    assert paper_of(campaign) == (packed, paper)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.read("proof.pdf") == paper
    assert check(packed, campaign, tmp_path).returncode == 0
    spoilt = changed(packed, "proof.pdf", lambda pdf: pdf + b" ")
    assert "proof.pdf is not as it was signed" in check(spoilt, campaign, tmp_path).stdout


@BOTH_ENGINES
def test_the_export_holds_the_closing_event_and_the_head_of_its_trail(campaign):
    told(campaign)
    form = json.loads(text(proof(campaign), "notice.json"))
    closing = form["trail"][-1]
    assert closing["kind"] == "notice_ended"
    assert closing["link"] == form["trail_head"]
    assert text(proof(campaign), "notice.json") == text(proof(campaign), "notice.json")
