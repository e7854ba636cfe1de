"""No path to a level without its evidence: whatever people, machines, staff and time do, in whatever order."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from casework.identity_decisions import IdentityDecision, decide_identity, record_login
from casework.page_answers import confirm_by_page
from casework_values import (
    ANNE,
    ERASE,
    LONG,
    MALLORY,
    SAM,
    TestDesk,
    mail,
    open_at,
    profile,
    reply_to,
)
from identity_values import Listed, challenges, code_of, quoted, standing, stored, sweep, terms
from privacy.challenges import ChallengeState
from privacy.errors import Permanent
from privacy.identity import Level
from privacy.identity_codes import DRAWN_BYTES, code_from

WORDS = "Yes, that was me, and I am waiting for you."


class Paths(RuleBasedStateMachine):
    """Keeps beside the desk what really happened: who answered what, who logged in, what staff said last."""

    prepared: ClassVar[Path]

    @initialize(on_file=st.booleans())
    def somebody_asks(self, *, on_file: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "rightsdesk.db"
        shutil.copyfile(self.prepared, path)
        path.chmod(0o600)
        self.desk = TestDesk(
            open_at(f"sqlite:///{path}"),
            profile=profile(challenges=terms(), limits=LONG),
            on_file=Listed(frozenset({ANNE} if on_file else ())),
        )
        self.on_file = on_file
        self.number = 1
        self.decided, self.answered, self.logged_in = Level.NONE, False, False
        self.desk.receive_one(mail(ERASE))

    def teardown(self) -> None:
        self.desk.database.close()
        self.folder.cleanup()

    @property
    def case_id(self):
        return self.desk.cases()[0].case_id

    def is_open(self) -> bool:
        newest = stored(self.desk, self.case_id)[-1]
        return newest.state is ChallengeState.OPEN and self.desk.now < newest.expires_at

    def reply(self, text: str, **headers: str) -> None:
        self.number += 1
        letter = challenges(self.desk)[-1]
        self.desk.receive_one(reply_to(letter, text, number=self.number, **headers))

    @rule()
    def anne_replies_with_the_line(self) -> None:
        counted = stored(self.desk, self.case_id)[-1].attempts
        self.answered |= self.is_open() and counted < 3
        self.reply(f"{WORDS}\n\n{quoted(challenges(self.desk)[-1])}")

    @rule()
    def anne_replies_without_the_line(self) -> None:
        self.reply(WORDS)

    @rule(drawn=st.binary(min_size=DRAWN_BYTES, max_size=DRAWN_BYTES))
    def somebody_guesses(self, drawn: bytes) -> None:
        self.reply(f"The code is {code_from(drawn)}, as you told me.")

    @rule()
    def mallory_sends_the_line(self) -> None:
        self.reply(quoted(challenges(self.desk)[-1]), From=MALLORY)

    @rule()
    def a_machine_sends_the_line(self) -> None:
        letter = challenges(self.desk)[-1]
        self.reply(quoted(letter), Auto_Submitted="auto-replied")

    @rule()
    def somebody_presses_the_button(self) -> None:
        """Whoever has the code read the letter: it stands nowhere else."""
        was_open = self.is_open()
        code = code_of(challenges(self.desk)[-1])
        taken = confirm_by_page(
            self.desk.database,
            self.desk.on_file,
            terms(),
            code,
            client="192.0.2.1",
            now=self.desk.now,
        )
        assert taken <= was_open
        self.answered |= taken

    @rule(drawn=st.binary(min_size=DRAWN_BYTES, max_size=DRAWN_BYTES))
    def somebody_presses_with_another_code(self, drawn: bytes) -> None:
        assert not confirm_by_page(
            self.desk.database,
            self.desk.on_file,
            terms(),
            code_from(drawn),
            client="192.0.2.1",
            now=self.desk.now,
        )

    @rule()
    def anne_logs_in(self) -> None:
        reference = self.desk.cases()[0].reference
        record_login(self.desk.database, terms(), reference, ANNE, now=self.desk.now)
        self.logged_in = True

    @rule()
    def mallory_logs_in(self) -> None:
        reference = self.desk.cases()[0].reference
        with pytest.raises(Permanent):
            record_login(self.desk.database, terms(), reference, MALLORY, now=self.desk.now)

    @rule(level=st.sampled_from(Level), doubt=st.booleans())
    def sam_decides(self, *, level: Level, doubt: bool) -> None:
        decision = IdentityDecision(
            reference=self.desk.cases()[0].reference, level=level, reason="Seen.", doubt=doubt
        )
        decide_identity(self.desk.database, terms(), decision, actor=SAM, now=self.desk.now)
        self.decided, self.answered, self.logged_in = level, False, False

    @precondition(lambda self: self.desk.now < stored(self.desk, self.case_id)[-1].expires_at)
    @rule(hours=st.sampled_from([1, 25, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.desk.now += timedelta(hours=hours)
        sweep(self.desk)

    @invariant()
    def the_level_is_what_its_evidence_says(self) -> None:
        can_be = [self.decided]
        can_be += [Level.MAILBOX] if self.answered and self.on_file else []
        can_be += [Level.ACCOUNT] if self.logged_in else []
        assert standing(self.desk, self.case_id).level == max(can_be)

    @invariant()
    def nobody_is_looked_up_who_did_not_answer(self) -> None:
        assert set(self.desk.on_file.asked) <= {ANNE}


@pytest.fixture(autouse=True)
def a_prepared_database(prepared_file: Path) -> None:
    """Give every path a database of its own, as a copy of one that has its schema."""
    Paths.prepared = prepared_file


TestPaths = Paths.TestCase
TestPaths.settings = settings(
    max_examples=12,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestPaths = pytest.mark.usefixtures("a_prepared_database")(TestPaths)
