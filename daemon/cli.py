"""The command line: a table of commands, each loaded only when it is called (targets.md T18)."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import NoReturn, Protocol, TextIO, cast

VERSION = "0.1.0"

# name: (what it does, an example). Each command lives in daemon/commands/<name>.py.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": (
        "run the daemon: mailboxes, listener, worker, sender, desk",
        "rightsdesk run --config rightsdesk.toml",
    ),
    "check": ("say in one screen what works and what does not", "rightsdesk check --carriers"),
    "import": (
        "take in .eml files, folders, mbox, Maildir or stdin",
        "rightsdesk import mail/ --json",
    ),
    "explain": (
        "say what the desk would make of messages; stores nothing",
        "rightsdesk explain mail/17.eml --jsonl",
    ),
    "classify": (
        "classify JSON lines on stdin; no database and no network without --model",
        "rightsdesk classify --jsonl < letters.jsonl",
    ),
    "evaluate": (
        "score the classifier on labelled texts; no database",
        "rightsdesk evaluate labelled.jsonl --json",
    ),
    "clock": (
        "count due dates of JSON lines on stdin, with the steps; no database",
        "rightsdesk clock --jsonl < requests.jsonl",
    ),
    "cases": ("list, show and change cases", "rightsdesk cases show PR-2026-482915-K7"),
    "tasks": ("list what waits for people, mark it done", "rightsdesk tasks list"),
    "drafts": (
        "list, show, approve and reject letters that wait",
        "rightsdesk drafts approve ID --actor sam@autocloz.example",
    ),
    "letters": (
        "list, preview and check the letters in every language; no database",
        "rightsdesk letters preview refusal --lang de",
    ),
    "laws": (
        "list and show what the records of the laws say; no database",
        "rightsdesk laws show gdpr",
    ),
    "outbox": ("list outgoing letters, try failed ones again", "rightsdesk outbox list --json"),
    "held": (
        "list, release and dismiss messages that were set aside",
        "rightsdesk held release ID --actor sam@autocloz.example",
    ),
    "quarantine": (
        "list messages that could not be worked, try or dismiss them",
        "rightsdesk quarantine retry ID --actor sam@autocloz.example",
    ),
    "mailbox": (
        "log a mailbox in with OAuth (device flow)",
        "rightsdesk mailbox login privacy@autocloz.example",
    ),
    "model": (
        "attest a contract on zero retention, compare the model with the rules",
        "rightsdesk model attest --contract ZDR-2026-7 --date 2026-11-01 --actor sam@autocloz.example",
    ),
    "directory": (
        "take in workspaces, people and leads, show who is behind an address",
        "rightsdesk directory import people.csv",
    ),
    "notice": (
        "tell every Owner of a change of the policy: draft, approve, send, prove",
        "rightsdesk notice status 2027-03 --holding",
    ),
    "suppress": (
        "put addresses on suppression lists, check and count them",
        "rightsdesk suppress check anne@person.example --json",
    ),
    "audit": (
        "say whether the trail is whole, write it into one signed file",
        "rightsdesk audit verify",
    ),
    "users": (
        "open, list, change and remove accounts of the desk",
        "rightsdesk users add sam@autocloz.example --name Sam --role administrator",
    ),
    "reconcile": (
        "say whether every message, case and letter is accounted for",
        "rightsdesk reconcile --json",
    ),
    "retention": (
        "destroy what the desk keeps no longer, and certify it",
        "rightsdesk retention run --dry-run",
    ),
    "keys": (
        "say whether every key opens, and seal by a new one",
        "rightsdesk keys check",
    ),
    "db": ("bring the database to this version's schema", "rightsdesk db upgrade"),
}


COMMON = (
    ("--config", "FILE", "settings file (default: rightsdesk.toml when it is there)"),
    ("--home", "DIR", "data folder of the embedded default"),
)


class OneLineParser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words; `--help` shows the usage (contract: errors are one line)."""

    def error(self, message: str) -> NoReturn:
        """Name what is wrong and end with 2."""
        self.exit(2, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns 0 done, 1 the work says no, 2 wrong usage or configuration, 3 out of reach."""
    _prepare_streams()
    common = OneLineParser(prog="rightsdesk", add_help=False, allow_abbrev=False)
    _add_common(common, default=None)
    options, words = common.parse_known_args(sys.argv[1:] if argv is None else argv)
    name = next((word for word in words if not word.startswith("-")), None)
    if name is None or name not in COMMANDS or words[0] in {"-h", "--help", "--version"}:
        return _top_level(words)
    words.remove(name)
    return _guarded(_load(name).run, build_parser(name).parse_args(words, namespace=options))


def _prepare_streams() -> None:
    """A stream that was closed before the start is an empty one; output is UTF-8, as JSON has to be."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - open until the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.encoding.lower() != "utf-8":
            stream.reconfigure(encoding="utf-8")


def _top_level(arguments: list[str]) -> int:
    parser = OneLineParser(
        prog="rightsdesk",
        description="The privacy desk in the mailbox.",
        epilog=_overview(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"rightsdesk {VERSION}")
    parser.add_argument(
        "command", choices=COMMANDS, metavar="COMMAND", help="one of the commands below"
    )
    parser.parse_args(arguments[:1])
    return 2


def _overview() -> str:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:<{width}}  {what}" for name, (what, _) in COMMANDS.items()]
    return "\n".join(
        ["commands:", *lines, "", "rightsdesk COMMAND --help tells more, with an example."]
    )


def build_parser(name: str) -> argparse.ArgumentParser:
    """Return the parser of one command, which loads the command."""
    what, example = COMMANDS[name]
    parser = OneLineParser(
        prog=f"rightsdesk {name}",
        description=what[0].upper() + what[1:] + ".",
        epilog=f"example: {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_common(parser.add_argument_group("common, anywhere on the line"))
    _load(name).add_arguments(parser)
    return parser


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"daemon.commands.{name}_command")


class _Options(Protocol):
    def add_argument(self, name: str, *, metavar: str, default: object, help: str) -> object: ...  # noqa: A002 - argparse's name


def _add_common(options: _Options, *, default: object = argparse.SUPPRESS) -> None:
    for name, metavar, meaning in COMMON:
        options.add_argument(name, metavar=metavar, default=default, help=meaning)


def _guarded(run: Callable[[argparse.Namespace], int], options: argparse.Namespace) -> int:
    """Turn what a command raises into one line on stderr and an exit code; never a traceback."""
    from daemon.failures import exit_code_of
    from daemon.standard_output import OutputLost, StandardOutput

    output = StandardOutput(sys.stdout)
    try:
        with contextlib.redirect_stdout(cast("TextIO", output)):
            code = run(options)
        output.flush()
    except KeyboardInterrupt:
        return 1
    except BrokenPipeError:  # the reader of our output had enough
        _forget_output()
        return 0
    except Exception as error:  # noqa: BLE001 - the top of the program
        if isinstance(error, OutputLost):
            _forget_output()
        code, line = exit_code_of(error)
        print(f"rightsdesk: {line}", file=sys.stderr)
    return code


def _forget_output() -> None:
    """What is left in the buffer must not fail a second time at the end."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end


if __name__ == "__main__":
    sys.exit(main())
