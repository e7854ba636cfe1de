"""A package from the file to the person: bound to its letter, behind proof, counted, and gone when its time is over."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from itertools import chain

import pytest
from sqlalchemy import func, select

from casework.announcing import renew_package
from casework.downloading import Downloads
from casework.drafts import Given, approve_draft, reject_draft
from casework.exporting import export_case
from casework.holding import hold_case, release_case
from casework.package_sweep import sweep_packages
from casework.packing import CHUNK, OfferedData, add_to_package, withdraw_package
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    DANA,
    OMAR,
    SAM,
    TestDesk,
    reply_to,
)
from package_values import (
    PORT,
    add,
    anne,
    answered,
    begun,
    done_with,
    grant,
    later,
    link_in,
    open_with_code,
    packing_profile,
    shown,
    zipped,
)
from privacy.audit import AuditKind
from privacy.cases import ItemState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.outgoing import OutgoingState
from privacy.rights import Right
from privacy.work import Decision, Step
from storage.package_rows import PACKAGE, PACKAGE_CHUNK, PACKAGE_FILE
from work_values import TERMS, approve, begin, plan, prove, send, state, take_back

ASK, OPEN, GET = {"do": "ask"}, {"do": "open"}, {"do": "get", "file": "1"}


@pytest.fixture
def desk(desk: TestDesk) -> TestDesk:
    desk.profile = packing_profile()
    return desk


@pytest.fixture
def waiting(desk: TestDesk) -> str:
    """Give the link of a package that Anne was written about."""
    begun(desk)
    add(desk)
    return link_in(answered(desk))


@BOTH_ENGINES
def test_a_package_goes_from_the_file_to_the_person_with_a_receipt_for_each_step(desk) -> None:
    begun(desk)
    content = zipped(big="0123456789" * 300_000)
    packed = add(desk, content, name="my data.zip")
    assert (packed.size, packed.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    letter = answered(desk)
    assert "7 December 2026" in letter.letter.text
    link, browser = link_in(letter), anne(desk)
    page = open_with_code(desk, browser, link)
    assert page.status_code == 200
    assert "my data.zip" in page.text
    got = browser.post(link, params=GET)
    assert got.content == content
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith('attachment; filename="my_data.zip"')
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"
    assert done_with(desk) == ["code_asked", "opened", "fetched"]
    fetched = shown(desk).receipts[-1]
    assert (fetched.sent, fetched.whole) == (len(content), True)
    events = desk.events(desk.case().case_id)
    told = [one.payload["what"] for one in events if one.kind is AuditKind.DOWNLOAD]
    assert told == ["code_asked", "opened", "fetched", "handed_over"]
    assert ANNE not in json.dumps([str(one.payload) for one in events])
    assert "my data" not in json.dumps([str(one.payload) for one in events])
    assert desk.chain_holds(desk.case().case_id)


@BOTH_ENGINES
def test_nothing_of_a_file_lies_readable_in_the_database(desk, database_url) -> None:
    begun(desk)
    add(desk, b"CANARY-IN-THE-FILE," * 10, name="CANARY-IN-THE-NAME.csv")
    with desk.database.reading() as reading:
        tables = (PACKAGE, PACKAGE_FILE, PACKAGE_CHUNK)
        rows = [reading.fetch(select(table)).all() for table in tables]
    assert all(rows)
    assert b"CANARY" not in b"".join(
        bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        for row in chain.from_iterable(rows)
        for value in row
    )
    assert database_url


def test_without_a_package_or_a_statement_access_is_not_granted(desk) -> None:
    begun(desk)
    with pytest.raises(Permanent, match="draft is not possible: no-package"):
        grant(desk)
    draft_id = grant(desk, without_package="nothing was found in any system")
    assert approve(desk, draft_id, DANA, OMAR).is_enough


def test_an_erasure_needs_no_package_and_takes_no_statement(desk) -> None:
    begun(desk, "Please restrict the use of my personal data.")
    with pytest.raises(Permanent, match="for answers that grant access"):
        grant(desk, Right.RESTRICTION, without_package="none")


def test_who_has_a_package_does_not_say_that_there_is_none(desk) -> None:
    begun(desk)
    add(desk)
    with pytest.raises(Permanent, match="there is a package"):
        grant(desk, without_package="nothing was found")


@BOTH_ENGINES
def test_a_package_that_changes_voids_the_approvals_that_it_had(desk) -> None:
    begun(desk)
    add(desk)
    draft_id = grant(desk)
    assert approve(desk, draft_id, DANA) == Given(given=1, needed=2)
    add(desk, b"a,b\n1,2\n", name="more.csv")
    with pytest.raises(Permanent, match="the package changed since"):
        approve_draft(desk.database, draft_id, actor=OMAR, now=desk.now, desk=desk.profile)
    reject_draft(desk.database, draft_id, actor=OMAR, now=desk.now)
    approve(desk, grant(desk), DANA, OMAR)
    assert send(desk).sent[-1].letter.kind == "completion"


def test_an_approved_letter_stays_here_when_its_package_is_withdrawn(desk) -> None:
    begun(desk)
    add(desk)
    approve(desk, grant(desk), DANA, OMAR)
    with pytest.raises(Permanent, match="access is approved: nothing can be packed"):
        add(desk, b"a,b\n", name="more.csv")
    withdraw(desk)
    assert send(desk).sent == []
    letter = desk.letters()[-1]
    assert (letter.state, letter.reason) == (
        OutgoingState.FAILED,
        "may-not-leave: package-changed",
    )
    assert "letter_failed" in desk.task_kinds()


def withdraw(desk: TestDesk) -> None:
    reference = desk.case().reference
    withdraw_package(desk.database, reference, Right.ACCESS, actor=SAM, now=desk.now)


def test_a_file_that_comes_after_the_answer_is_fetched_by_a_new_letter_alone(desk, waiting) -> None:
    add(desk, b"a,b\n1,2\n", name="more.csv")
    anne(desk).post(waiting, params=ASK)
    assert send(desk).sent == []
    link = link_in(renewed(desk))
    page = open_with_code(desk, anne(desk), link)
    assert "more.csv" in page.text
    assert "data.zip" in page.text


def renewed(desk: TestDesk):
    reference = desk.case().reference
    draft_id = renew_package(
        desk.database, desk.profile, reference, Right.ACCESS, by=(SAM, desk.now)
    )
    with pytest.raises(Permanent, match="whoever wrote a letter does not approve it"):
        approve(desk, draft_id, SAM)
    approve(desk, draft_id, DANA, OMAR)
    (letter,) = send(desk).sent
    return letter


def test_a_package_that_ran_out_is_renewed_by_two_people_and_the_old_link_stays_dead(
    desk, waiting
) -> None:
    later(desk, days=16)
    letter = renewed(desk)
    assert letter.letter.kind == "download_ready"
    assert "23 December 2026" in letter.letter.text
    assert "data.zip" in open_with_code(desk, anne(desk), link_in(letter)).text
    anne(desk).post(waiting, params=ASK)
    assert send(desk).sent == []


def test_a_locked_link_is_replaced_by_a_renewal(desk, waiting) -> None:
    for _ in range(5):
        anne(desk).post(waiting, params=OPEN, data={"code": "no"})
    assert "download_locked" in desk.task_kinds()
    assert "data.zip" in open_with_code(desk, anne(desk), link_in(renewed(desk))).text
    assert "download_locked" not in desk.task_kinds()


def test_nothing_is_renewed_before_the_answer_or_twice_at_once(desk) -> None:
    reference = begun(desk)
    add(desk)
    by = (SAM, desk.now)
    with pytest.raises(Permanent, match="not answered yet"):
        renew_package(desk.database, desk.profile, reference, Right.ACCESS, by=by)
    answered(desk)
    renew_package(desk.database, desk.profile, reference, Right.ACCESS, by=by)
    with pytest.raises(Permanent, match="waits for approval already"):
        renew_package(desk.database, desk.profile, reference, Right.ACCESS, by=by)
    withdraw(desk)
    reject_draft(desk.database, desk.draft().draft_id, actor=DANA, now=desk.now)
    with pytest.raises(Permanent, match="there is no package"):
        renew_package(desk.database, desk.profile, reference, Right.ACCESS, by=by)


def test_a_renewed_letter_stays_here_when_the_proof_is_taken_back(desk, waiting) -> None:
    later(desk, days=16)
    draft_id = renew_package(
        desk.database, desk.profile, desk.case().reference, Right.ACCESS, by=(SAM, desk.now)
    )
    approve(desk, draft_id, DANA, OMAR)
    prove(desk, Level.NONE)
    assert send(desk).sent == []
    assert desk.letters()[-1].reason == "may-not-leave: identity-not-proved"
    assert waiting


def test_a_part_of_the_data_goes_with_the_letter_that_refuses_the_rest(desk) -> None:
    begun(desk)
    add(desk)
    approve(desk, grant(desk, decision=Decision.PARTLY), DANA, OMAR)
    letter = send(desk).sent[-1]
    assert letter.letter.kind == "refusal"
    assert "data.zip" in open_with_code(desk, anne(desk), link_in(letter)).text
    assert state(desk) is ItemState.PARTLY


def test_portability_names_the_formats_of_its_files(desk) -> None:
    begun(desk, PORT)
    add(desk, b'[{"a": 1}]', name="data.json", right=Right.PORTABILITY)
    add(desk, b"a,b\n", name="data.csv", right=Right.PORTABILITY)
    approve(desk, grant(desk, Right.PORTABILITY), DANA, OMAR)
    letter = send(desk).sent[-1]
    assert "Format: JSON, CSV" in letter.letter.text
    page = open_with_code(desk, anne(desk), link_in(letter))
    assert page.text.index("data.json") < page.text.index("data.csv")


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("data.zip", b"", "the file is empty"),
        ("data.zip", b"<html><script>alert(1)</script>", "the content is no zip"),
        ("page.html", b"<html>", "a file ends with one of"),
        ("data", b"PK\x03\x04", "a file ends with one of"),
        ("table.csv", b"  \n<svg onload=alert(1)>", "the content is no csv"),
        ("run.pdf", b"MZ\x90", "the content is no pdf"),
        ("note.txt", b"\0\0", "the content is no txt"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(desk, name, content, reason) -> None:
    begun(desk)
    with pytest.raises(Permanent, match=reason):
        add(desk, content, name=name)


def test_a_file_over_the_limit_leaves_nothing_behind(desk) -> None:
    desk.profile = packing_profile(most_bytes=5 * CHUNK)
    begun(desk)
    with pytest.raises(Permanent, match="larger than"):
        add(desk, b"a," * (4 * CHUNK), name="big.csv")
    assert shown(desk).files == ()
    assert chunks_left(desk) == 0
    with pytest.raises(Permanent, match="no-package"):
        grant(desk)


def test_a_reader_that_breaks_off_leaves_nothing_behind(desk) -> None:
    class Breaking(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell() > 4 * CHUNK:
                raise OSError("the disk is gone")
            return super().read(size)

    reference = begun(desk)
    data = OfferedData(
        reference=reference,
        right=Right.ACCESS,
        name="big.csv",
        content=Breaking(b"a," * (5 * CHUNK)),
    )
    with pytest.raises(OSError, match="the disk is gone"):
        add_to_package(desk.database, desk.profile, data, actor=SAM, now=desk.now)
    assert shown(desk).files == ()


def test_nothing_is_packed_before_the_proof_or_for_another_right(desk) -> None:
    begin(desk, "Please send me a copy of all personal data that you hold about me.")
    plan(desk)
    with pytest.raises(Permanent, match="access is planned: nothing can be packed"):
        add(desk)
    with pytest.raises(Permanent, match="only access and portability"):
        add(desk, right=Right.ERASURE)
    with pytest.raises(Permanent, match="asks for no portability"):
        add(desk, right=Right.PORTABILITY)


def test_a_proof_that_was_taken_back_stops_the_packing(desk) -> None:
    begun(desk)
    prove(desk, Level.NONE)
    with pytest.raises(Permanent, match="not proved at the level"):
        add(desk)


def test_a_package_has_so_many_files_and_no_more(desk) -> None:
    begun(desk)
    for number in range(20):
        add(desk, b"a,b\n", name=f"{number}.csv")
    with pytest.raises(Permanent, match="at most 20 files"):
        add(desk, b"a,b\n", name="more.csv")


def test_without_a_page_no_letter_names_a_package(desk) -> None:
    desk.profile = packing_profile()
    begun(desk)
    add(desk)
    desk.profile = replace(desk.profile, challenges=TERMS)
    with pytest.raises(Permanent, match=r"identity\.page_url is not set"):
        grant(desk)


@BOTH_ENGINES
def test_what_nobody_fetched_is_told_and_what_is_over_is_erased(desk, waiting) -> None:
    for _ in range(12):
        later(desk, days=1)
        assert sweep_packages(desk.database, desk.profile, desk.now) == 0
    sweep_packages(desk.database, desk.profile, desk.now)
    assert desk.task_kinds().count("download_not_fetched") == 1
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    browser.post(waiting, params={"do": "get", "file": "1"})
    assert "download_not_fetched" not in desk.task_kinds()
    later(desk, days=16)
    assert sweep_packages(desk.database, desk.profile, desk.now) == 0
    later(desk, days=2)
    assert sweep_packages(desk.database, desk.profile, desk.now) == 1
    gone = shown(desk)
    assert gone.state == "erased"
    assert [one.packed for one in gone.files] == [None]
    assert chunks_left(desk) == 0
    assert AuditKind.PACKAGE_ERASED in desk.kinds_of_events(desk.case().case_id)
    assert desk.chain_holds(desk.case().case_id)
    assert waiting


def chunks_left(desk: TestDesk) -> int:
    with desk.database.reading() as reading:
        return reading.fetch(select(func.count()).select_from(PACKAGE_CHUNK)).scalar_one()


def test_what_was_fetched_is_no_task(desk, waiting) -> None:
    sweep_packages(desk.database, desk.profile, desk.now)
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    browser.post(waiting, params=GET)
    later(desk, days=12)
    sweep_packages(desk.database, desk.profile, desk.now)
    assert "download_not_fetched" not in desk.task_kinds()


def test_a_withdrawn_package_is_erased_at_the_next_look_unless_the_case_is_on_hold(
    desk, waiting
) -> None:
    reference = desk.case().reference
    hold_case(desk.database, reference, "a court asked for it", actor=SAM, now=desk.now)
    withdraw(desk)
    anne(desk).post(waiting, params=ASK)
    assert send(desk).sent == []
    assert sweep_packages(desk.database, desk.profile, desk.now) == 0
    assert chunks_left(desk) == 1
    release_case(desk.database, reference, "it is over", actor=SAM, now=desk.now)
    later(desk, days=1)
    assert sweep_packages(desk.database, desk.profile, desk.now) == 1
    assert chunks_left(desk) == 0
    with pytest.raises(Permanent, match="there is no package"):
        withdraw(desk)


def test_a_package_whose_right_was_taken_back_is_erased(desk) -> None:
    begun(desk)
    add(desk)
    take_back(desk, Right.ACCESS, Step.WITHDRAW)
    later(desk, days=1)
    assert sweep_packages(desk.database, desk.profile, desk.now) == 1


def test_a_download_ends_where_the_package_is_erased_under_it(desk) -> None:
    begun(desk)
    add(desk, b"a," * CHUNK, name="big.csv")
    link, browser = link_in(answered(desk)), anne(desk)
    open_with_code(desk, browser, link)
    door = Downloads(desk.database, desk.profile, desk.clock)
    session = browser.cookies["rightsdesk-download"]
    fetch = door.fetch(link.rpartition("/")[2], session, 1)
    assert fetch is not None
    first = fetch.piece(0)
    withdraw(desk)
    sweep_packages(desk.database, desk.profile, desk.now)
    with pytest.raises(Permanent):
        fetch.piece(1)
    fetch.ended(len(first))
    assert (shown(desk).receipts[-1].sent, shown(desk).receipts[-1].whole) == (CHUNK, False)


def test_the_export_of_a_case_proves_what_was_handed_over_and_holds_none_of_it(
    desk, waiting
) -> None:
    browser = anne(desk)
    open_with_code(desk, browser, waiting)
    browser.post(waiting, params=GET)
    packed: list[bytes] = []
    by = (SAM, desk.now)
    export_case(desk.database, desk.case().reference, packed.append, redacted=False, by=by)
    with zipfile.ZipFile(io.BytesIO(packed[0])) as archive:
        form = json.loads(archive.read("case.json"))
        whole = b"".join(archive.read(name) for name in archive.namelist())
    (package,) = form["packages"]
    assert [one["what"] for one in package["receipts"]] == ["code_asked", "opened", "fetched"]
    assert package["files"][0]["sha256"] == hashlib.sha256(zipped()).hexdigest()
    assert b"RD-" not in whole


def test_a_reply_that_quotes_the_code_is_no_attempt_to_prove_anything(desk, waiting) -> None:
    anne(desk).post(waiting, params=ASK)
    (letter,) = send(desk).sent
    quoted = "\n".join(f"> {line}" for line in letter.letter.text.splitlines())
    desk.receive_one(reply_to(letter, f"Thank you, it works.\n\n{quoted}"))
    assert AuditKind.IDENTITY_REFUSED not in desk.kinds_of_events(desk.case().case_id)


def test_a_package_for_a_right_that_was_answered_without_one_waits_for_its_letter(desk) -> None:
    begun(desk)
    approve(desk, grant(desk, without_package="nothing was found"), DANA, OMAR)
    send(desk)
    add(desk)
    for _ in range(3):
        later(desk, days=1)
        assert sweep_packages(desk.database, desk.profile, desk.now) == 0
    assert "data.zip" in open_with_code(desk, anne(desk), link_in(renewed(desk))).text


def test_what_is_renewed_is_told_before_its_new_end(desk, waiting) -> None:
    later(desk, days=16)
    sweep_packages(desk.database, desk.profile, desk.now)
    renewed(desk)
    assert "download_not_fetched" not in desk.task_kinds()
    for _ in range(12):
        later(desk, days=1)
        assert sweep_packages(desk.database, desk.profile, desk.now) == 0
    assert "download_not_fetched" in desk.task_kinds()
    assert waiting


def test_a_letter_whose_package_would_wait_no_more_is_neither_approved_nor_sent(desk) -> None:
    begun(desk)
    add(desk)
    draft_id = grant(desk)
    approve(desk, draft_id, DANA)
    now = desk.now
    later(desk, days=15)
    with pytest.raises(Permanent, match="a day that is over"):
        approve(desk, draft_id, OMAR)
    desk.now = now
    approve(desk, draft_id, OMAR)
    later(desk, days=15)
    assert send(desk).sent == []
    assert "package-waits-no-more" in (desk.letters()[-1].reason or "")
