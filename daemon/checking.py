"""The doctor: looks at every part of the desk and says in one line each whether it works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from daemon.bell import Bell
from daemon.carriers import check_carriers
from daemon.clock import utc_now
from daemon.directory_checking import describe_directory
from daemon.disk import free_bytes
from daemon.dns_checking import describe_domain
from daemon.model_checking import describe_model
from daemon.settings import MailboxEntry, Settings, SettingsError
from daemon.system_checking import describe_systems
from daemon.ways import describe_way, letter_way, uses
from daemon.wiring import (
    Desk,
    TokenShelf,
    alarm_ways,
    build_name_service,
    open_desk,
)
from daemon.work_wiring import describe_annex
from intake.authenticity_settings import Verify
from intake.imap_survey import survey
from intake.listener_settings import ListenerSettings
from notifier.delivery_events import EventSignature
from notifier.mailgun_events import MailgunSignature
from privacy.alarms import AlarmBounds
from privacy.deadlines import acknowledgement_due, any_right_due
from privacy.errors import PrivacyError
from templates import languages


class Standing(StrEnum):
    """How a part stands."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the doctor's screen."""

    item: str
    standing: Standing
    says: str


def check_everything(settings: Settings, *, carriers: bool) -> list[Finding]:
    """Return a finding for each part; a broken part never keeps the others from being looked at."""
    findings = [
        _ok("configuration", f"{len(settings.mailboxes)} mailboxes, region {settings.region}")
    ]
    try:
        desk = open_desk(settings)
    except SettingsError as error:
        return [*findings, *(_wrong("configuration", line) for line in error.lines)]
    except PrivacyError as error:
        return [*findings, _wrong("database", str(error)), *_without_database(settings)]
    try:
        findings += [_ok("database", line) for line in desk.database.describe()]
        findings += _model(desk)
        findings += _directory(desk)
        findings += _systems(desk)
        findings += _annex(desk)
        for entry in settings.mailboxes:
            findings += _mailbox(entry, desk)
            if carriers:
                findings += _carriers(entry, desk)
        return findings + list(_without_database(settings))
    finally:
        desk.close()


def test_alarms(settings: Settings) -> list[Finding]:
    """Ring every alarm way once and say which ones took the message."""
    ways = alarm_ways(settings)
    if not ways:
        return [_wrong("alarms", "no way is set: a silent desk would stay silent ([alarms])")]
    return [
        _ok(type(way).__name__, "took the test alarm")
        if Bell([way]).tell("rightsdesk alarm test", "This is only a test: the alarm way works.")
        else _wrong(type(way).__name__, "did not take the test alarm")
        for way in ways
    ]


def _without_database(settings: Settings) -> Iterator[Finding]:
    yield from _attempt("transport", lambda: _letters(settings))
    yield from _ways(settings)
    yield from _disk(settings)
    yield from _attempt("event webhook", lambda: _events(settings))
    yield _ok("classifier", "rules; they decide alone whatever becomes of the model")
    yield from _domains(settings)
    yield from _attempt("clock", _clock)
    yield from _attempt("calendars", lambda: _calendars(settings))
    yield _ok(
        "letters", f"written in {', '.join(sorted(languages()))}; other languages get English"
    )
    if alarm_ways(settings):
        yield _ok("alarms", "set; `rightsdesk check --alarm-test` rings them")
    else:
        yield _warning("alarms", "no way is set: nobody is called when the desk fails ([alarms])")


def _domains(settings: Settings) -> Iterator[Finding]:
    """What the DNS says of our own domains; a warning at most, for mail comes in without it."""
    dns = build_name_service(settings.authenticity)
    for domain in dict.fromkeys(entry.address.rpartition("@")[2] for entry in settings.mailboxes):
        says, is_whole = describe_domain(domain, dns)
        yield (_ok if is_whole else _warning)(f"dns {domain}", says)


def _disk(settings: Settings) -> Iterator[Finding]:
    free = free_bytes(settings.home)
    if free is not None:
        least = AlarmBounds().disk_free
        says = f"{free // 1_000_000} MB free in the home folder, {least // 1_000_000} MB are needed"
        yield _ok("disk", says) if free >= least else _wrong("disk", says)


def _mailbox(entry: MailboxEntry, desk: Desk) -> Iterator[Finding]:
    item = f"mailbox {entry.address}"
    if entry.authserv_id is None and entry.verify is Verify.OFF:
        yield _warning(
            item,
            "neither authserv_id nor verify is set: senders are not checked, only the limits protect against misuse",
        )
    if entry.authserv_id is not None and _is_open_to_others(desk.settings.listener):
        yield _warning(
            item,
            "authserv_id is believed and the listener is open to others: whoever reaches it can write such a header;"
            " let your mail server alone reach it, or use verify",
        )
    if entry.imap is None:
        where = "the SMTP listener" if desk.settings.listener else "`rightsdesk import`"
        yield _ok(item, f"not read over IMAP; mail comes by {where}")
        return
    imap = entry.imap
    try:
        seen = survey(imap, TokenShelf(desk.database).source(imap), utc_now())
    except PrivacyError as error:
        yield _wrong(item, str(error))
        return
    for folder in seen.folders:
        if folder.missing:
            yield _wrong(item, f"folder {folder.name} cannot be opened")
            continue
        months = ", ".join(
            f"{month}: {count}" for month, count in list(folder.by_month.items())[-6:]
        )
        since = imap.answer_from.isoformat() if imap.answer_from else "the first contact"
        yield _ok(
            item,
            f"{folder.name}: {folder.messages} messages ({months or 'empty'}); answered from {since}",
        )
    if seen.processed_folder_missing:
        yield _wrong(
            item, f"folder {imap.processed_folder} is missing: kept mail cannot be moved there"
        )


def _is_open_to_others(listener: ListenerSettings | None) -> bool:
    """Whether somebody else than a program of this machine can hand mail to the listener."""
    if listener is None or listener.host == "localhost":
        return False
    try:
        return not ip_address(listener.host).is_loopback
    except ValueError:
        return True


def _carriers(entry: MailboxEntry, desk: Desk) -> Iterator[Finding]:
    yield from _attempt(f"carriers of {entry.address}", lambda: check_carriers(entry, desk))


def _model(desk: Desk) -> Iterator[Finding]:
    try:
        says, stands = describe_model(desk)
    except PrivacyError as error:
        yield _wrong("model", str(error))
    else:
        yield (_ok if stands else _wrong)("model", says)


def _directory(desk: Desk) -> Iterator[Finding]:
    """A warning at most: without it mail is worked, and only whose data it is stays unknown."""
    try:
        says, stands = describe_directory(desk)
    except PrivacyError as error:
        yield _wrong("directory", str(error))
    else:
        yield (_ok if stands else _warning)("directory", says)


def _systems(desk: Desk) -> Iterator[Finding]:
    try:
        yield from (_ok(item, says) for item, says in describe_systems(desk))
    except PrivacyError as error:
        yield _wrong("systems", str(error))


def _annex(desk: Desk) -> Iterator[Finding]:
    record = desk.services.desk.work.annex
    if record is not None:
        says, is_whole = describe_annex(record)
        yield _ok("record of use", says) if is_whole else _warning("record of use", says)


def _attempt(item: str, look: Callable[[], str]) -> Iterator[Finding]:
    try:
        yield _ok(item, look())
    except (PrivacyError, ValueError, KeyError) as error:
        yield _wrong(item, str(error))


def _letters(settings: Settings) -> str:
    with closing(letter_way(settings)) as way:
        return way.check()


def _ways(settings: Settings) -> Iterator[Finding]:
    """Each way out by name; one that only pretends is a warning, for whoever relies on it tells nobody."""
    for name, way in settings.transports.items():
        item = f"transport {name}"
        if way.pretends:
            yield _warning(item, "test mode is on: the provider looks at mail and sends none")
        yield from _attempt(item, partial(describe_way, way))
    used = "; ".join(uses(settings))
    if used:
        yield _ok("sending", used)


def _events(settings: Settings) -> str:
    events = settings.outgoing.events
    if events is None:
        return "not configured; letters of unknown outcome are looked for in Sent folders and incoming mail"
    said = []
    if events.has_public_key:
        EventSignature(events.read_key())
        said.append(f"POST {EventSignature.path} with a key of the curve P-256")
    if events.mailgun_signing_key is not None:
        said.append(f"POST {MailgunSignature.path} with a signing key")
    return f"configured on port {settings.web.port}: {', '.join(said)}"


def _clock() -> str:
    zones = [str(ZoneInfo(name)) for name in ("UTC", "Asia/Kolkata", "Europe/Dublin")]
    return f"{utc_now():%Y-%m-%d %H:%M} UTC, time zones known ({len(zones)} tried)"


def _calendars(settings: Settings) -> str:
    from regimes import load_regimes

    regimes = load_regimes(settings.law.regimes)
    first_day = acknowledgement_due(utc_now(), regimes)
    last_day = any_right_due(utc_now(), regimes)
    today = f"of today's mail: answer by {first_day.on}, complete by {last_day.on}"
    return (
        today
        + "; "
        + ", ".join(f"{regime.code}: {regime.calendar.code} {regime.zone}" for regime in regimes)
    )


def _ok(item: str, says: str) -> Finding:
    return Finding(item=item, standing=Standing.OK, says=says)


def _warning(item: str, says: str) -> Finding:
    return Finding(item=item, standing=Standing.WARNING, says=says)


def _wrong(item: str, says: str) -> Finding:
    return Finding(item=item, standing=Standing.WRONG, says=says)
