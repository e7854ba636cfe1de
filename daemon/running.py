"""The daemon at work: one event loop for listener, timers and pages, threads for mailboxes, worker and sender.

Started and stopped in one place. Everything that is due is a question to the database, so a stop at any point, clean
or not, leaves a state that the next start goes on from.
"""

from __future__ import annotations

import asyncio
import random
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from starlette.types import ASGIApp

from casework.address_sweep import sweep_addresses
from casework.auditing import write_down_ends
from casework.calling import call_next, look_at_silence
from casework.erasing import sweep_erasures
from casework.forgetting import is_run_due, run_retention
from casework.forwarding import sweep_forwards
from casework.identity_sweep import forget_old_attempts, sweep_identity
from casework.notice_banners import call_banner
from casework.outliving import copy_out
from casework.package_sweep import sweep_packages
from casework.papers import destroy_papers
from casework.processing import process_batch
from casework.quarantine import adopt_unsealable
from casework.receiving import GroupWriter
from casework.reminding import remind
from casework.sending import reconcile, send_next
from daemon.bell import Bell
from daemon.clock import utc_now
from daemon.directory_watch import DirectoryWatch
from daemon.ledger_file import ledger_of
from daemon.metrics import PATH as METRICS_PATH
from daemon.metrics import Sweeps, build_metrics
from daemon.notice_watch import NoticeWatch
from daemon.page_wiring import Running, build_pages, session_terms
from daemon.schedule import (
    ALARM_SECONDS,
    ERASURE_SECONDS,
    FORGET_SECONDS,
    FORWARD_SECONDS,
    IDENTITY_SECONDS,
    PACKAGE_SECONDS,
    RECONCILE_SECONDS,
    REMIND_SECONDS,
    RETENTION_SECONDS,
    SEGMENT_SECONDS,
    TICK_SECONDS,
    Ticker,
)
from daemon.settings import Settings
from daemon.sign_in_mail import SignInMail
from daemon.state import DaemonState
from daemon.system_wiring import build_system_doors
from daemon.ways import letter_way
from daemon.web import PageServer
from daemon.wiring import (
    Desk,
    TokenShelf,
    alarm_ways,
    build_doors,
    build_ladder,
    build_ledger,
    build_watchers,
    sent_lookups,
)
from daemon.workers import Worker
from desk.access import DemoKey
from intake.imap import MailboxWatcher
from intake.smtp import Listener, start_listener
from privacy.alarms import Alarm, AlarmBounds, Observation, find_alarms
from privacy.audit_segments import segment_hash
from privacy.errors import PrivacyError
from privacy.messages import RawMessage
from regimes.retention_classes import load_retention_classes

STOP_WITHIN_SECONDS = 8.0
IDLE_SECONDS = 2.0
DIRECTORY_SECONDS = 60.0
CALL_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the daemon can be reached; None for what is not switched on."""

    smtp: int | None
    web: int | None


class Daemon:
    """Owns the threads and servers of one running desk."""

    def __init__(self, desk: Desk, *, demo: DemoKey | None = None) -> None:
        self._desk = desk
        settings = desk.settings
        self.state = DaemonState(utc_now(), _polled(settings), home=settings.home)
        self._transport = letter_way(settings)
        shelf = TokenShelf(desk.database)
        self._lookups = sent_lookups(settings, self._transport, shelf)
        self._worker = Worker("worker", self._work, idle_seconds=IDLE_SECONDS)
        self._sender = Worker("sender", self._send, idle_seconds=IDLE_SECONDS)
        self._doors = build_system_doors(settings.systems)
        self._caller = Worker("caller", self._call, idle_seconds=CALL_SECONDS)
        self._directory = DirectoryWatch(desk)
        self._librarian = Worker("directory", self._directory.look, idle_seconds=DIRECTORY_SECONDS)
        self._notices = NoticeWatch(desk)
        self._noticer = Worker("notices", self._notices.look, idle_seconds=IDLE_SECONDS)
        self._ledger = build_ledger(desk, self._worker.wake)
        self._writer = GroupWriter(self._ledger)
        self._watchers = build_watchers(desk, self._ledger, self.state, shelf)
        self._watching = [_thread(watcher) for watcher in self._watchers]
        self._bell = Bell(alarm_ways(settings))
        self._ladder = build_ladder(settings.law)
        self._outliving = ledger_of(settings)
        self._last_segment = self._outliving.read().last_segment
        self._sweeps = Sweeps()
        self._ticker = Ticker(
            (self._sweeps.timed(self._tick), TICK_SECONDS),
            (self._sweeps.timed(self._adopt), TICK_SECONDS),
            (self._sweeps.timed(self._reconcile), RECONCILE_SECONDS),
            (self._sweeps.timed(self._look_for_alarms), ALARM_SECONDS),
            (self._sweeps.timed(self._read_retention), RETENTION_SECONDS),
            (self._sweeps.timed(self._remind), REMIND_SECONDS),
            (self._sweeps.timed(self._ask_and_remind), IDENTITY_SECONDS),
            (self._sweeps.timed(self._begin_erasures), ERASURE_SECONDS),
            (self._sweeps.timed(self._pass_on), FORWARD_SECONDS),
            (self._sweeps.timed(self._forget_attempts), RETENTION_SECONDS),
            (self._sweeps.timed(self._look_at_packages), PACKAGE_SECONDS),
            (self._sweeps.timed(self._write_ends_down), SEGMENT_SECONDS),
            (self._sweeps.timed(self._forget), FORGET_SECONDS),
            (self._sweeps.timed(self._copy_out), TICK_SECONDS),
        )
        self._links = SignInMail(desk, letter_way(settings), session_terms(settings.web))
        self._linker = Worker("sign-in", self._links.work, idle_seconds=IDLE_SECONDS)
        self._links.wake = self._linker.wake
        running = Running(
            observe=self._observe, health=self.health, wake=self._wake, ask_link=self._links.ask
        )
        self._pages = PageServer(
            settings.web,
            build_pages(desk, running, demo=demo),
            doors=build_doors(desk) | self._metrics_door(),
        )
        self._listener: Listener | None = None

    async def start(self) -> Ports:
        """Start everything; mail is taken in only when it can be kept. Returns where the daemon listens.

        Letters leave last: a start that fails at a taken port must not end the program while one is under way,
        for nobody could say whether it left, and it would go out again.
        """
        self._writer.start()
        smtp = await self._start_listener()
        for thread in self._watching:
            thread.start()
        self._ticker.start()
        web = await self._pages.start()
        await asyncio.to_thread(self._read_retention)
        self._worker.start()
        self._sender.start()
        self._caller.start()
        self._librarian.start()
        self._noticer.start()
        self._linker.start()
        log.info(
            "daemon_started",
            mailboxes=len(self._watchers),
            smtp=smtp is not None,
            web=web is not None,
        )
        return Ports(smtp=smtp, web=web)

    async def stop(self) -> bool:
        """Stop within ten seconds: doors first, then work, then the sender; False when a step did not end in time."""
        self._ticker.stop()
        for watcher in self._watchers:
            watcher.stop()
        if self._listener is not None:
            await self._listener.close(grace=STOP_WITHIN_SECONDS / 4)
        await self._pages.stop()
        self._worker.stop()
        self._directory.stop()
        self._librarian.stop()
        self._notices.stop()
        self._noticer.stop()
        self._desk.services.reader.interrupt()
        if self._desk.services.witness is not None:
            self._desk.services.witness.stop()
        self._sender.stop()
        self._caller.stop()
        self._linker.stop()
        ended = await asyncio.to_thread(self._join)
        log.info("daemon_stopped", clean=ended)
        return ended

    async def run_until_signal(self) -> None:
        """Wait for SIGTERM or SIGINT."""
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        await stopped.wait()

    def health(self) -> tuple[bool, list[str]]:
        """Return whether all is well, and the codes of what is not."""
        alarms = self._alarms(utc_now())
        return not alarms, [alarm.code for alarm in alarms]

    def _observe(self) -> Observation:
        return self.state.observe(self._desk.database, utc_now())

    def _metrics_door(self) -> dict[str, ASGIApp]:
        web, database = self._desk.settings.web, self._desk.database
        if not web.metrics:
            return {}
        return {METRICS_PATH: build_metrics(database, utc_now, self._sweeps, web.metrics_token)}

    def _wake(self) -> None:
        """What a page did is worked and sent at once."""
        self._worker.wake()
        self._sender.wake()

    async def _start_listener(self) -> int | None:
        settings = self._desk.settings.listener
        if settings is None:
            return None
        addresses = tuple(entry.address for entry in self._desk.settings.mailboxes)
        ours = settings.model_copy(update={"mailboxes": settings.mailboxes or addresses})
        self._listener = await start_listener(
            ours, keep=self._keep, clock=utc_now, loop=asyncio.get_running_loop()
        )
        return self._listener.port

    async def _keep(self, message: RawMessage) -> None:
        """Keep what the listener took; a sender who is sent away is somebody's request that waits elsewhere."""
        try:
            await self._writer.keep(message)
        except PrivacyError:
            self.state.mail_refused(utc_now())
            raise
        self.state.mail_refused(None)

    def _join(self) -> bool:
        self._writer.stop()
        ended = [_ended(thread) for thread in self._watching]
        ended += [worker.join(STOP_WITHIN_SECONDS) for worker in self._workers()]
        self._librarian.join(
            1.0
        )  # a question that is under way ends with the program, and nothing is lost
        self._transport.close()
        self._links.close()
        self._notices.close()
        return all(ended)

    def _workers(self) -> tuple[Worker, ...]:
        return (self._worker, self._sender, self._caller, self._noticer, self._linker)

    def _work(self) -> bool:
        worked = process_batch(self._desk.services, utc_now()) > 0
        if worked:
            self._sender.wake()
        return worked

    def _send(self) -> bool:
        sending = send_next(
            self._desk.database, self._transport, utc_now, desk=self._desk.services.desk
        )
        if sending.worked:
            self.state.transport_trouble(sending.trouble)
        return sending.worked

    def _call(self) -> bool:
        of_desk = (self._desk.database, self._doors, utc_now, random.random)
        return call_next(*of_desk) or call_banner(*of_desk)

    def _adopt(self) -> None:
        if adopt_unsealable(self._desk.database, self._desk.services.desk, utc_now()):
            log.error("messages_cannot_be_unsealed")

    def _tick(self) -> None:
        """Show that the timers run, with nothing beside it that could fail or wait: that has alarms of its own."""
        self.state.tick(utc_now())

    def _reconcile(self) -> None:
        if reconcile(self._desk.database, self._lookups, utc_now()):
            log.info("letters_reconciled")
        self._sender.wake()

    def _read_retention(self) -> None:
        """Ask the model's account whether it still keeps nothing: at the start, and again before a day is over."""
        if self._desk.services.witness is not None:
            self._desk.services.witness.read_proof()

    def _look_for_alarms(self) -> None:
        now = utc_now()
        self._bell.ring(self._alarms(now), now)

    def _alarms(self, now: datetime) -> tuple[Alarm, ...]:
        seen = self.state.observe(self._desk.database, now)
        return find_alarms(seen, AlarmBounds(), self._ladder.calendar)

    def _ask_and_remind(self) -> None:
        """Do what silence about identity means: ask, remind once, write the closing letter."""
        if sweep_identity(self._desk.database, self._desk.services.desk, utc_now()):
            self._sender.wake()
        if sweep_addresses(self._desk.database, self._desk.services.desk, utc_now()):
            self._sender.wake()
        if destroy_papers(self._desk.database, self._desk.services.desk, utc_now()):
            self._sender.wake()

    def _pass_on(self) -> None:
        """Write to the customers who decide, and ask them again."""
        if sweep_forwards(self._desk.database, self._desk.services.desk, utc_now()):
            log.info("forwards_looked_at")

    def _begin_erasures(self) -> None:
        if sweep_erasures(self._desk.database, self._desk.services.desk, utc_now()):
            log.info("erasures_begun")
        if look_at_silence(self._desk.database, utc_now()):
            log.warning("systems_silent")

    def _look_at_packages(self) -> None:
        if sweep_packages(self._desk.database, self._desk.services.desk, utc_now()):
            log.info("packages_erased")

    def _write_ends_down(self) -> None:
        """The hash goes into the log as well: kept outside the database, it tells when segments are cut off."""
        for segment in write_down_ends(self._desk.database, utc_now()):
            log.info(
                "segment_signed",
                number=segment.number,
                chains=segment.chains,
                hash=segment_hash(segment),
            )

    def _copy_out(self) -> None:
        """What outlives the database leaves it soon after it came."""
        self._last_segment = copy_out(
            self._desk.database, self._outliving.add, self._last_segment, utc_now()
        )

    def _forget(self) -> None:
        """Once a day, whichever daemon is first; one that ended half-way goes on."""
        now = utc_now()
        if is_run_due(self._desk.database, now):
            run = run_retention(self._desk.database, load_retention_classes(), by="daemon", now=now)
            log.info("retention_run", run=str(run.run_id))

    def _forget_attempts(self) -> None:
        forget_old_attempts(self._desk.database, utc_now())

    def _remind(self) -> None:
        tell = self._bell.tell if self._bell.has_ways else None
        profile = self._desk.services.desk
        if remind(self._desk.database, self._ladder, tell, utc_now(), desk=profile):
            log.info("reminders_told")
            self._sender.wake()


def _polled(settings: Settings) -> tuple[str, ...]:
    return tuple(entry.address for entry in settings.mailboxes if entry.imap is not None)


def _thread(watcher: MailboxWatcher) -> threading.Thread:
    return threading.Thread(target=watcher.run, name="mailbox", daemon=True)


def _ended(thread: threading.Thread) -> bool:
    if thread.ident is not None:
        thread.join(STOP_WITHIN_SECONDS / 2)
    return not thread.is_alive()


async def run_daemon(desk: Desk, *, ready: Callable[[Ports], None]) -> int:
    """Run until a signal; returns 0 after a clean stop."""
    daemon = Daemon(desk)
    ports = await daemon.start()
    with suppress(asyncio.CancelledError):
        ready(ports)
        await daemon.run_until_signal()
    return 0 if await daemon.stop() else 1
