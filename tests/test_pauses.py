"""Pauses follow the boundary, vary a little, and never depend on their place in the book."""

from __future__ import annotations

import statistics
from dataclasses import fields

import pytest

from audiobook.pauses import Boundary, Context, after_line, cut, inside_line, pause_ms
from audiobook.script import NARRATOR, Line
from audiobook.settings import PauseSettings

STEADY = PauseSettings(variation=0)
SETTINGS = PauseSettings()


def test_without_variation_a_sentence_of_typical_length_has_its_pause() -> None:
    assert pause_ms("sentence", Context("x", 12), STEADY) == SETTINGS.sentence


def test_longer_sentences_are_followed_by_longer_pauses_within_limits() -> None:
    pauses = [pause_ms("sentence", Context("x", words), STEADY) for words in (0, 6, 12, 20, 100)]
    assert pauses == [510, 528, 600, 696, 780]


def test_a_comma_does_not_grow_with_its_sentence() -> None:
    assert pause_ms("comma", Context("x", 40), STEADY) == SETTINGS.comma


def test_faster_speech_shortens_short_pauses_more_than_long_ones() -> None:
    context = Context("x", 12, rate=1.2)
    assert pause_ms("sentence", context, STEADY) == round(600 * 1.2**-1.5)
    assert pause_ms("scene", context, STEADY) == round(2200 * 1.2**-0.5)


def test_variation_is_log_normal_about_the_setting_and_clamped() -> None:
    made = [pause_ms("sentence", Context(f"sentence {number}", 12), SETTINGS) for number in range(2000)]
    assert statistics.median(made) == pytest.approx(600, rel=0.02)
    assert 0.16 < statistics.stdev([(ms / 600 - 1) for ms in made]) < 0.2
    assert min(made) >= 600 * 0.7 - 1
    assert max(made) <= 600 * 1.4 + 1


def test_scenes_vary_little() -> None:
    made = [pause_ms("scene", Context(f"scene {number}", 12), SETTINGS) for number in range(500)]
    assert statistics.stdev(made) / 2200 < 0.06


def test_the_same_sentence_has_the_same_pause_and_another_seed_another() -> None:
    context = Context("a sentence", 9)
    assert pause_ms("sentence", context, SETTINGS) == pause_ms("sentence", context, SETTINGS)
    assert pause_ms("sentence", context, SETTINGS, seed=1) != pause_ms("sentence", context, SETTINGS, seed=2)


@pytest.mark.parametrize(
    ("words", "boundary"),
    [("I went…", "ellipsis_inside"), ("I went...”", "ellipsis_inside"), ("I went.", "sentence")],
)
def test_a_sentence_inside_a_line_of_narration(words: str, boundary: Boundary) -> None:
    assert inside_line(words, speech=False) == boundary


@pytest.mark.parametrize(
    ("words", "boundary"),
    [
        ("one, ", "comma"),
        ("one; ", "semicolon"),
        ("one: ", "semicolon"),
        ("one — ", "dash"),
        ("(one) ", "dash"),
        ("one… ", "ellipsis_inside"),
        ("one ", "comma"),
    ],
)
def test_a_cut_follows_its_mark(words: str, boundary: Boundary) -> None:
    assert cut(words) == boundary


@pytest.mark.parametrize(
    ("before", "after", "resumes", "new_paragraph", "boundary"),
    [
        ((NARRATOR, "She stood up."), ("Ada", "“No.”"), False, False, "dialogue_sentence"),
        ((NARRATOR, "said Ada."), ("Ada", "“No.”"), True, False, "to_speech"),
        ((NARRATOR, "said Ada,"), ("Ada", "“no.”"), True, False, "resume"),
        ((NARRATOR, "She said:"), ("Ada", "“No.”"), False, False, "to_speech"),
        (("Ada", "“No…”"), (NARRATOR, "she said."), False, False, "to_tag"),
        (("Ada", "“No…”"), (NARRATOR, "The door shut."), False, False, "ellipsis"),
        (("Ada", "“But—”"), (NARRATOR, "Bo shouted."), False, False, "to_tag"),
        (("Ada", "“No.”"), ("Bo", "“Yes.”"), False, True, "speaker_change"),
        (("Ada", "“But—”"), ("Bo", "“Yes.”"), False, True, "interruption"),
        (("Ada", "“One."), ("Ada", "“Two.”"), False, True, "speaker_change"),
        (("Ada", "“No.”"), (NARRATOR, "She left."), False, True, "paragraph"),
        ((NARRATOR, "One."), (NARRATOR, "Two."), False, True, "paragraph"),
        ((NARRATOR, "One."), (NARRATOR, "Two."), False, False, "sentence"),
        ((NARRATOR, "One…"), (NARRATOR, "Two."), False, False, "ellipsis"),
        (("Ada", "“One.”"), ("Ada", "“Two.”"), True, False, "dialogue_sentence"),
    ],
)
def test_the_boundary_between_two_lines(
    before: tuple[str, str], after: tuple[str, str], resumes: bool, new_paragraph: bool, boundary: Boundary
) -> None:
    assert after_line(Line(*before), Line(*after), resumes=resumes, new_paragraph=new_paragraph) == boundary


def test_every_boundary_is_a_setting() -> None:
    names = {field.name for field in fields(PauseSettings)} - {"variation"}
    assert set(Boundary.__args__) == names  # type: ignore[attr-defined]
