"""Cues become numbers that a narrator could speak."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.cuetable import CUES
from audiobook.delivery import resolve
from audiobook.script import EMOTIONS, MANNERS, NEUTRAL, NUMBERS, Cue, Voice
from audiobook.settings import CueEffect, Settings

VOICE = Voice("piper", "joe")
PLAIN = Settings()


def test_no_cues_leave_the_voice_as_it_is() -> None:
    assert resolve((), VOICE, PLAIN) == (NEUTRAL, 0, 0, 0)


def test_one_cue_at_full_strength_is_its_table_entry() -> None:
    delivery, gain, before, after = resolve((Cue("sadness"),), VOICE, PLAIN)
    assert (delivery.rate, delivery.pitch, delivery.pitch_range) == (0.93, -0.8, 0.85)
    assert (gain, before, after) == (-1.5, 120, 200)
    assert delivery.gain == 0


def test_the_second_strongest_counts_half_and_the_third_not_at_all() -> None:
    cues = (Cue("soft", 0.5), Cue("hesitant", 0.4), Cue("sadness"))
    delivery = resolve(cues, VOICE, PLAIN).delivery
    assert delivery.rate == pytest.approx(0.93 * 0.96**0.25, abs=1e-3)


def test_of_equal_cues_the_first_written_leads() -> None:
    assert resolve((Cue("joy"), Cue("soft")), VOICE, PLAIN).delivery.pitch == pytest.approx(0.8 - 0.15)
    assert resolve((Cue("soft"), Cue("joy")), VOICE, PLAIN).delivery.pitch == pytest.approx(-0.3 + 0.4)


def test_expression_scales_cues_and_zero_is_plain() -> None:
    half = resolve((Cue("joy"),), VOICE, replace(PLAIN, expression=0.5)).delivery
    assert half.rate == pytest.approx(math.sqrt(1.04), abs=1e-3)
    assert resolve((Cue("whisper"), Cue("crying")), VOICE, replace(PLAIN, expression=0)) == (NEUTRAL, 0, 0, 0)


def test_the_voice_keeps_its_own_offsets_at_expression_zero() -> None:
    voice = replace(VOICE, rate=1.05, pitch=-1.5, gain=-2.0, timbre=0.96)
    delivery, gain, _, _ = resolve((Cue("joy"),), voice, replace(PLAIN, expression=0))
    assert (delivery.rate, delivery.pitch, delivery.timbre, gain) == (1.05, -1.5, 0.96, -2.0)


def test_numbers_by_hand_are_applied_as_they_are() -> None:
    cues = (Cue("rate", 1.5), Cue("pitch", 5.0), Cue("gain", -9.0))
    delivery, gain, _, _ = resolve(cues, VOICE, replace(PLAIN, expression=0))
    assert (delivery.rate, delivery.pitch, gain) == (1.5, 5.0, -9.0)


def test_a_whisper_is_all_breath_and_a_faint_one_less() -> None:
    assert resolve((Cue("whisper"),), VOICE, PLAIN).delivery.whisper == 1
    assert resolve((Cue("whisper", 0.4),), VOICE, PLAIN).delivery.whisper == 0.4


def test_the_users_entries_replace_the_built_in_ones() -> None:
    settings = replace(PLAIN, cues=(("joy", CueEffect(rate=1.1, gain=2.0)),))
    delivery, gain, _, _ = resolve((Cue("joy"),), VOICE, settings)
    assert (delivery.rate, delivery.pitch, gain) == (1.1, 0, 2.0)


def test_cues_never_take_a_slow_voice_further_down() -> None:
    slow = replace(VOICE, rate=0.8)
    assert resolve((Cue("slow"),), slow, PLAIN).delivery.rate == 0.8
    assert resolve((Cue("fast"),), slow, PLAIN).delivery.rate == 0.88


def test_rule_based_engines_may_speak_faster() -> None:
    fast = Cue("fast", 2.0)
    assert resolve((fast,), VOICE, PLAIN).delivery.rate == 1.2
    assert resolve((fast,), Voice("pyttsx3", "en"), PLAIN).delivery.rate == 1.21


ANY_CUE = st.one_of(
    st.builds(Cue, st.sampled_from(EMOTIONS + MANNERS), st.one_of(st.none(), st.floats(0, 2))),
)
ANY_VOICE = st.builds(Voice, st.just("piper"), st.just("joe"), st.floats(0.95, 1.05), st.floats(-1.5, 1.5))


@given(st.lists(ANY_CUE, max_size=4), ANY_VOICE, st.floats(0, 2))
def test_whatever_the_cues_a_line_stays_natural(cues: list[Cue], voice: Voice, expression: float) -> None:
    delivery, gain, before, after = resolve(cues, voice, replace(PLAIN, expression=expression))
    assert 0.85 <= delivery.rate <= 1.2
    assert abs(delivery.pitch) <= 3
    assert abs(delivery.pitch - voice.pitch) <= 2.01
    assert 0.75 <= delivery.pitch_range <= 1.3
    assert -4 <= gain <= 3
    assert 0 <= delivery.whisper <= 1
    assert abs(before) <= 300
    assert abs(after) <= 300


@given(st.lists(ANY_CUE, max_size=4), st.sampled_from(["piper", "kokoro", "pyttsx3"]))
def test_with_expression_0_no_cue_changes_rate_pitch_gain_or_pauses(cues: list[Cue], engine: str) -> None:
    assert resolve(cues, Voice(engine, "any"), replace(PLAIN, expression=0)) == (NEUTRAL, 0, 0, 0)


def test_every_emotion_and_manner_has_an_entry_and_no_number_has() -> None:
    assert set(CUES) == {*EMOTIONS, *MANNERS}
    assert not set(CUES) & set(NUMBERS)
