"""How rules of spoken English run: what may be skipped, and how patterns for many words are made."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.spoken import english
from audiobook.spoken.rules import Style, alternatives, apply

DATA = Path(__file__).parent / "data" / "spoken"


@pytest.mark.parametrize("name", ["context.txt", "encyclopedia.txt", "tokenized.txt", "variants.txt"])
def test_rules_that_are_skipped_without_figures_would_have_found_nothing(name: str) -> None:
    # Square metres written "m²" hold no figure in the sense of \d: their rule must not be skipped.
    always = [dataclasses.replace(rule, figured=False) for rule in english.RULES]
    style = Style(lambda words, _ipa: words)
    for line in (DATA / name).read_text("utf-8").splitlines():
        for text in (line, re.sub(r"\d", "", line), re.sub(r"\d+", "many", line)):
            assert apply(english.RULES, text, style) == apply(always, text, style)


def test_most_rules_need_a_figure() -> None:
    assert sum(rule.figured for rule in english.RULES) > len(english.RULES) / 2


@given(st.lists(st.text("ab.| é", max_size=4), min_size=1, max_size=8), st.text("ab.| é", max_size=8))
def test_alternatives_match_the_longest_that_is_there(items: list[str], text: str) -> None:
    expected = max((item for item in items if text.startswith(item)), key=len, default=None)
    match = re.match(f"(?:{alternatives(items)})", text)
    assert (match and match[0]) == expected
