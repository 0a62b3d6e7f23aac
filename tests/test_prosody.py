"""Prosody on samples: what it changes, and what it must leave alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from audiobook import prosody
from audiobook.engines import open_engine
from audiobook.engines.silent import SilentEngine
from audiobook.script import NEUTRAL, Delivery

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 24_000
SECONDS = 1.0


@pytest.fixture(scope="module")
def vowel() -> NDArray[np.float32]:
    """A voice of 120 Hz that glides by a fifth, with a formant, and half a second of hiss before it."""
    time = np.arange(round(SECONDS * RATE)) / RATE
    hertz = 120 * 2 ** (np.sin(2 * np.pi * time) * 3.5 / 12)
    phase = 2 * np.pi * np.cumsum(hertz) / RATE
    voice = sum(np.cos(number * phase) / (1 + abs(number - 6)) for number in range(1, 30))
    hiss = np.random.default_rng(1).normal(0, 0.02, RATE // 2)
    return np.concatenate([hiss, 0.1 * voice + np.random.default_rng(2).normal(0, 1e-3, len(time))]).astype(np.float32)


def pitches(samples: NDArray[np.float32]) -> NDArray[np.float64]:
    import pyworld

    found, _ = pyworld.dio(samples.astype(np.float64), RATE, f0_floor=60, f0_ceil=400)
    return found[found > 0]


def semitones(samples: NDArray[np.float32]) -> float:
    return float(12 * np.log2(np.median(pitches(samples))))


def test_neutral_delivery_returns_the_very_same_samples(vowel: NDArray[np.float32]) -> None:
    assert prosody.apply(vowel, RATE, NEUTRAL) is vowel
    assert prosody.apply(vowel, RATE, Delivery(gain=-6)) is vowel


def test_honoured_fields_are_not_applied_again(vowel: NDArray[np.float32]) -> None:
    delivery = Delivery(rate=1.2, pitch=2)
    assert prosody.apply(vowel, RATE, delivery, honoured=frozenset({"rate", "pitch"})) is vowel
    only_pitch = prosody.apply(vowel, RATE, delivery, honoured=frozenset({"rate"}))
    assert len(only_pitch) == len(vowel)


def test_empty_speech_stays_empty() -> None:
    nothing = np.zeros(0, np.float32)
    assert prosody.apply(nothing, RATE, Delivery(pitch=2)) is nothing


@pytest.mark.parametrize(
    "delivery",
    [Delivery(rate=0.9), Delivery(pitch=1.5), Delivery(pitch_range=0.8), Delivery(timbre=1.05), Delivery(whisper=1)],
)
def test_same_input_gives_same_output_in_range(vowel: NDArray[np.float32], delivery: Delivery) -> None:
    once = prosody.apply(vowel, RATE, delivery)
    assert np.array_equal(once, prosody.apply(vowel, RATE, delivery))
    assert once.dtype == np.float32
    assert np.isfinite(once).all()
    assert 0.01 < np.abs(once).max() <= 1
    assert not np.array_equal(once, vowel)


@pytest.mark.parametrize("rate", [0.85, 0.95, 1.08, 1.2])
def test_rate_changes_the_length_and_not_the_pitch(vowel: NDArray[np.float32], rate: float) -> None:
    changed = prosody.apply(vowel, RATE, Delivery(rate=rate))
    assert len(changed) == pytest.approx(len(vowel) / rate, rel=0.01)
    assert semitones(changed) == pytest.approx(semitones(vowel), abs=0.5)


@pytest.mark.parametrize("pitch", [-3.0, -0.8, 1.2, 3.0])
def test_pitch_moves_by_semitones_and_keeps_the_length(vowel: NDArray[np.float32], pitch: float) -> None:
    changed = prosody.apply(vowel, RATE, Delivery(pitch=pitch))
    assert len(changed) == len(vowel)
    assert semitones(changed) - semitones(vowel) == pytest.approx(pitch, abs=0.3)


@pytest.mark.parametrize("factor", [0.75, 1.3])
def test_range_widens_or_flattens_around_the_same_median(vowel: NDArray[np.float32], factor: float) -> None:
    changed = prosody.apply(vowel, RATE, Delivery(pitch_range=factor))
    before, after = (np.std(np.log2(pitches(samples))) for samples in (vowel, changed))
    assert after / before == pytest.approx(factor, rel=0.1)
    assert semitones(changed) == pytest.approx(semitones(vowel), abs=0.5)


def test_timbre_moves_the_formants_and_not_the_pitch(vowel: NDArray[np.float32]) -> None:
    changed = prosody.apply(vowel, RATE, Delivery(timbre=1.15))

    def centre(samples: NDArray[np.float32]) -> float:
        spectrum = np.abs(np.fft.rfft(samples[RATE // 2 :])) ** 2
        hertz = np.fft.rfftfreq(len(samples) - RATE // 2, 1 / RATE)
        return float(np.sum(spectrum * hertz) / np.sum(spectrum))

    assert centre(changed) > 1.05 * centre(vowel)
    assert semitones(changed) == pytest.approx(semitones(vowel), abs=0.3)


def test_a_whisper_has_no_voice_and_is_quieter_while_hiss_stays(vowel: NDArray[np.float32]) -> None:
    changed = prosody.apply(vowel, RATE, Delivery(whisper=1))
    before, after = vowel[RATE // 2 + 2400 :], changed[RATE // 2 + 2400 :]
    assert np.sqrt(np.mean(after**2)) < 0.7 * np.sqrt(np.mean(before**2))
    assert _periodicity(after) < 0.4 < _periodicity(before)
    hertz = np.fft.rfftfreq(RATE // 2 - 2400, 1 / RATE)
    hiss, kept = (np.abs(np.fft.rfft(sound[: RATE // 2 - 2400])) for sound in (vowel, changed))
    assert np.linalg.norm(kept[hertz > 700]) == pytest.approx(np.linalg.norm(hiss[hertz > 700]), rel=0.02)
    assert np.linalg.norm(kept[hertz < 200]) < 0.1 * np.linalg.norm(hiss[hertz < 200]), "a voice hums there"


def _periodicity(samples: NDArray[np.float32]) -> float:
    """Largest normalized autocorrelation at lags of 75 to 300 Hz, over 40 ms frames."""
    size = 960
    best = []
    for start in range(0, len(samples) - 2 * size, size):
        frame = samples[start : start + size]
        scores = [
            float(np.dot(frame, samples[start + lag : start + lag + size]))
            / float(np.linalg.norm(frame) * np.linalg.norm(samples[start + lag : start + lag + size]) + 1e-9)
            for lag in range(80, 320, 2)
        ]
        best.append(max(scores))
    return float(np.median(best))


def test_silence_survives_every_change() -> None:
    silence = np.zeros(RATE // 2, np.float32)
    changed = prosody.apply(silence, RATE, Delivery(rate=1.1, pitch=2, pitch_range=1.2, timbre=1.05, whisper=0.5))
    assert np.abs(changed).max() < 0.01


def test_everything_is_honoured_by_engine_or_prosody() -> None:
    engine = open_engine("piper")
    delivery = Delivery(rate=1.1, pitch=1, whisper=0.5, timbre=1.02, pitch_range=0.9)
    assert prosody.unhonoured(engine, delivery) == frozenset()
    assert prosody.rest(delivery, engine.honours).rate == 1.0
    assert prosody.FINGERPRINT.startswith("prosody ")


class _Nothing(SilentEngine):
    honours = frozenset()


def test_world_moves_pitch_where_there_is_no_praat(vowel: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prosody, "_praat", lambda: "")
    changed = prosody.apply(vowel, RATE, Delivery(pitch=2, pitch_range=0.8, rate=1.1))
    assert semitones(changed) - semitones(vowel) == pytest.approx(2, abs=0.5)
    assert len(changed) == len(vowel)
    assert prosody.unhonoured(_Nothing(), Delivery(rate=1.1)) == {"rate"}


def test_without_the_libraries_the_fields_are_named_and_the_sound_is_kept(
    vowel: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prosody, "_world", lambda: "")
    monkeypatch.setattr(prosody, "_praat", lambda: "")
    engine = open_engine("piper")
    assert prosody.unhonoured(engine, Delivery(rate=1.1, pitch=1)) == {"pitch"}
    assert prosody.apply(vowel, RATE, Delivery(pitch=1)) is vowel
