"""Builds the desk from its settings: the one place where ports meet what fulfils them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp

from casework.challenge_terms import ChallengeTerms
from casework.download_terms import MEGABYTE, DownloadTerms
from casework.downloading import Downloads
from casework.instructing import instruct_by_page
from casework.mailbox_tokens import DatabaseTokenStore
from casework.notice_announced import announced_under
from casework.on_file import DirectoryOnFile
from casework.page_answers import confirm_by_page
from casework.processing import Services
from casework.profile import DeskProfile, DirectoryTerms, MailboxProfile, NoticePace
from casework.queue_keeping import keep_queue
from casework.reading_errand import FIRST_READING
from casework.receiving import DatabaseLedger
from casework.stopping import stop_by_page
from casework.unsubscribing import leave_list
from daemon.callback_door import CALLBACKS_PATH
from daemon.clock import utc_now
from daemon.download_settings import DownloadSettings
from daemon.event_door import EventDoor, EventSource
from daemon.keys import Keys, are_there, key_path, load_or_make_keys
from daemon.keys import load_keys as read_keys
from daemon.model_wiring import build_witness
from daemon.people_settings import staff_of
from daemon.settings import (
    AnswerSettings,
    IdentitySettings,
    LawSettings,
    MailboxEntry,
    Settings,
    SettingsError,
)
from daemon.status_wiring import build_status_page
from daemon.system_wiring import build_callback_door
from daemon.work_wiring import build_work
from desk.confirm_words import CANCEL_FILE
from desk.confirmation import CANCEL_PREFIX, PREFIX, ConfirmationPage
from desk.downloads import PREFIX as DOWNLOAD_PREFIX
from desk.downloads import DownloadPage
from desk.instruction import PREFIX as INSTRUCT_PREFIX
from desk.instruction import InstructionPage
from desk.notice_page import PREFIX as NOTICE_PREFIX
from desk.notice_page import NoticePage
from desk.unsubscribing import UnsubscribePage
from directory.settings import SourceKind
from intake.arrival import boundary_received_at
from intake.authenticity_settings import AuthenticitySettings, Verify
from intake.imap import MailboxWatcher
from intake.imap_folder import MailboxDoor
from intake.name_service import DnsNameService
from intake.oauth import AccessTokens
from intake.reader import WorkerPool
from intake.sent_folder import SentFolder
from intake.settings import Auth, MailboxSettings
from intake.verification import SenderVerifier
from notifier.delivery_events import EventSignature
from notifier.maildir import MaildirTransport
from notifier.mailgun_events import MailgunSignature
from notifier.settings import OutgoingSettings, TransportKind
from notifier.smtp import SmtpTransport
from notifier.webhook import MailAlarm, WebhookAlarm
from privacy.answering import AnswerLimits
from privacy.deadlines import Regime
from privacy.errors import Permanent
from privacy.first_reading import FirstReading, MailToRead
from privacy.forwarding import Instruction
from privacy.ports import MailboxState, SentLookup, Transport
from privacy.remedies import Authority
from privacy.reminders import Ladder
from privacy.status_links import PREFIX as STATUS_PREFIX
from privacy.unsubscribing import PREFIX as UNSUBSCRIBE_PREFIX
from regimes import HousePlace, load_regimes
from regimes.applying import load_law_hints
from regimes.identity import load_proof_terms
from regimes.ladder import load_ladder
from regimes.remedies import load_remedies
from storage.database import Database, holds_data, make_file, open_database, require_file
from templates import OUR_BOOK, Book

LETTER_FOLDER = "letters"


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The desk at rest: everything that commands and the daemon need, with the database open."""

    settings: Settings
    services: Services
    keys: Keys = field(repr=False)

    @property
    def database(self) -> Database:
        """The open database."""
        return self.services.database

    def close(self) -> None:
        """Close the database and end the processes that read."""
        self.services.reader.close()
        self.database.close()


def open_desk(settings: Settings) -> Desk:
    """Return the desk with its database open. Raises SettingsError, Permanent or Retryable."""
    if (
        settings.desk.missing
    ):  # no letter could say who we are: said at start, not at the first mail
        raise SettingsError([f"desk.{name}: is not set" for name in settings.desk.missing])
    keys = load_keys(settings)
    require_file(settings.storage, home=settings.home)
    database = open_database(
        settings.storage, keys.ring, region=settings.region, home=settings.home
    )
    profile = build_profile(settings, keys)
    keep_queue(database, profile.challenges)
    services = Services(
        database=database,
        reader=build_reader(settings),
        desk=profile,
        verifier=build_verifier(settings.authenticity),
        witness=build_witness(settings.model, region=settings.region),
        on_file=DirectoryOnFile(
            database, stale_after=settings.directory.stale_after, clock=utc_now
        ),
    )
    return Desk(settings=settings, services=services, keys=keys)


def build_reader(settings: Settings) -> WorkerPool[MailToRead, FirstReading]:
    """Return the processes that read mail; they start when there is something to read."""
    return WorkerPool(settings.reading, FIRST_READING)


def load_keys(settings: Settings) -> Keys:
    """Return the keys of these settings; the first start makes home folder, database file and key file.

    Raises WrongSetting when the key file of a SQLite database is gone: new keys could read nothing of it.
    """
    try:
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingsError([f"home: the folder cannot be made ({error.strerror})"]) from None
    except ValueError:  # a NUL in the path
        raise SettingsError(["home: is not the name of a folder"]) from None
    path = key_path(settings)
    if holds_data(settings.storage, home=settings.home):
        return read_keys(path)
    if not are_there(path):
        # Before the keys: whoever finds keys without this file knows, even after a crash, that it was lost.
        make_file(settings.storage, home=settings.home)
    return load_or_make_keys(path)


def build_book(settings: Settings) -> Book:
    """Return the words of the letters. Raises SettingsError, with file, line and reason, for words that do not fit."""
    folder = settings.letters.folder
    if folder is None:
        return OUR_BOOK
    from templates.proofreading import open_book

    try:
        return open_book(folder.expanduser())
    except Permanent as error:
        raise SettingsError([str(error)]) from None


def build_profile(settings: Settings, keys: Keys | None) -> DeskProfile:
    """Return the desk as casework knows it; without keys it can read mail, and neither thread nor answer it."""
    mailboxes = tuple(map(_mailbox, settings.mailboxes))
    answers = settings.answers
    regimes = _load_regimes(settings.law)
    if not any(regime.acknowledge for regime in regimes):
        raise SettingsError(["law.regimes: none of them says when mail is acknowledged; add house"])
    return DeskProfile(
        identity=settings.desk,
        region=settings.region,
        mailboxes=mailboxes,
        regimes=regimes,
        token_keys=keys.token_keys if keys else {},
        current_token_key=keys.current_token_key if keys else "",
        book=build_book(settings),
        limits=_limits(answers),
        threshold=settings.classifier.threshold,
        incident_laws=_incident_laws(settings.law),
        staff=staff_of(settings.people),
        machine_status=settings.letters.machine_status,
        shared_domains=frozenset(answers.shared_domains),
        own_addresses=frozenset(mailbox.address for mailbox in mailboxes),
        challenges=ChallengeTerms(
            proof=load_proof_terms(),
            delay=timedelta(minutes=settings.identity.delay_minutes),
            laws=regimes,
            page=settings.identity.page_url,
            login=settings.identity.login_url,
            asks=settings.identity.challenges,
        ),
        remedies=load_remedies(_lead(settings.identity)),
        work=build_work(settings.work, settings.systems),
        downloads=_build_downloads(settings.downloads),
        notices=NoticePace(
            per_hour=settings.notices.per_hour,
            cancelled_kept_for=timedelta(days=settings.notices.cancelled_kept_days),
            silent_for=timedelta(hours=settings.notices.silent_hours),
            banner_system=settings.notices.banner_system,
            page=settings.sending.page_url + NOTICE_PREFIX,
        ),
        directory=DirectoryTerms(
            expected=settings.directory.source is not SourceKind.NONE,
            stale_after=settings.directory.stale_after,
        ),
    )


def _mailbox(entry: MailboxEntry) -> MailboxProfile:
    return MailboxProfile(
        address=entry.address,
        plus_address=entry.plus_address,
        envelope_sender=entry.envelope_sender,
        authserv_id=entry.authserv_id,
        boundary=entry.imap.boundary_host if entry.imap else None,
        verify=entry.verify is Verify.DNS,
    )


def _limits(answers: AnswerSettings) -> AnswerLimits:
    return AnswerLimits(
        per_sender_per_day=answers.per_sender_per_day,
        per_proved_thread_per_day=answers.per_proved_thread_per_day,
        per_domain_per_hour=answers.per_domain_per_hour,
        per_shared_domain_per_hour=answers.per_shared_domain_per_hour,
        in_all_per_hour=answers.in_all_per_hour,
        per_text_per_day=answers.per_text_per_day,
        per_short_text_per_day=answers.per_short_text_per_day,
    )


def _build_downloads(settings: DownloadSettings) -> DownloadTerms:
    return DownloadTerms(
        life=timedelta(days=settings.days),
        most_bytes=settings.max_megabytes * MEGABYTE,
        fetches=settings.fetches,
        codes_a_day=settings.codes_per_day,
        tell_before=timedelta(days=settings.warn_days),
        grace=timedelta(days=settings.grace_days),
    )


def build_verifier(settings: AuthenticitySettings) -> SenderVerifier:
    """Return what checks senders; it asks the DNS when it is used, and not before."""
    return SenderVerifier(
        dns=build_name_service(settings),
        sealers=frozenset(settings.sealers),
        seconds=settings.message_seconds,
    )


def build_name_service(settings: AuthenticitySettings) -> DnsNameService:
    """Return the DNS as the settings describe it."""
    return DnsNameService(settings.nameservers, seconds=settings.question_seconds)


def build_ladder(law: LawSettings) -> Ladder:
    """Return the reminder ladder, with the morning and the working days of the house."""
    try:
        return load_ladder(HousePlace(zone=law.zone, calendar=law.calendar))
    except Permanent as error:
        raise SettingsError([f"law: {error}"]) from None


def _load_regimes(law: LawSettings) -> tuple[Regime, ...]:
    house = HousePlace(zone=law.zone, calendar=law.calendar)
    try:
        return load_regimes(law.regimes, house=house)
    except Permanent as error:
        raise SettingsError([f"law: {error}"]) from None


def _incident_laws(law: LawSettings) -> tuple[str, ...]:
    """What governs whom is read here too: a slip in it is said at the start, not at the first mail."""
    try:
        load_law_hints()
        return tuple(one.code for one in load_regimes(law.incidents))
    except Permanent as error:
        raise SettingsError([f"law.incidents: {error}"]) from None


def build_transport(outgoing: OutgoingSettings, home: Path) -> Transport:
    """Return the way out for letters."""
    if outgoing.transport is TransportKind.SMTP:
        return SmtpTransport(outgoing.smtp)
    return MaildirTransport(outgoing.maildir or home / LETTER_FOLDER)


def build_event_doors(desk: Desk) -> list[EventDoor]:
    """Return the doors for the providers' events, none when no key is set. Raises Permanent for a wrong key."""
    events, keys = desk.settings.outgoing.events, desk.services.desk.token_keys
    sources: list[EventSource] = []
    if events is not None and events.has_public_key:
        sources.append(EventSignature(events.read_key()))
    if events is not None and events.mailgun_signing_key is not None:
        sources.append(MailgunSignature(events.mailgun_signing_key.get_secret_value(), utc_now()))
    return [EventDoor(source, desk.database, keys) for source in sources]


def _lead(identity: IdentitySettings) -> Authority | None:
    """The authority that leads for this company in the Union, None where nobody set one."""
    return (
        Authority(name=identity.authority, url=identity.authority_url)
        if identity.authority
        else None
    )


def build_confirmation(desk: Desk) -> ConfirmationPage | None:
    """Return the page of one button, None where no letter names it."""
    services, terms = desk.services, desk.services.desk.challenges
    if terms is None or not terms.page:
        return None

    def confirm(code: str, client: str) -> bool:
        return confirm_by_page(
            services.database, services.on_file, terms, code, client=client, now=utc_now()
        )

    return ConfirmationPage(confirm, company=desk.settings.desk.legal_name)


def build_instruction(desk: Desk) -> InstructionPage | None:
    """Return the page on which customers instruct, None where no letter names it."""
    services, terms = desk.services, desk.services.desk.challenges
    if terms is None or not terms.page:
        return None

    def instruct(code: str, instruction: Instruction, note: str, client: str) -> bool:
        said = (instruction, note)
        return instruct_by_page(
            services.database, services.desk, code, said, client=client, now=utc_now()
        )

    return InstructionPage(instruct, company=desk.settings.desk.legal_name)


def build_unsubscribing(desk: Desk) -> UnsubscribePage | None:
    """Return the page on which product updates end, None where no mail names it."""
    if not desk.settings.sending.page_url:
        return None
    keys = desk.services.desk.token_keys

    def leave(on: str, code: str) -> bool:
        return leave_list(desk.database, on, code, token_keys=keys, now=utc_now())

    return UnsubscribePage(leave, company=desk.settings.desk.legal_name)


def build_cancelling(desk: Desk) -> ConfirmationPage | None:
    """Return the page on which an erasure is stopped, None where no letter names it."""
    services, terms = desk.services, desk.services.desk.challenges
    if terms is None or not terms.page:
        return None

    def cancel(code: str, client: str) -> bool:
        return stop_by_page(services.database, services.desk, code, client=client, now=utc_now())

    company = desk.settings.desk.legal_name
    return ConfirmationPage(cancel, company=company, prefix=CANCEL_PREFIX, words=CANCEL_FILE)


def build_doors(desk: Desk) -> dict[str, ASGIApp]:
    """Return what is served without the access key, by its path. Raises Permanent for a wrong key of the provider."""
    callbacks = build_callback_door(desk.settings.systems, desk.database, desk.services.desk)
    doors = {
        CALLBACKS_PATH: callbacks,
        PREFIX: build_confirmation(desk),
        CANCEL_PREFIX: build_cancelling(desk),
        INSTRUCT_PREFIX: build_instruction(desk),
        UNSUBSCRIBE_PREFIX: build_unsubscribing(desk),
        DOWNLOAD_PREFIX: build_downloads(desk),
        NOTICE_PREFIX: build_notice_page(desk),
        STATUS_PREFIX: build_status_page(desk.database, desk.services.desk),
    }
    events = {door.path: door for door in build_event_doors(desk)}
    return events | {path: door for path, door in doors.items() if door is not None}


def build_notice_page(desk: Desk) -> NoticePage | None:
    """Return the page that says whether a notice of a policy change is ours, None where people reach no page."""
    if not desk.settings.sending.page_url:
        return None
    company = desk.settings.desk.legal_name
    return NoticePage(partial(announced_under, desk.database), company=company)


def build_downloads(desk: Desk) -> DownloadPage | None:
    """Return the page behind which packages wait, None where no letter names it."""
    profile = desk.services.desk
    if profile.challenges is None or not profile.challenges.page:
        return None
    return DownloadPage(
        Downloads(desk.database, profile, utc_now),
        company=desk.settings.desk.legal_name,
        session_seconds=int(profile.downloads.session.total_seconds()),
    )


def sent_lookups(settings: Settings, transport: Transport, shelf: TokenShelf) -> list[SentLookup]:
    """Return the places where a trace of a sent letter can be found."""
    lookups: list[SentLookup] = []
    if isinstance(transport, MaildirTransport):
        lookups.append(transport)
    imaps = [entry.imap for entry in settings.mailboxes if entry.imap is not None]
    lookups.extend(SentFolder(imap, shelf.source(imap), utc_now) for imap in imaps)
    return lookups


def alarm_ways(settings: Settings) -> list[MailAlarm | WebhookAlarm]:
    """Return the ways to a person that do not depend on the transport for letters."""
    alarms = settings.alarms
    ways: list[MailAlarm | WebhookAlarm] = []
    if alarms.webhook is not None:
        ways.append(WebhookAlarm(alarms.webhook))
    if alarms.mail is not None:
        ways.append(MailAlarm(alarms.mail, utc_now))
    return ways


class TokenShelf:
    """One token source for each mailbox: two would rotate the refresh token against each other."""

    def __init__(self, database: Database) -> None:
        self._store = DatabaseTokenStore(database)
        self._sources: dict[str, AccessTokens] = {}

    def source(self, imap: MailboxSettings) -> AccessTokens | None:
        """Return the token source of a mailbox that is opened with OAuth, None for one with a password."""
        if imap.auth is not Auth.OAUTH2 or imap.oauth is None:
            return None
        if imap.address not in self._sources:
            self._sources[imap.address] = AccessTokens(imap.oauth, imap.address, self._store)
        return self._sources[imap.address]


def build_watchers(
    desk: Desk, ledger: DatabaseLedger, state: MailboxState, shelf: TokenShelf
) -> list[MailboxWatcher]:
    """Return one watcher for each mailbox that is read over IMAP."""
    watchers = []
    for entry in desk.settings.mailboxes:
        if entry.imap is not None:
            door = MailboxDoor(
                settings=entry.imap,
                ledger=ledger,
                state=state,
                clock=utc_now,
                boundary_received_at=boundary_reader(entry.imap.boundary_host),
            )
            watchers.append(MailboxWatcher(door, shelf.source(entry.imap)))
    return watchers


def boundary_reader(host: str | None) -> Callable[[bytes], datetime | None]:
    """Return what reads the Received header of our own boundary, where one is named."""
    return lambda raw: boundary_received_at(raw, boundary=host)


def build_ledger(desk: Desk, wake: Callable[[], None]) -> DatabaseLedger:
    """Return the ledger in which all doors keep their mail."""
    return DatabaseLedger(desk.database, clock=utc_now, wake=wake)
