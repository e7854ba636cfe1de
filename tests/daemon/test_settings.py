"""Settings are read once, typed, and refused with one clear line for each wrong one."""

from pathlib import Path

import pytest

from daemon.people_settings import staff_of
from daemon.settings import SettingsError, load_settings
from daemon.ways import batch_way, letter_way, require_word_of_notices
from notifier.maildir import MaildirTransport
from notifier.single import SingleLetters
from notifier.smtp import SmtpTransport
from notifier.submission import SubmissionTransport
from privacy.errors import Permanent

SMALL = """
[[mailboxes]]
address = "privacy@autocloz.example"
"""


def load(tmp_path: Path, text: str, environment: dict[str, str] | None = None):
    file = tmp_path / "rightsdesk.toml"
    file.write_text(text)
    return load_settings(str(file), home=str(tmp_path), environment=environment or {})


def lines(tmp_path: Path, text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, text, environment)
    return refused.value.lines


def test_without_a_file_the_example_desk_holds_and_keeps_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(environment={})
    assert [mailbox.address for mailbox in settings.mailboxes] == [
        "privacy@autocloz.example",
        "dpo@autocloz.example",
    ]
    assert settings.outgoing.transport == "maildir"
    assert settings.desk.missing == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("stafff = []\n" + SMALL, "stafff: unknown setting, did you mean staff?"),
        (
            SMALL + "[mailboxes.imap]\nhst = 'x'\n",
            "mailboxes.0.imap.hst: unknown setting, did you mean host?",
        ),
        ("[storage]\nurll = 'x'\n" + SMALL, "storage.urll: unknown setting, did you mean url?"),
        ("[zzz]\na = 1\n" + SMALL, "zzz: unknown setting"),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_known_name(
    tmp_path: Path, text: str, line: str
) -> None:
    assert line in lines(tmp_path, text)


def test_every_wrong_setting_gets_a_line_of_its_own(tmp_path: Path) -> None:
    wrong = "[web]\nport = 99999\n[log]\nlevel = 'LOUD'\n" + SMALL + SMALL
    found = lines(tmp_path, wrong)
    assert any(line.startswith("web.port:") for line in found)
    assert any(line.startswith("log.level:") for line in found)


def test_an_address_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    assert any("there twice" in line for line in lines(tmp_path, SMALL + SMALL))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[web]\nenabled = true\n[outgoing.events]\n", "one of public_key and public_key_file"),
        (
            "[web]\nenabled = true\n[outgoing.events]\npublic_key = 'a'\npublic_key_file = 'b'\n",
            "one of public_key and public_key_file",
        ),
        ("[outgoing.events]\npublic_key = 'a'\n", "needs web.enabled"),
    ],
)
def test_the_event_webhook_needs_one_key_and_a_port(tmp_path: Path, text: str, says: str) -> None:
    assert any(says in line for line in lines(tmp_path, text + SMALL))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", None),
        ("[[people.absences]]\nfirst = 2026-12-01\nlast = 2026-12-05\n", None),
        (
            "[[people.absences]]\nfirst = 2026-12-05\nlast = 2026-12-01\n",
            "ends before it begins",
        ),
        (
            '[[people.absences]]\nfirst = 2026-12-01\nlast = 2026-12-01\ndeputy = "tom@a.example"\n',
            "people: a deputy is none of them",
        ),
        ('[[people]]\naddress = "sam@a.example"\nroles = ["dpo"]\n', "people: an address is there"),
        ('[[people]]\naddress = "tom@a.example"\nroles = ["boss"]\n', "people.1.roles.0"),
        ('[[people]]\naddress = "tom@a.example"\nroles = []\n', "people.1.roles"),
    ],
)
def test_people_have_roles_and_deputies_who_are_there(tmp_path: Path, text: str, says) -> None:
    people = '[[people]]\naddress = "sam@a.example"\nroles = ["handler"]\n' + text
    if says is None:
        (sam,) = staff_of(load(tmp_path, SMALL + people).people)
        assert sam.address == "sam@a.example"
    else:
        assert any(says in line for line in lines(tmp_path, SMALL + people))


def test_no_line_shows_the_value_of_a_setting(tmp_path: Path) -> None:
    secret = "hunter2-hunter2"
    text = SMALL + f'[mailboxes.imap]\nhost = "h"\npassword = ["{secret}"]\nport = "{secret}"\n'
    assert not any(secret in line for line in lines(tmp_path, text))


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environment = {"RIGHTSDESK_WEB__PORT": "8111", "RIGHTSDESK_LAW__REGIMES": '["house", "gdpr"]'}
    settings = load(tmp_path, "[web]\nport = 8222\n" + SMALL, environment)
    assert settings.web.port == 8111
    assert settings.law.regimes == ("house", "gdpr")


@pytest.mark.parametrize(
    "name", ["RIGHTSDESK_MAILBOXES__7__ADDRESS", "RIGHTSDESK_MAILBOXES__X__ADDRESS"]
)
def test_an_environment_name_that_leads_nowhere_is_named(tmp_path: Path, name: str) -> None:
    assert lines(tmp_path, SMALL, {name: "x"}) == [f"environment {name}: there is no such setting"]


def test_a_secret_can_be_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("from-a-file\n")
    secret.chmod(0o600)
    text = SMALL + f'[mailboxes.imap]\nhost = "h"\npassword_file = "{secret}"\n'
    imap = load(tmp_path, text).mailboxes[0].imap
    assert imap is not None
    assert imap.password is not None
    assert imap.password.get_secret_value() == "from-a-file"
    assert "from-a-file" not in repr(imap)


def test_a_secret_file_that_everybody_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("x")
    secret.chmod(0o644)
    text = SMALL + f'[mailboxes.imap]\nhost = "h"\npassword_file = "{secret}"\n'
    assert any("chmod 600" in line for line in lines(tmp_path, text))


def test_a_secret_that_is_set_twice_or_cannot_be_read_is_named(tmp_path: Path) -> None:
    text = SMALL + '[mailboxes.imap]\nhost = "h"\npassword = "a"\npassword_file = "/nowhere"\n'
    assert any("are both set" in line for line in lines(tmp_path, text))
    text = SMALL + '[mailboxes.imap]\nhost = "h"\npassword_file = "/nowhere"\n'
    assert any("cannot be read" in line for line in lines(tmp_path, text))


SYSTEM = """[web]
enabled = true
[systems.product]
way = "webhook"
url = "https://product.example/rights"
"""
SHARED = "secret = 'whsec_YSBzaGFyZWQgc2VjcmV0IG9mIGF0IGxlYXN0IDI0IG9jdGV0cw=='\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (SYSTEM, "systems.product: way webhook needs secret"),
        (
            SYSTEM + SHARED + "region = 'eu-west-1'\n",
            "of region eu-west-1, and the desk of default",
        ),
        (SYSTEM.replace("true", "false") + SHARED, "systems.product: needs web.enabled"),
        (SYSTEM.replace("product]", "warehouse]") + SHARED, "names this system"),
        (SYSTEM + SHARED + "proxy = 'x'\n", "systems.product.proxy: unknown setting"),
    ],
)
def test_a_system_is_one_of_the_plan_in_this_region_and_can_call_back(
    tmp_path: Path, text: str, says: str
) -> None:
    assert any(says in line for line in lines(tmp_path, text + SMALL))


BANNER = "[notices]\nbanner_system = 'product'\n"
PAGE = "[sending]\npage_url = 'https://privacy.example.com'\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BANNER, "notices.banner_system: there is no table systems.product with way webhook"),
        (SYSTEM + SHARED + BANNER, "notices.banner_system: needs sending.page_url"),
    ],
)
def test_a_banner_has_a_system_that_shows_it_and_a_page_that_it_names(
    tmp_path: Path, text: str, says: str
) -> None:
    assert any(says in line for line in lines(tmp_path, text + SMALL))


def test_a_desk_whose_product_shows_notices_starts(tmp_path: Path) -> None:
    settings = load(tmp_path, SYSTEM + SHARED + PAGE + BANNER + SMALL)
    assert settings.notices.banner_system == "product"


def test_each_system_has_its_secret_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SHARED.split("'")[1])
    secret.chmod(0o600)
    settings = load(tmp_path, f'{SYSTEM}secret_file = "{secret}"\n{SMALL}')
    assert settings.systems["product"].key == b"a shared secret of at least 24 octets"
    assert "whsec_" not in repr(settings.systems)


def test_a_file_that_is_missing_or_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="settings file"):
        load_settings(str(tmp_path / "nowhere.toml"), environment={})
    assert any("is not TOML" in line for line in lines(tmp_path, "= ="))


WAYS = """
[sending]
letters = "near"
notices = "sg"

[sending.regions.eu]
notices = "mg-eu"

[transports.near.smtp]
host = "127.0.0.1"
port = 2525
security = "plain"

[transports.sg.sendgrid]
api_key_file = "{key}"

[transports.mg-eu.mailgun]
api_key = "key"
domain = "mg.example"
region = "eu"
"""


def test_each_kind_of_mail_takes_its_way_and_each_region_its_own(tmp_path: Path) -> None:
    key = tmp_path / "sendgrid-key"
    key.write_text("SG.secret\n")
    key.chmod(0o600)
    file = tmp_path / "rightsdesk.toml"
    file.write_text(SMALL + WAYS.format(key=key))
    settings = load_settings(str(file), environment={})
    assert settings.transports["sg"].sendgrid is not None
    assert settings.transports["sg"].sendgrid.api_key.get_secret_value() == "SG.secret"
    assert "SG.secret" not in repr(settings)
    sending = settings.sending
    assert (sending.way("notices", "eu"), sending.way("notices", "us")) == ("mg-eu", "sg")
    assert (sending.way("letters", "eu"), sending.way("updates", "eu")) == ("near", "")
    assert isinstance(letter_way(settings), SmtpTransport)
    assert batch_way(settings, "notices", "us").name == "sendgrid"
    assert batch_way(settings, "notices", "eu").name == "mailgun"
    assert batch_way(settings, "updates", "eu").name == "maildir"


def test_without_a_choice_everything_takes_the_way_of_outgoing(tmp_path: Path) -> None:
    smtp = (
        '[outgoing]\ntransport = "smtp"\n[outgoing.smtp]\nhost = "127.0.0.1"\nsecurity = "plain"\n'
    )
    login = 'username = "desk"\npassword = "secret"\n'
    settings = load(tmp_path, smtp + login + SMALL)
    assert isinstance(letter_way(settings), SmtpTransport)
    assert isinstance(batch_way(settings, "notices", ""), SubmissionTransport)


def test_notices_leave_by_a_provider_only_where_it_tells_what_was_delivered(tmp_path: Path) -> None:
    ways = """[sending]
notices = "p"
[transports.p.{kind}]
api_key = "k"
{more}
[web]
enabled = true
[outgoing.events]
{key}
"""
    sendgrid = {"kind": "sendgrid", "more": ""}
    mailgun = {"kind": "mailgun", "more": 'domain = "mg.example"'}
    events = {"sendgrid": 'public_key = "k"', "mailgun": 'mailgun_signing_key = "k"'}
    for one in (sendgrid, mailgun):
        for kind, key in events.items():
            settings = load(tmp_path, SMALL + ways.format(key=key, **one))
            if kind == one["kind"]:
                require_word_of_notices(settings)
                continue
            with pytest.raises(Permanent, match="what was delivered"):
                require_word_of_notices(settings)
    require_word_of_notices(load(tmp_path, SMALL))


def test_letters_may_leave_by_a_provider_and_stay_on_this_machine(tmp_path: Path) -> None:
    ways = """[sending]
letters = "sg"
[transports.sg.sendgrid]
api_key = "k"
"""
    assert isinstance(letter_way(load(tmp_path, SMALL + ways)), SingleLetters)
    here = f'[sending]\nletters = "here"\n[transports.here]\nmaildir = "{tmp_path}"\n'
    assert isinstance(letter_way(load(tmp_path, SMALL + here)), MaildirTransport)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[sending]\nnotices = "sg"\n', "sending.notices: there is no table transports.sg"),
        (
            '[sending.regions.eu]\nletters = "sg"\n',
            "sending.regions.eu.letters: there is no table",
        ),
        (
            '[sending]\nupdates = "a"\n[transports.a]\nmaildir = "x"\n',
            "sending.updates: needs sending.page_url",
        ),
        ('[sending]\npage_url = "http://privacy.example"\n', "must be an https address"),
        ('[sending]\npage_url = "https://privacy.example/?a"\n', "nothing behind it"),
        ('[sending]\npage_url = "https://privacy.example"\n', "needs web.enabled"),
        ("[transports.a]\n", "one of smtp, sendgrid, mailgun and maildir"),
        ('[transports.a]\nmaildir = "x"\n[transports.a.smtp]\n', "one of smtp, sendgrid"),
        ('[transports."A b"]\nmaildir = "x"\n', "a name has small letters"),
        (
            '[transports.a.sendgrid]\napi_key = "k"\nstand_in = "http://elsewhere.example"\n',
            "a stand-in is http://127.0.0.1:PORT",
        ),
        ("[transports.a.sendgrid]\n", "transports.a.sendgrid.api_key"),
        ('[transports.a.sendgrid]\napi_key_file = "/nowhere"\n', "api_key_file: /nowhere cannot"),
        (
            '[transports.a.mailgun]\napi_key = "k"\ndomain = "a/b"\n',
            "transports.a.mailgun.domain",
        ),
    ],
)
def test_a_way_that_cannot_be_is_refused(tmp_path: Path, text: str, says: str) -> None:
    assert any(says in line for line in lines(tmp_path, SMALL + text))
