"""The table `[flight]` of `schemas/registry.toml`: how requests travel, as far as no document defines it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from time import time_ns
from typing import Any, get_args

from arrakis_schema.text.json_pointer import names_in
from arrakis_schema.text.short_repr import short_repr

REQUEST_MEMBER = "request"
"""The member of a request that names what it asks for, where `registry.toml` does not name another one."""
CALLS = ("command", "path", "ticket")
KEEPS = ("named", "listed", "matching", "null-or-equal", "at-least", "at-most")
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Info:
    """The action by which a server describes itself, and the members of its answer with release and endpoints."""

    action: str = ""
    release: str = ""
    endpoints: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Where the values of an argument that names what a server has come from: a column of the listing, or an action.

    The answer of the action is a JSON object whose names are the values.
    """

    column: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows of a listing an argument asks for: `keeps` is how the column is compared with the argument.

    `named`: the rows that the list names, each of which must exist; `listed`: the same, where an empty list is no
    limit; `matching`: a regular expression; `null-or-equal`: null, or the argument, so that without one all are null;
    `at-least` and `at-most`: a bound.
    """

    column: str = ""
    keeps: str = "listed"


@dataclass(frozen=True, slots=True)
class SampleSeries:
    """How the rows of repeated columns hold samples over time, in nanoseconds.

    `time` is the column of the first sample's time, `start` and `end` the arguments, `rate` (in Hz) and `stride` the
    columns of the rows that are bound, `latency` the one that says how late live samples may come; `epoch` is the Unix
    time at which the clock of the API shows 0.
    """

    time: str = ""
    start: str = ""
    end: str = ""
    rate: str = ""
    stride: str = ""
    latency: str = ""
    epoch: int = 0

    def now(self) -> int:
        """Return the current time by the clock of the API, in nanoseconds."""
        return time_ns() - self.epoch * SECOND


@dataclass(frozen=True, slots=True)
class Columns:
    """What binds the repeated columns of a payload: the argument that names them, and the endpoint that answers rows.

    `column` holds the name in those rows; `sorted` says whether the columns stand in the order of their names;
    `aliases` are placeholders of other releases with the column that fills them. For data at another server, the schema
    in a FlightInfo may hold only the names (`names_only_elsewhere`): the schema of the stream is what counts.
    """

    argument: str = ""
    rows: str = ""
    column: str = ""
    sorted: bool = False
    names_only_elsewhere: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict)
    series: SampleSeries = field(default_factory=SampleSeries)

    __repr__ = short_repr


@dataclass(frozen=True, slots=True)
class Flight:
    """How the endpoints are asked by Arrow Flight; each field is a key of `[flight]`, empty where the key is absent.

    `arguments` and `release` are members of a request; `exchange` are the endpoints that are called by DoExchange,
    `writes` those that are asked for data only with permission; `times` are the arguments that select a time, whose
    data a server need not have kept; `counts` maps an endpoint to the one whose rows it counts. `key` is the column
    that names a row of the listing, `repeats` maps an endpoint to the one whose rows its own agree with, `distinct`
    an endpoint to the columns, separated by spaces, whose values together no two rows share, `within` a column to the
    one that its values count within, so that there is none without the other.

    `calls` is how a request is sent: as the command of a descriptor, as the last part of a path that begins with the
    name of the endpoint, or as a ticket. `discriminator` is the member that tells requests apart: its name or its JSON
    Pointer, empty where none does.
    """

    calls: str = "command"
    discriminator: str = REQUEST_MEMBER

    arguments: str = ""
    release: str = ""
    listing: str = ""
    exchange: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    counts: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    repeats: Mapping[str, str] = field(default_factory=dict)
    distinct: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, str] = field(default_factory=dict)
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
        return *self.discriminator_path[:1], self.arguments, self.release

    @property
    def discriminator_path(self) -> tuple[str, ...]:
        """The names that lead to the discriminator in a request; none where there is no discriminator."""
        if not self.discriminator.startswith("/"):
            return (self.discriminator,) if self.discriminator else ()
        return names_in(self.discriminator)


TABLES = {"names": Names, "filters": Filter, "columns": Columns}


def read_flight(table: Any) -> Flight:
    """Return the settings of a table without problems."""
    if table.get("calls") == "path":
        table = {"discriminator": "", **table}
    flight: Flight = _build_record(Flight, table)
    return flight


def flight_problems(table: Any) -> Iterator[str]:
    """Yield what is wrong with the table: unknown keys, values of a wrong type, or words that mean nothing."""
    if problems := list(_problems(Flight, table, "flight")):
        yield from problems
        return
    flight = read_flight(table)
    if flight.calls not in CALLS:
        yield f"flight.calls = {flight.calls!r} is not one of {', '.join(CALLS)}"
        return
    for name, filter_ in flight.filters.items():
        if filter_.keeps not in KEEPS:
            yield f"flight.filters.{name}.keeps is not one of {', '.join(KEEPS)}"


def _build_record(kind: type[Any], table: Mapping[str, Any]) -> Any:
    """Build a record of this type from a table without problems."""
    values = {}
    for attribute in fields(kind):
        if attribute.name in table:
            value = table[attribute.name]
            member = TABLES.get(attribute.name) if kind is Flight else None
            if member is not None:
                value = {name: _build_record(member, entry) for name, entry in value.items()}
            elif is_dataclass(attribute.type):
                value = _build_record(attribute.type, value)  # type: ignore[arg-type] # a class, not an instance
            values[attribute.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def _problems(kind: type[Any], table: Any, path: str) -> Iterator[str]:
    """Yield what is wrong with the table of a record."""
    if not isinstance(table, dict):
        yield f"{path} is not a table"
        return
    attributes = {attribute.name: attribute for attribute in fields(kind)}
    yield from (f"unknown key {path}.{name}" for name in table if name not in attributes)
    for name, attribute in attributes.items():
        if name not in table:
            continue
        member = TABLES.get(name) if kind is Flight else None
        if is_dataclass(attribute.type):
            yield from _problems(attribute.type, table[name], f"{path}.{name}")  # type: ignore[arg-type] # a class
        elif not _fits(table[name], attribute.type):
            yield f"{path}.{name} is not {_describe_type(attribute.type)}"
        elif member is not None:
            for inner, entry in table[name].items():
                yield from _problems(member, entry, f"{path}.{name}.{inner}")


def _fits(value: Any, expected: Any) -> bool:
    """Return whether a TOML value is of the type of a field."""
    if expected in {str, bool, int}:
        return type(value) is expected
    if get_args(expected) == (str, ...):
        return isinstance(value, list) and all(isinstance(part, str) for part in value)
    texts = get_args(expected)[1:] == (str,)
    return isinstance(value, dict) and (not texts or all(isinstance(part, str) for part in value.values()))


def _describe_type(expected: Any) -> str:
    """Describe the type of a field."""
    if get_args(expected) == (str, ...):
        return "a list of texts"
    return {str: "text", bool: "true or false", int: "a whole number"}.get(expected, "a table")
