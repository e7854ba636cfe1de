"""A change of the policy on the pages: from two texts to a signed proof, by people of whom nobody approves their own words."""

from __future__ import annotations

import html
import io
import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from urllib.parse import quote

import pytest

from campaign_values import NEW_TEXT, OLD_TEXT, Campaign, RefusingTransport, owner, workspace
from casework_values import TestDesk, open_at
from desk_values import desk_app, send, sign_in
from privacy.desk_roles import Role
from privacy.errors import Permanent
from storage.manuscripts import find_manuscript

VERSION = "2027 +a"
AT = f"/policies/{quote(VERSION)}"
TERMS = {
    "reason": "A new recipient.",
    "effective_on": "2027-03-01",
    "zone": "Asia/Kolkata",
    "new_url": "https://autocloz.example/privacy/2",
    "old_url": "https://autocloz.example/privacy/1",
    "choices_url": "https://autocloz.example/settings",
}
ROW = {
    "before": ["Calls go through Ringhub.", ""],
    "after": ["Calls go through Ringhub and <b>Voxnet</b>.", ""],
    "effect": ["Voxnet gets the numbers that you call.", ""],
    "action": ["Choose Ringhub alone under Settings.", ""],
}


@pytest.fixture
def desk(migrated_sqlite):
    database = open_at(migrated_sqlite)
    yield TestDesk(database)
    database.close()


@pytest.fixture
def campaign(desk):
    made = Campaign(desk, RefusingTransport())
    made.directory(workspace(), owner("olivia"), owner("otto", of="w1"))
    return made


@pytest.fixture
def app(desk):
    return desk_app(desk.services, desk.clock)


@pytest.fixture
def people(app):
    """Sam writes, Dana and Omar approve."""
    names = ("sam", "dana", "omar")
    return {name: sign_in(app, Role.APPROVER, address=f"{name}@autocloz.example") for name in names}


def bring(client, version, text, day="2027-03-01"):
    return send(client, "/policies", version=version, updated_on=day, language="en", text=text)


def follow(client, answer):
    assert answer.status_code == 303, html.unescape(answer.text)
    page = client.get(answer.headers["location"])
    assert page.status_code == 200
    return page


def seen(page):
    return html.unescape(re.search(r'name="seen" value="([^"]*)"', page.text)[1])


def write(sam, **changes):
    """From two texts to what an author says in English; returns the page of the editor."""
    follow(sam, bring(sam, "1", OLD_TEXT, "2026-05-01"))
    follow(sam, bring(sam, VERSION, NEW_TEXT))
    decided = {"old": "1", "material": "yes", "reason": "A new recipient."}
    page = follow(sam, send(sam, f"{AT}/decision", **decided))
    page = follow(sam, send(sam, f"{AT}/notice", seen=seen(page), **(TERMS | changes)))
    words = ROW | {"why": "Ringhub does not reach every country."}
    follow(sam, send(sam, f"{AT}/notice/en", seen=seen(page), **words))
    return sam.get(f"{AT}/notice")


def drafted(sam):
    """Return the address of the drafted notice."""
    write(sam)
    answer = send(sam, f"{AT}/draft")
    follow(sam, answer)
    return answer.headers["location"]


def approve(people, address):
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', people["dana"].get(address).text)[1]
    for name in ("dana", "omar"):
        page = follow(people[name], send(people[name], f"{address}/approve", digest=digest))
    return page


@pytest.mark.usefixtures("campaign")
def test_two_texts_are_compared_section_by_section_and_the_rules_propose(people):
    sam = people["sam"]
    assert "No version yet" in sam.get("/policies").text
    follow(sam, bring(sam, "1", OLD_TEXT, "2026-05-01"))
    follow(sam, bring(sam, VERSION, NEW_TEXT))
    page = sam.get(f"{AT}/difference", params={"old": "1"}).text
    assert "<del>Calls: Ringhub.</del>" in page
    assert "<ins>Calls: Ringhub and Voxnet.</ins>" in page
    assert "new recipient" in page
    assert "Version 2027 +a</a>" in sam.get("/notices").text


@pytest.mark.usefixtures("campaign")
def test_what_is_not_material_moves_the_stamp_alone(people):
    sam = people["sam"]
    follow(sam, bring(sam, "1", OLD_TEXT, "2026-05-01"))
    follow(sam, bring(sam, VERSION, OLD_TEXT + "\nA comma.\n"))
    page = send(sam, f"{AT}/decision", old="1", material="no", reason="A comma.")
    assert "Nobody is written to" in follow(sam, page).text
    late = send(sam, f"{AT}/text", language="de", text="# Datenschutz")
    assert late.status_code == 422
    assert "another text needs another name" in late.text


@pytest.mark.usefixtures("campaign")
def test_the_gate_refuses_a_day_that_is_too_early_at_its_field_and_says_the_earliest(people):
    sam = people["sam"]
    write(sam)
    page = sam.get(f"{AT}/notice")
    soon = TERMS | {"effective_on": "2026-12-01", "seen": seen(page)}
    answer = send(sam, f"{AT}/notice", **soon)
    assert answer.status_code == 422
    field = re.search(r'id="wrong-effective_on">([^<]+)<', answer.text)[1]
    assert "2 Owners at 3600 an hour" in field
    assert "the earliest day is 2026-12-24" in field
    assert 'value="2026-12-01"' in answer.text


@pytest.mark.usefixtures("campaign")
def test_rows_that_are_not_whole_and_old_pages_are_told_and_nothing_is_lost(people, desk):
    sam, dana = people["sam"], people["dana"]
    page = write(sam)
    half = {"why": "Warum.", "before": "Anrufe über Ringhub.", "seen": seen(page)}
    answer = send(dana, f"{AT}/notice/de", **half)
    assert answer.status_code == 422
    assert "Change 1 is not whole: after, effect, action is missing." in answer.text
    assert "Anrufe über Ringhub." in answer.text
    late = send(dana, f"{AT}/notice/de", **(ROW | {"why": "Warum.", "seen": ""}))
    assert (late.status_code, "somebody else wrote meanwhile" in late.text) == (409, True)
    with desk.database.reading() as reading:
        assert list(find_manuscript(reading, VERSION).words) == ["en"]


@pytest.mark.usefixtures("campaign")
def test_each_kind_of_owner_is_shown_what_they_get_in_a_frame_that_runs_nothing(people):
    sam = people["sam"]
    address = drafted(sam)
    french = sam.get(f"{address}/letters/fr")
    assert "Nous répondons en anglais" in french.text
    assert 'sandbox src="' in french.text
    frame = sam.get(f"{address}/frames/fr")
    assert frame.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert frame.headers["x-frame-options"] == "SAMEORIGIN"
    assert "<b>Voxnet</b>" not in frame.text
    assert sam.get(f"{address}/letters/xx").status_code == 404
    assert sam.get(f"{address}/frames/xx").status_code == 404


@pytest.mark.usefixtures("campaign")
def test_two_people_approve_what_they_read_and_nobody_what_they_wrote(people):
    sam, dana = people["sam"], people["dana"]
    address = drafted(sam)
    assert "You cannot approve it: whoever wrote a notice" in sam.get(address).text
    assert send(sam, f"{address}/approve", digest="0" * 64).status_code == 409
    assert send(dana, f"{address}/approve", digest="what I read").status_code == 422
    assert send(dana, f"{address}/approve", digest="0" * 64).status_code == 409
    page = approve(people, address)
    assert "Tell every Owner" in page.text
    assert "the day can be kept" in page.text


def test_a_notice_goes_from_draft_to_proof(people, campaign, tmp_path):
    """Policy P21."""
    sam = people["sam"]
    address = drafted(sam)
    assert send(sam, f"{address}/start").status_code == 409
    approve(people, address)
    page = follow(sam, send(sam, f"{address}/start"))
    assert "2 Owners are being told." in page.text
    assert 'hx-trigger="every 2s"' in page.text
    fragment = sam.get(f"{address}/progress").text
    assert "0 of 2 Owners" in fragment
    assert "<html" not in fragment
    campaign.send()
    ended = sam.get(address).text
    assert "2 of 2 Owners" in ended
    assert "may be published" in ended
    assert "hx-trigger" not in ended
    proof = send(sam, f"{address}/proof")
    assert proof.headers["content-disposition"].startswith("attachment;")
    assert send(sam, f"{address}/paper").content.startswith(b"%PDF-")
    (tmp_path / "proof.zip").write_bytes(proof.content)
    with zipfile.ZipFile(io.BytesIO(proof.content)) as archive:
        (tmp_path / "verify.py").write_bytes(archive.read("verify.py"))
    key = re.search(r"verify.py proof.zip ([0-9a-f]{64})", ended)[1]
    checked = subprocess.run(
        [sys.executable, "verify.py", "proof.zip", key],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout.splitlines()[-1][:8]) == (0, "Checked:")


def test_a_notice_is_stopped_and_goes_on(people, campaign):
    sam = people["sam"]
    address = drafted(sam)
    approve(people, address)
    follow(sam, send(sam, f"{address}/start"))
    assert "Go on" in follow(sam, send(sam, f"{address}/stop")).text
    campaign.send()
    assert "0 of 2 Owners" in sam.get(address).text
    assert send(sam, f"{address}/stop").status_code == 409
    follow(sam, send(sam, f"{address}/start"))
    campaign.send()
    assert "2 of 2 Owners" in sam.get(address).text


def held(people, campaign, desk):
    """One Owner who cannot be reached; returns the addresses of the notice and of the Owner."""
    address = drafted(people["sam"])
    approve(people, address)
    follow(people["sam"], send(people["sam"], f"{address}/start"))
    campaign.transport.unknown = {"otto@customer.example", "olivia@customer.example"}
    for _ in range(20):
        campaign.send()
        desk.now += timedelta(days=1)
    owners = re.findall(r'href="(/notices/[^"]+/owners/[^"]+)"', people["sam"].get(address).text)
    return address, owners


def test_whoever_cannot_be_reached_holds_publication_until_somebody_decides(people, campaign, desk):
    sam = people["sam"]
    address, owners = held(people, campaign, desk)
    assert len(owners) == 2
    assert "publication is held" in sam.get(address).text
    page = sam.get(owners[0]).text
    assert "550 5.1.1" in page
    assert "They were told in another way" in page
    early = {"choice": "move_all", "effective_on": "2027-01-01", "reason": "Too late."}
    answer = send(sam, owners[0], **early)
    assert answer.status_code == 422
    assert "moves to a later one than 2027-03-01" in answer.text
    told = {"choice": "otherwise_told", "reason": "By letter, on the day of the notice."}
    for one in owners:
        page = follow(sam, send(sam, one, **told))
    assert "may be published" in page.text
    assert "By letter, on the day of the notice." in page.text
    assert "Nobody holds publication" in sam.get(f"{address}/owners").text


def test_the_day_moves_for_one_workspace_alone(people, campaign, desk):
    sam = people["sam"]
    address, owners = held(people, campaign, desk)
    assert sam.get(f"{address}/owners").text.count("/owners/") == 2
    moved = {"choice": "move_workspace", "effective_on": "2027-06-01", "reason": "On leave."}
    page = follow(sam, send(sam, owners[0], workspace="w1", **moved))
    assert "It concerns 2" in page.text or "it concerns 2" in page.text
    assert send(sam, owners[0], workspace="w9", **moved).status_code == 422


@pytest.mark.usefixtures("campaign")
def test_a_way_whose_word_nobody_takes_lets_no_notice_start(desk, people):
    def refuse():
        raise Permanent("set [outgoing.events]")

    address = drafted(people["sam"])
    approve(people, address)
    app = desk_app(desk.services, desk.clock, check_notices=refuse)
    answer = send(sign_in(app), f"{address}/start")
    assert (answer.status_code, "set [outgoing.events]" in answer.text) == (409, True)


@pytest.mark.parametrize("path", ["/policies/9", "/policies/9/notice", "/policies/9/difference"])
def test_a_version_that_nobody_brought_is_not_there(people, path):
    assert people["sam"].get(path).status_code == 404


def test_what_cannot_be_a_version_is_told_at_its_field(people):
    sam = people["sam"]
    for version, text in (("../x", "text"), ("1", "   ")):
        assert bring(sam, version, text).status_code == 422
    follow(sam, bring(sam, "1", OLD_TEXT))
    assert "There is a version of this name" in bring(sam, "1", NEW_TEXT).text
    assert send(sam, "/policies/1/draft").status_code == 409
    assert send(sam, "/policies/1/notice/xx").status_code == 404
