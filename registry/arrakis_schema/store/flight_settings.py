"""What the table `[flight]` of `schemas/registry.toml` says: how requests travel, where no document says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, get_args

from arrakis_schema.text.short_repr import short_repr

KEEPS = ("named", "listed", "matching", "at-least", "at-most")


@dataclass(frozen=True, slots=True)
class Info:
    """The action that says what a server is; the members of its JSON answer that name the release and the endpoints."""

    action: str = ""
    release: str = ""
    endpoints: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Where the values of an argument come from that names what a server has: a column of the listing, or an action.

    The answer of the action is a JSON object whose names are the values.
    """

    column: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of a listing an argument asks for: `keeps` is how the column is held against the argument.

    `named`: the rows that the list names, each of which must exist; `listed`: the same, where an empty list is no
    limit; `matching`: a regular expression; `at-least` and `at-most`: a bound.
    """

    column: str = ""
    keeps: str = "listed"


@dataclass(frozen=True, slots=True)
class Series:
    """How the rows of repeated columns hold samples over time, in nanoseconds.

    `time` is the column of the first sample's time, `start` and `end` the arguments, `rate` (in Hz) and `stride` the
    columns of the rows that are bound; `epoch` is the Unix time at which the clock of the API shows 0.
    """

    time: str = ""
    start: str = ""
    end: str = ""
    rate: str = ""
    stride: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class Columns:
    """What binds the repeated columns of a payload: the argument that names them, and the endpoint that answers rows.

    `column` holds the name in those rows; `sorted` says whether the columns stand in the order of their names;
    `aliases` are placeholders of other releases with the column that fills them.
    """

    argument: str = ""
    rows: str = ""
    column: str = ""
    sorted: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    series: Series = field(default_factory=Series)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Flight:
    """How the endpoints are asked by Arrow Flight; each field is a key of `[flight]`, and empty where it is not there.

    `arguments` and `release` are members of a request; `exchange` are the endpoints that are asked by DoExchange,
    `writes` those that are asked for data only with leave; `times` are the arguments that ask for data of a time, which
    a server need not have kept; `counts` maps an endpoint to the one whose rows it counts.
    """

    arguments: str = ""
    release: str = ""
    listing: str = ""
    exchange: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    counts: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    info: Info = field(default_factory=Info)
    names: Mapping[str, Names] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    columns: Mapping[str, Columns] = field(default_factory=dict)
    actions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    __repr__ = short_repr

    @property
    def leading(self) -> tuple[str, ...]:
        """The members that stand first in a request, in their order."""
        return "request", self.arguments, self.release


TABLES = {"names": Names, "filters": Filter, "columns": Columns}


def read_flight(table: Any) -> tuple[Flight, list[str]]:
    """Return what the table says, and a sentence for each key that is unknown or not of its type."""
    problems = list(_problems(Flight, table, "flight"))
    if problems:
        return Flight(), problems
    parsed: Flight = _parsed(Flight, table)
    bad = [name for name, one in parsed.filters.items() if one.keeps not in KEEPS]
    return parsed, [f"flight.filters.{name}.keeps is none of {', '.join(KEEPS)}" for name in bad]


def _parsed(kind: type[Any], table: Mapping[str, Any]) -> Any:
    """Return a record of this kind from a table without problems."""
    values = {}
    for one in fields(kind):
        if one.name in table:
            value = table[one.name]
            member = TABLES.get(one.name) if kind is Flight else None
            if member is not None:
                value = {name: _parsed(member, said) for name, said in value.items()}
            elif is_dataclass(one.type):
                value = _parsed(one.type, value)  # type: ignore[arg-type] # a class, not an instance
            values[one.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def _problems(kind: type[Any], table: Any, place: str) -> Iterator[str]:
    """Yield what is wrong with the table of a record."""
    if not isinstance(table, dict):
        yield f"{place} is not a table"
        return
    known = {one.name: one for one in fields(kind)}
    yield from (f"unknown key {place}.{name}" for name in table if name not in known)
    for name, one in known.items():
        if name not in table:
            continue
        member = TABLES.get(name) if kind is Flight else None
        if is_dataclass(one.type):
            yield from _problems(one.type, table[name], f"{place}.{name}")  # type: ignore[arg-type] # a class
        elif not _fits(table[name], one.type):
            yield f"{place}.{name} is not {_expected(one.type)}"
        elif member is not None:
            for inner, said in table[name].items():
                yield from _problems(member, said, f"{place}.{name}.{inner}")


def _fits(value: Any, wanted: Any) -> bool:
    """Tell whether a TOML value is of the type of a field."""
    if wanted in {str, bool, int}:
        return type(value) is wanted
    if get_args(wanted) == (str, ...):
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    texts = get_args(wanted)[1:] == (str,)
    return isinstance(value, dict) and (not texts or all(isinstance(part, str) for part in value.values()))


def _expected(wanted: Any) -> str:
    """Return the words for the type of a field."""
    if get_args(wanted) == (str, ...):
        return "a list of texts"
    return {str: "text", bool: "true or false", int: "a whole number"}.get(wanted, "a table")
