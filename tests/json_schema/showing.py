"""Whether what the member tree states is true: asked of the judge, with instances that a document accepts.

`python -m tests.json_schema.showing FOLDER... [--instances N] [--prove]` asks it of every JSON Schema in
some folders: of roots, of the official suite, or any others.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.admission import kind_of
from arrakis_schema.json_schema.bundling import stored_bundle
from arrakis_schema.json_schema.dialects import DRAFT_07, dialect_of
from arrakis_schema.json_schema.judge.complete import make_validator
from arrakis_schema.json_schema.judge.patterns import search
from arrakis_schema.json_schema.judge.soundness import problems
from arrakis_schema.json_schema.judge.values import equality_key
from arrakis_schema.json_schema.members import MemberTree, read_members
from arrakis_schema.store.members import Member, Step
from arrakis_schema.store.store import open_store
from tests.compat.random_schemas import Instances
from tests.json_schema.searching import Search

Accepts = Callable[[Any], bool]
Reached = tuple[Any, Any]
"""A value at a place, as the object or array that holds it, and its name or index."""
_KINDS = {"integer": {"integer"}, "number": {"integer", "fraction"}}


def judge(document: Any) -> Accepts:
    return lambda instance: bool(make_validator(document, dialect_of(document) or DRAFT_07).is_valid(instance))


def inside(step: Step, value: Any, siblings: set[Step]) -> list[Any]:
    """Return the names or indices of the values one step inside a value."""
    if isinstance(value, dict):
        patterns = [str(sibling.value) for sibling in siblings if sibling.kind == "pattern"]
        match step.kind:
            case "name":
                return [step.value] if step.value in value else []
            case "pattern":
                return [name for name in value if search(str(step.value), name)]
            case "any":
                free = [name for name in value if Step("name", name) not in siblings]
                return [name for name in free if not any(search(pattern, name) for pattern in patterns)]
    if isinstance(value, list):
        match step.kind:
            case "position":
                return [step.value] if int(step.value) < len(value) else []
            case "items":
                before = sum(sibling.kind == "position" for sibling in siblings)
                return list(range(before, len(value)))
    return []


class Places:
    """The places of a tree, to be found in an instance."""

    def __init__(self, tree: MemberTree) -> None:
        self.required: set[tuple[tuple[Step, ...], Any]] = set()
        self.siblings: dict[tuple[Step, ...], set[Step]] = {}
        for member in tree.members:
            if member.steps:
                self.siblings.setdefault(plain(member.steps[:-1]), set()).add(member.steps[-1])

    def reach(self, steps: tuple[Step, ...], instance: Any) -> Iterator[Reached]:
        """Yield each value of an instance at a place, the instance in a list of its own."""
        todo: list[tuple[int, Any, Any]] = [(0, [instance], 0)]
        while todo:
            depth, holder, key = todo.pop()
            if depth == len(steps):
                yield holder, key
                continue
            siblings = self.siblings.get(steps[:depth], set())
            todo += [(depth + 1, holder[key], name) for name in inside(steps[depth], holder[key], siblings)]


def plain(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.kind != "alternative")


def falsehood(member: Member, value: Any, places: Places, definitions: dict[str, Any], dialect: str) -> str:
    """Return what a value at the place of a member shows to be false; empty where it agrees with all."""
    if value is None:
        return "null" if member.nullable is False else ""
    words = member.type.split(" or ")
    kinds = set().union(*(_KINDS.get(word, {word}) for word in words))
    if member.type != "any" and kind_of(value) not in kinds:
        return f"type {member.type}"
    if member.values and equality_key(value) not in set(map(equality_key, member.values)):
        return "values"
    for bound in member.bounds:
        if not judge({**definitions, "$schema": dialect, bound.keyword: bound.value})(value):
            return f"bound {bound.words}"
    siblings = places.siblings.get(member.steps, set())
    if "no other members" in member.closed and not (member.see or member.note) and isinstance(value, dict):
        told = {name for step in siblings if step.kind != "any" for name in inside(step, value, siblings)}
        if set(value) - told:
            return "closed"
    missing = [
        step.value for step in siblings if step.kind == "name" and isinstance(value, dict) and step.value not in value
    ]
    return f"not required: {missing}" if any((member.steps, name) in places.required for name in missing) else ""


def check(document: Any, instances: list[Any], counts: Counter[str], *, prove: bool = False) -> list[str]:
    """Return the statements that instances of a document show to be false; `counts` of what was shown.

    What no instance shows is searched for; with `prove`, also what refutes a statement that all instances agree with.
    """
    tree, accepts, dialect = read_members(document), judge(document), dialect_of(document) or DRAFT_07
    places = Places(tree)
    held = document if isinstance(document, dict) else {}
    definitions = {keyword: held[keyword] for keyword in ("definitions", "$defs", "$id") if keyword in held}
    always = [
        member for member in tree.members if not any(step.kind in {"alternative", "contains"} for step in member.steps)
    ]
    places.required = {
        (member.steps[:-1], member.steps[-1].value) for member in always if member.required and member.steps
    }
    valid = [instance for instance in instances if accepts(instance)]
    counts["instances"] += len(valid)
    faults = []
    search = Search(document, places.siblings)
    for member in always:
        counts["members"] += 1
        reached = 0
        shown = False
        for instance in valid:
            for holder, key in places.reach(member.steps, instance):
                reached += 1
                if fault := falsehood(member, holder[key], places, definitions, dialect):
                    faults.append(f"{member.path or 'the whole'}: {fault}: {json.dumps(instance)}")
            if member.nullable and reached and not shown:
                shown = shows_null(places, member, instance, accepts)
        counts["reached"] += bool(reached)
        if member.nullable:
            answer = "shown" if shown else search.shows_null(member)
            counts[f"null: {answer}"] += 1
            if answer == "false":
                faults.append(f"{member.path or 'the whole'}: null is never accepted")
        if prove:
            faults += disprove(search, member, places, counts)
    return faults


def disprove(search: Search, member: Member, places: Places, counts: Counter[str]) -> Iterator[str]:
    """Yield the statements about a place that the search refutes."""
    names = [str(step.value) for step in places.siblings.get(member.steps, set()) if step.kind == "name"]
    required = [name for name in names if (member.steps, name) in places.required]
    for statement, answer in search.falsehoods(member, required):
        counts[f"statement: {'undecided' if answer is None else 'refuted' if answer else 'proved'}"] += 1
        if answer:
            yield f"{member.path or 'the whole'}: {statement}: {json.dumps(answer[0])}"


def shows_null(places: Places, member: Member, instance: Any, accepts: Accepts) -> bool:
    """Tell whether an instance is accepted with null at the place of a member."""
    if not member.steps:
        return accepts(None)
    for number, _ in enumerate(places.reach(member.steps, instance)):
        copy = deepcopy(instance)
        holder, key = list(places.reach(member.steps, copy))[number]
        holder[key] = None
        if accepts(copy):
            return True
    return False


def documents(folder: Path) -> Iterator[tuple[str, Any, list[Any]]]:
    """Yield the schemas in a folder with instances that come with them: of a root, of the official suite, or plain."""
    if (folder / "schemas/registry.toml").exists():
        for document in open_store(folder).release(None).every_document():
            if document.path.endswith(".json"):
                bundle = stored_bundle(document)
                yield document.path, json.loads(document.text) if bundle is None else bundle.schema, []
        return
    for path in sorted(folder.rglob("*.json")):
        content = json.loads(path.read_bytes())
        groups = content if isinstance(content, list) else [{"schema": content}]
        for group in groups:
            if isinstance(group, dict) and isinstance(group.get("schema"), dict | bool):
                yield str(path), group["schema"], [test["data"] for test in group.get("tests", ())]


class DescribedInstances(Instances):
    """Instances with the members that a schema names."""

    def _typed(self, name: str, schema: dict[str, Any], document: Any, depth: int) -> Any:
        known = schema.get("properties")
        if name != "object" or not isinstance(known, dict) or not known:
            return super()._typed(name, schema, document, depth)
        chosen = {*schema.get("required", []), *self.random.sample(sorted(known), self.random.randint(1, len(known)))}
        return {key: self._like(known.get(key, True), document, depth - 1) for key in sorted(chosen)}


def random_instances(source: Instances, document: Any, count: int) -> Iterator[Any]:
    """Yield instances that look like what a document asks for, where the source can make such."""
    for _ in range(count):
        with suppress(IndexError, KeyError, TypeError, AttributeError, ValueError):
            yield source.instance(document)


def main(arguments: list[str]) -> None:
    """Check every JSON Schema in some folders."""
    count = int(arguments.pop(arguments.index("--instances") + 1)) if "--instances" in arguments else 200
    prove = "--prove" in arguments
    folders = [Path(argument) for argument in arguments if not argument.startswith("--")]
    counts: Counter[str] = Counter()
    for path, document, instances in (entry for folder in folders for entry in documents(folder)):
        if dialect_of(document) is None or next(problems(document), None):
            counts["not read"] += 1
            continue
        counts["documents"] += 1
        source = DescribedInstances(Random(path), [document])  # noqa: S311 - to be repeated
        try:
            faults = check(document, [*instances, *random_instances(source, document, count)], counts, prove=prove)
        except LimitError:
            counts["not judged: too many steps"] += 1
            continue
        for fault in faults[:3]:
            print(f"{path}: {fault}"[:400])  # noqa: T201
        counts["faults"] += len(faults)
    print(*(f"{name}: {number:,}" for name, number in counts.items() if number), sep="\n")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
