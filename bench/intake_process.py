"""One measured process of the intake bench: does what its one argument (JSON) says, then prints JSON on stdout.

A process of its own for every figure, so that processor time and memory belong to it alone. Before the clock starts it
works a small mailbox of its own, as a daemon that has been up for a while has done.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imapclient

from casework import processing
from casework.processing import process_batch
from casework.receiving import DatabaseLedger
from daemon.clock import utc_now
from daemon.settings import Settings
from daemon.state import DaemonState
from daemon.wiring import Desk, open_desk
from intake.crew import Crew
from intake.imap_client import ImapConnection
from intake.imap_folder import MailboxDoor, read_folder
from intake.settings import MailboxSettings
from storage.database import Database
from storage.messages import count_by_outcome
from storage.transactions import Transaction

PRIVACY, DPO = "privacy@autocloz.example", "dpo@autocloz.example"
WARM_UPS = tuple(f"warm-up-{number}@autocloz.example" for number in range(3))
UNLIMITED = 10_000_000
DOWNLOAD_BATCH = 50

Spec = dict[str, Any]


def main() -> None:
    spec: Spec = json.loads(sys.argv[1])
    work: dict[str, Callable[[Spec], dict[str, Any]]] = {
        "download": download,
        "serial": lambda spec: intake(spec, serially),
        "pipelined": lambda spec: intake(spec, pipelined),
        "keep": lambda spec: intake(spec, keep_only),
        "work": work_only,
        "stages": stages,
    }
    done = work[spec["do"]](spec)
    done["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(done))


class Watch:
    """Wall clock, own processor time and that of the reading workers between two moments.

    What the workers took before the first one, for their start, the words and the warm-up, is told as `start`.
    """

    def __init__(self) -> None:
        self._start = processor_of_workers()
        self.begin, self._processor = time.monotonic(), time.process_time()

    def result(self, messages: int) -> dict[str, Any]:
        end, processor = time.monotonic(), time.process_time()
        return {
            "begin": self.begin,
            "end": end,
            "seconds": end - self.begin,
            "processor": processor - self._processor,
            "workers": processor_of_workers() - self._start,
            "start": self._start,
            "messages": messages,
        }


def processor_of_workers() -> float:
    """Return the processor seconds of all children, those that ended and those that live (proc(5))."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    ticks = sum(map(ticks_of_child, Path("/proc").glob("[0-9]*/stat")))
    return ended.ru_utime + ended.ru_stime + ticks / os.sysconf("SC_CLK_TCK")


def ticks_of_child(stat: Path) -> int:
    try:
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:  # it ended meanwhile
        return 0
    return int(fields[11]) + int(fields[12]) if int(fields[1]) == os.getpid() else 0


def download(spec: Spec) -> dict[str, Any]:
    """The limit: the same mailbox, downloaded and thrown away."""
    client = imapclient.IMAPClient("127.0.0.1", spec["port"], ssl=False)
    client._imap.debug = 0  # noqa: SLF001 - as shipped it is six times slower
    client.login(PRIVACY, spec["password"])
    watch = Watch()
    client.select_folder("INBOX", readonly=True)
    uids = client.search("ALL")
    for start in range(0, len(uids), DOWNLOAD_BATCH):
        client.fetch(uids[start : start + DOWNLOAD_BATCH], ["BODY.PEEK[]"])
    done = watch.result(len(uids))
    client.logout()
    return done


def settings_of(spec: Spec) -> Settings:
    """A desk as an operator sets it up; only the limits on automatic letters are lifted."""
    boxes = [
        {"address": address, "plus_address": True, "envelope_sender": True}
        for address in (PRIVACY, DPO, *WARM_UPS)
    ]
    identity = {
        "name": "Autocloz Privacy Desk",
        "legal_name": "Autocloz Technologies Private Limited",
        "postal_address": "12 Example Road, Mumbai 400001, India",
        "dpo_name_or_function": "Data Protection Officer",
        "dpo_contact": DPO,
        "policy_url": "https://autocloz.example/privacy",
    }
    limits = (
        "per_sender_per_day",
        "per_domain_per_hour",
        "in_all_per_hour",
        "per_text_per_day",
        "per_short_text_per_day",
    )
    return Settings.model_validate(
        {
            "home": spec["home"],
            "desk": identity,
            "mailboxes": boxes,
            "answers": dict.fromkeys(limits, UNLIMITED),
            "storage": {"url": spec["url"]},
        }
    )


@contextmanager
def open_doors(spec: Spec) -> Iterator[tuple[Desk, Callable[[str, Callable[[], None]], int]]]:
    """Yield the desk, and what reads the inbox of an address into it."""
    desk = open_desk(settings_of(spec))

    def read(address: str, wake: Callable[[], None]) -> int:
        mailbox = MailboxSettings(
            address=address,
            host="127.0.0.1",
            port=spec["port"],
            security="plain",
            password=spec["password"],
            answer_from="2020-01-01T00:00:00Z",  # else everything that lies there is history
        )
        door = MailboxDoor(
            settings=mailbox,
            ledger=DatabaseLedger(desk.database, clock=utc_now, wake=wake),
            state=DaemonState(utc_now(), (address,)),
            clock=utc_now,
        )
        connection = ImapConnection(mailbox)
        connection.open()
        try:
            connection.login_with_password()
            return read_folder(connection, "INBOX", door)
        finally:
            connection.close()

    try:
        yield desk, read
    finally:
        desk.close()


Read = Callable[[Callable[[], None]], int]


def intake(spec: Spec, way: Callable[[Desk, Read], int]) -> dict[str, Any]:
    """From the mailbox to the committed case with its queued acknowledgement."""
    with open_doors(spec) as (desk, read):
        warm_up(spec, desk, read)
        watch = Watch()
        taken = way(desk, lambda wake: read(PRIVACY, wake))
        return watch.result(taken) | {"outcomes": accounted(desk.database)}


def warm_up(spec: Spec, desk: Desk, read: Callable[[str, Callable[[], None]], int]) -> None:
    read(WARM_UPS[spec["warm_up"]], lambda: None)
    work_off(desk)


def work_off(desk: Desk) -> None:
    while process_batch(desk.services, utc_now()):
        pass


def keep_only(_desk: Desk, read: Read) -> int:
    return read(lambda: None)


def serially(desk: Desk, read: Read) -> int:
    taken = read(lambda: None)
    work_off(desk)
    return taken


def pipelined(desk: Desk, read: Read) -> int:
    """Reader and worker at the same time in two threads, as in the daemon."""
    news, read_through = threading.Event(), threading.Event()

    def work() -> None:
        while True:
            last_round = read_through.is_set()
            work_off(desk)
            if last_round:
                return
            news.wait()
            news.clear()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        return read(news.set)
    finally:
        read_through.set()
        news.set()
        worker.join()


def work_only(spec: Spec) -> dict[str, Any]:
    """Work off what another process keeps meanwhile; begins at a line on stdin, so that several begin together."""
    with open_doors(spec) as (desk, read):
        warm_up(spec, desk, read)
        print("ready", flush=True)
        sys.stdin.readline()
        watch, worked = Watch(), 0
        while (claimed := process_batch(desk.services, utc_now())) or waits(desk.database):
            worked += claimed
        return watch.result(worked) | {"outcomes": accounted(desk.database)}


def waits(database: Database) -> bool:
    """Whether another worker still has messages in hand."""
    time.sleep(0.002)
    with database.reading() as view:
        return "waiting" in count_by_outcome(view)


def accounted(database: Database) -> dict[str, int]:
    """How many messages had which outcome, the warm-up's included, and how many letters are queued."""
    with database.reading() as view:
        outcomes = count_by_outcome(view)
        query = "SELECT count(*) FROM {}"
        for name in ("outgoing", "draft", "privacy_case"):
            counted = view.connection.exec_driver_sql(query.format(name)).scalar_one()
            outcomes[f"table {name}"] = counted
    return outcomes


def stages(spec: Spec) -> dict[str, Any]:
    """Where the time goes in a serial intake: own processor time of each stage, in seconds."""
    spent: Counter[str] = Counter()
    for place, name, stage in (
        (Crew, "take", "read: hand to workers"),
        (Crew, "look", "read: take answers"),
        (processing, "claim_messages", "claim, unseal"),
        (processing, "complete", "sender"),
        (processing, "_look_up", "look up cases, copies, counts"),
        (processing, "work_message", "decide, write letter"),
        (processing, "write_down", "write down"),
        (processing, "_work", "work in all"),
        (Transaction, "insert", "(of these: inserts)"),
    ):
        setattr(place, name, timed(getattr(place, name), stage, spent))
    DatabaseLedger.keep = timed(DatabaseLedger.keep, "keep: seal, store, commit", spent)  # type: ignore[method-assign]
    with open_doors(spec) as (desk, read):
        warm_up(spec, desk, read)
        spent.clear()
        watch = Watch()
        taken = read(PRIVACY, lambda: None)
        spent["download and keep"] = time.process_time() - watch._processor  # noqa: SLF001
        work_off(desk)
        return watch.result(taken) | {"stages": dict(spent)}


def timed(function: Callable[..., Any], stage: str, spent: Counter[str]) -> Callable[..., Any]:
    def measured(*args: object, **named: object) -> object:
        begin = time.process_time()
        try:
            return function(*args, **named)
        finally:
            spent[stage] += time.process_time() - begin

    return measured


if __name__ == "__main__":
    Path(json.loads(sys.argv[1])["home"]).mkdir(parents=True, exist_ok=True)
    main()
