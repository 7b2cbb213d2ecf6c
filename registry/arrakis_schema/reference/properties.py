"""The members of a message, each under its own heading, with the known problems at the members they affect."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from arrakis_schema.findings.reports import format_count
from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.descriptions import DescribedMember, described_members
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    chip,
    code,
    division,
    element,
    escape_markdown,
    facts,
    meanings,
    prose,
    verbatim,
)
from arrakis_schema.reference.problems import earlier_problem, problem, problem_at
from arrakis_schema.store.corrections import Erratum
from arrakis_schema.store.documents import Document
from arrakis_schema.store.members import Bound, Member, Variant
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import href, literal


def member_list(history: History, release: Release, name: str, document: Document, up: str) -> Iterator[str]:
    """Yield the members in their order; what applies to the whole document or to most members comes first."""
    known = _with_addresses(document, history.known_problems(release, document.path))
    earlier = _with_addresses(document, history.earlier_problems(release, document.path))
    members = described_members(history, release, name, document)
    common, anchors = _Common.of(members), {described.member.anchor for described in members}
    yield from (problem(history, erratum) for erratum, addresses in known if not addresses)
    yield element("p", " ".join(common.sentences(members)), class_="caption")
    rows = _Rows(history, release, document, common, anchors, known, earlier, up)
    yield division("members", *(block for described in members for block in rows.row(described)))


@dataclass(frozen=True, slots=True)
class _Common:
    """What is the same for most members of a document, and therefore stated once."""

    since: str
    seen: tuple[str, ...]
    source: str

    @staticmethod
    def of(members: Sequence[DescribedMember]) -> "_Common":
        """Return what most of these members share."""
        since, seen = _most_frequent((described.since, described.seen_in) for described in members) or ("", ())
        sources = {described.described_in for described in members if _has_words(described.member)}
        return _Common(since, seen, sources.pop() if len(sources) == 1 else "")

    def sentences(self, members: Sequence[DescribedMember]) -> Iterator[str]:
        """Yield the sentences above the list."""
        if any(map(_is_limit, (bound for described in members for bound in described.member.bounds))):
            yield f"{verbatim('int64')}: at most {_INT64:,}, the largest integer of 64 bits."
        if self.since:
            more = any((described.since, described.seen_in) != (self.since, self.seen) for described in members)
            seen = f", seen since {literal(' and '.join(self.seen))}" if self.seen else ""
            yield f"Documented since {literal(self.since)}{seen}{', unless a field says otherwise' * more}."
        if self.source:
            yield f"The descriptions are those of {literal(self.source)}."


def _most_frequent(values: Iterable[Any]) -> Any:
    """Return the most frequent of some values, of several the first; None without any."""
    return next((value for value, _ in Counter(values).most_common(1)), None)


def _has_words(member: Member) -> bool:
    """Return whether a member has a description."""
    return bool(member.description or member.unit or member.null or member.omitted)


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is needed to describe the members of one document, one by one."""

    history: History
    release: Release
    document: Document
    common: _Common
    addresses: set[str]
    known: list[tuple[Erratum, set[str]]]
    earlier: list[tuple[Erratum, set[str]]]
    up: str

    def row(self, described: DescribedMember) -> Iterator[str]:
        """Yield the cells of one member: its name, its facts in a line, and what it means."""
        member = described.member
        yield f"### {_heading(member)} {{ #{member.anchor} .field }}"
        yield facts([*_chips(member), *self._references(member), *self._history(described)])
        means = meanings({"If null": member.null, "If left out": member.omitted})
        paragraphs = [block if block.startswith("<p>") else element("p", block) for block in prose(member.description)]
        notes = [*_notes(member, self.addresses), *self._problems(member)]
        yield element(
            "div", "".join([*paragraphs, *_values(member), means, _variants(member), *notes]), class_="meaning"
        )

    def _history(self, described: DescribedMember) -> Iterator[str]:
        """Yield since when a member exists, and the source of its description, if they differ from most members."""
        if (described.since, described.seen_in) != (self.common.since, self.common.seen):
            seen = f" (seen since {', '.join(described.seen_in)})" if described.seen_in else ""
            yield chip(f"since {described.since}{seen}", "since")
        if described.described_in and described.described_in != self.common.source:
            yield chip(f"described in {described.described_in}", "since")

    def _references(self, member: Member) -> Iterator[str]:
        """Yield a link to each definition and each other document that says something of a member."""
        links = []
        for path, definition in dict.fromkeys(
            (origin.document, _definition(origin.pointer)) for origin in member.origins
        ):
            name = self.release.name_of(path) if path in self.release.documents else ""
            if definition and name:
                raw = href(f"versions/{self.release.place}/{path}")
                links.append(
                    element("a", literal(_last_segment(definition)), href=f"{self.up}../{raw}#{href(definition)}")
                )
            elif path != self.document.path and name:
                page_of = f"{self.up}../{href(self.history.page(self.release, name))}/"
                links.append(element("a", literal(_last_segment(name)), href=page_of))
        if links:
            yield element("span", f"from {', '.join(dict.fromkeys(links))}", class_="from")

    def _problems(self, member: Member) -> Iterator[str]:
        """Yield the known problems of a member, and those that earlier releases had with it."""
        yield from (problem_at(self.history, erratum) for erratum, about in self.known if member.anchor in about)
        yield from (earlier_problem(erratum) for erratum, about in self.earlier if member.anchor in about)


def _last_segment(path: str) -> str:
    """Return the last part of a path."""
    return path.rpartition("/")[2]


def _definition(pointer: str) -> str:
    """Return the JSON Pointer of the shared definition that a place in a document is in; empty outside of one."""
    match = _DEFINITION.match(pointer)
    return match[0] if match else ""


def _with_addresses(document: Document, problems: Iterable[Erratum]) -> list[tuple[Erratum, set[str]]]:
    """Return problems, each with the addresses of the members that it is about."""
    members_at = language_of(document).members_at
    return [(erratum, {member.anchor for member in members_at(document, erratum.location)}) for erratum in problems]


def _breakable(path: str) -> str:
    """Return a path as code; a long one may be broken behind a dot or an underscore."""
    if len(path) <= _SHORT_PATH:
        return code(path)
    return element("code", _JOINT.sub("<wbr>", literal(path)))


def _heading(member: Member) -> str:
    """Return the path of a member, with the case in which it exists."""
    path = _breakable(member.path) if member.steps else "The whole"
    return f"{path} ({escape_markdown(member.alternative)})" if member.alternative else path


def _chips(member: Member) -> Iterator[str]:
    """Yield the facts of a member as chips."""
    yield chip(member.type if member.type != "nothing" else "not allowed", "type")
    yield from _presence(member)
    yield chip("may be null", "null") if member.nullable and member.type != "null" else ""
    yield chip("deprecated", "deprecated") if member.deprecated else ""
    yield chip(f"in {member.unit}", "unit") if member.unit else ""
    yield chip(f"format {member.format}", "bound") if member.format else ""
    yield from (chip(_bound_words(bound), "bound") for bound in _shown_bounds(member))
    yield from (chip(words, "bound") for words in member.closed)
    yield chip("read only", "bound") if member.read_only else ""
    yield chip("write only", "bound") if member.write_only else ""
    yield from (chip(f"default {short_json(value)}", "bound") for value in member.default)


def _presence(member: Member) -> Iterator[str]:
    """Yield whether a member is required; what is not a named member has a word of its own."""
    if member.kind == "name":
        if member.required_when:
            yield chip(f"required {' or '.join(member.required_when)}", "required")
        else:
            yield chip("required", "required") if member.required else chip("optional", "optional")
    elif member.kind in _PRESENCE:
        yield chip(_PRESENCE[member.kind])


_PRESENCE = {
    "items": "each item",
    "position": "item at this position",
    "contains": "at least one item",
    "any": "each other member",
    "pattern": "each member with a name that matches",
}
_INT64 = 2**63 - 1
_SHORT_PATH = 16
_JOINT = re.compile(r"(?<=[._])(?=\w)")
_DEFINITION = re.compile(r"/(?:definitions|\$defs)/[^/]+")


def _is_limit(bound: Bound) -> bool:
    """Return whether a bound says only that an integer has 64 bits."""
    return bound.keyword == "maximum" and bound.value == _INT64


def _bound_words(bound: Bound) -> str:
    """Return a bound in as few words as a chip has room for."""
    if bound.keyword == "pattern":
        return f"matches {short_json(bound.value)}"
    return "int64" if _is_limit(bound) else bound.words


def _shown_bounds(member: Member) -> list[Bound]:
    """Return the bounds without the lower limit of an integer of 64 bits, if the upper one implies it."""
    limited = any(map(_is_limit, member.bounds))
    return [
        bound for bound in member.bounds if not (limited and bound.keyword == "minimum" and bound.value == -_INT64 - 1)
    ]


def _values(member: Member) -> Iterator[str]:
    """Yield the values that a member may have, and examples of them, as JSON."""
    one_of = "Always" if len(member.values) == 1 else "One of"
    for words, values in ((one_of, member.values), ("For example", member.examples)):
        if values:
            listed_values = "".join(verbatim(short_json(value, _LONGEST_VALUE)) for value in values[:_MOST_VALUES])
            more = f" and {len(values) - _MOST_VALUES:,} more" if len(values) > _MOST_VALUES else ""
            yield element("p", f"{words} {listed_values}{more}", class_="values")


def _variants(member: Member) -> str:
    """Return what applies only in some cases, as a list."""
    items = [element("li", _variant(variant)) for variant in member.variants[:_MOST_VARIANTS]]
    if len(member.variants) > _MOST_VARIANTS:
        items.append(element("li", f"and {format_count(len(member.variants) - _MOST_VARIANTS, 'more case')}"))
    if not items:
        return ""
    rules = {variant.rule for variant in member.variants}
    title = _RULES.get(next(iter(rules)), "") if len(rules) == 1 else ""
    head = element("p", title, class_="cases") if title else ""
    return head + element("ul", "".join(items), class_="cases")


_RULES = {"oneOf": "Exactly one of:", "anyOf": "At least one of:"}
_MOST_VALUES, _MOST_VARIANTS, _LONGEST_VALUE = 100, 40, 1000


def _variant(variant: Variant) -> str:
    """Return what applies in one case."""
    plain = variant.when.removeprefix("in ") == variant.name
    name = variant.name if plain else f"{variant.name}, {variant.when}"
    parts = [] if variant.type == variant.name else [variant.type if variant.type != "nothing" else "not allowed"]
    parts += ["may be null"] if variant.nullable and variant.type not in {"null", "any"} else []
    parts += [f"format {variant.format}"] if variant.format else []
    parts += [*map(_bound_words, variant.bounds), *variant.closed]
    text = f"{element('b', literal(name))} {literal(', '.join(parts))}".rstrip()
    values = "".join(verbatim(short_json(value, _LONGEST_VALUE)) for value in variant.values[:_MOST_VALUES])
    described = f": {'<br>'.join(map(literal, variant.description.split(chr(10))))}" if variant.description else ""
    return f"{text}{f', one of {values}' if values else ''}{described}"


def _notes(member: Member, addresses: set[str]) -> Iterator[str]:
    """Yield where the members inside are described, and what is left out."""
    if member.see:
        there = "of the top level" if member.see.endswith("(whole)") else f"of {verbatim(member.see)}"
        link = element("a", there, href=f"#{member.see}") if member.see in addresses else there
        yield element("p", f"The members inside are those {link}.", class_="see")
    if member.note:
        yield element("p", escape_markdown(member.note), class_="see")
