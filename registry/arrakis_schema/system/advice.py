"""What a client has to change to work with a server: one sentence for people."""

import re
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from arrakis_schema.findings.verdicts import Change
from arrakis_schema.json_schema.positions import value_at
from arrakis_schema.store.layout import DocumentKind
from arrakis_schema.system.comparisons import Comparisons
from arrakis_schema.system.relations import Call, Exchange, Relation
from arrakis_schema.text.json_pointer import escape_token

_REQUIRED = re.compile(r"'(.*)' is now required$")
_MOST = 4


class _Action(Enum):
    """What to do with some members or columns; their names stand in the braces."""

    SEND = "send {}"
    OMIT = "do not send {}, which the {reader} does not know"
    TAKE = "read the column {}, or ignore unknown columns"
    MISS = "do not rely on the column {}, which the {reader} does not send"
    OTHER = "{}"


def relations_data(comparisons: Comparisons, relations: Sequence[Relation | Call]) -> list[dict[str, str]]:
    """Return relations for programs: who, the answer, why, and what the client has to change."""
    answers = dict[tuple[int, ...], dict[str, str]]()  # many versions exchange the same
    listed = []
    for relation in relations:
        exchanged = tuple(map(id, relation.exchanges))
        if exchanged not in answers:
            answers[exchanged] = _answer_data(comparisons, relation)
        named = {"name": relation.name, "client": relation.client, "server": relation.server}
        absent = {} if exchanged else {"why": "not in both releases, so nothing can fail"}
        listed.append(named | answers[exchanged] | absent)
    return listed


def _answer_data(comparisons: Comparisons, relation: Relation | Call) -> dict[str, str]:
    """Return the answer, the reasons and the advice of a relation, without its names."""
    answer, exchanges = relation.answer, relation.exchanges
    reasons = dict.fromkeys(exchange.why for exchange in exchanges if exchange.answer is answer and exchange.why)
    change = advice(comparisons, exchanges) if answer.breaks else ""
    return {"answer": answer.name.lower(), "why": "; ".join(reasons), "change": change}


def advice(comparisons: Comparisons, exchanges: Iterable[Exchange]) -> str:
    """Return what the client has to change, in one sentence; empty where nothing breaks."""
    named: dict[_Action, dict[str, None]] = {}
    reader = "server"
    for exchange in exchanges:
        if exchange.answer.breaks:
            reader = _reader_of(comparisons, exchange)
            for action, name in _actions(comparisons, exchange):
                named.setdefault(action, {})[name] = None
    text = "; ".join(_clause(action, list(names), reader) for action, names in named.items())
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _reader_of(comparisons: Comparisons, exchange: Exchange) -> str:
    """Return what the readers of a document are called, such as `server`."""
    return comparisons.store.layout.sides_of(exchange.document)[1]


def _clause(action: _Action, names: list[str], reader: str) -> str:
    """Return what to do with some names, in a clause."""
    if action is _Action.OTHER:
        return "; ".join(names)
    shown = [*names[:_MOST], *([f"{len(names) - _MOST} more"] if len(names) > _MOST else [])]
    listed = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else shown[0]
    clause = str(action.value).replace("the column {}", "the columns {}" if len(shown) > 1 else "the column {}")
    return clause.format(listed, reader=reader)


def _actions(comparisons: Comparisons, exchange: Exchange) -> Iterator[tuple[_Action, str]]:
    """Yield what to do about each change at fault."""
    faults = [change for change in exchange.verdict.findings if change.at_fault]
    writes = comparisons.kind_of(exchange.document) is not DocumentKind.PAYLOAD
    for change in faults:
        yield _write(comparisons, exchange, change) if writes else _read(exchange, change)
    if not faults:
        yield _Action.OTHER, exchange.verdict.at or exchange.verdict.reason


def _write(comparisons: Comparisons, exchange: Exchange, change: Change) -> tuple[_Action, str]:
    """Return what the writer of a request or of a message has to do."""
    place = change.message.partition(": ")[0]
    if change.rule == "required-added" and (match := _REQUIRED.search(change.message)):
        name = match[1] if place == change.message else f"{place}.{match[1]}"
        return _Action.SEND, f"{name}{_null_clause(comparisons, exchange, change, match[1])}"
    if change.rule == ("properties-removed" if exchange.reader_is_new else "properties-added"):
        return _Action.OMIT, place
    accepted = exchange.verdict.at
    reader = _reader_of(comparisons, exchange)
    return _Action.OTHER, f"send only what the {reader} accepts ({accepted})" if accepted else change.told


def _null_clause(comparisons: Comparisons, exchange: Exchange, change: Change, name: str) -> str:
    """Return what null means for a member, where it may be null; the working set says what it means in words."""
    pointer = f"{change.new.rpartition('/required')[0]}/properties/{escape_token(name)}"
    member = value_at(exchange.reader_schema, pointer)
    described = value_at(comparisons.newest_schema(exchange.document), pointer)
    types = member.get("type") if isinstance(member, dict) else None
    if not isinstance(types, list) or "null" not in types:
        return ""
    words = str(described.get("x-null", "")) if isinstance(described, dict) else ""
    meaning = re.split(r"[.:;]", words)[0].strip()
    return f" (null means {meaning[:1].lower()}{meaning[1:]})" if meaning else " (may be null)"


def _read(exchange: Exchange, change: Change) -> tuple[_Action, str]:
    """Return what the reader of a payload has to do."""
    place = change.message.partition(": ")[0]
    sent, gone = ("column-removed", "column-added") if exchange.reader_is_new else ("column-added", "column-removed")
    if change.rule == sent:
        return _Action.TAKE, place
    return (_Action.MISS, place) if change.rule == gone else (_Action.OTHER, f"read {change.told}")
