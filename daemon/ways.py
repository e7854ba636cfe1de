"""Builds the ways out from the settings: which kind of mail, to the people of which region, takes which."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

from daemon.clock import utc_now
from daemon.settings import Settings
from daemon.wiring import build_transport
from notifier.maildir import MaildirTransport
from notifier.mailgun import Mailgun
from notifier.one_by_one import OneByOne
from notifier.provider import ProviderTransport
from notifier.sendgrid import SendGrid
from notifier.settings import SubmissionSettings, TransportKind
from notifier.single import SingleLetters
from notifier.smtp import SmtpTransport
from notifier.submission import SubmissionTransport
from notifier.transport_settings import Purpose, WaySettings
from privacy.errors import Permanent
from privacy.ports import BatchTransport, Transport


def letter_way(settings: Settings, purpose: Purpose = "letters") -> Transport:
    """Return the way out for letters of a kind that leave one at a time."""
    name = settings.sending.way(purpose, settings.region)
    if not name:
        return build_transport(settings.outgoing, settings.home)
    way = settings.transports[name]
    if way.smtp is not None:
        return SmtpTransport(way.smtp)
    if way.maildir is not None:
        return MaildirTransport(way.maildir)
    return SingleLetters(build_way(way))


def batch_way(settings: Settings, purpose: Purpose, region: str) -> BatchTransport:
    """Return the way out for many mails of a kind to people of a region; without a choice that of `[outgoing]`."""
    name = settings.sending.way(purpose, region)
    if name:
        return build_way(settings.transports[name])
    outgoing = settings.outgoing
    if outgoing.transport is TransportKind.SMTP:
        return SubmissionTransport(SubmissionSettings(**dict(outgoing.smtp)))
    return OneByOne(build_transport(outgoing, settings.home))


def require_word_of_notices(settings: Settings) -> None:
    """Raise Permanent where notices leave by a provider whose events nobody takes: no Owner would ever count as told."""
    name = settings.sending.way("notices", settings.region)
    events = settings.outgoing.events
    way = settings.transports[name] if name else None
    if way is None or (way.sendgrid is None and way.mailgun is None):
        return
    by_sendgrid = events is not None and way.sendgrid is not None and events.has_public_key
    by_mailgun = events is not None and way.mailgun is not None and events.mailgun_signing_key
    if not (by_sendgrid or by_mailgun):
        raise Permanent(
            f"notices leave by {name}, whose acceptance is not yet the mailbox's: set [outgoing.events], "
            "so that it tells what was delivered"
        )


def build_way(way: WaySettings) -> BatchTransport:
    """Return a way out for many mails. Raises Permanent for an authority file that cannot be read."""
    if way.smtp is not None:
        return SubmissionTransport(way.smtp)
    if way.sendgrid is not None:
        seconds = way.sendgrid.timeout_seconds
        return ProviderTransport(SendGrid(way.sendgrid), clock=utc_now, timeout_seconds=seconds)
    if way.mailgun is not None:
        seconds = way.mailgun.timeout_seconds
        return ProviderTransport(Mailgun(way.mailgun), clock=utc_now, timeout_seconds=seconds)
    if way.maildir is not None:
        return OneByOne(MaildirTransport(way.maildir))
    raise AssertionError("a way is one of four")


def describe_way(way: WaySettings) -> str:
    """Say in one line that mail could leave this way. Raises Permanent or Retryable."""
    with closing(build_way(way)) as batch:
        return f"{batch.name}, {batch.check()}"


def uses(settings: Settings) -> Iterator[str]:
    """Yield, in a few words each, what takes which way."""
    regions = ["", *sorted(settings.sending.regions)]
    for region in regions:
        for purpose in ("letters", "notices", "updates"):
            own = settings.sending.regions.get(region, settings.sending)
            if name := getattr(own, purpose):
                yield f"{purpose} by {name}" + (f" in {region}" if region else "")
