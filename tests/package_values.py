"""What tests of packages share: a desk with a page, files of the cast, Anne's browser, and the letters that she gets."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from starlette.responses import PlainTextResponse

from casework.answers import WantedAnswer, answer_right
from casework.download_terms import DownloadTerms
from casework.downloading import Downloads
from casework.package_showing import ShownPackage, shown_packages
from casework.packing import OfferedData, add_to_package
from casework_values import COPY, DANA, OMAR, SAM, ScriptedTransport, TestDesk, profile
from daemon.web import beside
from desk.downloads import PREFIX, DownloadPage
from privacy.identity_codes import codes_in, spelled
from privacy.messages import OutboundMessage
from privacy.packages import PackedFile
from privacy.rights import Right
from privacy.work import Decision
from work_values import DONE, TERMS, approve, because, begin, carry_out, plan, prove, send

PAGE = "https://privacy.autocloz.example"
LINK = re.compile(r"https://privacy\.autocloz\.example(/download/[a-z]{2}/([a-z2-7]{32}))")
PORT = "Please give me my personal data in a portable, machine-readable format."


def packing_profile(**downloads: Any) -> Any:
    terms = replace(TERMS, page=PAGE)
    return profile(challenges=terms, downloads=DownloadTerms(**downloads))


def zipped(**files: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in (files or {"data.json": '{"name": "Anne"}'}).items():
            archive.writestr(zipfile.ZipInfo(name), text)  # the same bytes at any hour
    return packed.getvalue()


def begun(desk: TestDesk, text: str = COPY) -> str:
    """Bring a case to where its data are collected and every system is done."""
    reference = begin(desk, text)
    prove(desk)
    plan(desk)
    carry_out(desk)
    return reference


def add(
    desk: TestDesk,
    content: bytes | None = None,
    *,
    name: str = "data.zip",
    right: Right = Right.ACCESS,
) -> PackedFile:
    data = OfferedData(
        reference=desk.case().reference,
        right=right,
        name=name,
        content=io.BytesIO(zipped() if content is None else content),
    )
    return add_to_package(desk.database, desk.profile, data, actor=SAM, now=desk.now)


def grant(
    desk: TestDesk,
    right: Right = Right.ACCESS,
    *,
    decision: Decision = Decision.GRANTED,
    without_package: str | None = None,
) -> UUID:
    wanted = WantedAnswer(
        reference=desk.case().reference,
        right=right,
        decision=decision,
        done=DONE,
        reason=None if decision is Decision.GRANTED else because("the rest is about others"),
        without_package=without_package,
    )
    return answer_right(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)


def answered(desk: TestDesk) -> OutboundMessage:
    """Answer with the package, approved by two, and return the letter as Anne gets it."""
    approve(desk, grant(desk), DANA, OMAR)
    return send(desk).sent[-1]


def link_in(letter: OutboundMessage) -> str:
    found = LINK.search(letter.letter.text)
    assert found is not None, letter.letter.text
    return found.group(1)


def anne(desk: TestDesk, *, base: str = PAGE) -> TestClient:
    """Anne's browser on the page."""
    door = Downloads(desk.database, desk.profile, desk.clock)
    page = DownloadPage(door, company="Autocloz", session_seconds=1_800)
    return TestClient(beside(page, PlainTextResponse("elsewhere"), PREFIX), base_url=base)


def mailed_code(desk: TestDesk) -> str:
    """Send what waits and return the code of the last letter that has one."""
    (letter,) = [one for one in send_all(desk).sent if one.letter.kind == "download_code"][-1:]
    return spelled(codes_in(letter.letter.text)[0])


def send_all(desk: TestDesk) -> ScriptedTransport:
    return send(desk)


def open_with_code(desk: TestDesk, browser: TestClient, link: str) -> Any:
    """Ask for a code, read the mail, type it; returns the page with the files."""
    assert browser.post(link, params={"do": "ask"}).status_code == 200
    return browser.post(link, params={"do": "open"}, data={"code": mailed_code(desk)})


def shown(desk: TestDesk) -> ShownPackage:
    with desk.database.reading() as reading:
        return shown_packages(reading, desk.case())[-1]


def done_with(desk: TestDesk) -> list[str]:
    return [str(one.kind) for one in shown(desk).receipts]


def later(desk: TestDesk, **time: float) -> None:
    desk.now += timedelta(**time)
