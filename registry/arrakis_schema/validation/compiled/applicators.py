"""The keywords that hold schemas: one function each, which returns the check of the keyword with this value.

https://json-schema.org/draft-07/draft-handrews-json-schema-validation-01 and
https://json-schema.org/draft/2020-12/json-schema-core
"""

from typing import Any

from arrakis_schema.validation.compiled.assertions import dependent_required
from arrakis_schema.validation.compiled.nodes import (
    Check,
    Compiler,
    Failure,
    Node,
    ask,
    below,
    finder,
    number_in,
    wanted,
)
from arrakis_schema.validation.steps import take_step


def ref(compiler: Compiler, value: Any, _: Any) -> Check:
    node = compiler.target(value)

    def check(instance: Any) -> Failure | None:
        take_step()
        return ask(node, instance)

    return check


def all_of(compiler: Compiler, value: Any, _: Any) -> Check:
    nodes = [compiler.node(schema) for schema in wanted(value, list)]
    return lambda instance: next((failure for node in nodes if (failure := ask(node, instance)) is not None), None)


def any_of(compiler: Compiler, value: Any, _: Any) -> Check:
    nodes = [compiler.node(schema) for schema in wanted(value, list)]

    def check(instance: Any) -> Failure | None:
        fits = any(ask(node, instance) is None for node in nodes)
        return None if fits else Failure((), "anyOf", value, instance)

    return check


def one_of(compiler: Compiler, value: Any, _: Any) -> Check:
    nodes = [compiler.node(schema) for schema in wanted(value, list)]

    def check(instance: Any) -> Failure | None:
        fitting = sum(ask(node, instance) is None for node in nodes)
        return None if fitting == 1 else Failure((), "oneOf", value, instance)

    return check


def not_(compiler: Compiler, value: Any, _: Any) -> Check:
    node = compiler.node(value)
    return lambda instance: None if ask(node, instance) is not None else Failure((), "not", value, instance)


def if_(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check:
    condition, then, otherwise = map(compiler.node, (value, schema.get("then", True), schema.get("else", True)))
    return lambda instance: ask(then if ask(condition, instance) is None else otherwise, instance)


def items(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check:
    """Return the check of `items` in draft-07, which may be one schema for each place."""
    if isinstance(value, list):
        further = schema.get("additionalItems", True)
        return _tuple(compiler, value, further, "additionalItems")
    return _every(compiler.node(value), 0)


def prefix_items(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check:
    return _tuple(compiler, wanted(value, list), schema.get("items", True), "items")


def items_after(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check | None:
    """Return the check of `items` in 2020-12, which is for the places after those of `prefixItems`."""
    if "prefixItems" in schema:
        return None
    return _tuple(compiler, [], value, "items") if value is False else _every(compiler.node(value), 0)


def _tuple(compiler: Compiler, schemas: list[Any], further: Any, keyword: str) -> Check:
    """Return the check of one schema for each place, and of another for all further ones."""
    nodes, rest = [compiler.node(schema) for schema in schemas], _every(compiler.node(further), len(schemas))

    def check(array: Any) -> Failure | None:
        for index, (node, item) in enumerate(zip(nodes, array, strict=False)):
            if (failure := ask(node, item)) is not None:
                return below(index, failure)
        if further is False:
            return Failure((), keyword, further, array) if len(array) > len(nodes) else None
        return rest(array)

    return check


def _every(node: Node, start: int) -> Check:
    """Return the check of all items from one on; where there is a sweep, it comes first."""

    def check(array: Any) -> Failure | None:
        for index, item in enumerate(array[start:] if start else array, start):
            one = node[type(item)]
            if one is not None and (failure := one(item)) is not None:
                return below(index, failure)
        return None

    sweep = node.sweep
    if sweep is None or start:
        return check
    return lambda array: None if sweep(array) else check(array)


def contains(compiler: Compiler, value: Any, _: Any) -> Check:
    node = compiler.node(value)

    def check(array: Any) -> Failure | None:
        fits = any(ask(node, item) is None for item in array)
        return None if fits else Failure((), "contains", value, array)

    return check


def contains_counted(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check:
    """Return the check of `contains` in 2020-12, with the bounds of the number of items."""
    node, least = compiler.node(value), number_in(schema.get("minContains", 1))
    most = number_in(schema["maxContains"]) if "maxContains" in schema else None

    def check(array: Any) -> Failure | None:
        fitting = sum(ask(node, item) is None for item in array)
        if most is not None and fitting > most:
            return Failure((), "maxContains", most, array)
        if fitting < least:
            return Failure((), "minContains", least, array) if fitting else Failure((), "contains", value, array)
        return None

    return check


def properties(compiler: Compiler, value: Any, _: Any) -> Check | None:
    nodes = [(name, compiler.node(schema)) for name, schema in wanted(value, dict).items()]

    def check(members: Any) -> Failure | None:
        for name, node in nodes:
            if name in members:
                member = members[name]
                one = node[type(member)]
                if one is not None and (failure := one(member)) is not None:
                    return below(name, failure)
        return None

    return check if nodes else None


def pattern_properties(compiler: Compiler, value: Any, _: Any) -> Check:
    nodes = [(finder(pattern), compiler.node(schema)) for pattern, schema in wanted(value, dict).items()]

    def check(members: Any) -> Failure | None:
        for find, node in nodes:
            for name, member in members.items():
                if isinstance(name, str) and find(name) and (failure := ask(node, member)) is not None:
                    return below(name, failure)
        return None

    return check


def additional_properties(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check | None:
    if value is True:
        return None
    names, node = frozenset(wanted(schema.get("properties", {}), dict)), compiler.node(value)
    finds = [finder(pattern) for pattern in wanted(schema.get("patternProperties", {}), dict)]

    def check(members: Any) -> Failure | None:
        if members.keys() <= names:
            return None
        for name, member in members.items():
            if name in names or (isinstance(name, str) and any(find(name) for find in finds)):
                continue
            if value is False:
                return Failure((), "additionalProperties", value, members)
            if (failure := ask(node, member)) is not None:
                return below(name, failure)
        return None

    return check


def property_names(compiler: Compiler, value: Any, _: Any) -> Check:
    node = compiler.node(value)
    return lambda members: next((failure for name in members if (failure := ask(node, name)) is not None), None)


def dependent_schemas(compiler: Compiler, value: Any, _: Any) -> Check:
    nodes = [(name, compiler.node(schema)) for name, schema in wanted(value, dict).items()]

    def check(members: Any) -> Failure | None:
        for name, node in nodes:
            if name in members and (failure := ask(node, members)) is not None:
                return failure
        return None

    return check


def dependencies(compiler: Compiler, value: Any, schema: dict[str, Any]) -> Check:
    entries = wanted(value, dict).items()
    lists = {name: names for name, names in entries if isinstance(names, list)}
    named = dependent_required(compiler, lists, schema, "dependencies")
    judged = dependent_schemas(compiler, {name: inner for name, inner in entries if name not in lists}, schema)

    def check(members: Any) -> Failure | None:
        failure = named(members)
        return judged(members) if failure is None else failure._replace(value=value)

    return check
