"""A real Dovecot of our own: temporary folder, loopback, any number of users, plain and TLS."""

import getpass
import grp
import os
import shutil
import ssl
import subprocess
import tempfile
import time
from datetime import datetime
from itertools import count
from pathlib import Path

import trustme
from imapclient import IMAPClient

from servers.identity import IdentityProvider
from servers.ports import LOOPBACK, free_port, listens, wait_for
from servers.programs import DOVECOT, find

PASSWORD = "only-for-these-tests"
FOLDERS = ("Junk", "Processed", "Sent")
NOBODY = 65534  # Dovecot refuses to deliver as root, so root lends the mail to nobody

CONFIG = """\
base_dir = {home}/run
state_dir = {home}/state
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
auth_failure_delay = 0
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
mail_location = maildir:{home}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
first_valid_gid = 0
mail_uid = {mail_uid}
mail_gid = {mail_gid}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {home}/oauth2.conf.ext
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_uid} gid={mail_gid} home={home}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  mailbox Junk {{
    auto = create
    special_use = \\Junk
  }}
  mailbox Processed {{
    auto = create
  }}
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"""

OAUTH2 = """\
introspection_mode = post
introspection_url = {introspection_url}
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """A running IMAP server. Every user name is known to it; take a new one for each test.

    `port` speaks plain text and STARTTLS, `tls_port` TLS from the start; `ca_file` is the
    certificate authority of both, for the names localhost and 127.0.0.1.
    """

    host = LOOPBACK
    password = PASSWORD

    def __init__(self) -> None:
        self.port = free_port()
        self.tls_port = free_port()
        self.home = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.ca_file = self.home / "ca.pem"
        self.identity = IdentityProvider()
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    def start(self) -> None:
        """Write the configuration and run until it answers."""
        self.identity.start()
        self._write_home()
        self.resume()

    def stop(self) -> None:
        """End it and remove all its mail."""
        self.pause()
        self.identity.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def pause(self) -> None:
        """Shut the server down, connections included; the mail stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None

    def resume(self) -> None:
        """Run, again after pause(), on the same ports."""
        program = find(DOVECOT)
        if program is None:
            raise FileNotFoundError(DOVECOT.package)
        self._process = subprocess.Popen(
            [program, "-F", "-c", str(self._config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for(lambda: listens(self.port), seconds=20, complaint=self._last_words)

    def new_user(self, name: str = "privacy") -> str:
        """Return an address with an empty mailbox that no other test uses."""
        return f"{name}-{next(self._numbers)}@autocloz.example"

    def deliver(
        self,
        raw: bytes,
        *,
        user: str,
        folder: str = "INBOX",
        internaldate: datetime | None = None,
    ) -> None:
        """Put a message in as mail delivery does: written to tmp, then renamed into new."""
        maildir = self._maildir(user, folder)
        name = f"{time.time_ns()}.M{next(self._numbers):09d}.autocloz"
        written = maildir / "tmp" / name
        written.write_bytes(raw)
        if internaldate is not None:  # Dovecot takes INTERNALDATE from the file's time
            os.utime(written, (internaldate.timestamp(), internaldate.timestamp()))
        _hand_over(written)
        written.rename(maildir / "new" / name)

    def login(self, user: str, folder: str = "INBOX") -> IMAPClient:
        """Return a client over plain text, logged in, with the folder selected.

        Use it in a `with`: an open socket left behind fails the test that follows.
        """
        client = IMAPClient(self.host, port=self.port, ssl=False, timeout=20)
        client.normalise_times = False
        client.login(user, PASSWORD)
        client.select_folder(folder)
        return client

    def tls_context(self) -> ssl.SSLContext:
        """Return a context that trusts this server and no other."""
        return ssl.create_default_context(cafile=str(self.ca_file))

    def issue_token(self, user: str) -> str:
        """Return an access token for XOAUTH2 and OAUTHBEARER."""
        return self.identity.issue_token(user)

    def revoke(self, token: str) -> None:
        """Make later logins with this token fail."""
        self.identity.revoke(token)

    def kick(self, user: str) -> None:
        """Throw out the user's connections; a client in IDLE gets BYE."""
        self._doveadm("kick", user)

    def reset_uidvalidity(self, user: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY and its messages new UIDs, as after a restore."""
        self.kick_if_connected(user)
        maildir = self._maildir(user, folder)
        for index in maildir.glob("dovecot.index*"):
            index.unlink()
        later = _uid_validity(maildir) + 1
        (maildir / "dovecot-uidlist").write_text(f"3 V{later} N1\n")
        _hand_over(maildir / "dovecot-uidlist")

    def kick_if_connected(self, user: str) -> None:
        """Like kick(), and content when nobody is there."""
        self._doveadm("kick", user, accept=(0, 68))

    def _doveadm(self, *command: str, accept: tuple[int, ...] = (0,)) -> None:
        done = subprocess.run(
            ["doveadm", "-c", str(self._config), *command],
            check=False,
            capture_output=True,
        )
        if done.returncode not in accept:
            raise RuntimeError(f"doveadm {command[0]}: {done.returncode} {done.stderr!r}")

    @property
    def _config(self) -> Path:
        return self.home / "dovecot.conf"

    def _maildir(self, user: str, folder: str) -> Path:
        """Return the Maildir++ folder, made as Dovecot makes it when it is not there."""
        inbox = self.home / "mail" / user
        wanted = inbox if folder == "INBOX" else inbox / f".{folder}"
        for part in ("cur", "new", "tmp"):
            (wanted / part).mkdir(parents=True, exist_ok=True)
        for made in (inbox, wanted, *(wanted / part for part in ("cur", "new", "tmp"))):
            _hand_over(made)
        return wanted

    def _write_home(self) -> None:
        self.home.chmod(0o755)
        (self.home / "mail").mkdir()
        _hand_over(self.home / "mail")
        self._write_certificates()
        (self.home / "oauth2.conf.ext").write_text(
            OAUTH2.format(introspection_url=self.identity.introspection_url)
        )
        self._config.write_text(CONFIG.format(**self._settings(), **_accounts()))

    def _settings(self) -> dict[str, object]:
        return {
            "home": self.home,
            "port": self.port,
            "tls_port": self.tls_port,
            "password": PASSWORD,
        }

    def _write_certificates(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        server = authority.issue_cert("localhost", LOOPBACK)
        server.private_key_and_cert_chain_pem.write_to_path(str(self.home / "server.pem"))

    def _last_words(self) -> str:
        log = self.home / "log"
        return f"Dovecot does not answer: {log.read_text()[-500:] if log.exists() else 'no log'}"


def _accounts() -> dict[str, object]:
    """Return the system users Dovecot runs as: Debian's own for root, else our own."""
    if os.geteuid() == 0:
        return {
            "internal_user": "dovecot",
            "internal_group": "dovecot",
            "login_user": "dovenull",
            "mail_uid": NOBODY,
            "mail_gid": NOBODY,
        }
    me = getpass.getuser()
    return {
        "internal_user": me,
        "internal_group": grp.getgrgid(os.getegid()).gr_name,
        "login_user": me,
        "mail_uid": os.geteuid(),
        "mail_gid": os.getegid(),
    }


def _hand_over(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)


def _uid_validity(maildir: Path) -> int:
    """Return the folder's UIDVALIDITY, 1 where it was never opened."""
    uidlist = maildir / "dovecot-uidlist"
    if not uidlist.exists():
        return 1
    fields = uidlist.read_text().splitlines()[0].split()
    return next(int(field[1:]) for field in fields if field.startswith("V"))
