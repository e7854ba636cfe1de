"""Owners whom no mail reaches: another Owner, the billing contact of their workspace, the product, and then a person."""

import io
import json
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest

from campaign_values import Campaign, RefusingTransport, owner, workspace
from casework.notice_banners import call_banner
from casework.notice_proof import export_proof
from casework.profile import NoticePace
from casework_values import BOTH_ENGINES, DAY, SAM
from privacy.audit import AuditKind
from privacy.errors import Permanent, Retryable
from privacy.notices import NoticeState, OwnerState
from privacy.system_calls import BACK_OFF, CallState
from storage.datakeys import erase_keys
from storage.signing import public_key_of
from system_values import ScriptedDoor, say, with_systems

BILLING = "accounts@customer.example"
PAGE = "https://privacy.autocloz.example/notices/"
PACE = NoticePace(banner_system="product", page=PAGE)


@pytest.fixture
def campaign(desk):
    unknown = {"olivia@customer.example", "otto@customer.example"}
    return Campaign(desk, RefusingTransport(unknown=unknown))


@pytest.fixture
def product(campaign):
    """A desk whose product shows banners."""
    with_systems(campaign.desk, notices=PACE)
    return ScriptedDoor()


def recipients(campaign):
    return [one.recipient for one in campaign.transport.sent]


def contact(campaign):
    """The line of the list that is no Owner."""
    (found,) = [one for one in campaign.owners().values() if one.is_contact]
    return found


def call(campaign, product):
    database, clock = campaign.desk.database, campaign.desk.clock
    number = 0
    while call_banner(database, {"product": product}, clock, lambda: 0.5):
        number += 1
    return number


def unreached(campaign, *records):
    campaign.begin(*(records or (workspace(), owner("olivia"))))
    send(campaign)


def send(campaign):
    """Once more after the Owners: only then billing contacts are on the list."""
    campaign.send()
    campaign.send()


def shown(campaign, product, *, name="evt_1", evidence="seen by p1 in Chrome"):
    (_, body), *_ = product.sent
    banner = body["data"]["banner"]
    return say(campaign.desk, "notice.shown", name=name, banner=banner, evidence=evidence)


def proof_of(campaign, folder):
    """The proof, after the script in it has found it whole."""
    file = io.BytesIO()
    export_proof(campaign.desk.database, "2", file, by=(SAM, campaign.desk.now))
    (folder / "proof.zip").write_bytes(file.getvalue())
    with zipfile.ZipFile(file) as archive:
        (folder / "verify.py").write_bytes(archive.read("verify.py"))
        lines = [json.loads(line) for line in archive.read("owners.jsonl").splitlines()]
        summary = archive.read("summary.txt").decode()
    key = public_key_of(campaign.desk.database.keys).hex()
    command = [sys.executable, "-I", "-S", "verify.py", "proof.zip", key]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout
    return {one["person"]: one for one in lines}, summary


@BOTH_ENGINES
def test_the_billing_contact_is_told_where_no_owner_of_the_workspace_could_be(campaign, tmp_path):
    unreached(
        campaign,
        workspace(billing_contact=BILLING, locale="de"),
        owner("olivia"),
        owner("otto"),
    )
    assert recipients(campaign) == [BILLING]
    found = contact(campaign)
    assert (found.state, found.workspaces, found.language) == (OwnerState.ACCEPTED, ("w1",), "de")
    owners = campaign.owners()
    for name in ("olivia", "otto"):
        assert owners[name].state is OwnerState.STOOD_IN
        assert owners[name].stand_in == found.person_id
        assert owners[name].told_at == found.told_at
    status = campaign.status()
    assert (status.standing.in_time, status.progress.contacts) == (2, {OwnerState.ACCEPTED: 1})
    assert status.may_publish
    assert campaign.desk.task_kinds() == []
    lines, summary = proof_of(campaign, tmp_path)
    assert (lines[""]["role"], lines[""]["in_time"], lines[""]["holds"]) == (
        "billing_contact",
        False,
        False,
    )
    assert lines[""]["attempts"][0]["address"] == BILLING
    assert lines["olivia"]["through"] == lines[""]["owner"]
    assert lines["olivia"]["channel"] == "another"
    assert "Owners to be told:             2" in summary
    assert "Billing contacts written to:   1" in summary


@BOTH_ENGINES
def test_no_billing_contact_is_written_to_while_an_owner_of_the_workspace_is_reached(campaign):
    unreached(campaign, workspace(billing_contact=BILLING), owner("olivia"), owner("nora"))
    assert recipients(campaign) == ["nora@customer.example"]
    assert campaign.states() == {"olivia": OwnerState.STOOD_IN, "nora": OwnerState.ACCEPTED}


@BOTH_ENGINES
def test_an_owner_of_two_workspaces_needs_word_in_both(campaign):
    unreached(
        campaign,
        workspace(billing_contact=BILLING),
        workspace("w2"),
        owner("olivia"),
        owner("olivia", of="w2"),
    )
    assert recipients(campaign) == [BILLING]
    assert campaign.owners()["olivia"].state is OwnerState.UNREACHED
    assert campaign.desk.task_kinds() == ["notice_unreached"]


@BOTH_ENGINES
def test_a_billing_contact_that_refuses_leaves_a_task_and_a_new_one_is_tried(campaign):
    campaign.transport.unknown |= {BILLING}
    unreached(campaign, workspace(billing_contact=BILLING), owner("olivia"))
    assert campaign.states() == {"": OwnerState.UNREACHED, "olivia": OwnerState.UNREACHED}
    assert campaign.desk.task_kinds() == ["notice_unreached"]
    assert campaign.status().standing.not_told == 1
    campaign.desk.now += DAY
    campaign.directory(workspace(billing_contact="new@customer.example"), owner("olivia"))
    send(campaign)
    assert recipients(campaign) == ["new@customer.example"]
    assert campaign.owners()["olivia"].state is OwnerState.STOOD_IN
    assert campaign.status().may_publish


@BOTH_ENGINES
def test_a_workspace_that_names_a_billing_contact_later_opens_the_campaign_again(campaign):
    unreached(campaign)
    assert campaign.notice().state is NoticeState.ENDED
    campaign.desk.now += DAY
    campaign.directory(workspace(billing_contact=BILLING), owner("olivia"))
    send(campaign)
    assert recipients(campaign) == [BILLING]
    campaign.desk.now += DAY
    campaign.directory(workspace(), owner("olivia"))
    send(campaign)
    assert contact(campaign).state is OwnerState.ACCEPTED


def test_a_billing_contact_that_is_taken_off_before_its_turn_is_not_written_to(campaign):
    campaign.transport.script = [Permanent("550"), Retryable("away")]
    campaign.begin(workspace(billing_contact=BILLING), owner("nina"))
    send(campaign)
    assert contact(campaign).state is OwnerState.WAITING
    campaign.directory(workspace(), owner("nina"))
    campaign.desk.now += DAY
    send(campaign)
    assert recipients(campaign) == []
    assert contact(campaign).state is OwnerState.UNREACHED


@BOTH_ENGINES
def test_the_product_is_asked_to_show_it_and_what_it_says_is_how_the_owner_was_told(
    campaign, product, tmp_path
):
    unreached(campaign)
    assert call(campaign, product) == 1
    ((name, body),) = product.sent
    assert name.startswith("msg_")
    assert body["type"] == "notice.unreached"
    version_hash = proof_of(campaign, tmp_path)[0]["olivia"]["version_hash"]
    assert body["data"] | {"banner": ""} == {
        "banner": "",
        "version": "2",
        "version_hash": version_hash,
        "effective_on": "2027-03-01",
        "zone": "Asia/Kolkata",
        "page_url": PAGE + version_hash,
        "policy_url": "https://autocloz.example/privacy/2",
        "subject": {"person": ["olivia"]},
        "workspaces": ["w1"],
        "region": "default",
    }
    assert campaign.owners()["olivia"].banner.state is CallState.TAKEN
    assert not campaign.status().may_publish
    campaign.desk.now += DAY
    assert shown(campaign, product) == "now"
    assert shown(campaign, product) == "before"
    assert shown(campaign, product, name="evt_2", evidence="again") == "before"
    assert campaign.states() == {"olivia": OwnerState.SHOWN}
    assert campaign.status().may_publish
    lines, summary = proof_of(campaign, tmp_path)
    olivia = lines["olivia"]
    assert (olivia["channel"], olivia["told_on"], olivia["in_time"]) == (
        "banner",
        "2026-11-24",
        True,
    )
    assert olivia["banner"]["evidence"] == "seen by p1 in Chrome"
    assert "Shown in the product:          1" in summary
    events = campaign.desk.kinds_of_events(campaign.notice().notice_id)
    assert events.count(AuditKind.NOTICE_BANNER) == 2
    assert campaign.desk.chain_holds(campaign.notice().notice_id)


def test_without_a_system_for_it_nothing_is_asked(campaign):
    unreached(campaign)
    product = ScriptedDoor()
    assert call(campaign, product) == 0
    assert campaign.owners()["olivia"].banner is None


@BOTH_ENGINES
def test_a_product_out_of_reach_is_asked_again_under_the_same_id_and_then_people_are(
    campaign, product
):
    unreached(campaign)
    product.script = [Retryable("too slow")] * 20
    for wait in (timedelta(), *BACK_OFF):
        campaign.desk.now += wait
        call(campaign, product)
    assert len(product.sent) == len(BACK_OFF) + 1
    assert len({name for name, _ in product.sent}) == 1
    reasons = [one.reason for one in campaign.desk.tasks()]
    assert sorted(reasons) == ["banner-out-of-reach-7-times: 2", "not-reached: 2"]
    assert campaign.owners()["olivia"].banner.reason == "out-of-reach-7-times"
    assert shown(campaign, product) == "now"  # it says later that it did: that counts
    assert campaign.states() == {"olivia": OwnerState.SHOWN}


@pytest.mark.parametrize(
    ("step", "reason"),
    [(Permanent("answered-404"), "answered-404"), (RuntimeError("words"), None)],
)
def test_a_refusal_is_a_task_at_once_and_a_door_that_breaks_loses_nothing(
    campaign, product, step, reason
):
    unreached(campaign)
    product.script = [step]
    call(campaign, product)
    if reason is None:
        campaign.desk.now += BACK_OFF[0]
        assert call(campaign, product) == 1
    assert campaign.owners()["olivia"].banner.reason == reason


def test_a_system_that_is_gone_from_the_settings_is_not_called(campaign, product):
    unreached(campaign)
    assert call_banner(campaign.desk.database, {}, campaign.desk.clock, lambda: 0.5)
    assert campaign.owners()["olivia"].banner.reason == "no-way-is-set"
    assert product.sent == []


def test_nothing_is_said_of_an_owner_who_was_erased(campaign, product):
    unreached(campaign, workspace(), owner("olivia"), owner("otto", of="w1"))
    with campaign.desk.database.transaction() as transaction:
        erase_keys(transaction, [campaign.owners()["olivia"].person_id])
    call(campaign, product)
    assert [body["data"]["subject"] for _, body in product.sent] == [{"person": ["otto"]}]


def test_an_owner_who_was_erased_before_the_end_gets_no_banner_and_stays_a_task(campaign, product):
    campaign.begin(workspace(), owner("olivia"))
    with campaign.desk.database.transaction() as transaction:
        erase_keys(transaction, [campaign.owners()["olivia"].person_id])
    send(campaign)
    assert call(campaign, product) == 0
    assert campaign.desk.task_kinds() == ["notice_unreached"]


def test_evidence_about_an_owner_who_was_erased_is_not_kept_and_they_count_as_told(
    campaign, product
):
    unreached(campaign)
    call(campaign, product)
    with campaign.desk.database.transaction() as transaction:
        erase_keys(transaction, [campaign.owners()["olivia"].person_id])
    assert shown(campaign, product) == "now"
    (line,) = campaign.owners().values()
    assert (line.state, line.banner.evidence) == (OwnerState.SHOWN, None)


@pytest.mark.usefixtures("product")
@pytest.mark.parametrize("banner", ["no uuid", "0191f5e0-4c7d-7a3e-8a54-b8b0f2a1c9d3"])
def test_a_banner_that_nobody_asked_for_is_not_believed(campaign, banner):
    unreached(campaign)
    with pytest.raises(Permanent, match="no such banner"):
        say(campaign.desk, "notice.shown", banner=banner, evidence="x")


def test_another_system_cannot_say_it(campaign, product):
    unreached(campaign)
    call(campaign, product)
    (_, body), *_ = product.sent
    banner = body["data"]["banner"]
    with pytest.raises(Permanent, match="no such banner"):
        say(campaign.desk, "notice.shown", system="crm", banner=banner, evidence="x")
    assert campaign.states() == {"olivia": OwnerState.UNREACHED}


@BOTH_ENGINES
def test_what_was_shown_while_a_new_address_was_being_tried_counts_when_that_fails_too(
    campaign, product
):
    unreached(campaign)
    call(campaign, product)
    campaign.directory(workspace(), owner("olivia", address="olivia2@customer.example"))
    campaign.transport.script = [Retryable("away")]
    send(campaign)
    assert campaign.states() == {"olivia": OwnerState.WAITING}
    shown(campaign, product)
    assert campaign.states() == {"olivia": OwnerState.WAITING}
    campaign.transport.unknown |= {"olivia2@customer.example"}
    campaign.desk.now += DAY
    send(campaign)
    assert campaign.states() == {"olivia": OwnerState.SHOWN}
    assert campaign.owners()["olivia"].told_at == campaign.owners()["olivia"].banner.shown_at
