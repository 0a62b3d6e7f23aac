"""Cues as they are heard: a real voice whispers and shouts, and with expression 0 nothing is acted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import parselmouth
import pytest
from numpy.typing import NDArray

from audiobook import prosody
from audiobook.adapt import adapt
from audiobook.audio import Passage
from audiobook.book import Metadata
from audiobook.engines import all_voices, open_engine
from audiobook.ingest import read_book
from audiobook.plan import plan
from audiobook.script import (
    NARRATOR,
    NEUTRAL,
    Cue,
    Delivery,
    Line,
    Scene,
    Script,
    ScriptChapter,
    ScriptParagraph,
    Voice,
)
from audiobook.settings import AdaptSettings, Settings

SAMPLE = Path(__file__).parent.parent / "examples" / "the-lamp-at-kerrow-point.txt"
TEXT = "Come down from the wall before anyone sees you."


def passage(*cues: Cue, expression: float = 1.0) -> Passage:
    line = Line(NARRATOR, TEXT, cues=cues)
    chapter = ScriptChapter("", (Scene((ScriptParagraph((line,)),)),))
    script = Script(Metadata("T", language="en"), ((NARRATOR, Voice("piper", "en_US-joe-medium")),), (chapter,))
    (planned,) = plan(script, Settings(expression=expression)).chapters[0].passages
    return planned


@pytest.fixture(scope="module")
def heard() -> dict[str, tuple[NDArray[np.float32], int]]:
    """The sentence said plainly, whispered and shouted, with the gain that stitching gives it."""
    engine = open_engine("piper")
    sounds = {}
    for name, cues in (("plain", ()), ("whisper", (Cue("whisper"),)), ("shout", (Cue("shout"),))):
        said = passage(*cues)
        speech = engine.speak(said.utterance)
        delivery = said.utterance.delivery
        samples = prosody.apply(speech.samples, speech.sample_rate, delivery, honoured=engine.honours)
        sounds[name] = (samples * np.float32(10 ** (said.gain / 20)), speech.sample_rate)
    engine.close()
    return sounds


def level_db(sound: tuple[NDArray[np.float32], int]) -> float:
    return float(10 * np.log10(np.mean(np.square(sound[0]))))


def voiced(sound: tuple[NDArray[np.float32], int]) -> NDArray[np.float64]:
    """F0 in hertz of the frames that have a voice."""
    pitch = parselmouth.Sound(sound[0].astype(np.float64), sound[1]).to_pitch(pitch_floor=60, pitch_ceiling=600)
    hertz = pitch.selected_array["frequency"]
    return hertz[hertz > 0]


def harmonicity_db(sound: tuple[NDArray[np.float32], int]) -> float:
    """Voice against noise where it is loud: the median of Praat's harmonics-to-noise ratio."""
    praat = parselmouth.Sound(sound[0].astype(np.float64), sound[1])
    ratio = praat.to_harmonicity_cc().values[0]
    times = praat.to_harmonicity_cc().xs()
    power = np.array(
        [np.mean(np.square(sound[0][max(0, at - 200) : at + 200])) for at in (times * sound[1]).astype(int)]
    )
    return float(np.median(np.maximum(ratio[power > np.median(power)], -10)))


def tilt_db(sound: tuple[NDArray[np.float32], int]) -> float:
    """Level below 500 Hz against the level from 2 to 6 kHz."""
    power = np.square(np.abs(np.fft.rfft(sound[0])))
    hertz = np.fft.rfftfreq(len(sound[0]), 1 / sound[1])
    low, high = power[hertz < 500].sum(), power[(hertz > 2000) & (hertz < 6000)].sum()
    return float(10 * np.log10(low / high))


def test_a_whisper_is_quiet_has_no_voice_and_little_below_500_hz(
    heard: dict[str, tuple[NDArray[np.float32], int]],
) -> None:
    assert level_db(heard["whisper"]) < level_db(heard["plain"]) - 6
    assert harmonicity_db(heard["whisper"]) < harmonicity_db(heard["plain"]) - 5
    assert tilt_db(heard["whisper"]) < tilt_db(heard["plain"]) - 6


def test_a_shout_is_louder_and_higher(heard: dict[str, tuple[NDArray[np.float32], int]]) -> None:
    assert level_db(heard["shout"]) > level_db(heard["plain"]) + 2
    semitones = 12 * np.log2(np.median(voiced(heard["shout"])) / np.median(voiced(heard["plain"])))
    assert semitones == pytest.approx(2.0, abs=0.7)


def test_with_expression_0_the_sample_story_is_spoken_plainly() -> None:
    settings = Settings(engine="piper", adapt=AdaptSettings(voices="one"))  # variants of a voice keep their offsets
    script = adapt(read_book(SAMPLE, settings.ingest), settings, all_voices("piper"))

    def spoken(expression: float) -> set[tuple[Delivery, float]]:
        planned = plan(script, Settings(expression=expression))
        return {(each.utterance.delivery, each.gain) for chapter in planned.chapters for each in chapter.passages}

    assert spoken(0) == {(NEUTRAL, 0.0)}
    assert len(spoken(1)) > 5


@pytest.mark.parametrize("cue", ["whisper", "shout", "anger", "sadness", "fast"])
def test_with_expression_0_every_cue_sounds_plain(cue: str) -> None:
    assert passage(Cue(cue), expression=0) == passage(expression=0)
    assert passage(Cue(cue)) != passage()
