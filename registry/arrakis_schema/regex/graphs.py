"""The loops of a graph: its strongly connected components."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

_Member = TypeVar("_Member", bound=Hashable)


def components(graph: Mapping[_Member, Iterable[_Member]]) -> Iterator[dict[_Member, list[_Member]]]:
    """Yield the strongly connected components, each as a graph of its own (Kosaraju's algorithm)."""
    reverse: dict[_Member, list[_Member]] = {member: [] for member in graph}
    for member, targets in graph.items():
        for target in targets:
            reverse[target].append(member)
    done: set[_Member] = set()
    for root in _by_finish(graph):
        todo, members = [root], set()
        while todo:
            member = todo.pop()
            if member not in done:
                done.add(member)
                members.add(member)
                todo += reverse[member]
        if members:
            yield {member: [target for target in graph[member] if target in members] for member in members}


def _by_finish(graph: Mapping[_Member, Iterable[_Member]]) -> Iterable[_Member]:
    """Return the members of a graph in the reverse order in which a depth-first search finishes them."""
    order: list[_Member] = []
    visited: set[_Member] = set()
    for root in graph:
        stack = [] if root in visited else [(root, iter(graph[root]))]
        visited.add(root)
        while stack:
            following = next((target for target in stack[-1][1] if target not in visited), None)
            if following is None:
                order.append(stack.pop()[0])
            else:
                visited.add(following)
                stack.append((following, iter(graph[following])))
    return reversed(order)
