"""Documents compiled to one function by fastjsonschema, if it reads them as the complete validator does.

fastjsonschema generates Python code that contains texts of a schema, so it never gets a document, but what `rewriting`
makes of one. Arrays of strings are checked apart, in a few calls that run in C: most of the time of a request with a
thousand names.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from operator import contains
from typing import Any, TypeVar

import fastjsonschema
from fastjsonschema.draft07 import CodeGeneratorDraft07
from fastjsonschema.ref_resolver import RefResolver

from arrakis_schema.json_schema.dialects import DRAFT_04, DRAFT_07
from arrakis_schema.json_schema.judge.patterns import Searcher, literal_text, searcher
from arrakis_schema.json_schema.judge.rewriting import NotCompiledError, SchemaCopy, SchemaPosition
from arrakis_schema.json_schema.judge.values import all_finite
from arrakis_schema.json_schema.violations import Violation, violation
from arrakis_schema.regex.characters import Reading

Check = Callable[[Any], Violation | None]
Accepts = Callable[[Any], bool]
Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled document: the `first_violation` of an instance or None, and whether it `accepts` an instance.

    They raise `NotCompiledError` for an instance with NaN, which they would take for a number.
    """

    first_violation: Check
    accepts: Accepts


def compile_schema(document: Any, dialect: str, reading: Reading = Reading.ECMA) -> Compiled | None:
    """Return a compiled document; None if it cannot be compiled."""
    if dialect == DRAFT_04:  # its 1.0 is not an integer
        return None
    copy = SchemaCopy(document, dialect, reading)
    try:
        schema = {"$schema": f"{DRAFT_07}#", **copy.schema(document, SchemaPosition())}
        run, formats = _compile_text(json.dumps(schema), tuple(copy.searchers)), copy.searchers
    except (NotCompiledError, fastjsonschema.JsonSchemaDefinitionException, SyntaxError):  # Python nests 20 blocks
        return None
    text_arrays = [make_text_array(path, items, reading, unique=unique) for path, items, unique in copy.arrays]
    are_accepted = _all_at_once(text_arrays)

    def find_first(instance: Any) -> Violation | None:
        try:
            run(instance, formats)
        except fastjsonschema.JsonSchemaValueException as error:
            return copy.violation(error)
        return find_array_violation(text_arrays, instance) if text_arrays else None

    def accepts(instance: Any) -> bool:
        try:
            run(instance, formats)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return not text_arrays or are_accepted(instance) or find_array_violation(text_arrays, instance) is None

    return Compiled(_of_finite(find_first), _of_finite(accepts)) if copy.numeric else Compiled(find_first, accepts)


@lru_cache(maxsize=256)
def _compile_text(schema: str, formats: tuple[str, ...]) -> Callable[[Any, dict[str, Any]], Any]:
    """Return the compiled function of a schema, which is given the functions of these formats with each instance.

    The documents of many releases differ in what is not asserted, such as their `$id`.
    """
    definition = json.loads(schema)
    resolver = RefResolver.from_schema(definition, store={})
    make: Any = _CodeGenerator
    generator = make(definition, resolver=resolver, formats=dict.fromkeys(formats, bool), use_default=False)
    names = {**generator.global_state, "Decimal": float}  # a Decimal is not a JSON number
    exec(generator.func_code, names)  # noqa: S102 - no text in it could end a string: see `rewriting`
    run: Callable[[Any, dict[str, Any]], Any] = names[resolver.get_scope_name()]
    return run


class _CodeGenerator(CodeGeneratorDraft07):
    """The generator of fastjsonschema, with errors that name the number of a schema.

    Its own hold a message and the schema with all that is in it: twice the code, which takes twice the time to compile.
    """

    def exc(self, *_: Any, rule: str | None = None, **__: Any) -> None:
        """Write the statement that raises the error for a keyword."""
        self.l('raise JsonSchemaValueException("", {variable}, "{name}", {{"number": {number}}}, {rule!r})', rule=rule)


def _of_finite(check: Callable[[Any], Checked]) -> Callable[[Any], Checked]:
    """Return a check of instances whose numbers JSON has."""

    def check_finite(instance: Any) -> Checked:
        if not all_finite(instance):
            raise NotCompiledError
        return check(instance)

    return check_finite


@dataclass(frozen=True, slots=True)
class TextArray:
    """The assertions about an array of strings at a path of names: a pattern, an enum, unique items.

    `checks` holds keyword, value and check of one string; `accepts` tells whether all items are accepted at once,
    and may raise `TypeError` for items that are not strings.
    """

    path: tuple[str, ...]
    checks: tuple[tuple[str, Any, Searcher], ...]
    unique: bool
    accepts: Accepts


def make_text_array(path: tuple[str, ...], items: dict[str, Any], reading: Reading, *, unique: bool) -> TextArray:
    """Return the checks for the assertions of `items`: "pattern" and "enum"; others are ignored."""
    checks: list[tuple[str, Any, Searcher]] = []
    every: list[Accepts] = []
    if "enum" in items:
        members = frozenset(member for member in items["enum"] if isinstance(member, str))
        checks.append(("enum", items["enum"], members.__contains__))
        every.append(members.issuperset)
    else:
        every.append(_are_texts)
    if "pattern" in items:
        find = searcher(items["pattern"], reading)
        checks.append(("pattern", items["pattern"], find))
        every.append(_matching(items["pattern"], find))
    if unique:
        every.append(_differ)
    return TextArray(path, tuple(checks), unique, _combine(every))


def find_array_violation(text_arrays: list[TextArray], instance: Any) -> Violation | None:
    """Return the first violation of these arrays in an instance; a missing array has none."""
    for array in text_arrays:
        value = instance
        try:
            for name in array.path:
                value = value.get(name)
        except AttributeError:
            continue
        try:
            if value.__class__ is list and array.accepts(value):
                continue
        except TypeError:
            pass
        if isinstance(value, list | tuple) and (array_violation := _violation(array, value)) is not None:
            return array_violation
    return None


def _all_at_once(text_arrays: list[TextArray]) -> Accepts:
    """Return a quick check that tells whether all arrays that are there are plainly accepted."""
    members: dict[tuple[str, ...], list[tuple[str, Accepts]]] = {}
    for array in text_arrays:
        if not array.path:
            return lambda _: False
        members.setdefault(array.path[:-1], []).append((array.path[-1], array.accepts))
    holders = list(members.items())

    def are_accepted(instance: Any) -> bool:
        try:
            for path, names in holders:
                holder = instance
                for name in path:
                    holder = holder.get(name)
                for name, accepts in names:
                    value = holder.get(name)
                    if value is not None and (value.__class__ is not list or not accepts(value)):
                        return False
        except (AttributeError, TypeError):
            return False
        return True

    return are_accepted


def _violation(array: TextArray, value: list[Any] | tuple[Any, ...]) -> Violation | None:
    """Return the first violation of an array, item by item."""
    for index, item in enumerate(value):
        path: tuple[str | int, ...] = (*array.path, index)
        if not isinstance(item, str):
            return violation(path, "type", "string", item)
        for keyword, expected, accepts in array.checks:
            if not accepts(item):
                return violation(path, keyword, expected, item)
    if array.unique and not _differ(value):
        return violation(array.path, "uniqueItems", value=True, instance=value)
    return None


def _are_texts(values: Any) -> bool:
    """Return True for strings; raises `TypeError` for anything else."""
    "".join(values)
    return True


def _differ(texts: Any) -> bool:
    """Return whether strings all differ."""
    return len(set(texts)) == len(texts)


def _matching(pattern: str, find: Searcher) -> Accepts:
    """Return the check that all strings match; a pattern without special characters is three times as fast."""
    if (text := literal_text(pattern)) is not None:
        return lambda values: all(map(contains, values, repeat(text)))
    return lambda values: all(map(find, values))


def _combine(every: list[Accepts]) -> Accepts:
    """Return the conjunction of checks."""
    match every:
        case [only]:
            return only
        case [first, second]:
            return lambda values: first(values) and second(values)
    return lambda values: all(accepts(values) for accepts in every)
