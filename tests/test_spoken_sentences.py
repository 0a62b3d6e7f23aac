"""Where sentences end and where long ones are cut."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.spoken import clauses, sentences


def cut(text: str, language: str = "en") -> list[str]:
    return [text[start:end].strip() for start, end in sentences(text, language)]


@pytest.mark.parametrize(
    "whole",
    [
        "Mr. Hale met Dr. Moss and Mrs. J. K. Low at St. Anne's.",
        "“Stop!” he cried.",
        "'What?' asked the boy.",
        "The U.S. Army came at 5 p.m. on Monday.",
        "At 5 p.m. Rose left.",
        "They met at 6 a.m. Eastern time.",
        "It was No. 7, i.e. the last.",
        "Wait... what?",
        "It cost $3.50 at 6.30 sharp.",
        "Left Ayr at 8:35 P. M., on the first.",
        "She is taller than I.",
    ],
)
def test_one_sentence_stays_whole(whole: str) -> None:
    assert cut(whole) == [whole]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("He left. She stayed.", "He left."),
        ("“Stop!” He left.", "“Stop!”"),
        ("He came at 5 p.m. She left.", "He came at 5 p.m."),
        ("It was 4:52 p.m. Oil for the lamp had run out.", "It was 4:52 p.m."),  # Said as "PM Oil", without a pause.
        ("They live in the U.S. It is big.", "They live in the U.S."),
        ("He trailed off… Then he left.", "He trailed off…"),
        ("He waited.... “Come!”", "He waited...."),
        ("(He left.) She stayed.", "(He left.)"),
        ("Nobody but I. Then he left.", "Nobody but I."),
        ("It was 1984. He left.", "It was 1984."),
        ("A title\n\nThen text", "A title"),
    ],
)
def test_a_sentence_ends_where_a_reader_breathes(text: str, first: str) -> None:
    assert cut(text)[0] == first
    assert len(cut(text)) == 2


def test_other_scripts_have_their_own_full_stops() -> None:
    assert cut("はい。いいえ！", "ja") == ["はい。", "いいえ！"]
    assert cut("كيف حالك؟ أنا بخير.", "ar") == ["كيف حالك؟", "أنا بخير."]
    assert cut("वह आया। वह गया।", "hi") == ["वह आया।", "वह गया।"]


def test_german_ordinals_do_not_end_sentences() -> None:
    assert cut("Am 3. Mai kam er. Dann ging er.", "de") == ["Am 3. Mai kam er.", "Dann ging er."]


@given(st.text(alphabet=st.sampled_from("ab. !?\"'“”…\n。A1MrI—"), max_size=120))
def test_sentences_cover_the_text_without_gap(text: str) -> None:
    ranges = sentences(text)
    assert "".join(text[start:end] for start, end in ranges) == text
    assert all(start < end for start, end in ranges)
    assert sum(len(text[start:end].strip()) == 0 for start, end in ranges) <= 1


def test_a_clause_ends_at_the_strongest_mark_in_reach() -> None:
    text = "He went down, and he came up again; then, because of the rain, he stayed where he was until the evening."
    pieces = [text[start:end] for start, end in clauses(text, 70)]
    assert pieces[0].endswith("again; ")


def test_a_short_sentence_is_one_clause() -> None:
    assert clauses("He left, and she stayed.", 100) == ((0, 24),)
    assert clauses("", 10) == ()


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="below 1"):
        clauses("text", 0)


@given(st.text(alphabet=st.sampled_from("ab ,;:—-. \n。"), max_size=200), st.integers(min_value=1, max_value=60))
def test_clauses_cover_the_text_and_keep_the_limit(text: str, limit: int) -> None:
    ranges = clauses(text, limit)
    assert "".join(text[start:end] for start, end in ranges) == text
    assert all(0 < end - start <= limit for start, end in ranges)


@pytest.mark.parametrize("unit", ["\n", " ", ".", '"', "Mr. ", "a. ", "A.", ". ", "?!", "word "])
def test_a_long_hostile_text_is_cut_in_seconds(unit: str) -> None:
    text = unit * (300_000 // len(unit))
    started = time.process_time()
    sentences(text)
    clauses(text, 200)
    assert time.process_time() - started < 10
