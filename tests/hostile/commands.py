"""Every command with every choice of its options, as the parser has them: a new command without a line here fails a test."""

from argparse import Action, ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from arrakis_schema.cli.arguments import build_parser

COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "init": (("OUT",), ("OUT", "--name", "HOSTILE"), ("OUT", "--url", "HOSTILE")),
    "list": ((), ("--release", "1.0.0"), ("--release", "HOSTILE")),
    "show": (("EACH",), ("EACH", "--release", "1.0.0"), ("HOSTILE",)),
    "lint": ((), ("--release", "1.0.0"), ("EACH",), ("HOSTILE",)),
    "validate": (
        ("FILE",),
        ("FILE", "--document", "EACH"),
        ("FILE", "--document", "EACH", "--release", "1.0.0"),
        ("HOSTILE",),
    ),
    "release": ((),),
    "verify": ((), ("--against", "git:HEAD")),
    "compare": (("EACH@1.0.0", "EACH@next"), ("HOSTILE", "HOSTILE")),
    "check": ((), ("--against", "1.0.0", "--transitive"), ("--against", "git:HEAD"), ("--against", "git:HOSTILE")),
    "adopt": (("URL", "--out", "OUT"), ("grpc://HOSTILE", "--out", "OUT")),
    "import": (("OUT", "--as", "9.0.0"), ("HOSTILE", "--as", "9.0.0")),
    "conform": (("URL",), ("grpc://HOSTILE",)),
    "mock": ((),),
    "diff": (("1.0.0",), ("1.0.0", "next", "--annotations"), ("HOSTILE",)),
    "matrix": ((), ("--why",), ("HOSTILE",)),
    "build": (("OUT",),),
    "serve": ((),),
}
"""Arguments for each command. EACH stands for each document, HOSTILE for hostile text, FILE for a message, OUT for a folder that is
not there, URL for a server that runs."""

SERVERS = {"mock", "serve"}
"""Commands that run until they are interrupted."""


def parsers() -> Mapping[str, ArgumentParser]:
    """Return the parser of each command."""
    choices: Any = next(action.choices for action in _actions(build_parser()) if action.choices)
    return dict(choices)


def options(command: str) -> dict[str, tuple[str, ...]]:
    """Return the options of a command that take one of some words, with these."""
    actions = _actions(parsers()[command])
    return {
        action.option_strings[0]: tuple(action.choices)
        for action in actions
        if action.option_strings and action.choices
    }


def invocations(command: str, *, every_choice: bool = True) -> Iterator[tuple[str, ...]]:
    """Yield the arguments to call a command with: those of the table, and the first of them with each choice of each option."""
    first, *others = COMMANDS[command]
    yield from (first, *(arguments for arguments in others if every_choice or "EACH" in " ".join(arguments)))
    for option, choices in options(command).items() if every_choice else ():
        yield from ((*first, option, choice) for choice in choices)


def _actions(one: ArgumentParser) -> list[Action]:
    """Return what a parser takes."""
    return one._actions  # noqa: SLF001 - there is no other way to ask
