"""Identity papers that nobody asked for: unread, destroyed in time, the sender told; kept only while staff doubt."""

import base64
from datetime import timedelta

import pytest

from casework.identity_decisions import IdentityDecision, decide_identity
from casework.papers import destroy_papers
from casework.showing import show_message
from casework_values import ANNE, BOTH_ENGINES, DAY, LONG, SAM, TestDesk, mail, profile
from identity_values import send_all, terms
from intake.part_removal import without_parts
from privacy.audit import AuditKind
from privacy.identity import Level
from privacy.identity_papers import ASK_AGAIN, DESTROYED_AFTER
from responders.identity import PAPER_DESTROYED
from storage.identity_papers import papers_of
from storage.messages import raw_of

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 60
ERASE = "Please delete all personal data that you hold about me."


def with_file(text: str, name: str, *, number: int = 1) -> bytes:
    coded = base64.encodebytes(PICTURE).decode().replace("\n", "\r\n")
    body = "\r\n".join(
        [
            "--b1", "Content-Type: text/plain; charset=utf-8", "", text, "--b1",
            f'Content-Type: image/jpeg; name="{name}"', "Content-Transfer-Encoding: base64",
            f'Content-Disposition: attachment; filename="{name}"', "", coded, "--b1--", "",
        ]
    )  # fmt: skip
    return mail(body, number=number, Content_Type='multipart/mixed; boundary="b1"')


@pytest.fixture
def asking(desk: TestDesk) -> TestDesk:
    desk.profile = profile(challenges=terms(), limits=LONG)
    return desk


def raw(asking: TestDesk) -> bytes:
    (row,) = asking.messages()
    with asking.database.reading() as reading:
        return raw_of(reading, row.inbound_id)


def destroy(asking: TestDesk) -> int:
    return destroy_papers(asking.database, asking.profile, asking.now)


@BOTH_ENGINES
@pytest.mark.edge("E157")
def test_a_copy_of_a_passport_is_gone_within_three_days_and_its_sender_told(
    asking: TestDesk,
) -> None:
    asking.receive_one(with_file(ERASE, "passport.jpg"))
    send_all(asking)
    asking.now += DESTROYED_AFTER - timedelta(seconds=1)
    assert destroy(asking) == 0
    asking.now += timedelta(seconds=1)
    assert timedelta(hours=72) > DESTROYED_AFTER
    assert destroy(asking) == 1
    shown = show_message(raw(asking))
    assert shown.text.strip() == ERASE
    assert base64.b64encode(PICTURE[:60]) not in raw(asking)
    letter = asking.letters()[-1]
    assert (letter.kind, letter.message.recipient) == (PAPER_DESTROYED, ANNE)
    kinds = asking.kinds_of_events(asking.case().case_id)
    assert AuditKind.PAPER_SET_ASIDE in kinds
    assert AuditKind.PAPER_DESTROYED in kinds
    assert destroy(asking) == 0
    with asking.database.reading() as reading:
        (paper,) = papers_of(reading, asking.case().case_id)
    assert paper.destroyed_at == asking.now


def test_a_picture_of_something_else_stays(asking: TestDesk) -> None:
    asking.receive_one(with_file(ERASE, "screenshot.jpg"))
    asking.now += 5 * DAY
    assert destroy(asking) == 0


def test_a_copy_is_kept_while_staff_have_a_doubt_and_no_longer(asking: TestDesk) -> None:
    asking.receive_one(with_file(ERASE, "passport.jpg"))
    decide(asking, doubt=True)
    asking.now += DESTROYED_AFTER
    assert destroy(asking) == 1
    before = raw(asking)
    decide(asking, doubt=False)
    asking.now += ASK_AGAIN
    assert destroy(asking) == 1
    assert len(raw(asking)) < len(before)


def decide(asking: TestDesk, *, doubt: bool) -> None:
    decision = IdentityDecision(
        reference=asking.case().reference, level=Level.NONE, reason="Looked at it.", doubt=doubt
    )
    decide_identity(asking.database, terms(), decision, actor=SAM, now=asking.now)


def test_whom_we_have_not_written_to_staff_tell(asking: TestDesk) -> None:
    asking.receive_one(with_file(ERASE, "passport.jpg"), quiet_reason="told-so")
    asking.now += DESTROYED_AFTER
    destroy(asking)
    assert asking.letters() == []
    assert "tell-paper-destroyed" in [task.reason for task in asking.tasks()]


def test_the_rest_of_a_mail_stays_as_it_came() -> None:
    whole = with_file(ERASE, "passport.jpg")
    assert without_parts(whole, lambda _: False) == whole
    empty = without_parts(whole, lambda _: True)
    assert empty.partition(b"\r\n\r\n")[0] == whole.partition(b"\r\n\r\n")[0]
    assert ERASE.encode() not in empty


def test_a_mail_without_parts_is_left_alone() -> None:
    assert without_parts(b"", lambda _: False) == b""
