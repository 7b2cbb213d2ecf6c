"""The matcher says what `re` says, in linear time; what it cannot match in time it refuses."""

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.judge.patterns import search, searcher, translate
from arrakis_schema.regex import Reading, longest_text, parse, slow_text
from arrakis_schema.regex.characters import LAST, class_escape
from arrakis_schema.regex.simulation import Simulation

CASES: dict[str, list[str]] = json.loads(
    (Path(__file__).parent.parent / "cases/regex/slow.json").read_text(encoding="utf-8")
)
ATOMS = ["a", "b", "[ab]", "[^a]", ".", r"\d", r"\w", r"\s", "-", "\\.", "c", "(?:)"]


def repeated(part: str, mark: str) -> str:
    return f"(?:{part}){mark}"


PATTERNS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: f"({'|'.join(parts)})"),
        st.builds(repeated, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}", "*?"])),
    ),
    max_leaves=6,
)
TEXTS = st.text("ab-.c1 \n_é", max_size=7)


@given(PATTERNS, st.sampled_from(["", "^", "^(?!a)", "^(?=.b)"]), st.sampled_from(["", "$"]), TEXTS)
@settings(max_examples=400, deadline=None)
def test_the_matcher_and_the_automaton_say_what_re_says(inner: str, begin: str, end: str, text: str) -> None:
    pattern = f"{begin}{inner}{end}" if "|" not in inner else f"{begin}(?:{inner}){end}"
    expected = re.search(translate(pattern), text) is not None
    assert search(pattern, text) is expected
    parts = parse(pattern, Reading.SEARCHED)
    assert all(Simulation(part.tree, Reading.SEARCHED).found_in(text) is part.must_match for part in parts) is expected


@pytest.mark.parametrize("pattern", [*CASES["exponential"], *CASES["slow"], *CASES["quick"]])
def test_a_long_text_is_matched_in_linear_time(pattern: str) -> None:
    slow = slow_text(pattern)
    texts = ["a" * 200_000 + "!", "a " * 100_000 + "!", "0" * 200_000 + "\0", *([slow.text] if slow else [])]
    started = time.process_time()
    for text in texts:
        search(pattern, text)
    assert time.process_time() - started < 2
    assert longest_text(pattern) is None


def test_a_pattern_that_makes_very_many_states_needs_little_memory() -> None:
    text = "".join("ab"[(number * number) % 7 > 2] for number in range(100_000))
    assert search("^[ab]*a[ab]{40}c$", text) is False


def test_what_follows_a_match_or_a_dead_end_changes_nothing() -> None:
    assert search("^(a|aa)+$", "a" * 10_000 + "b" * 10_000) is False
    assert search("(a|aa)+", "a" + "b" * 10_000) is True
    assert search("^(a|aa)+$", "a" * 4096) is True
    assert search("^(a|aa){1,512}$", "a" * 4096 + "b") is False


@pytest.mark.parametrize(
    ("pattern", "limit"),
    [
        (r"\bfoo\b", None),
        (r"\A(foo|bar)\Z", None),
        (r"^((?!-)[a-z-]{1,63}(?<!-)\.)+[a-z]+$", 7),
        (r"(\w+)\s\1", 1011),
        (r"(?=(a+)+$)b", 9),
        ("^" + r"(\b|a)(a|a)" * 30, 0),
    ],
)
def test_what_no_automaton_expresses_is_matched_as_far_as_it_is_sure_to_end(pattern: str, limit: int | None) -> None:
    assert longest_text(pattern) == limit
    run = searcher(pattern)
    if limit is None:
        assert not run("x" * 100_000)
        return
    started = time.process_time()
    run("a" * limit)
    with pytest.raises(LimitError, match=f"a text of {limit + 1} characters is too long for the pattern .* allows"):
        run("a" * (limit + 1))
    assert time.process_time() - started < 1


@pytest.mark.parametrize("kind", sorted(CASES))
def test_slow_patterns_are_named_with_a_text_that_is_not_found(kind: str) -> None:
    for pattern in CASES[kind]:
        slow = slow_text(pattern)
        told = "quick" if slow is None else "exponential" if slow.exponential else "slow"
        assert told == kind, pattern
        if slow is not None and not pattern.startswith("^(?!"):
            assert search(pattern, slow.text) is False


@pytest.mark.parametrize("pattern", ["^(a|a)*$", "^(a+)+$", "^(a|ab|b)*c$", "^(x(a?|b?)y)*$"])
def test_what_is_named_is_slow_in_re(pattern: str) -> None:
    slow = slow_text(pattern)
    assert slow is not None
    search = re.compile(pattern).search
    end = slow.text[-1]

    def seconds(length: int) -> float:
        started = time.process_time()
        search(slow.text[:length] + end)
        return time.process_time() - started

    assert seconds(24) > 4 * min(seconds(16) for _ in range(3))


@pytest.mark.parametrize("letter", "dws")
def test_the_classes_of_python_are_whole(letter: str) -> None:
    every = "".join(map(chr, range(LAST + 1)))
    found = tuple((hit.start(), hit.end() - 1) for hit in re.finditer(rf"\{letter}+", every))
    assert class_escape(letter, Reading.SEARCHED) == found


@pytest.mark.parametrize("size", [1, 10])
def test_looking_for_slow_texts_ends_soon(size: int) -> None:
    words = "|".join(f"w{number}x" for number in range(30 * size))
    started = time.process_time()
    for pattern in (
        f"^({words})*{words}$",
        "^" + "a?" * 40 * size + "$",
        ".*".join("abcdefghij" * size),
        "^" + "(ab?)*" * 50 * size + "$",
    ):
        slow_text(pattern)
        longest_text(pattern)
    assert time.process_time() - started < 1 + size
