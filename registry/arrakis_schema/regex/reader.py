"""What the parsers of all dialects of patterns share: a pattern, how far it has been read, and its alternatives."""

from abc import ABC, abstractmethod

from arrakis_schema.regex.tree import Choice, Concatenation, Tree

MOST_NESTED = 100


class PatternReader(ABC):
    """A pattern and how far it has been read; a dialect says what a term is."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.position, self.depth = pattern, 0, 0

    @abstractmethod
    def term(self) -> Tree:
        """Read one assertion, or an atom and its quantifier."""

    @abstractmethod
    def error(self, problem: str, remedy: str = "") -> Exception:
        """Return the error that names a problem, where it is, and perhaps what to write instead."""

    def accept(self, token: str) -> bool:
        """Read the token if it comes next."""
        present = self.pattern.startswith(token, self.position)
        self.position += len(token) if present else 0
        return present

    def next(self) -> str:
        """Read one character; raises an error at the end of the pattern."""
        if self.position >= len(self.pattern):
            raise self.error("an unexpected end")
        self.position += 1
        return self.pattern[self.position - 1]

    def disjunction(self) -> Tree:
        """Read alternatives, up to a closing bracket."""
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise self.error(f"more than {MOST_NESTED} groups inside each other")
        parts = [self.alternative()]
        while self.accept("|"):
            parts.append(self.alternative())
        self.depth -= 1
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def alternative(self) -> Tree:
        """Read terms, up to a bar or a closing bracket."""
        parts: list[Tree] = []
        while self.position < len(self.pattern) and self.pattern[self.position] not in "|)":
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))
