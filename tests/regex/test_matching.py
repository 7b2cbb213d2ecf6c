"""The matcher says what `re` and an engine of ECMA-262 say, in linear time; what it cannot match in time it refuses."""

import json
import re
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arrakis_schema.errors import LimitError
from arrakis_schema.json_schema.judge.patterns import PatternError, search, searcher, translate
from arrakis_schema.regex.characters import LAST, Reading, class_escape
from arrakis_schema.regex.matching import longest_text
from arrakis_schema.regex.simulation import Simulation
from arrakis_schema.regex.slowness import slow_text
from arrakis_schema.regex.syntax import parse
from tests.web.node import node

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
    assert search(pattern, text, Reading.PYTHON_STRICT_END) is expected
    parts = parse(pattern, Reading.PYTHON_STRICT_END)
    assert (
        all(Simulation(part.tree, Reading.PYTHON_STRICT_END).search(text) is part.must_match for part in parts)
        is expected
    )


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
def test_what_no_automaton_of_python_expresses_is_matched_as_far_as_it_is_sure_to_end(
    pattern: str, limit: int | None
) -> None:
    assert longest_text(pattern, Reading.PYTHON_STRICT_END) == limit
    run = searcher(pattern, Reading.PYTHON_STRICT_END)
    if limit is None:
        assert not run("x" * 100_000)
        return
    started = time.process_time()
    run("a" * limit)
    with pytest.raises(LimitError, match=f"a text of {limit + 1} characters is too long for the pattern .* allows"):
        run("a" * (limit + 1))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bfoo\b",
        r"^((?!-)[a-z-]{1,63}(?<!-)\.)+[a-z]+$",
        r"(?=(a+)+$)b",
        "^" + r"(\b|a)(a|a)" * 30 + "$",
        r"(?<=(x|xx)*y)z",
        r"^(?=(?:(?!ab)[^])*$)(?:\ba?\B)*",
        r"^[^]{1,100000}$",
    ],
)
def test_look_around_takes_linear_time(pattern: str) -> None:
    assert longest_text(pattern) is None
    started = time.process_time()
    for text in ("a" * 30_000 + "!", "xy" * 15_000, "a.-" * 10_000):
        search(pattern, text)
    assert time.process_time() - started < 4


@pytest.mark.parametrize("pattern", [r"^(a+)+\1$", r"^(a|aa)+\1b$", r"(\w+)\s\1", r"^(?:(a*)*\1)*$"])
def test_backreferences_are_matched_within_a_limit_of_steps(pattern: str) -> None:
    limit = longest_text(pattern)
    assert limit is not None
    assert limit > 2
    started = time.process_time()
    search(pattern, "a" * (limit - 1) + "!")
    with suppress(LimitError):
        search(pattern, "a" * 2 * limit + "!")
    assert time.process_time() - started < 4


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
    assert class_escape(letter, Reading.PYTHON_STRICT_END) == found


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


ECMA_ATOMS = [
    *(
        "a",
        "b",
        "c",
        "é",
        ".",
        r"\d",
        r"\w",
        r"\s",
        r"\D",
        r"\W",
        r"\S",
        "[ab]",
        "[^a]",
        "[a-c]",
        r"[^\d-]",
        r"[\w\-]",
        "[]",
    ),
    *("[^]", r"\p{L}", r"\P{Lu}", r"\p{Script=Greek}", r"\p{sc=Grek}", r"\p{ASCII}", r"\p{Alpha}", r"[\p{L}z]", r"\cJ"),
    *(
        r"\n",
        r"\x61",
        r"\u0061",
        r"\u{62}",
        r"\-",
        r"\.",
        r"\/",
        r"\_",
        "-",
        "{",
        "]",
        "}",
        "(?i)",
        r"\A",
        r"\Z",
        r"\1",
    ),
    *(
        r"\2",
        r"\k<n>",
        r"\b",
        r"\B",
        "^",
        "$",
        r"\0",
        r"\01",
        r"[\b]",
        "[b-a]",
        r"[\d-a]",
        r"\p{Foo}",
        r"\q",
        "(?:)",
        "",
    ),
    *(r"\cé", "(?P<n>a)", "(?>a)", r"\ud83d\ude00", "(?#a)", "(?i:a)", "[[:alpha:]]", r"\x6", r"\u{110000}"),
]


class EcmaPatterns:
    """Patterns from one source of chance, half of which are not patterns."""

    def __init__(self, random: Random) -> None:
        self.random = random

    def pattern(self, depth: int) -> str:
        chance = self.random.random()
        if depth == 0 or chance < 0.35:
            return self.random.choice(ECMA_ATOMS)
        inner = self.pattern(depth - 1)
        if chance < 0.55:
            return inner + "".join(self.pattern(depth - 1) for _ in range(self.random.randint(0, 2)))
        if chance < 0.65:
            return f"({inner}|{self.pattern(depth - 1)})"
        if chance < 0.75:
            return self.random.choice([f"(?<n>{inner})", f"({inner})\\1", f"({inner})b\\1"])
        if chance < 0.85:
            return self.random.choice(["(?=", "(?!", "(?<=", "(?<!"]) + f"{inner})"
        marks = ["*", "+", "?", "{2}", "{1,3}", "{,2}", "{0,2}", "*?", "{2,}", "++", "{2,1}"]
        return f"(?:{inner}){self.random.choice(marks)}"

    def text(self) -> str:
        return "".join(self.random.choice("aabbc-.1 \né_α") for _ in range(self.random.randint(0, 6)))


def searched(pattern: str, texts: list[str]) -> list[bool] | None:
    """Return whether each text matches, or None for what is not a pattern."""
    try:
        return [search(pattern, text) for text in texts]
    except PatternError:
        return None


def ask_engine(cases: list[tuple[str, list[str]]]) -> list[list[bool] | None]:
    """Return what an engine of ECMA-262 says."""
    script = Path(__file__).parent / "engine.js"
    ran = subprocess.run([node(), script], input=json.dumps(cases), capture_output=True, text=True, check=True)
    answers: list[list[bool] | None] = json.loads(ran.stdout)
    return answers


@pytest.mark.parametrize("seed", range(2))
def test_patterns_mean_what_an_engine_of_ecma_262_says(seed: int) -> None:
    maker = EcmaPatterns(Random(seed))  # noqa: S311 - chance that a seed repeats
    cases = [(maker.pattern(3), ["", *(maker.text() for _ in range(6))]) for _ in range(2500)]
    answers = ask_engine(cases)
    assert {pattern: (texts, searched(pattern, texts)) for pattern, texts in cases} == {
        pattern: (texts, answer) for (pattern, texts), answer in zip(cases, answers, strict=True)
    }
    assert min(answers.count(None), len(answers) - answers.count(None)) > 500


PROPERTIES = [
    *("L", "Lu", "Letter", "Nd", "P", "Sc", "Zs", "Cn", "gc=Mn", "General_Category=Symbol", "Alphabetic", "ID_Start"),
    *(
        "Emoji",
        "ASCII",
        "Any",
        "Assigned",
        "White_Space",
        "Script=Latin",
        "sc=Cyrl",
        "scx=Hira",
        "Script_Extensions=Grek",
    ),
]


def test_properties_hold_the_characters_that_an_engine_says() -> None:
    random = Random(0)  # noqa: S311 - chance that a seed repeats
    texts = [chr(random.randrange(0xD800)) for _ in range(300)] + [
        chr(random.randrange(0xE000, LAST)) for _ in range(99)
    ]
    cases = [(rf"^\p{{{name}}}$", texts) for name in PROPERTIES]
    assert [searched(*case) for case in cases] == ask_engine(cases)


REMEDIES = {
    "(?P<y>a)": "write (?<name>",
    "(?i)abc": "write [aA] where both cases match",
    "^a++$": "possessive",
    r"\Aabc\Z": "write ^",
    r"abc\Z": "write $",
    r"^H1\-[A-Z]+$": "write - without the backslash",
    r"[\w-.]": r"write \- for the hyphen",
    "a{": r"write \{ for the character",
    "(?>a)": "write (?:…)",
    r"\pL": r"write \p{Letter}",
    r"\U0001F600": r"write \u{HHHHH}",
}


@pytest.mark.parametrize("pattern", REMEDIES)
def test_what_ecma_262_does_not_know_is_told_with_what_to_write(pattern: str) -> None:
    with pytest.raises(PatternError, match=re.escape(REMEDIES[pattern])):
        searcher(pattern)
