"""A case is exported whole and signed, byte for byte the same; with marks it names nobody; a changed byte is found."""

import io
import json
import zipfile
from typing import Any

import pytest

from casework.adding import enter
from casework.correcting import Wrong, correct_case
from casework.exporting import export_case, pack, verify
from casework.holding import hold_case
from casework.sending import send_next
from casework_values import BOTH_ENGINES, NOON, SAM, ScriptedTransport, TestDesk, key_ring, mail
from privacy.audit import AuditKind
from privacy.errors import Permanent
from privacy.rights import Right
from staff_values import BY_POST, POSTAL
from storage.sealing import KeyRing
from storage.signing import public_key_of

TEXT = (
    "Please delete all personal data that you hold about me. My colleague Gregor Nowak "
    "(gregor.nowak@person.example, +353 1 555 0199) saw it too."
)
OUR_KEY = public_key_of(key_ring())
PERSONAL = (
    "anne@person.example",
    "gregor",
    "Nowak",
    "555 0199",
    "sam@autocloz.example",
    "Sampletown",
)


@pytest.fixture
def reference(desk) -> str:
    """Give the reference of a case with a mail, a letter, a correction with a note, and a hold."""
    desk.receive_one(mail(TEXT, From="Anne Hale <anne@person.example>"))
    while send_next(desk.database, ScriptedTransport(), desk.clock).worked:
        pass
    found = desk.case().reference
    wrong = Wrong(added=(Right.ACCESS, None), note="Anne Hale told Gregor Nowak.")
    correct_case(desk.database, desk.profile, found, wrong, by=(SAM, desk.now))
    hold_case(desk.database, found, "Gregor Nowak sued us.", actor=SAM, now=desk.now)
    return found


def export(desk: TestDesk, reference: str, *, redacted: bool = False) -> bytes:
    written: list[bytes] = []
    size = export_case(
        desk.database, reference, written.append, redacted=redacted, by=(SAM, desk.now)
    )
    (packed,) = written
    assert size == len(packed)
    return packed


def unpack(packed: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def repack(files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def zip_with_a_name_twice() -> bytes:
    """Two names of the same length, one of which becomes the other."""
    return repack({"case.txt": b"", "cass.txt": b""}).replace(b"cass.txt", b"case.txt")


def form_of(packed: bytes) -> dict[str, Any]:
    form: dict[str, Any] = json.loads(unpack(packed)["case.json"])
    return form


@BOTH_ENGINES
def test_the_whole_case_is_in_it_and_people_can_read_it(desk, reference) -> None:
    packed = export(desk, reference)
    files = unpack(packed)
    assert set(files) == {
        *("manifest.json", "manifest.sig", "case.json", "case.txt", "case.html"),
        *("messages/001.eml", "messages/001.txt", "letters/001.txt", "letters/001.html"),
    }
    assert files["messages/001.eml"] == mail(TEXT, From="Anne Hale <anne@person.example>")
    form = form_of(packed)
    case = desk.case()
    assert [item["right"] for item in form["rights"]] == ["erasure", "access"]
    assert form["due"]["on"] == case.due.on.isoformat()
    assert form["clocks"][0]["due"]["trace"] == list(case.acknowledge.trace)
    assert form["letters"][0]["state"] == "sent"
    assert form["notes"][0]["text"] == "Anne Hale told Gregor Nowak."
    assert form["holds"][0]["reason"] == "Gregor Nowak sued us."
    assert form["trail_is_whole"]
    kinds = [event["kind"] for event in form["trail"]]
    assert kinds == [e.kind for e in desk.events(case.case_id) if e.kind != "case_exported"]
    for told in (files["case.txt"], files["case.html"]):
        assert b"Gregor Nowak sued us." in told


@BOTH_ENGINES
def test_the_same_case_gives_the_same_bytes_whenever_it_is_exported(desk, reference) -> None:
    for redacted in (False, True):
        first = export(desk, reference, redacted=redacted)
        desk.now += (desk.now - NOON) + (NOON - BY_POST.received_at)
        assert export(desk, reference, redacted=redacted) == first
    assert export(desk, reference) != export(desk, reference, redacted=True)


@BOTH_ENGINES
def test_each_export_is_in_the_trail(desk, reference) -> None:
    export(desk, reference, redacted=True)
    event = desk.events(desk.case().case_id)[-1]
    assert (event.kind, event.actor) == (AuditKind.CASE_EXPORTED, str(SAM))
    assert event.payload["redacted"] is True
    assert desk.chain_holds(desk.case().case_id)


def test_with_marks_it_names_nobody_and_tells_the_same_story(desk, reference) -> None:
    packed = export(desk, reference, redacted=True)
    files = unpack(packed)
    assert not any(name.endswith(".eml") for name in files)
    for content in files.values():
        told = content.decode().lower()
        assert [who for who in PERSONAL if who.lower() in told] == []
    form = form_of(packed)
    assert form["redacted"]
    assert form["requester"] == "[EMAIL 1]"
    assert "Please delete all personal data" in form["rights"][0]["quote"]
    assert form["notes"][0]["by"] == form["holds"][0]["held_by"] == form["trail"][-1]["actor"]


def test_a_postal_address_is_in_the_whole_file_and_marked_in_the_other(desk) -> None:
    enter(desk.services, BY_POST, actor=SAM, now=NOON)
    reference = desk.case().reference
    assert form_of(export(desk, reference))["messages"][0]["postal_address"] == POSTAL
    marked = form_of(export(desk, reference, redacted=True))["messages"][0]
    assert (marked["channel"], marked["postal_address"]) == ("post", "[NAME 2]")


def test_a_file_as_it_was_signed_is_whole(desk, reference) -> None:
    verified = verify(export(desk, reference, redacted=True), OUR_KEY)
    assert (verified.problems, verified.manifest.case) == ((), reference)
    assert verified.manifest.redacted
    assert verified.manifest.public_key == OUR_KEY.hex()


def test_a_byte_more_or_less_is_found(desk, reference) -> None:
    files = unpack(export(desk, reference))
    changed = files | {"case.txt": files["case.txt"] + b" "}
    assert verify(repack(changed), OUR_KEY).problems == ("changed: case.txt",)
    less = {name: content for name, content in files.items() if name != "messages/001.eml"}
    assert verify(repack(less), OUR_KEY).problems == ("missing: messages/001.eml",)
    assert verify(repack(files | {"x": b""}), OUR_KEY).problems == ("does not belong: x",)


def test_who_signs_with_another_key_is_nobody_we_know(desk, reference) -> None:
    files = unpack(export(desk, reference))
    for name in ("manifest.json", "manifest.sig"):
        files.pop(name)
    forged = pack(
        files, KeyRing({"k1": b"k" * 32}, "k1", b"?" * 32), case=reference, redacted=False
    )
    assert verify(forged, OUR_KEY).problems == ("signed by nobody whom we know",)
    unsigned = unpack(forged) | {"manifest.sig": b"nothing\xff"}
    assert verify(repack(unsigned), OUR_KEY).problems == ("signed by nobody whom we know",)


def test_what_is_no_export_is_refused_in_one_line(desk, reference) -> None:
    packed = export(desk, reference)
    files = unpack(packed)
    twice = zip_with_a_name_twice()
    strange = (
        *(b"", b"PK\x03\x04", packed[:-30], packed[: len(packed) // 2], twice),
        *(
            repack({}),
            repack(files | {"manifest.json": b"[]"}),
            repack(files, zipfile.ZIP_DEFLATED),
        ),
        packed.replace(b"Please delete", b"Please defect", 1),
    )
    for content in strange:
        with pytest.raises(Permanent, match="export of a case"):
            verify(content, OUR_KEY)


def test_nothing_is_recorded_where_nothing_could_be_written(desk, reference) -> None:
    def fail(_: bytes) -> None:
        raise Permanent("the disk is full")

    with pytest.raises(Permanent, match="disk"):
        export_case(desk.database, reference, fail, redacted=False, by=(SAM, NOON))
    assert AuditKind.CASE_EXPORTED not in desk.kinds_of_events(desk.case().case_id)


def test_there_is_no_such_case(desk) -> None:
    with pytest.raises(Permanent, match="no such case"):
        export(desk, "PR-2026-000000-00")
