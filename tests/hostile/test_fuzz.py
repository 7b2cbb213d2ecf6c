"""A short search with every parser; `python -m tests.hostile.fuzz` is the long one."""

import pytest

from tests.hostile.fuzz import feed
from tests.hostile.parsers import PARSERS

INPUTS = 60


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_reads_a_damaged_input_or_refuses_it_in_words(name: str) -> None:
    tally = feed(name, 1, 0, INPUTS)
    assert tally.tried == INPUTS
    assert tally.failures == []
