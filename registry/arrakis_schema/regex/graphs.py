"""The loops of a graph: its strongly connected components."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

_Member = TypeVar("_Member", bound=Hashable)


def components(graph: Mapping[_Member, Iterable[_Member]]) -> Iterator[dict[_Member, list[_Member]]]:
    """Yield each part of a graph whose members all lead to each other, with what follows each within it (Kosaraju)."""
    reverse: dict[_Member, list[_Member]] = {member: [] for member in graph}
    for member, targets in graph.items():
        for target in targets:
            reverse[target].append(member)
    done: set[_Member] = set()
    for root in _finished(graph):
        todo, members = [root], set()
        while todo:
            member = todo.pop()
            if member not in done:
                done.add(member)
                members.add(member)
                todo += reverse[member]
        if members:
            yield {member: [target for target in graph[member] if target in members] for member in members}


def _finished(graph: Mapping[_Member, Iterable[_Member]]) -> Iterable[_Member]:
    """Return the members of a graph, those first that a walk through it left last."""
    order: list[_Member] = []
    seen: set[_Member] = set()
    for root in graph:
        stack = [] if root in seen else [(root, iter(graph[root]))]
        seen.add(root)
        while stack:
            following = next((target for target in stack[-1][1] if target not in seen), None)
            if following is None:
                order.append(stack.pop()[0])
            else:
                seen.add(following)
                stack.append((following, iter(graph[following])))
    return reversed(order)
