"""How a connection to a mail server is opened and left: greeting, TLS, login, goodbye."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

from aiosmtplib import SMTP, SMTPException

from notifier.settings import SmtpSettings
from privacy.errors import Permanent

GOODBYE_SECONDS = 2
# Servers and firewalls forget a silent connection; a new one costs less than a doubt.
IDLE_SECONDS = 30


def make_context(settings: SmtpSettings) -> ssl.SSLContext | None:
    """Return what checks certificates, None for a plain connection. Raises Permanent for an unreadable file."""
    if settings.security == "plain":
        return None
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise Permanent("smtp: ca_file cannot be read") from error


def new_client(settings: SmtpSettings, context: ssl.SSLContext | None) -> SMTP:
    """Return a client that will connect as the settings say; it does not dial yet."""
    return SMTP(
        hostname=settings.host,
        port=settings.used_port,
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password else None,
        local_hostname=settings.helo_name,
        timeout=settings.timeout_seconds,
        use_tls=settings.security == "tls",
        start_tls=settings.security == "starttls",
        tls_context=context,
    )


async def part_from(client: SMTP) -> None:
    """Say goodbye and close."""
    with suppress(SMTPException, OSError):
        if client.is_connected:
            await client.quit(timeout=GOODBYE_SECONDS)
    await abort(client)


async def abort(client: SMTP) -> None:
    """Close at once; one turn of the loop lets the socket go."""
    transport = client.transport
    client.close()
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    await asyncio.sleep(0)
