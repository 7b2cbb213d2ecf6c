"""The complete validator. All validators of this package are made here, and none of them ever fetches anything.

It is `jsonschema` with corrections: `patterns` searches patterns, numbers are exact, equality is that of
JSON, and the whole document is read in the dialect of its root. `format` and `content…` are annotations. What an error
is about is what the pages say as well.
"""

import operator
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from arrakis_schema.errors import MissingExtraError
from arrakis_schema.json_schema.dialects import DIALECTS, DRAFT_04, DRAFT_06, DRAFT_07, DRAFT_2019_09, DRAFT_2020_12
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.steps import count_steps, current_steps, refuse_return, take_step
from arrakis_schema.json_schema.judge.values import equality_key, is_finite, is_multiple
from arrakis_schema.regex import Reading

try:
    import jsonschema
    from attrs import evolve
    from jsonschema.exceptions import ValidationError, best_match
    from referencing import Registry

    from arrakis_schema.json_schema.judge.meta_schemas import is_plainly_valid
    from arrakis_schema.json_schema.judge.specifications import SPECIFICATIONS
except ModuleNotFoundError as error:
    raise MissingExtraError(str(error.name), "check") from error

Errors = Iterator[ValidationError]
Keyword = Callable[[Any, Any, Any, Any], "Errors | None"]
Wrapper = Callable[[str, Keyword], Keyword]

_BASES: dict[str, Any] = {
    DRAFT_04: jsonschema.Draft4Validator,
    DRAFT_06: jsonschema.Draft6Validator,
    DRAFT_07: jsonschema.Draft7Validator,
    DRAFT_2019_09: jsonschema.Draft201909Validator,
    DRAFT_2020_12: jsonschema.Draft202012Validator,
}
_NOTHING: Registry[Any] = Registry()  # without documents, and unable to retrieve any


def make_validator(
    schema: Any,
    dialect: str,
    wrap: Wrapper | None = None,
    registry: Registry[Any] | None = None,
    reading: Reading = Reading.ECMA,
) -> Any:
    """Return the validator of a document, an object like those of `jsonschema`.

    A `$ref` is looked up in this document and in the `registry`; one that leads elsewhere raises
    `referencing`'s `Unresolvable`. `wrap` takes the name of a keyword and its check, and returns the check to use;
    `reading` is that of patterns.
    """
    return _class(dialect, wrap, reading)(schema, registry=_NOTHING, _resolver=resolver_of(schema, dialect, registry))


@cache
def _meta_validator(dialect: str) -> Any:
    """Return the validator of the schemas of a dialect; the meta-schemas come with `jsonschema`."""
    return _class(dialect, None, Reading.ECMA)(_BASES[dialect].META_SCHEMA, registry=_NOTHING)


def meta_schema_errors(schema: Any, dialect: str) -> Iterator[Any]:
    """Yield the errors of a schema by its meta-schema; of several alternatives, the one that nearly holds."""
    if is_plainly_valid(schema, dialect):
        return
    for error in _meta_validator(dialect).iter_errors(schema):
        yield closest_error([error])


def errors_of(validator: Any, instance: Any, most: int | None = None) -> list[ValidationError]:
    """Return the errors of an instance, or the first ones; raises `LimitError` if that takes too many steps.

    The result of a reference for a value is cached, so that schemas which refer to each other many times are no slower
    than others; an error that is reached in many ways is not repeated for each of them.
    """
    with count_steps(instance):
        return list(islice(validator.iter_errors(instance), most))


def closest_error(errors: list[Any]) -> Any:
    """Return the most specific error: of the alternatives of a combinator, that of the one that nearly holds."""
    return best_match(errors)


def resolver_of(schema: Any, dialect: str, registry: Registry[Any] | None = None) -> Any:
    """Return the resolver for a document, an object of `referencing`; `registry` holds other documents."""
    identifier = DIALECTS[dialect].identifier
    if isinstance(schema, dict) and not isinstance(schema.get(identifier, ""), str):
        schema = {name: value for name, value in schema.items() if name != identifier}
    resource = SPECIFICATIONS[dialect].create_resource(schema)
    resolver = (_NOTHING if registry is None else registry).resolver_with_root(resource)
    return _in_dynamic_scope(resolver, resolver)


def resolver_in(resolver: Any, schema: Any, dialect: str) -> Any:
    """Return the resolver inside a subschema, which may have an `$id` of its own."""
    if not isinstance(schema, dict) or not isinstance(schema.get(DIALECTS[dialect].identifier), str):
        return resolver
    return _in_dynamic_scope(resolver, resolver.in_subresource(SPECIFICATIONS[dialect].create_resource(schema)))


def _in_dynamic_scope(outer: Any, inner: Any) -> Any:
    """Return a resolver with the resource of an outer one in its dynamic scope.

    `referencing` adds only resources that a reference leaves, and none without a URI: an embedded resource that is
    entered from the one around it, and a root without `$id`, would be missing.
    """
    previous = inner._previous.push_front(outer._base_uri)  # noqa: SLF001 - `referencing` has no public way
    return type(inner)(base_uri=inner._base_uri, registry=inner._registry, previous=previous)  # noqa: SLF001


@cache
def _class(dialect: str, wrap: Wrapper | None, reading: Reading) -> Any:
    """Return the class of the validators of a dialect."""
    base = _BASES[dialect]
    corrections = CORRECTIONS | (_BOUNDS_OF_DRAFT_04 if dialect == DRAFT_04 else {})
    checks = {**base.VALIDATORS, **{name: check for name, check in corrections.items() if name in base.VALIDATORS}}
    if wrap is not None:
        checks = {name: wrap(name, check) for name, check in checks.items()}
    extend: Any = jsonschema.validators.extend
    made = extend(base, checks, type_checker=base.TYPE_CHECKER.redefine_many({"array": _array, "number": _number}))
    made.evolve = _evolve  # the original returns to an uncorrected class wherever a schema names its dialect
    made.dialect, made.reading, made.descend = dialect, reading, _descend(made.descend)
    return made


def _descend(descend: Any) -> Any:
    """Return `descend` with the location of a `false` schema, and with the resource that is left in scope."""

    def descend_corrected(  # noqa: PLR0913, PLR0917 - the parameters of jsonschema
        self: Any, instance: Any, schema: Any, path: Any = None, schema_path: Any = None, resolver: Any = None
    ) -> Errors:
        if schema is not False:
            resolver = resolver or resolver_in(self._resolver, schema, self.dialect)
            yield from descend(self, instance, schema, path, schema_path, resolver=resolver)
            return
        places = {name: [part] for name, part in {"path": path, "schema_path": schema_path}.items() if part is not None}
        error: Any = ValidationError
        yield error(
            "nothing is allowed", validator=None, validator_value=None, instance=instance, schema=schema, **places
        )

    return descend_corrected


def _array(_: Any, instance: Any) -> bool:
    """Tell whether a value is an array; a tuple counts, because it has the same JSON text."""
    return isinstance(instance, list | tuple)


def _number(_: Any, instance: Any) -> bool:
    """Tell whether a value is a JSON number; NaN and the infinities are none."""
    return isinstance(instance, int | float) and not isinstance(instance, bool) and is_finite(instance)


def _evolve(self: Any, **changes: Any) -> Any:
    """Return the validator of the same class for another schema of the document."""
    take_step()
    schema = changes.get("schema", self.schema)
    resolver = changes.get("_resolver") or resolver_in(self._resolver, schema, self.dialect)
    return type(self)(schema, registry=self._registry, _resolver=resolver)


def _ref(validator: Any, value: str, instance: Any, _: Any) -> Errors:
    steps = current_steps()
    results = None if steps is None else steps.known
    resolved = validator._resolver.lookup(value)  # noqa: SLF001 - as the keyword of jsonschema does
    key_here = id(resolved.contents), id(instance)
    if results is not None and key_here in results:
        before = results[key_here]
        yield from () if before is None else [ValidationError.create_from(before)]
        return
    first: Any = None
    for error in validator.descend(instance, resolved.contents, resolver=resolved.resolver):
        if first is None and results is not None:
            first = results[key_here] = ValidationError.create_from(error)
        yield error
    if first is None and results is not None:
        results[key_here] = None


def _dynamic_ref(keyword: str) -> Keyword:
    """Return the check of a dynamic reference, whose target depends on the path to it, so that nothing is cached."""

    def check(validator: Any, value: str, instance: Any, _: Any) -> Errors:
        steps = current_steps()
        if steps is not None:
            steps.known = None
        resolved = resolve_reference(validator._resolver, keyword, value)  # noqa: SLF001 - as jsonschema does
        with refuse_return(resolved.contents, instance):
            yield from validator.descend(instance, resolved.contents, resolver=resolved.resolver)

    return check


def resolve_reference(resolver: Any, keyword: str, reference: str) -> Any:
    """Return what a reference leads to, with the resolver there; raises an error of `referencing`."""
    resolved = resolver.lookup(reference)
    return outermost_anchor(resolver, resolved) if keyword == "$recursiveRef" else resolved


def outermost_anchor(resolver: Any, resolved: Any) -> Any:
    """Return the target of a `$recursiveRef`: the outermost resource on the path to it that has `$recursiveAnchor` too.

    A resource without one ends the search, as in other validators.
    https://json-schema.org/draft/2019-09/draft-handrews-json-schema-02#rfc.section.8.2.4.2
    """
    if not _is_anchored(resolved.contents):
        return resolved
    target = resolved
    for uri, registry in resolver.dynamic_scope():
        contents = registry.get_or_retrieve(uri).value.contents
        if not _is_anchored(contents):
            break
        inner = registry.resolver(uri)
        previous = resolver._previous.push_front(resolver._base_uri)  # noqa: SLF001 - see `_in_dynamic_scope`
        target = type(resolved)(contents=contents, resolver=evolve(inner, previous=previous))
    return target


def _is_anchored(schema: Any) -> bool:
    """Tell whether a schema of 2019-09 may be replaced by one around it."""
    return isinstance(schema, dict) and schema.get("$recursiveAnchor") is True


def _pattern(validator: Any, value: str, instance: Any, _: Any) -> Errors:
    if isinstance(instance, str) and not search(value, instance, validator.reading):
        yield ValidationError("no match")


def _pattern_properties(validator: Any, value: Mapping[str, Any], instance: Any, _: Any) -> Errors:
    for expression, schema in value.items() if isinstance(instance, dict) else ():
        for name, member in instance.items():
            if search(expression, name, validator.reading):
                yield from validator.descend(member, schema, path=name, schema_path=expression)


def _additional_properties(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    extras = additional_names(instance, schema, validator.reading) if isinstance(instance, dict) else []
    if value is False and extras:
        yield ValidationError("members that the schema does not describe")
    elif value is not False:
        for name in extras:
            yield from validator.descend(instance[name], value, path=name)


def additional_names(instance: Mapping[str, Any], schema: Mapping[str, Any], reading: Reading) -> list[str]:
    """Return the names of the members that neither `properties` nor `patternProperties` describes."""
    expressions = schema.get("patternProperties", {})
    return [
        name
        for name in instance
        if name not in schema.get("properties", {})
        and not any(search(expression, name, reading) for expression in expressions)
    ]


def _additional_items(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    tuples = schema.get("items")
    if not isinstance(tuples, list) or not isinstance(instance, list | tuple):
        return
    if value is False and len(instance) > len(tuples):
        yield ValidationError("more items than the schema describes")
    elif value is not False:
        for index in range(len(tuples), len(instance)):
            yield from validator.descend(instance[index], value, path=index)


def _unevaluated_items(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not isinstance(instance, list | tuple):
        return
    beside = {keyword: inner for keyword, inner in schema.items() if keyword != "unevaluatedItems"}
    indices = evaluated_items(validator, instance, beside)
    rest = [index for index in range(len(instance)) if index not in indices]
    if value is False and rest:
        yield ValidationError("items that no schema here describes")
    elif value is not False:
        for index in rest:
            yield from validator.descend(instance[index], value, path=index)


def evaluated_items(validator: Any, instance: Sequence[Any], schema: Any) -> set[int]:
    """Return the indices of the items that a schema evaluates, itself or by in-place subschemas that apply."""
    if isinstance(schema, bool):
        return set()
    dialect, every = DIALECTS[validator.dialect], set(range(len(instance)))
    first = schema.get(dialect.first_items)
    if "unevaluatedItems" in schema or dialect.keyword_for_others(first) in schema:
        return every
    indices = set(range(len(first))) if isinstance(first, list) else set()
    if "contains" in schema and dialect.contains_evaluates:
        matching = validator.evolve(schema=schema["contains"])
        indices |= {index for index, item in enumerate(instance) if matching.is_valid(item)}
    for inner in _applied(validator, instance, schema):
        indices |= evaluated_items(inner, instance, inner.schema)
    return indices


def _applied(validator: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the validators of what references lead to, and of the in-place subschemas that apply.

    Where one that must hold does not, that is an error of its own, and what it describes is no further one.
    """
    take_step()
    for keyword in DIALECTS[validator.dialect].references:
        if keyword in schema:
            resolved = resolve_reference(validator._resolver, keyword, schema[keyword])  # noqa: SLF001 - as jsonschema does
            with refuse_return(resolved.contents, instance, "evaluates"):
                yield validator.evolve(schema=resolved.contents, _resolver=resolved.resolver)
    for inner in in_place(validator, instance, schema):
        yield validator.evolve(schema=inner)


def _unevaluated_properties(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not isinstance(instance, dict):
        return
    beside = {keyword: inner for keyword, inner in schema.items() if keyword != "unevaluatedProperties"}
    names = evaluated_names(validator, instance, beside)
    rest = [name for name in instance if name not in names]
    if value is False and rest:
        yield ValidationError("members that no schema here describes")
    elif value is not False:
        for name in rest:
            yield from validator.descend(instance[name], value, path=name)


def evaluated_names(validator: Any, instance: Mapping[str, Any], schema: Any) -> set[str]:
    """Return the names of the members that a schema evaluates, itself or by in-place subschemas that apply."""
    if isinstance(schema, bool):
        return set()
    if "unevaluatedProperties" in schema:
        return set(instance)
    names = set(instance) & set(schema.get("properties", ()))
    names |= {
        name
        for name in instance
        for expression in schema.get("patternProperties", ())
        if search(expression, name, validator.reading)
    }
    if "additionalProperties" in schema:
        names |= set(additional_names(instance, schema, validator.reading))
    for inner in _applied(validator, instance, schema):
        names |= evaluated_names(inner, instance, inner.schema)
    return names


def in_place(validator: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the in-place subschemas that must hold, and those of the others that accept the instance."""

    def holds(inner: Any) -> bool:
        return bool(validator.evolve(schema=inner).is_valid(instance))

    named = schema.get("dependentSchemas", {}) if isinstance(instance, dict) else {}
    yield from (inner for name, inner in named.items() if name in instance)
    yield from schema.get("allOf", ())
    yield from filter(holds, [*schema.get("anyOf", ()), *schema.get("oneOf", ())])
    if "if" in schema:
        condition = holds(schema["if"])
        if condition:
            yield schema["if"]
        if (branch := "then" if condition else "else") in schema:
            yield schema[branch]


def _contains(validator: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
    if not isinstance(instance, list | tuple):
        return
    wanted = validator.evolve(schema=value)
    knows = "minContains" in DIALECTS[validator.dialect].keywords
    least, most = (schema.get(name) if knows else None for name in ("minContains", "maxContains"))
    count = sum(1 for item in instance if wanted.is_valid(item))
    error: Any = ValidationError
    if least is None and not count:
        yield error("no item fits")
    elif least is not None and count < least:
        yield error("too few items fit", validator="minContains", validator_value=least)
    elif most is not None and count > most:
        yield error("too many items fit", validator="maxContains", validator_value=most)


def _bound_of_draft_04(keyword: str, modifier: str, violates: Callable[[Any, Any], bool]) -> Keyword:
    """Return the check of a bound that another keyword makes an exclusive one, which the error names then."""

    def check(_: Any, value: Any, instance: Any, schema: Mapping[str, Any]) -> Errors:
        if isinstance(instance, bool) or not isinstance(instance, int | float):
            return
        exclusive = schema.get(modifier, False)
        if violates(instance, value) or (exclusive and instance == value):
            error: Any = ValidationError
            yield error("out of bounds", validator=modifier if exclusive else keyword, validator_value=value)

    return check


_BOUNDS_OF_DRAFT_04: dict[str, Keyword] = {
    "minimum": _bound_of_draft_04("minimum", "exclusiveMinimum", operator.lt),
    "maximum": _bound_of_draft_04("maximum", "exclusiveMaximum", operator.gt),
}


def _multiple_of(_: Any, value: Any, instance: Any, __: Any) -> Errors:
    if isinstance(instance, int | float) and not isinstance(instance, bool) and not is_multiple(instance, value):
        yield ValidationError("not a multiple")


def _enum(_: Any, value: list[Any], instance: Any, __: Any) -> Errors:
    if equality_key(instance) not in _members(value):
        yield ValidationError("not a member")


def _members(value: list[Any]) -> Container[Any]:
    """Return the keys of the members of an enum, computed once for an instance."""
    steps = current_steps()
    if steps is None:
        return set(map(equality_key, value))
    if id(value) not in steps.members:
        steps.members[id(value)] = frozenset(map(equality_key, value))
    return steps.members[id(value)]


def _const(_: Any, value: Any, instance: Any, __: Any) -> Errors:
    if equality_key(instance) != equality_key(value):
        yield ValidationError("another value")


def _unique_items(_: Any, value: bool, instance: Any, __: Any) -> Errors:  # noqa: FBT001 - a keyword's value
    if value and isinstance(instance, list | tuple) and len(set(map(equality_key, instance))) < len(instance):
        yield ValidationError("equal items")


CORRECTIONS: dict[str, Keyword] = {
    "$ref": _ref,
    "$dynamicRef": _dynamic_ref("$dynamicRef"),
    "$recursiveRef": _dynamic_ref("$recursiveRef"),
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "additionalItems": _additional_items,
    "contains": _contains,
    "unevaluatedItems": _unevaluated_items,
    "unevaluatedProperties": _unevaluated_properties,
    "multipleOf": _multiple_of,
    "enum": _enum,
    "const": _const,
    "uniqueItems": _unique_items,
}
