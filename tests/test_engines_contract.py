"""One contract, every installed engine, real models.

Kokoro takes part where its voices are installed (``audiobook voices install kokoro``); with
``AUDIOBOOK_TEST_ENGINES=kokoro`` in the environment a missing Kokoro is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest

from audiobook.audio import Speech, Utterance
from audiobook.engines import ENGINES, all_voices, available, open_engine
from audiobook.engines.base import Engine, EngineStatus, VoiceInfo
from audiobook.errors import VoiceError
from audiobook.script import Delivery, Voice

WANTED = {"silent", "pyttsx3", "piper", *os.environ.get("AUDIOBOOK_TEST_ENGINES", "").split()}
INSTALLED = {status.name for status in available() if status.installed}
SENTENCE = "The keeper lit the lamp, and the boats came home."
OTHER = "Nobody had seen such a storm for thirty years!"


@pytest.fixture(scope="module", params=sorted(WANTED | (INSTALLED & set(ENGINES))))
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    opened = open_engine(request.param)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def voice(engine: Engine) -> VoiceInfo:
    return engine.voices()[0]


@pytest.fixture(scope="module")
def spoken(engine: Engine, voice: VoiceInfo) -> Speech:
    return engine.speak(line(voice))


def line(voice: VoiceInfo, text: str = SENTENCE, **delivery: float) -> Utterance:
    return Utterance(text, "en", Voice(voice.engine, voice.name), Delivery(**delivery))


def loud(speech: Speech) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(np.square(speech.samples))) + 1e-12))


def test_voices_are_listed_with_language_licence_and_engine(engine: Engine) -> None:
    voices = engine.voices()
    assert voices
    assert len({info.name for info in voices}) == len(voices)
    assert all(info.engine == engine.name and info.licence and info.language for info in voices)
    assert all(engine.sample_rate(info.name) >= 16_000 for info in voices[:3])


def test_speech_is_mono_float32_in_range_at_the_stated_rate(engine: Engine, voice: VoiceInfo, spoken: Speech) -> None:
    assert spoken.samples.dtype == np.float32
    assert spoken.samples.ndim == 1
    assert spoken.sample_rate == engine.sample_rate(voice.name)
    assert np.isfinite(spoken.samples).all()
    assert 0.01 < np.abs(spoken.samples).max() <= 1


def test_speech_is_as_long_as_its_text_and_not_silent(spoken: Speech) -> None:
    letters = sum(letter.isalpha() for letter in SENTENCE)
    seconds = len(spoken.samples) / spoken.sample_rate
    assert letters / 30 < seconds < letters / 6
    assert loud(spoken) > -45


def test_words_are_timed_in_order_within_the_sound(engine: Engine, spoken: Speech) -> None:
    assert engine.timings in {"exact", "estimated"}
    assert [word.text for word in spoken.words] == SENTENCE.split()
    edges = [edge for word in spoken.words for edge in (word.start, word.end)]
    assert edges == sorted(edges)
    assert edges[0] >= 0
    assert edges[-1] <= len(spoken.samples)
    assert all(word.end > word.start for word in spoken.words)


def test_same_text_gives_same_samples_whatever_was_said_between(
    engine: Engine, voice: VoiceInfo, spoken: Speech
) -> None:
    engine.speak(line(voice, OTHER))
    again = engine.speak(line(voice))
    if engine.deterministic:
        assert np.array_equal(again.samples, spoken.samples)
        assert again.words == spoken.words
    else:
        assert len(again.samples) == pytest.approx(len(spoken.samples), rel=0.1)


@pytest.mark.parametrize("text", ["", " ", "…", "“!?”", "— * —", "🙂🙂"])
def test_text_without_words_gives_no_sound(engine: Engine, voice: VoiceInfo, text: str) -> None:
    speech = engine.speak(line(voice, text))
    assert speech.samples.dtype == np.float32
    assert len(speech.samples) == 0
    assert speech.sample_rate == engine.sample_rate(voice.name)
    assert speech.words == ()


def test_one_word_is_one_word_and_nothing_else(engine: Engine, voice: VoiceInfo) -> None:
    speech = engine.speak(line(voice, "Yes."))
    assert 0.15 < len(speech.samples) / speech.sample_rate < 1.4
    assert len(speech.words) == (engine.timings != "none")


def test_brackets_and_control_characters_are_text(engine: Engine, voice: VoiceInfo) -> None:
    plain = engine.speak(line(voice, "A secret word."))
    marked = engine.speak(line(voice, "A [[secret]] \n\0word."))
    assert len(marked.samples) == pytest.approx(len(plain.samples), rel=0.5)


def test_given_phonemes_are_spoken_in_place_of_the_word(engine: Engine, voice: VoiceInfo) -> None:
    # The silent engine took them for their writing ("35°"), and a book full of them failed the test of its takes.
    target = Voice(voice.engine, voice.name)
    plain = engine.speak(Utterance("Cat came.", "en", target))
    longer = engine.speak(Utterance("Cat came.", "en", target, phonemes=((0, 3, "ælɪmˈbɛkoʊvə"),)))
    assert len(longer.samples) > 1.2 * len(plain.samples)
    assert [word.text for word in longer.words] == ["Cat", "came."]


def test_rate_is_honoured_or_left_to_prosody(engine: Engine, voice: VoiceInfo, spoken: Speech) -> None:
    faster = engine.speak(line(voice, rate=1.25))
    expected = len(spoken.samples) / 1.25 if "rate" in engine.honours else len(spoken.samples)
    assert len(faster.samples) == pytest.approx(expected, rel=0.12)


def test_honoured_fields_change_the_sound_and_others_do_not(engine: Engine, voice: VoiceInfo, spoken: Speech) -> None:
    if engine.name == "silent":  # it takes all cues and sounds them out as far as tones can
        return
    higher = engine.speak(line(voice, pitch=3.0))
    assert np.array_equal(higher.samples, spoken.samples) != ("pitch" in engine.honours)
    louder = engine.speak(line(voice, gain=3.0))
    assert loud(louder) == pytest.approx(loud(spoken), abs=0.2)


def test_a_misspelt_voice_is_refused_with_the_nearest_names(engine: Engine, voice: VoiceInfo) -> None:
    wrong = f"{voice.name}x"
    for ask in (engine.sample_rate, engine.fingerprint, lambda name: engine.speak(line_of(voice, name))):
        with pytest.raises(VoiceError, match="Did you mean") as caught:
            ask(wrong)
        assert voice.name in str(caught.value)
        assert caught.value.exit_code == 5


def line_of(voice: VoiceInfo, name: str) -> Utterance:
    return Utterance(SENTENCE, "en", Voice(voice.engine, name))


def test_fingerprint_is_stable_and_tells_voices_apart(engine: Engine) -> None:
    names = [info.name for info in engine.voices()[:2]]
    prints = [engine.fingerprint(name) for name in names]
    assert prints == [engine.fingerprint(name) for name in names]
    assert len(set(prints)) == len(names)


def test_closing_twice_is_harmless(engine: Engine) -> None:
    another = open_engine(engine.name)
    another.close()
    another.close()


def test_listing_all_voices_and_statuses_agree() -> None:
    assert {info.engine for info in all_voices()} == INSTALLED
    assert all(isinstance(status, EngineStatus) and (status.installed or status.remedy) for status in available())
