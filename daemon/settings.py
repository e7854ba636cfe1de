"""All settings: composed from the rooms' own models, read once, refused when unknown (house rule 19)."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from classifier.model_settings import ModelSettings
from classifier.settings import ClassifierSettings
from daemon.download_settings import DownloadSettings
from daemon.notice_settings import NoticeSettings
from daemon.people_settings import PersonEntry, check_people
from daemon.settings_file import SettingsError, model_in, read_secrets, read_tree
from daemon.system_rules import SystemName, check_banners, check_systems
from desk.settings import WebSettings
from directory.settings import DirectorySettings
from intake.authenticity_settings import AuthenticitySettings, Verify
from intake.listener_settings import ListenerSettings
from intake.reader_settings import ReadingSettings
from intake.settings import Address, MailboxSettings
from notifier.settings import AlarmSettings, OutgoingSettings
from notifier.system_settings import SystemSettings
from notifier.transport_settings import SendingSettings, WaySettings, check_ways
from responders.settings import DeskIdentity, LetterSettings
from storage.settings import StorageSettings

DEFAULT_FILE = Path("rightsdesk.toml")
DEFAULT_HOME = Path("~/.local/share/rightsdesk")
EXAMPLE = Path(__file__).with_name("example.toml")

__all__ = ["Settings", "SettingsError", "load_settings"]


class MailboxEntry(BaseModel):
    """One mailbox of ours: an address that people write to, and how its mail reaches us."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: Address = Field(description="The address, such as privacy@autocloz.example.")
    plus_address: bool = Field(
        default=False,
        description="The provider delivers privacy+anything@ to privacy@ (`rightsdesk check --carriers` tells).",
    )
    envelope_sender: bool = Field(
        default=False,
        description="The transport keeps our own envelope sender (`rightsdesk check --carriers` tells).",
    )
    authserv_id: str | None = Field(
        default=None,
        max_length=190,
        description="Name with which our receiving server signs Authentication-Results; without it no sender "
        "counts as authenticated or as forged, and only the limits protect against misuse of letters.",
    )
    verify: Verify = Field(
        default=Verify.OFF,
        description="`dns` checks senders by ourselves: DKIM and DMARC, and SPF where the listener is the boundary. "
        "`off` asks nobody.",
    )
    imap: MailboxSettings | None = Field(
        default=None,
        description="How to read it over IMAP; without it mail comes by the listener or by import.",
    )

    @model_validator(mode="before")
    @classmethod
    def _name_the_imap_mailbox(cls, values: object) -> object:
        """The IMAP part carries the address too, so that it stands alone where it is used."""
        if (
            isinstance(values, dict)
            and isinstance(values.get("imap"), dict)
            and "address" in values
        ):
            return {**values, "imap": {"address": values["address"], **values["imap"]}}
        return values


def _web_origin(url: str) -> str:
    parts = urlsplit(url)
    if url and (
        parts.scheme != "https" or not parts.hostname or not url.isprintable() or parts.query
    ):
        raise ValueError("must be an https address")
    return url.rstrip("/")


class AnswerSettings(BaseModel):
    """How many letters may go out without a person (mail.md section 3)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_sender_per_day: int = Field(
        default=1, ge=0, description="Automatic letters to one address in 24 hours."
    )
    per_proved_thread_per_day: int = Field(
        default=3,
        ge=0,
        description="The same, where the mail surely continues a case of its sender.",
    )
    per_domain_per_hour: int = Field(
        default=20, ge=0, description="Automatic letters to one domain in an hour."
    )
    per_shared_domain_per_hour: int = Field(
        default=200, ge=0, description="The same for domains that many unrelated people share."
    )
    in_all_per_hour: int = Field(
        default=200, ge=0, description="Automatic letters in an hour, in all."
    )
    per_text_per_day: int = Field(
        default=3,
        ge=0,
        description="Automatic letters in 24 hours to mails of one and the same text, whoever sent them.",
    )
    per_short_text_per_day: int = Field(
        default=20,
        ge=0,
        description="The same for texts under 120 characters, such as 'please delete my account', which many people "
        "honestly write alike.",
    )
    shared_domains: tuple[str, ...] = Field(
        default=(
            "gmail.com",
            "googlemail.com",
            "outlook.com",
            "hotmail.com",
            "live.com",
            "yahoo.com",
            "icloud.com",
            "gmx.de",
            "gmx.net",
            "web.de",
            "proton.me",
            "protonmail.com",
            "aol.com",
            "mail.ru",
            "rediffmail.com",
        ),
        description="Domains of mail providers for everybody.",
    )


class LawSettings(BaseModel):
    """Which laws may govern a case while its own is not known: the earliest date among them rules."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regimes: tuple[str, ...] = Field(
        default=("house", "gdpr", "uk_gdpr"),
        min_length=1,
        description="Codes of the candidate regimes, the house promise among them: they govern while nobody says where "
        "they live. What language, address, region or a named law suggests is added (`regimes/applying.toml`).",
    )
    incidents: tuple[str, ...] = Field(
        default=("gdpr", "uk_gdpr", "india_spdi"),
        description="Codes of the regimes whose hours run for mail about a security incident, whoever writes it.",
    )
    zone: str = Field(
        default="UTC", description="Time zone in which the house promise counts its days."
    )
    calendar: str = Field(
        default="NONE",
        description="Holidays that the house promise counts, by code; NONE has weekends only.",
    )


class IdentitySettings(BaseModel):
    """How people are asked who they are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    challenges: bool = Field(
        default=True,
        description="Ask by itself whoever wants what needs proof: one letter to one address, the same for everybody.",
    )
    delay_minutes: int = Field(
        default=10,
        ge=0,
        le=45,
        description="How long after receipt that letter leaves, the same whether or not somebody is known.",
    )
    page_url: Annotated[str, AfterValidator(_web_origin)] = Field(
        default="",
        description="https address under which people reach `/confirm/` and `/download/` of these pages, such as "
        "https://privacy.example.com; empty: letters name no page, and no package can be fetched.",
    )
    login_url: Annotated[str, AfterValidator(_web_origin)] = Field(
        default="",
        description="https address of the product's page on which a signed-in user confirms a request; letters name it with the "
        "token of the case behind it; empty: letters name none.",
    )
    authority: str = Field(
        default="",
        max_length=200,
        description="Name of the authority that leads for this company in the European Union, as letters that decide "
        "name it; empty: the list of all of them. Other laws have theirs in `regimes/remedies.toml`.",
    )
    authority_url: Annotated[str, AfterValidator(_web_origin)] = Field(
        default="", description="Its https address; needed with its name."
    )

    @model_validator(mode="after")
    def _an_authority_has_an_address(self) -> IdentitySettings:
        if bool(self.authority) != bool(self.authority_url):
            raise ValueError("authority: has a name and an address, or neither")
        return self


class WorkSettings(BaseModel):
    """How the work on rights is done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cool_off_days: int = Field(
        default=7,
        ge=0,
        le=21,
        description="How long a person can cancel an approved erasure, before anything is erased.",
    )
    backup_days: int = Field(
        default=30,
        ge=1,
        le=400,
        description="How long after an erasure the last backup is overwritten, as the answer tells it.",
    )
    undo_minutes: int = Field(
        default=5,
        ge=0,
        le=120,
        description="How long a letter waits after its last approval, so that the approval can be taken back; 0 sends at once.",
    )
    country: str = Field(
        default="IE",
        pattern=r"^[A-Z]{2}$",
        description="Where our books are kept: the rows of `regimes/retention.toml` that say what an erasure leaves.",
    )
    annex_file: Path | None = Field(
        default=None,
        description="The house's record of use (docs/downloads.md): the letter with a copy of data tells purposes, sources, "
        "recipients and periods from it; without it the annex is a file of the package.",
    )
    four_eyes_off: tuple[str, ...] = Field(
        default=(),
        description="Rows of `regimes/approvers.toml` for which a desk of one person needs no second one, such as `access`; "
        "each such approval is in the trail.",
    )


class LogSettings(BaseModel):
    """What is written to stderr."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level shown."
    )
    as_json: bool = Field(default=True, description="One JSON object a line; false for people.")


class KeySettings(BaseModel):
    """Where the secrets of the database lie."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: Path | None = Field(
        default=None,
        description="Key file, mode 600; default keys.json in the home folder, made at first start.",
    )


class Settings(BaseModel):
    """Everything that an operator can say."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    home: Path = Field(default=DEFAULT_HOME, description="Data folder of the embedded default.")
    region: str = Field(
        default="default",
        pattern=r"^[a-z0-9-]{1,32}$",
        description="Region of these mailboxes and of the database.",
    )
    desk: DeskIdentity = Field(
        default_factory=DeskIdentity, description="Who we are, as letters say it."
    )
    letters: LetterSettings = Field(
        default_factory=LetterSettings, description="Words of your own in letters."
    )
    mailboxes: tuple[MailboxEntry, ...] = Field(
        min_length=1, description="Our mailboxes; the first one named in a mail answers it."
    )
    staff: tuple[Address, ...] = Field(
        default=(), description="Addresses of the people who may decide (`--actor`)."
    )
    people: tuple[PersonEntry, ...] = Field(
        default=(),
        description="Our people who are reminded by mail; without any, the ways of `alarms` are told.",
    )
    listener: ListenerSettings | None = Field(
        default=None, description="The SMTP listener; without this table none is started."
    )
    reading: ReadingSettings = Field(
        default_factory=ReadingSettings, description="The processes that read mail."
    )
    outgoing: OutgoingSettings = Field(
        default_factory=OutgoingSettings, description="How letters leave."
    )
    transports: dict[str, WaySettings] = Field(
        default={}, description="More ways out, each under a name of your choice."
    )
    sending: SendingSettings = Field(
        default_factory=SendingSettings, description="Which kind of mail takes which way."
    )
    alarms: AlarmSettings = Field(
        default_factory=AlarmSettings, description="Who is called when the desk fails."
    )
    authenticity: AuthenticitySettings = Field(
        default_factory=AuthenticitySettings, description="Our own check of senders."
    )
    answers: AnswerSettings = Field(
        default_factory=AnswerSettings, description="Limits on automatic letters."
    )
    identity: IdentitySettings = Field(
        default_factory=IdentitySettings, description="How people are asked who they are."
    )
    work: WorkSettings = Field(
        default_factory=WorkSettings, description="How the work on rights is done."
    )
    systems: dict[SystemName, SystemSettings] = Field(
        default_factory=dict,
        description="Systems of `regimes/work_plan.toml` that carry out rights by themselves, a table for each: "
        "`[systems.product]`; the others are asked by their people.",
    )
    downloads: DownloadSettings = Field(
        default_factory=DownloadSettings, description="Packages of data that wait behind proof."
    )
    notices: NoticeSettings = Field(
        default_factory=NoticeSettings, description="Notices of policy changes to Owners."
    )
    law: LawSettings = Field(default_factory=LawSettings, description="Candidate laws.")
    classifier: ClassifierSettings = Field(
        default_factory=ClassifierSettings, description="Which right."
    )
    model: ModelSettings = Field(
        default_factory=ModelSettings, description="The model as a second reader; off by default."
    )
    directory: DirectorySettings = Field(
        default_factory=DirectorySettings, description="Who is who: workspaces, people and leads."
    )
    storage: StorageSettings = Field(default_factory=StorageSettings, description="The database.")
    keys: KeySettings = Field(default_factory=KeySettings, description="The key file.")
    web: WebSettings = Field(
        default_factory=WebSettings, description="The desk's pages and the health endpoint."
    )
    log: LogSettings = Field(default_factory=LogSettings, description="Logs.")

    @model_validator(mode="after")
    def _addresses_are_different(self) -> Settings:
        addresses = [mailbox.address for mailbox in self.mailboxes]
        if len(set(addresses)) != len(addresses):
            raise ValueError("mailboxes: an address is there twice")
        return self

    @model_validator(mode="after")
    def _people_know_their_deputies(self) -> Settings:
        check_people(self.people)
        return self

    @model_validator(mode="after")
    def _ways_are_there(self) -> Settings:
        check_ways(self.sending, self.transports)
        return self

    @model_validator(mode="after")
    def _events_have_a_door(self) -> Settings:
        if self.outgoing.events is not None and not self.web.enabled:
            raise ValueError("outgoing.events: needs web.enabled, whose port takes the events")
        return self

    @model_validator(mode="after")
    def _systems_can_do_their_part(self) -> Settings:
        check_systems(self.systems, region=self.region, served=self.web.enabled)
        check_banners(self.notices.banner_system, self.systems, page_url=self.sending.page_url)
        return self

    @model_validator(mode="after")
    def _a_page_is_served(self) -> Settings:
        if self.identity.page_url and not self.web.enabled:
            raise ValueError("identity.page_url: needs web.enabled, whose port serves the page")
        if self.sending.page_url and not self.web.enabled:
            raise ValueError("sending.page_url: needs web.enabled, whose port serves the page")
        return self


def load_settings(
    file: str | None = None,
    *,
    home: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Return the settings of this process; raises SettingsError with a line for each wrong one.

    Without a named file `rightsdesk.toml` is read when it is there, else the built-in example desk holds.
    """
    path = Path(file) if file else (DEFAULT_FILE if DEFAULT_FILE.exists() else EXAMPLE)
    tree = read_tree(path, os.environ if environment is None else environment)
    if home is not None:
        tree["home"] = home
    wrong = read_secrets(tree, Settings)
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        raise SettingsError(wrong + [_line(detail) for detail in error.errors()]) from None
    if wrong:
        raise SettingsError(wrong)
    return settings.model_copy(update={"home": settings.home.expanduser()})


def _line(detail: Mapping[str, Any]) -> str:
    """One line for one wrong setting; the value is never shown, it may be a secret."""
    location = tuple(detail["loc"])
    name = ".".join(str(part) for part in location) or "settings"
    if detail["type"] == "extra_forbidden":
        return f"{name}: unknown setting{_nearest(location)}"
    return f"{name}: {detail['msg'].removeprefix('Value error, ')}"


def _nearest(location: tuple[int | str, ...]) -> str:
    model: type[BaseModel] | None = Settings
    for part in location[:-1]:
        if isinstance(part, str) and model is not None:
            field = model.model_fields.get(part)
            model = model_in(field.annotation) if field else None
    names = list(model.model_fields) if model is not None else []
    close = difflib.get_close_matches(str(location[-1]), names, n=1, cutoff=0.5)
    return f", did you mean {close[0]}?" if close else ""


def forget_environment() -> None:
    """Take our settings out of the environment: the demonstration's commands see its own desk alone."""
    for name in [one for one in os.environ if one.upper().startswith("RIGHTSDESK_")]:
        del os.environ[name]
