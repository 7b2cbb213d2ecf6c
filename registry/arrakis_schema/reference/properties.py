"""The members of a message, each under its own heading, with the known problems at the members they affect."""

from collections.abc import Iterator

from arrakis_schema.json_schema.violations import short_json
from arrakis_schema.languages import language_of
from arrakis_schema.reference.facts.descriptions import DescribedMember, described_members
from arrakis_schema.reference.facts.history import History
from arrakis_schema.reference.markup import (
    chip,
    code,
    element,
    escape_markdown,
    facts,
    meanings,
    note,
    page,
    prose,
    verbatim,
)
from arrakis_schema.store.documents import Document
from arrakis_schema.store.errata import Erratum
from arrakis_schema.store.members import Bound, Member, Variant
from arrakis_schema.store.store import Release
from arrakis_schema.text.escaping import literal


def member_list(history: History, release: Release, name: str, document: Document) -> Iterator[str]:
    """Yield the members in their order; problems of the document as a whole come first."""
    problems, since = history.known_problems(release, document.path), history.since(document.path, name)
    members, past = history.members(document), history.past_problems(release, document.path)
    about = {id(erratum): _addresses(document, erratum) for erratum in (*problems, *past)}
    addresses = {member.anchor for member in members}
    yield from (problem(history, erratum) for erratum in problems if not about[id(erratum)])
    yield _LIMITS if any(map(_is_limit, (bound for member in members for bound in member.bounds))) else ""
    for described in described_members(history, release, name, document):
        member = described.member
        yield f"### {_heading(member)} {{ #{member.anchor} .field }}"
        others = dict.fromkeys(origin.document for origin in member.origins if origin.document != document.path)
        origins = [release.name_of(path) for path in others if path in release.documents]
        yield _member(described, since.get(member.anchor, release.version), addresses, origins)
        yield from (problem_at(history, erratum) for erratum in problems if member.anchor in about[id(erratum)])
        yield from (past_problem(erratum) for erratum in past if member.anchor in about[id(erratum)])


def _addresses(document: Document, erratum: Erratum) -> set[str]:
    """Return the addresses of the members that a problem is about."""
    return {member.anchor for member in language_of(document).members_at(document, erratum.location)}


def problem(history: History, erratum: Erratum) -> str:
    """Return a known problem of a whole document as a note, or in a line where it is about its words alone."""
    if erratum.location == "/description":
        return problem_at(history, erratum)
    text = f"{escape_markdown(erratum.text)}{_seen(history, erratum)}"
    return note("warning", f"Known problem{_fixed(erratum)}", text)


def problem_at(history: History, erratum: Erratum) -> str:
    """Return a known problem in a line, which stands at what it is about."""
    text = (
        f"**Known problem{escape_markdown(_fixed(erratum))}:** {escape_markdown(erratum.text)}{_seen(history, erratum)}"
    )
    return f"{text}\n{{ .known }}"


def _fixed(erratum: Erratum) -> str:
    """Return which release fixes a problem."""
    return f", fixed in {erratum.fixed}" if erratum.fixed else ""


def _seen(history: History, erratum: Erratum) -> str:
    """Return which software a problem was seen in, as a sentence."""
    seen = history.seen_in(erratum)
    return f" Seen in {escape_markdown(' and '.join(seen))}." if seen else ""


def past_problem(erratum: Erratum, where: str = "") -> str:
    """Return a problem that earlier releases had, for those who still meet them."""
    return f"**{escape_markdown(_until(erratum))}** {_with_location(erratum, where)}\n{{ .past }}"


def _with_location(erratum: Erratum, where: str) -> str:
    """Return the text of a problem, after the member that it affects if `where` names one."""
    return f"{code(where)}: {escape_markdown(erratum.text)}" if where else escape_markdown(erratum.text)


def _until(erratum: Erratum) -> str:
    """Return which releases have a problem, in words."""
    first, last = erratum.releases[0], erratum.releases[-1]
    return (
        f"Before {erratum.fixed}:" if erratum.fixed else f"In {first}:" if first == last else f"In {first} to {last}:"
    )


def _heading(member: Member) -> str:
    """Return the path of a member, with the case in which it exists."""
    path = code(member.path) if member.steps else "The whole"
    return f"{path} ({escape_markdown(member.alternative)})" if member.alternative else path


def _member(described: DescribedMember, since: str, addresses: set[str], origins: list[str]) -> str:
    """Return the facts of one member in a line, then what it means and what holds in some cases only.

    `origins` are the names of other documents that say something of it.
    """
    member, borrowed = described.member, described.described_in
    sources = [chip(f"from {name}") for name in origins]
    sources += [chip(f"described in {borrowed}", "since")] if borrowed else []
    line = facts([*_chips(member), chip(f"documented since {since}", "since"), *sources])
    means = meanings({"If null": member.null, "If left out": member.omitted})
    return page(
        line, *prose(member.description), *_values(member), means, _variants(member), *_notes(member, addresses)
    ).rstrip()


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
_LIMITS = f"`int64`: at most {_INT64:,}, the largest integer of 64 bits.\n{{ .caption }}"


def _is_limit(bound: Bound) -> bool:
    """Tell whether a bound says only that an integer has 64 bits."""
    return bound.keyword == "maximum" and bound.value == _INT64


def _bound_words(bound: Bound) -> str:
    """Return a bound in as few words as a chip has room for."""
    if bound.keyword == "pattern":
        return f"matches {short_json(bound.value)}"
    return "int64" if _is_limit(bound) else bound.words


def _shown_bounds(member: Member) -> list[Bound]:
    """Return the bounds without the lower limit of an integer of 64 bits, where the upper one tells it."""
    limited = any(map(_is_limit, member.bounds))
    return [
        bound for bound in member.bounds if not (limited and bound.keyword == "minimum" and bound.value == -_INT64 - 1)
    ]


def _values(member: Member) -> Iterator[str]:
    """Yield the values that a member may have, and examples of them, as JSON."""
    one_of = "Always" if len(member.values) == 1 else "One of"
    for words, values in ((one_of, member.values), ("For example", member.examples)):
        if values:
            shown = "".join(verbatim(short_json(value, _LONGEST_VALUE)) for value in values[:_MOST_VALUES])
            more = f" and {len(values) - _MOST_VALUES:,} more" if len(values) > _MOST_VALUES else ""
            yield element("p", f"{words} {shown}{more}", class_="values")


def _variants(member: Member) -> str:
    """Return what holds in some cases only, as a list."""
    items = [element("li", _variant(variant)) for variant in member.variants[:_MOST_VARIANTS]]
    if len(member.variants) > _MOST_VARIANTS:
        items.append(element("li", f"and {len(member.variants) - _MOST_VARIANTS:,} more cases"))
    rules = {variant.rule for variant in member.variants}
    title = _RULES.get(next(iter(rules)), "") if len(rules) == 1 else ""
    return (
        page(
            element("p", title, class_="cases") if title else "", element("ul", "".join(items), class_="cases")
        ).rstrip()
        if items
        else ""
    )


_RULES = {"oneOf": "Exactly one of:", "anyOf": "At least one of:"}
_MOST_VALUES, _MOST_VARIANTS, _LONGEST_VALUE = 100, 40, 1000


def _variant(variant: Variant) -> str:
    """Return what holds in one case."""
    plain = variant.when.removeprefix("in ") == variant.name
    name = variant.name if plain else f"{variant.name}, {variant.when}"
    parts = [] if variant.type == variant.name else [variant.type if variant.type != "nothing" else "not allowed"]
    parts += ["may be null"] if variant.nullable and variant.type not in {"null", "any"} else []
    parts += [f"format {variant.format}"] if variant.format else []
    parts += [*map(_bound_words, variant.bounds), *variant.closed]
    text = f"{element('b', literal(name))} {literal(', '.join(parts))}"
    values = "".join(verbatim(short_json(value, _LONGEST_VALUE)) for value in variant.values[:_MOST_VALUES])
    described = f": {'<br>'.join(map(literal, variant.description.split(chr(10))))}" if variant.description else ""
    return f"{text}{f', one of {values}' if values else ''}{described}"


def _notes(member: Member, addresses: set[str]) -> Iterator[str]:
    """Yield where the members inside are described, and what is left out."""
    if member.see:
        there = "of the whole" if member.see.endswith("(whole)") else f"of {code(member.see)}"
        link = f"[{there}](#{member.see})" if member.see in addresses else there
        yield f"The members inside are those {link}.\n{{ .see }}"
    if member.note:
        yield f"{escape_markdown(member.note)}\n{{ .see }}"
