"""The pairs of schemas that a reader and a writer may have: templates, bound in every way that can matter.

A placeholder of the same name on both sides has the same value, a text or a data type. One that only the reader has
stands for what the writer sends in its place, in the order
of the reader's columns; a repeated column under such a name is the one repeated column of the writer that fits.

Whether two types are compatible depends on pairs of their parts, so all values of any two placeholders of a column
show the same as all combinations.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from typing import Any

import pyarrow as pa

from arrakis_schema.arrow.matching import match_name, match_placeholders
from arrakis_schema.arrow.template import Column, Template
from arrakis_schema.compat.arrow.placeholders import (
    ArrowSchema,
    Choice,
    Key,
    NoSuchSchemaError,
    Placeholders,
    RefusedValues,
    all_pairs,
    fill_name,
    in_scope,
    is_allowed,
    keys_of,
    refuse_value,
    texts,
    type_placeholders,
)
from arrakis_schema.errors import SchemaTextError, TemplateError

MOST_VALUES = 200_000
"""The maximal number of values bound for one verdict: bindings times placeholders."""


@dataclass(frozen=True, slots=True)
class BoundSchemas:
    """The bound schemas of the reader and the writer, and the values of the writer's placeholders.

    `names` maps the columns whose names depend on the request to their names in the templates.
    """

    read: pa.Schema
    sent: pa.Schema
    values: Mapping[str, str]
    names: Mapping[str, str]


class NotBoundError(Exception):
    """The reader's placeholders are ambiguous, or there is too much to try; the text is the reason."""


class SchemaPair:
    """A reader and a writer, either of which may be a template."""

    def __init__(self, reader: ArrowSchema, writer: ArrowSchema) -> None:
        """Read the placeholders of both."""
        self.reader, self.writer = reader, writer
        self.placeholders = Placeholders(writer, reader)
        self.options = dict(self.placeholders.options)
        self._reason = ""
        self._columns = list(zip(reader.columns, reader.unbound, strict=True)) if isinstance(reader, Template) else []

    def refused_values(self) -> list[RefusedValues]:
        """Return the values that the reader's template does not allow, by placeholder.

        They are not tried again. Raises `NotBoundError`.
        """
        self._drop_impossible_values()
        refusals: dict[str, RefusedValues] = {}
        for choice in [self._base, *self._each_value()] if self._columns else []:
            try:
                values, sent = self._reader_values(choice), self._sent(choice)
            except NoSuchSchemaError:
                continue
            for column, unbound in self._columns:
                in_column = in_scope(values, column)
                for name, allowed in column.allowed.items():
                    if not is_allowed(in_column[name], allowed):
                        refusal = refuse_value(name, in_column, unbound, allowed, sent, texts(choice))
                        previous = refusals.setdefault(name, refusal)
                        refusals[name] = replace(
                            previous, values=tuple(dict.fromkeys([*previous.values, *refusal.values]))
                        )
        self._drop_refused_values(refusals)
        return list(refusals.values())

    def bindings(self) -> Iterator[BoundSchemas]:
        """Yield both sides bound to the same values, in every way that can matter.

        Raises `NotBoundError` if that is ambiguous or too much, after yielding everything possible.
        """
        if self.reader == self.writer:
            yield from self._bind_both(self._base)
            return
        most = MOST_VALUES // max(1, len(self.options))
        for choice in islice(self._choices(), most):
            yield from self._bind_both(choice)
        if self._reason:
            raise NotBoundError(self._reason)
        left = sum(1 for _ in islice(self._choices(), 10 * most)) - most
        if left > 0:
            suffix = " or more" if left == 9 * most else ""
            raise NotBoundError(f"{left:,}{suffix} combinations of what placeholders stand for were not examined")

    @cached_property
    def _base(self) -> Choice:
        """The first values of all placeholders to which the writer's template can be bound."""
        for values in islice(product(*self.options.values()), MOST_VALUES):
            choice = dict(zip(self.options, values, strict=True))
            if self.placeholders.is_schema(choice):
                return choice
        raise NotBoundError("no values were found with which the writer's template is a schema")

    def _each_value(self) -> Iterator[Choice]:
        """Yield every value of every placeholder, with the first values of the others."""
        for key, values in self.options.items():
            yield from ({**self._base, key: value} for value in values)

    def _drop_impossible_values(self) -> None:
        """Drop the values to which the writer's template cannot be bound, such as text for an index."""
        names = self.placeholders.in_names()
        for key in [key for key in self.options if key not in names]:
            possible = [value for value in self.options[key] if self.placeholders.is_schema({**self._base, key: value})]
            self.options[key] = possible

    def _drop_refused_values(self, refused: Mapping[str, RefusedValues]) -> None:
        """Drop the values that the reader rejects, as long as others are left."""
        for column, _ in self._columns if refused else ():
            for name, allowed in column.allowed.items():
                for key in [key for key in self.options if key[1] == name]:
                    self.options[key] = [
                        value for value in self.options[key] if is_allowed(value, allowed)
                    ] or self.options[key]
        if refused:
            del self.__dict__["_base"]

    def _choices(self) -> Iterator[Choice]:
        """Yield the combinations to try: all for names, all pairs of values for other placeholders of a column."""
        yield self._base
        tried = {tuple(map(str, self._base.values()))}
        names = self.placeholders.in_names()
        for named in product(*(self.options[key] for key in names)):
            start = {**self._base, **dict(zip(names, named, strict=True))}
            for keys in self._keys_of_columns(start):
                for choice in self._vary(start, [key for key in keys if key not in names]):
                    values = tuple(map(str, choice.values()))
                    if values not in tried:
                        tried.add(values)
                        yield choice

    def _vary(self, start: Choice, keys: list[Key]) -> Iterator[Choice]:
        """Yield every value of each of these placeholders, then all pairs of values of any two of them."""
        for key in keys:
            yield from ({**start, key: value} for value in self.options[key])
        sizes = [len(self.options[key]) for key in keys]
        for row in all_pairs(sizes):
            yield {**start, **{key: self.options[key][index] for key, index in zip(keys, row, strict=True)}}

    def _keys_of_columns(self, start: Choice) -> list[list[Key]]:
        """Return the placeholders involved in each column: the writer's, and those that the reader's depend on.

        There are none for a column that is written alike on both sides.
        """
        try:
            partners = dict(self._partners(start))
        except NoSuchSchemaError:
            return [[]]
        depends = self._dependencies(partners)
        keys_by_column = [keys_of(column) for column in self.placeholders.columns]
        for index, number in partners.items():
            reader_column, unbound = self._columns[index]
            writer_column = self.placeholders.columns[number]
            alike = unbound.equals(self.placeholders.unbound[number], check_metadata=True)
            if alike and keys_of(reader_column) == keys_of(writer_column):
                keys_by_column[number] = []
            else:
                keys_by_column[number] += [key for reader_key in keys_of(reader_column) for key in depends[reader_key]]
        return [list(dict.fromkeys(keys)) for keys in keys_by_column]

    def _dependencies(self, partners: Mapping[int, int]) -> dict[Key, list[Key]]:
        """Return the placeholders of the writer that each of the reader's depends on."""
        keys_by_reader: dict[Key, list[Key]] = {}
        for index, (column, _) in enumerate(self._columns):
            for key in keys_of(column):
                writer_key = self._writer_key(key)
                if writer_key is not None:
                    keys_by_reader[key] = [writer_key]
                elif index in partners:
                    keys_by_reader[key] = [
                        *keys_by_reader.get(key, ()),
                        *keys_of(self.placeholders.columns[partners[index]]),
                    ]
                else:
                    keys_by_reader.setdefault(key, [])
        return keys_by_reader

    def _writer_key(self, key: Key) -> Key | None:
        """Return the writer's placeholder of the same name, preferably one in an equally repeated column."""
        repeated, name = key
        return next((candidate for candidate in (key, (not repeated, name)) if candidate in self.options), None)

    def _partners(self, choice: Choice) -> Iterator[tuple[int, int]]:
        """Yield the number of each column of the reader's template with that of the writer's column sent for it."""
        names = [field.name for field in self.placeholders.fields(choice)]
        values = self._reader_values(choice)
        for number, (column, unbound) in enumerate(self._columns):
            name = fill_name(unbound.name, in_scope(values, column))
            if name in names:
                yield number, names.index(name)

    def _bind_both(self, choice: Choice) -> Iterator[BoundSchemas]:
        """Yield both sides bound to these values, unless there is no such request."""
        try:
            sent = self._sent(choice)
            if not isinstance(self.reader, Template):
                yield BoundSchemas(self.reader, sent, texts(choice), self._names(sent, self.reader))
                return
            values = self._reader_values(choice)
        except NoSuchSchemaError:
            return
        by_name = {name: values[False, name] for name in self.reader.values}
        repeated = {name: values[True, name] for name in self.reader.repeated}
        try:
            read = self.reader.bind([repeated] if repeated else [], **by_name)
        except TemplateError:
            return  # refused, or two columns of one name, which no request has
        except SchemaTextError as error:
            self._reason = f"the reader's template is not a schema with {texts(choice)}: {error}"
            return
        yield BoundSchemas(read, sent, texts(choice), self._names(sent, read))

    def _names(self, sent: pa.Schema, read: pa.Schema) -> dict[str, str]:
        """Return the template names of bound columns, by their bound names, which the reader does not know."""
        sides = [(self.placeholders.unbound, sent), ([unbound for _, unbound in self._columns], read)]
        fixed = set(self.reader.names) if isinstance(self.reader, pa.Schema) else set[str]()
        fixed |= {unbound.name for column, unbound in self._columns if not column.repeated}
        pairs = [pair for unbound, bound in sides for pair in zip(unbound, bound, strict=False)]
        return {field.name: unbound.name for unbound, field in pairs if field.name not in fixed}

    def _sent(self, choice: Choice) -> pa.Schema:
        """Return what the writer sends with these values."""
        if not isinstance(self.writer, Template):
            return self.writer
        return pa.schema(self.placeholders.fields(choice), metadata=self.placeholders.metadata)

    def _reader_values(self, choice: Choice) -> Choice:
        """Return the value of each placeholder of the reader: the writer's value, or what is sent in its place."""
        sent = self._sent(choice)
        fields = self.placeholders.fields(choice)
        fixed = {unbound.name for column, unbound in self._columns if not column.repeated}
        pairs = zip(self.placeholders.columns, fields, strict=True)
        free = [field for column, field in pairs if column.repeated and field.name not in fixed]
        result: Choice = {}
        for column, _ in self._columns:
            shared = {key: writer_key for key in keys_of(column) if (writer_key := self._writer_key(key)) is not None}
            result |= {key: choice[writer_key] for key, writer_key in shared.items()}
        for column, unbound in self._columns:
            field = self._sent_for(column, unbound, in_scope(result, column), sent, free)
            if field is not None:
                values = {**match_placeholders(unbound, field), **(match_name(unbound.name, field.name) or {})}
                result = {**{(column.repeated, name): value for name, value in values.items()}, **result}
        for column, unbound in self._columns:
            for repeated, name in keys_of(column):
                result.setdefault((repeated, name), self._default_value(name, column, unbound))
        return result

    def _sent_for(
        self, column: Column, unbound: pa.Field, values: Mapping[str, Any], sent: pa.Schema, free: list[pa.Field]
    ) -> pa.Field | None:
        """Return the column that is sent for a column of the reader; None if there is none."""
        name = fill_name(unbound.name, values) if column.repeated else unbound.name
        if not column.repeated or match_name(name, name) == {}:
            return sent.field(name) if sent.names.count(name) == 1 else None
        if not isinstance(self.writer, Template) or not self.writer.repeated:
            raise NotBoundError("the reader's schema depends on the request, the writer's does not")
        fitting = [field for field in free if match_name(name, field.name) is not None]
        if len(fitting) > 1:
            names = ", ".join(field.name for field in fitting)
            raise NotBoundError(
                f"the reader's column {unbound.name} may be any of the writer's {names}: name them alike"
            )
        return fitting[0] if fitting else None

    def _default_value(self, name: str, column: Column, unbound: pa.Field) -> Any:
        """Return a value for a placeholder in whose place the writer sends nothing."""
        if name in column.allowed:
            return column.allowed[name][0]
        return pa.int8() if name in type_placeholders(unbound.type) else self.placeholders.fresh(name)
