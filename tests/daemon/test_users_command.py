"""Accounts from the command line: the first administrator, and everybody after them."""

from __future__ import annotations

import json
import re

import pytest

from daemon.cli import main
from privacy.desk_roles import Role

SAM, OLGA = "sam@autocloz.example", "olga@autocloz.example"


@pytest.fixture
def users(tmp_path, capsys):
    """Give a function that runs `users` and returns (code, what it says)."""

    def run(*words: str) -> tuple[int, str]:
        code = main(["users", *words, "--home", str(tmp_path)])
        told = capsys.readouterr()
        return code, (told.out + told.err).strip()

    return run


def test_accounts_are_opened_listed_changed_and_removed(users):
    assert users("add", SAM, "--name", "Sam", "--role", "administrator") == (0, "added")
    more = ("--role", "viewer", "--role", "dpo", "--region", "eu")
    assert users("add", OLGA, "--name", "Olga", *more, "--actor", SAM) == (0, "added")
    assert users("roles", OLGA, "--role", "approver") == (0, "changed")
    _, told = users("list", "--json")
    sam, olga = map(json.loads, told.splitlines())
    assert (sam["address"], sam["roles"]) == (SAM, ["administrator"])
    assert (olga["name"], olga["roles"], olga["regions"]) == ("Olga", ["approver"], [])
    assert users("remove", OLGA) == (0, "removed")
    assert OLGA not in users("list")[1]


def test_a_link_is_printed_for_an_account_and_for_nobody_else(users):
    users("add", SAM, "--name", "Sam", "--role", "administrator")
    code, link = users("link", SAM)
    assert code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:8080/sign-in/link/[\w-]{43}", link)
    code, told = users("link", OLGA)
    assert code != 0
    assert "there is none with this address" in told


def test_what_cannot_be_is_told_in_one_line(users):
    users("add", SAM, "--name", "Sam", "--role", "administrator")
    for words, line in (
        (("add", SAM, "--name", "S", "--role", "viewer"), "one with this address already"),
        (("add", "sam", "--name", "S", "--role", "viewer"), "a mail address is wanted"),
        (("remove", SAM), "the last administrator"),
        (("roles", SAM, "--role", "viewer"), "the last administrator"),
        (("roles", OLGA, "--role", str(Role.DPO)), "there is none with this address"),
    ):
        code, told = users(*words)
        assert code != 0
        assert line in told
        assert told.count("\n") == 0


def test_an_account_that_approves_can_be_named_as_actor_and_another_cannot(run):
    for role in ("approver", "viewer"):
        run("users", "add", f"{role}@autocloz.example", "--name", role, "--role", role)
    words = ("suppress", "add", "anne@person.example", "--actor")
    assert run(*words, "approver@autocloz.example").code == 0
    done = run(*words, "viewer@autocloz.example")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "an account that approves" in done.err


def test_a_token_is_printed_once_listed_without_its_secret_and_revoked(users):
    users("add", SAM, "--name", "Sam", "--role", "viewer")
    code, secret = users("token", SAM, "--label", "payroll", "--scope", "see", "--days", "7")
    assert code == 0
    assert re.fullmatch(r"rdk_[\w-]{43}", secret)
    _, told = users("tokens", SAM, "--json")
    token = json.loads(told)
    assert (token["label"], token["scopes"], token["used_at"]) == ("payroll", ["see"], None)
    assert secret not in told
    assert users("revoke", SAM, token["id"]) == (0, "revoked")
    assert users("tokens", SAM) == (0, "nothing")
    code, told = users("revoke", SAM, token["id"])
    assert code != 0
    assert "this account has none with this id" in told


def test_a_token_for_more_than_the_roles_give_is_refused(users):
    users("add", SAM, "--name", "Sam", "--role", "viewer")
    code, told = users("token", SAM, "--label", "payroll", "--scope", "approve")
    assert code != 0
    assert "do not give approve" in told
