"""The values to try for the placeholders of a writer's template, combinations of them, and what a reader refuses."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import count, product
from math import isqrt, prod
from typing import Any, TypeAlias

import pyarrow as pa

from arrakis_schema.arrow.children import child_fields
from arrakis_schema.arrow.matching import match_name
from arrakis_schema.arrow.template import Column, Template
from arrakis_schema.compat.arrow.arrays import build_array
from arrakis_schema.compat.arrow.values import sample
from arrakis_schema.errors import SchemaTextError, TemplateError
from arrakis_schema.findings.verdicts import Change, Effect

ArrowSchema: TypeAlias = "pa.Schema | Template"
Key = tuple[bool, str]
"""A placeholder: whether it is in a repeated column, and its name. The two are bound separately."""
Choice = dict[Key, Any]
_VALUES = {"value-added": "{} now also accepts {}", "value-removed": "{} no longer accepts {}"}
_MOST_VALUES = 8
_ITEM = pa.int32()
ANY_TYPE: tuple[pa.DataType, ...] = (
    *(pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()),
    *(pa.float16(), pa.float32(), pa.float64(), pa.string(), pa.large_string(), pa.string_view()),
    *(pa.binary(), pa.large_binary(), pa.binary_view(), pa.binary(4), pa.null(), pa.bool_()),
    *(pa.date32(), pa.date64(), pa.time32("s"), pa.time64("ns"), pa.timestamp("s"), pa.timestamp("ns", "UTC")),
    *(pa.duration("s"), pa.month_day_nano_interval(), pa.decimal128(9, 2), pa.list_(_ITEM), pa.large_list(_ITEM)),
    *(pa.list_view(_ITEM), pa.large_list_view(_ITEM), pa.list_(_ITEM, 2), pa.struct([("x", _ITEM)])),
    *(pa.map_(pa.string(), _ITEM), pa.dense_union([pa.field("x", _ITEM)]), pa.uuid()),
    *(pa.dictionary(pa.int8(), pa.string()), pa.run_end_encoded(pa.int32(), _ITEM)),
)
"""The data types to try for a placeholder without a list of allowed values: some of every family."""


class NoSuchSchemaError(Exception):
    """A template cannot be bound to these values: two columns would have one name, or a type does not exist."""


class Placeholders:
    """The placeholders of a writer's template, with the values of each to try on a reader."""

    def __init__(self, writer: ArrowSchema, reader: ArrowSchema) -> None:
        """Read the columns of the writer; a plain schema has no placeholders."""
        self.columns = writer.columns if isinstance(writer, Template) else ()
        self.unbound = list(writer.unbound) if isinstance(writer, Template) else []
        self.metadata = Template("", (), writer.tail).bind().metadata if isinstance(writer, Template) else None
        self._reader = reader
        self._texts = "".join(side.text if isinstance(side, Template) else str(side.names) for side in (reader, writer))
        self._bound: dict[tuple[int, tuple[str, ...]], pa.Field] = {}
        keys = dict.fromkeys(key for column in self.columns for key in keys_of(column))
        self.options = {key: list(dict.fromkeys(self._values(key))) for key in keys}

    def fields(self, choice: Choice) -> list[pa.Field]:
        """Return the writer's columns for these values; raises `NoSuchSchemaError`."""
        bound = []
        for number, column in enumerate(self.columns):
            values = {name: choice[column.repeated, name] for name in column.placeholders}
            key = number, tuple(map(str, values.values()))
            if key not in self._bound:
                self._bound[key] = _bind(column, values)
            bound.append(self._bound[key])
        if len({field.name for field in bound}) < len(bound):
            raise NoSuchSchemaError
        return bound

    def is_schema(self, choice: Choice) -> bool:
        """Return whether the template can be bound to these values."""
        try:
            self.fields(choice)
        except NoSuchSchemaError:
            return False
        return True

    def in_names(self) -> list[Key]:
        """Return the placeholders in the names of columns."""
        pairs = [pair for pair in zip(self.columns, self.unbound, strict=True) if pair[0].repeated]
        return [key for key in self.options if any(key[0] and f"{{{key[1]}}}" in field.name for _, field in pairs)]

    def fresh(self, name: str) -> str:
        """Return a text that occurs in neither document."""
        return next(text for number in range(len(self._texts) + 1) if (text := f"{name}{number}") not in self._texts)

    def _values(self, key: Key) -> Iterator[Any]:
        """Yield the values to try for one placeholder: the allowed ones, or some of each kind."""
        columns = [column for column in self.columns if key in keys_of(column)]
        lists = [column.allowed[key[1]] for column in columns if key[1] in column.allowed]
        if lists:
            yield from (value for value in lists[0] if all(value in values for values in lists))
        elif any(key[1] in type_placeholders(field.type) for field in self.unbound):
            yield from ANY_TYPE
        else:
            yield self.fresh(key[1])
            yield from self._taken_names(key)

    def _taken_names(self, key: Key) -> Iterator[str]:
        """Yield the values that give a repeated column the name of a column that the reader knows."""
        reader = self._reader
        if isinstance(reader, Template):
            pairs = zip(reader.columns, reader.unbound, strict=True)
            taken = [field.name for column, field in pairs if not column.repeated]
        else:
            taken = reader.names
        patterns = [field.name for column, field in zip(self.columns, self.unbound, strict=True) if column.repeated]
        for pattern in patterns if key[0] else ():
            values = [match_name(pattern, name) or {} for name in taken]
            yield from (str(matched[key[1]]) for matched in values if matched.get(key[1]))


def keys_of(column: Column) -> list[Key]:
    """Return the placeholders of a column."""
    return [(column.repeated, name) for name in column.placeholders]


def type_placeholders(data_type: pa.DataType) -> list[str]:
    """Return the placeholders for data types in a type of `Template.unbound`."""
    if isinstance(data_type, pa.OpaqueType) and data_type.vendor_name == "template":
        return [data_type.type_name]
    return [name for child in child_fields(data_type) for name in type_placeholders(child.type)]


def _bind(column: Column, values: Mapping[str, Any]) -> pa.Field:
    """Return one column of a template bound to these values; raises `NoSuchSchemaError` if no array can be built."""
    typed = tuple((name, type(value), value) for name, value in values.items())  # a type equals its name
    parts = column.lines, column.placeholders, tuple(column.allowed.items()), column.repeated
    field = _field_of(*parts, typed)
    if field is None:
        raise NoSuchSchemaError
    return field


@lru_cache(maxsize=1024)
def _field_of(
    lines: tuple[str, ...],
    placeholders: tuple[str, ...],
    allowed: tuple[tuple[str, tuple[str, ...]], ...],
    repeated: bool,  # noqa: FBT001 - what a column is made of
    typed: tuple[tuple[str, type, Any], ...],
) -> pa.Field | None:
    """Return a bound column, of which an array can be built, or None: consecutive releases mostly have the same."""
    single = Template("", (Column(lines, 1, placeholders, dict(allowed), repeated),))
    values = {name: value for name, _, value in typed}
    try:
        field = (single.bind([values]) if repeated else single.bind(**values)).field(0)
        build_array([sample(field.type)], field.type)
    except (TemplateError, SchemaTextError, pa.ArrowException):
        return None
    return field


def in_scope(choice: Choice, column: Column) -> dict[str, Any]:
    """Return the values of the placeholders that apply to a column: those of repeated columns, or the others."""
    return {name: value for (repeated, name), value in choice.items() if repeated == column.repeated}


def texts(choice: Choice) -> dict[str, str]:
    """Return the values of the writer's placeholders as text; if one has two values, the repeated one gets brackets."""
    texts = {name: str(value) for (repeated, name), value in choice.items() if repeated}
    singles = {name: str(value) for (repeated, name), value in choice.items() if not repeated}
    return {**singles, **{f"{name}[]" if name in singles else name: text for name, text in texts.items()}}


def fill_name(name: str, values: Mapping[str, Any]) -> str:
    """Return the name of a column with the placeholders filled in that have a value."""
    for placeholder, value in values.items():
        name = name.replace(f"{{{placeholder}}}", str(value))
    return name


def all_pairs(sizes: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Yield rows of numbers below these sizes, so that any two numbers in any two columns occur together in a row.

    They are lines of a plane over a prime field: two lines meet in exactly one point.
    """
    prime = next(number for number in count(max((2, *sizes, len(sizes) - 1))) if _is_prime(number))
    if prod(sizes) <= prime**2:
        yield from product(*map(range, sizes))
        return
    for point in product(range(prime), repeat=2):
        values = (point[0], *((point[0] * slope + point[1]) % prime for slope in range(prime)))
        yield tuple(value % size for value, size in zip(values, sizes, strict=False))


def _is_prime(number: int) -> bool:
    return all(number % divisor for divisor in range(2, isqrt(number) + 1))


@dataclass(frozen=True, slots=True)
class RefusedValues:
    """Values of a placeholder that the writer may send and the reader's template does not allow.

    `column` is the name of the column in the reader's template; `message` and `witness` are about the first value.
    """

    column: str
    placeholder: str
    values: tuple[str, ...]
    message: str
    witness: dict[str, Any]


def is_allowed(value: Any, allowed: tuple[str, ...]) -> bool:
    """Return whether a template allows a value of a placeholder, as `Template.bind` does."""
    return value in allowed or (isinstance(value, pa.DataType) and any(map(partial(_is_named, value), allowed)))


def _is_named(data_type: pa.DataType, name: str) -> bool:
    """Return whether a name denotes a type."""
    try:
        return bool(data_type == pa.type_for_alias(name))
    except ValueError:
        return False


def refuse_value(  # noqa: PLR0913, PLR0917 - each is a fact about the column
    name: str,
    values: Mapping[str, Any],
    unbound: pa.Field,
    allowed: tuple[str, ...],
    sent: pa.Schema,
    binding: Mapping[str, str],
) -> RefusedValues:
    """Return the refusal of a value of a placeholder, with the binding and a value of the column."""
    column, value = fill_name(unbound.name, values), str(values[name])
    field = sent.field(column) if sent.names.count(column) == 1 else None
    message = f"{unbound.name}: the writer may send {value} for {{{name}}}, which the reader's template does not allow"
    witness = {
        "column": column,
        "writer": None if field is None else str(field.type),
        "reader": f"{{{name}}} is one of {', '.join(allowed)}",
        "value": value if field is None else sample(field.type),
        "binding": dict(binding),
        "refused": {name: value},
    }
    return RefusedValues(unbound.name, name, (value,), message, witness)


def describe_refusal(refused: RefusedValues, *, breaks: bool, reader_is_new: bool) -> Change:
    """Return the change that only one side allows some values of a placeholder: the writer, if `breaks`."""
    removed = breaks == reader_is_new
    rule, effect = ("value-removed", Effect.NARROWED) if removed else ("value-added", Effect.WIDENED)
    hidden = len(refused.values) - _MOST_VALUES
    values = ", ".join(refused.values[:_MOST_VALUES]) + (f" and {hidden} more" if hidden > 0 else "")
    text = _VALUES[rule].format(f"{{{refused.placeholder}}}", values)
    message, witness = f"{refused.column}: {text}", refused.witness if breaks else None
    return Change(rule, refused.column, refused.column, effect, message, breaks, witness, refused.message)
