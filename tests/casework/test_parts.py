"""A batch is worked in parts: the readers go on with the next one meanwhile, and a part that was worked stays worked."""

from casework import processing
from casework_values import (
    BOTH_ENGINES,
    ERASE,
    LONG,
    MINUTE,
    ReaderAtHand,
    TestDesk,
    arriving,
    mail,
    profile,
)
from privacy.errors import Retryable


@BOTH_ENGINES
def test_a_part_of_a_batch_is_worked_before_the_rest_of_it_is_read(desk, monkeypatch):
    monkeypatch.setattr(processing, "TOGETHER", 2)
    monkeypatch.setattr(desk, "reader", counting := Counting(desk))
    desk.profile = profile(limits=LONG)
    desk.receive(*(arriving(raw) for raw in five_mails()))
    assert counting.cases == [0, 0, 2, 2, 4]
    assert len(desk.cases()) == 5


@BOTH_ENGINES
def test_a_reader_that_fails_within_a_batch_puts_off_what_was_not_worked(desk, monkeypatch):
    monkeypatch.setattr(processing, "TOGETHER", 2)
    monkeypatch.setattr(desk, "reader", Counting(desk, fails_at=3))
    desk.profile = profile(limits=LONG)
    desk.receive(*(arriving(raw) for raw in five_mails()))
    assert len(desk.cases()) == 2
    monkeypatch.setattr(desk, "reader", Counting(desk))
    desk.now += 5 * MINUTE
    desk.work()
    assert len(desk.cases()) == 5


class Counting(ReaderAtHand):
    """Notes at each mail how many cases there are; no process can be started for a mail of a certain number."""

    def __init__(self, desk: TestDesk, fails_at: int | None = None) -> None:
        super().__init__()
        self.desk = desk
        self.fails_at = fails_at
        self.cases: list[int] = []

    def read(self, mails):
        for number, outcome in enumerate(super().read(mails)):
            if number == self.fails_at:
                raise Retryable("reading: no worker process can be started")
            self.cases.append(len(self.desk.cases()))
            yield outcome


def five_mails() -> list[bytes]:
    return [
        mail(f"{ERASE} I am number {n}.", number=n, From=f"p{n}@h{n}.example") for n in range(5)
    ]
