"""The unit file and the container file name only what there is: settings, options, commands, paths of ours."""

import re
import shlex

import pytest

from daemon.cli import build_parser
from daemon.settings import Settings
from daemon.settings_file import model_in
from source import ROOT

UNIT = ROOT / "deploy" / "rightsdesk.service"
CONTAINER = ROOT / "deploy" / "Containerfile"
SETTING = re.compile(r"\bRIGHTSDESK_([A-Z0-9_]+)=")
IN_WORDS = re.compile(r"\b((?:listener|reading|web)\.[a-z_]+)\b")
HARDENING = {
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictNamespaces": "yes",
    "MemoryDenyWriteExecute": "yes",
    "SystemCallArchitectures": "native",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
    "LimitCORE": "0",
}


def is_setting(path: list[str]) -> bool:
    """Return whether the path leads to a setting; the number of a list's entry counts as a step, `_file` as its secret."""
    model = Settings
    for step in [one for one in path[:-1] if not one.isdigit()]:
        field = model.model_fields.get(step)
        model = model_in(field.annotation) if field else None
        if model is None:
            return False
    return path[-1].removesuffix("_file") in model.model_fields


def unit() -> list[tuple[str, str]]:
    lines = UNIT.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("=", 1)) for line in lines if re.match(r"[A-Za-z]+=", line)]


def understands(command: list[str]) -> bool:
    return bool(build_parser(command[0]).parse_args(command[1:]))


@pytest.mark.parametrize("page", [UNIT, CONTAINER], ids=lambda page: page.name)
def test_every_setting_that_is_named_is_one(page):
    text = page.read_text(encoding="utf-8")
    named = [found.lower().split("__") for found in SETTING.findall(text)]
    named += [found.split(".") for found in IN_WORDS.findall(text)]
    assert named
    assert [path for path in named if not is_setting(path)] == []


def test_a_name_that_is_no_setting_is_noticed():
    assert not is_setting(["web", "hots"])
    assert not is_setting(["wep", "host"])
    assert not is_setting(["mailboxes", "0", "imap", "passwort_file"])


def test_the_unit_starts_the_program_with_options_that_it_has():
    program, *command = shlex.split(dict(unit())["ExecStart"])
    assert program == "/opt/rightsdesk/.venv/bin/rightsdesk"
    assert understands(command)


def test_the_container_starts_the_program_with_options_that_it_has():
    text = CONTAINER.read_text(encoding="utf-8")
    command = re.search(r"^CMD \[(.*)\]$", text, re.MULTILINE)
    assert understands([one.strip().strip('"') for one in command[1].split(",")])


def test_the_unit_gives_the_desk_no_more_than_it_needs():
    given = {}
    for name, value in unit():
        given.setdefault(name, value)
    assert {name: given.get(name) for name in HARDENING} == HARDENING
    assert given["User"] not in {"", "root"}
    assert "AF_PACKET" not in given["RestrictAddressFamilies"]


def test_the_home_folder_is_the_one_that_systemd_makes():
    given = dict(unit())
    assert given["Environment"] == f"RIGHTSDESK_HOME=/var/lib/{given['StateDirectory']}"


def test_a_reading_process_may_bound_itself():
    """It calls setrlimit; a filter without @resources would kill each of them."""
    filters = [value for name, value in unit() if name == "SystemCallFilter"]
    assert filters[0] == "@system-service"
    assert all("@resources" not in one for one in filters)


def test_the_container_does_not_run_as_root():
    users = re.findall(r"^USER (\S+)$", CONTAINER.read_text(encoding="utf-8"), re.MULTILINE)
    assert users
    assert users[-1].split(":")[0] not in {"root", "0"}
