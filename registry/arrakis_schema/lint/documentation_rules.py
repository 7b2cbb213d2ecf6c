"""The rules for the documentation in a JSON Schema: titles, descriptions, units, defaults, examples."""

from collections.abc import Iterator

from arrakis_schema.errors import MalformedRequestError
from arrakis_schema.json_schema.dialects import DIALECTS
from arrakis_schema.lint.json_subject import JsonSubject
from arrakis_schema.lint.subject import REFUSED_EXAMPLES, Fault, Subject
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.store.parsing import parse_json

Faults = Iterator[Fault]


def title_missing(json_subject: JsonSubject) -> Faults:
    """The document has a title."""
    if isinstance(json_subject.schema, dict) and not json_subject.schema.get("title"):
        yield Fault("", "the document has no title")


def description_missing(json_subject: JsonSubject) -> Faults:
    """The document and every property have a description."""
    if isinstance(json_subject.schema, dict) and not json_subject.schema.get("description"):
        yield Fault("", "the document has no description")
    for node in json_subject.properties():
        if not node.schema.get("description") and "$ref" not in node.schema:
            yield Fault(node.pointer, f"{node.name} has no description")


def unit_missing(json_subject: JsonSubject) -> Faults:
    """Every number has a unit: `x-unit`, or "1" for a number without a unit."""
    for node in json_subject.properties():
        if "number" in node.types and not node.schema.get("x-unit"):
            yield Fault(node.pointer, f'{node.name} is a number, but has no x-unit (write "1" if it has no unit)')


def null_undescribed(json_subject: JsonSubject) -> Faults:
    """Every property that may be null says what null means: `x-null`."""
    for node in json_subject.properties():
        if "null" in node.types and not node.schema.get("x-null"):
            yield Fault(node.pointer, f"{node.name} may be null, but has no x-null that says what null means")


def omission_undescribed(json_subject: JsonSubject) -> Faults:
    """Every property that may be left out says what that means: `x-omitted`."""
    for node in json_subject.properties():
        if node.optional and not node.schema.get("x-omitted"):
            alone = "$ref" in node.schema and DIALECTS[node.dialect].ref_alone
            remedy = ': write it beside "allOf": [{"$ref": …}]' if alone else ""
            yield Fault(
                node.pointer, f"{node.name} may be left out, but has no x-omitted that says what absence means{remedy}"
            )


def default_invalid(json_subject: JsonSubject) -> Faults:
    """Every `default` and every member of `examples` is valid against its own schema."""
    for node in json_subject.objects():
        examples = node.schema.get("examples")
        values = {
            f"examples/{index}": value for index, value in enumerate(examples if isinstance(examples, list) else [])
        }
        if "default" in node.schema:
            values["default"] = node.schema["default"]
        for path, value in values.items():
            if (problem := json_subject.refuses(node.schema, value)) is not None:
                keyword = path.partition("/")[0]
                yield Fault(f"{node.pointer}/{path}", f"{keyword} is not valid against its schema: {problem}")


def example_missing(json_subject: JsonSubject) -> Faults:
    """Every request and publication has examples that must be accepted, and examples that must be rejected."""
    if json_subject.subject.document.kind not in {DocumentKind.ENVELOPE, DocumentKind.SHARED}:
        yield from missing_examples(json_subject.subject)


def missing_examples(subject: Subject) -> Faults:
    """Yield which kinds of examples a document lacks."""
    for refused, words in ((False, "that must be accepted"), (True, "that must be rejected (in a folder refused/)")):
        is_expected = not refused or REFUSED_EXAMPLES in subject.conventions
        if is_expected and not any(example.refused == refused for example in subject.examples):
            yield Fault("", f"the document has no example {words}")


def example_invalid(json_subject: JsonSubject) -> Faults:
    """Every example outside of `refused` is valid."""
    for example in json_subject.subject.examples:
        problem = None if example.refused else _example_problem(json_subject, example.content)
        if problem is not None:
            yield Fault("", f"this example must be accepted, but is rejected: {problem}", example=example.path)


def example_accepted(json_subject: JsonSubject) -> Faults:
    """Every example in `refused` is rejected."""
    for example in json_subject.subject.examples if json_subject.sound else ():
        if example.refused and _example_problem(json_subject, example.content) is None:
            yield Fault("", "this example must be rejected, but the document accepts it", example=example.path)


def _example_problem(json_subject: JsonSubject, content: bytes) -> str | None:
    """Return why the document refuses an example, or None."""
    try:
        instance = parse_json(content)
    except MalformedRequestError as error:
        return f"it cannot be read: {error.problem}"
    return json_subject.refuses_message(instance)
