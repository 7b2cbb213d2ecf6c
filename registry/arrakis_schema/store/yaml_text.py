"""YAML as another notation of JSON: the value in a text, and the position of each part of it.

Only what YAML 1.1, YAML 1.2 and JSON agree about is accepted, so that every tool reads the same schema. Needs PyYAML,
of which only the scanner and the parser are used: no object is ever constructed from a tag.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from math import isinf
from typing import Any

from arrakis_schema.errors import MalformedRequestError, MissingExtraError
from arrakis_schema.text.json_pointer import escape_token
from arrakis_schema.text.printable import printable

try:
    from yaml import MappingNode, Node, SafeLoader, ScalarNode, SequenceNode, YAMLError
    from yaml.error import Mark, MarkedYAMLError
except ModuleNotFoundError as error:
    raise MissingExtraError(str(error.name), "check") from error

LARGEST = 1024 * 1024
"""How many bytes are read: PyYAML takes some seconds for these."""
_MOST_VALUES = 200_000
_TAG, _PLAIN = "tag:yaml.org,2002:", "plain "
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NUMBER_OF_YAML = re.compile(
    r"[-+]?(?:0o[0-7]+|0x[0-9a-fA-F]+|(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9_]+)(?:[eE][-+]?[0-9]+)?)", re.ASCII
)
_CONSTANTS = {"null": None, "true": True, "false": False}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_LONE = re.compile("[\ud800-\udfff]")
_KINDS = {"bool": "true or false", "timestamp": "a date", "int": "a number", "float": "a number", "merge": "a merge"}


class _Loader(SafeLoader):
    """The loader, which also records which values have no quotes and no tag."""

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        """Return the tag that YAML 1.1 gives to a node; that of a plain scalar is marked."""
        tag: str = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        return f"{_PLAIN}{tag}" if kind is ScalarNode and implicit[0] else tag


@dataclass(slots=True)
class _Reader:
    """Makes JSON values from nodes; counts them, as an alias repeats what it stands for."""

    deepest: int
    left: int = _MOST_VALUES

    def value(self, node: Node, depth: int = 0) -> Any:
        """Return the JSON value of a node."""
        self.left -= 1
        if self.left < 0:
            raise MalformedRequestError(f"with its aliases it has more than {_MOST_VALUES:,} values")
        if depth > self.deepest:
            raise MalformedRequestError(
                f"it nests more than {self.deepest} levels deep, or contains itself through an alias"
            )
        if isinstance(node, MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, depth)
        if isinstance(node, SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value(item, depth + 1) for item in node.value]
        if isinstance(node, ScalarNode):
            return _scalar(node)
        raise _problem(node, f"the tag {printable(_short(node.tag))} has no value in JSON")

    def _mapping(self, node: MappingNode, depth: int) -> dict[str, Any]:
        """Return the members of a mapping."""
        members: dict[str, Any] = {}
        for key, value in node.value:
            name = _scalar(key) if isinstance(key, ScalarNode) else None
            if not isinstance(name, str):
                raise _problem(key, "a name that is not text: write it in quotes")
            if name in members:
                raise _problem(key, f"the name {json.dumps(name)} is given twice")
            members[name] = self.value(value, depth + 1)
        return members


def parse_yaml(content: bytes, deepest: int) -> Any:
    """Return the JSON value in a YAML text.

    Raises `MalformedRequestError` with line and column for what is not YAML, has no value in JSON, or is read in two
    ways: names given twice, dates, `no` and `on`, merge keys, tags, several documents, and aliases without end.
    """
    return _Reader(deepest).value(_compose(content))


def yaml_positions(text: str) -> dict[str, tuple[int, int]]:
    """Return the line and the column of each member's name and each item of a valid text, by JSON Pointer."""
    return dict(islice(_places(_compose(text.encode()), "", (1, 1)), _MOST_VALUES))


def _places(node: Node, pointer: str, place: tuple[int, int], depth: int = 0) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the place of a node and of everything in it; what an alias repeats is where it stands first."""
    yield pointer, place
    if depth > 500:  # noqa: PLR2004 - an alias to what it stands in
        return
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from _places(value, f"{pointer}/{escape_token(str(key.value))}", _place_of(key.start_mark), depth + 1)
    elif isinstance(node, SequenceNode):
        for index, item in enumerate(node.value):
            yield from _places(item, f"{pointer}/{index}", _place_of(item.start_mark), depth + 1)


def _compose(content: bytes) -> Node:
    """Return the node of a text that holds one document."""
    if len(content) > LARGEST:
        raise MalformedRequestError(f"it has more than {LARGEST // 1024:,} KiB, which is too much for YAML")
    try:
        text = content.decode("utf-8")
        node = _Loader(text).get_single_node()
    except UnicodeDecodeError as error:
        raise MalformedRequestError(f"byte {error.start} is not UTF-8") from error
    except RecursionError as error:
        raise MalformedRequestError("it nests too deeply to be read") from error
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = "" if mark is None else f" at line {mark.line + 1} column {mark.column + 1}"
        description = " ".join(part for part in (error.context, error.problem) if part)
        raise MalformedRequestError(f"{printable(description)}{where}") from error
    except (YAMLError, ValueError) as error:
        raise MalformedRequestError(printable(str(error).split("\n", maxsplit=1)[0])) from error
    if node is None:
        raise MalformedRequestError("it is empty")
    return node


def _scalar(node: ScalarNode) -> Any:
    """Return the value of a scalar."""
    text = str(node.value)
    if not node.tag.startswith(_PLAIN):
        if node.tag != f"{_TAG}str":
            raise _problem(node, f"the tag {printable(_short(node.tag))} is not needed in JSON: leave it out")
        return _text(node, text)
    if text in {"", "~"} or (text.lower() in _CONSTANTS and text in {text.lower(), text.upper(), text.title()}):
        return _CONSTANTS[text.lower() if text.strip("~") else "null"]
    if _NUMBER.fullmatch(text):
        return _number(node, text)
    kind = _short(node.tag.removeprefix(_PLAIN))
    if kind != "str" or _NUMBER_OF_YAML.fullmatch(text):
        expected_kind = _KINDS.get(kind, "a number" if kind == "str" else f"a {kind}")
        raise _problem(
            node, f"{text[:40]} is {expected_kind} for some readers of YAML and text for others: write it in quotes"
        )
    return _text(node, text)


def _number(node: Node, text: str) -> float:
    """Return the number that JSON writes like this."""
    try:
        number: float = json.loads(text)
    except ValueError as error:
        raise _problem(node, f"a number cannot be read: {error}") from error
    if isinstance(number, float) and isinf(number):
        raise _problem(node, f"the number {text[:40]} is too large")
    return number


def _text(node: Node, text: str) -> str:
    """Return a text with its surrogate pairs as the characters that they stand for."""
    joined = _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    if _LONE.search(joined):
        raise _problem(node, "half a surrogate pair is not text")
    return joined


def _short(tag: str) -> str:
    """Return a tag in its short form."""
    return str(tag).removeprefix(_TAG)


def _place_of(mark: Mark) -> tuple[int, int]:
    """Return a line and a column that count from 1."""
    return mark.line + 1, mark.column + 1


def _problem(node: Node, problem: str) -> MalformedRequestError:
    """Return the error for a part of the text."""
    line, column = _place_of(node.start_mark)
    return MalformedRequestError(f"{printable(problem)} at line {line} column {column}")
