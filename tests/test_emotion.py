"""The emotion model is small, fast, sure only where words leave little doubt, and not fooled by preparation."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.adapt.emotion import LABELS, cleaned, emotion, hashed, sure_emotion
from audiobook.script import EMOTIONS, Cue


def test_every_label_is_an_emotion_of_the_script() -> None:
    assert set(LABELS) <= set(EMOTIONS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am so happy, this is wonderful!", "joy"),
        ("I hate you, you filthy liar!", "anger"),
        ("He died last night. I miss him so much.", "sadness"),
        ("I'm scared. Something terrible is out there.", "fear"),
    ],
)
def test_plain_cases_are_recognized(text: str, expected: str) -> None:
    assert Cue(expected) in emotion(text)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_every_text_has_an_emotion(text: str) -> None:
    felt = emotion(text)
    assert felt
    assert {cue.name for cue in felt} <= set(LABELS)


def test_preparation_of_the_text_makes_no_difference() -> None:
    assert emotion("[PERSON] , I hate this place !") == emotion("I hate this place!")
    assert emotion("“I can’t, no!”") == emotion("i can't no!")


def test_the_model_is_surest_of_strong_words_and_silent_on_plain_ones() -> None:
    assert sure_emotion("The train leaves at nine.") is None
    cue = sure_emotion("I hate you, you bastard, I will kill you!")
    assert cue is not None
    assert (cue.name, cue.value) == ("anger", 0.3)


def test_features_do_not_depend_on_the_process() -> None:
    assert hashed(cleaned("No!"))[0] == [10271, 124877, 131027]


def test_the_model_stays_small() -> None:
    model = files("audiobook.adapt").joinpath("data").joinpath("emotion.npz").read_bytes()
    assert len(model) < 1_500_000
