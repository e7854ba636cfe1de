"""Settings files of acceptance tests, written as an operator would write them."""

from servers.dovecot import Dovecot
from servers.smtp_sink import SmtpSink

HEAD = """
staff = ["sam@autocloz.example"]

[desk]
name = "Autocloz Privacy Desk"
legal_name = "Autocloz Technologies Private Limited"
postal_address = "12 Example Road, Mumbai 400001, India"
dpo_name_or_function = "Data Protection Officer"
dpo_contact = "dpo@autocloz.example"
policy_url = "https://autocloz.example/privacy"

[answers]
per_sender_per_day = 50
per_domain_per_hour = 5000
in_all_per_hour = 5000
per_text_per_day = 5000
per_short_text_per_day = 5000
"""


QUIET = """
[identity]
challenges = false
"""  # for tests that are not about identity: one letter answers one mail


def imap_desk(
    dovecot: Dovecot,
    user: str,
    sink: SmtpSink,
    database_url: str,
    *,
    imap: str = "",
    identity: str = QUIET,
) -> str:
    """A desk that reads one mailbox over TLS and sends by SMTP."""
    return "\n".join(
        [
            HEAD,
            identity,
            _storage(database_url),
            _outgoing(sink),
            f"""
[[mailboxes]]
address = "{user}"
plus_address = true
envelope_sender = true

[mailboxes.imap]
host = "localhost"
port = {dovecot.tls_port}
ca_file = "{dovecot.ca_file}"
password = "{dovecot.password}"
{imap}
""",
        ]
    )


def listener_desk(
    port: int, sink: SmtpSink, database_url: str, *, more: str = "", identity: str = QUIET
) -> str:
    """A desk that takes mail by SMTP for privacy@ and dpo@ and sends by SMTP."""
    return "\n".join(
        [
            HEAD,
            identity,
            _storage(database_url),
            _outgoing(sink),
            f"""
[listener]
port = {port}
hostname = "mx.autocloz.example"

[[mailboxes]]
address = "privacy@autocloz.example"
plus_address = true
envelope_sender = true

[[mailboxes]]
address = "dpo@autocloz.example"
plus_address = true
envelope_sender = true
""",
            more,
        ]
    )


def _storage(database_url: str) -> str:
    return f'[storage]\nurl = "{database_url}"\n'


def _outgoing(sink: SmtpSink) -> str:
    return f"""
[outgoing]
transport = "smtp"
[outgoing.smtp]
host = "127.0.0.1"
port = {sink.port}
security = "plain"
"""
