"""Levels as delivery standards measure them, checked against known signals and against ffmpeg."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audiobook.errors import SourceError
from audiobook.measure import Meter, decibels, measure_file, measure_samples
from audiobook.truepeak import between_samples

Samples = NDArray[np.float32]


def sine(hertz: float, peak_db: float, seconds: float, rate: int = 48_000, phase: float = 0.0) -> Samples:
    angle = 2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate + phase
    return (10 ** (peak_db / 20) * np.sin(angle)).astype(np.float32)


def speech_like(seconds: float, rate: int, seed: int = 1) -> Samples:
    """Coloured noise that swells and pauses."""
    noise = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    smooth = np.convolve(noise, np.hanning(rate // 800), "same")
    swell = np.clip(np.sin(2 * np.pi * 0.7 * np.arange(len(smooth)) / rate), 0.002, None)
    sound = smooth * swell
    return (0.6 * sound / np.abs(sound).max()).astype(np.float32)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
def test_a_sine_reads_what_bs1770_says_at_every_rate(rate: int) -> None:
    # ITU-R BS.1770: a 997 Hz sine at 0 dBFS peak in one channel reads -3.01 LKFS.
    levels = measure_samples(sine(997, -20.0, 5, rate), rate)
    assert levels.lufs == pytest.approx(-23.01, abs=0.05)
    assert levels.rms_db == pytest.approx(-23.01, abs=0.01)
    assert levels.peak_db == pytest.approx(-20.0, abs=0.02)
    assert levels.duration_s == pytest.approx(5.0)


def test_the_same_sound_on_two_channels_is_three_lu_louder() -> None:
    mono = sine(997, -20.0, 5)
    stereo = measure_samples(np.stack((mono, mono), axis=1), 48_000)
    assert stereo.channels == 2
    assert stereo.lufs == pytest.approx(-20.0, abs=0.05)
    assert stereo.rms_db == pytest.approx(-23.01, abs=0.01)


def test_stereo_takes_rms_of_both_and_peak_of_the_louder_channel() -> None:
    silent = np.zeros(48_000 * 2, np.float32)
    levels = measure_samples(np.stack((sine(997, -10.0, 2), silent), axis=1), 48_000)
    assert levels.peak_db == pytest.approx(-10.0, abs=0.02)
    assert levels.rms_db == pytest.approx(-10.0 - 3.01 - 3.01, abs=0.02)


def test_quiet_stretches_do_not_count_as_loudness() -> None:
    loud = sine(997, -20.0, 10)
    quiet = sine(997, -60.0, 30)
    levels = measure_samples(np.concatenate((loud, quiet)), 48_000)
    assert levels.lufs == pytest.approx(-23.01, abs=0.2)
    assert levels.rms_db == pytest.approx(-23.01 - 6.02, abs=0.05)


@given(
    seed=st.integers(0, 2**32 - 1),
    smooth=st.integers(1, 40),
    frames=st.integers(30, 400),
    stretch=st.sampled_from([16, 64]),
    share=st.floats(0.3, 1.3),
)
def test_no_stretch_is_left_out_that_could_pass(
    seed: int, smooth: int, frames: int, stretch: int, share: float
) -> None:
    noise = np.random.default_rng(seed).standard_normal(frames).astype(np.float32)
    samples = np.convolve(noise, np.ones(smooth) / smooth, "same").astype(np.float32)
    floor = share * float(np.abs(samples).max())
    every, places = between_samples(samples, 0.0, stretch)
    some, found = between_samples(samples, floor, stretch)
    expected = {place: value for value, place in zip(every.tolist(), places.tolist(), strict=True) if value > floor}
    assert expected.items() <= dict(zip(found.tolist(), some.tolist(), strict=True)).items()


def test_a_peak_between_samples_is_seen() -> None:
    # At a quarter of the rate and 45 degrees every sample is 3 dB below the crest.
    levels = measure_samples(sine(12_000, -6.0, 1, phase=math.pi / 4), 48_000)
    assert levels.peak_db == pytest.approx(-9.01, abs=0.02)
    assert levels.true_peak_db == pytest.approx(-6.0, abs=0.15)


def test_a_peak_between_two_blocks_is_seen() -> None:
    sound = sine(12_000, -6.0, 0.1, phase=math.pi / 4) * np.hanning(4800).astype(np.float32)
    whole = measure_samples(sound, 48_000)
    meter = Meter(48_000)
    middle = int(np.argmax(np.abs(sound))) + 1
    meter.add(sound[:middle])
    meter.add(sound[middle:])
    assert meter.levels().true_peak_db == pytest.approx(whole.true_peak_db, abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(0, 30_000), max_size=6), rate=st.sampled_from([11_025, 22_050, 24_000]))
def test_levels_do_not_depend_on_how_a_recording_is_cut_into_blocks(cuts: list[int], rate: int) -> None:
    sound = speech_like(30_000 / rate, rate)
    meter = Meter(rate)
    edges = [0, *sorted(cuts), len(sound)]
    for start, end in itertools.pairwise(edges):
        if end > start:
            meter.add(sound[start:end])
    pieces, whole = meter.levels(), measure_samples(sound, rate)
    for field in ("rms_db", "peak_db", "true_peak_db", "noise_floor_db", "lufs", "head_s", "tail_s", "duration_s"):
        assert getattr(pieces, field) == pytest.approx(getattr(whole, field), abs=1e-3), field


def test_the_noise_floor_is_the_quietest_four_tenths() -> None:
    rate = 44_100
    loud = sine(440, -20.0, 2, rate)
    room = sine(440, -67.0, 0.5, rate)
    levels = measure_samples(np.concatenate((loud, room, loud)), rate)
    assert levels.noise_floor_db == pytest.approx(-70.01, abs=0.05)
    short = measure_samples(np.concatenate((loud, room[: rate // 5], loud)), rate)
    assert short.noise_floor_db > -30


def test_digital_silence_has_no_level() -> None:
    levels = measure_samples(np.zeros(48_000), 48_000)
    assert levels.rms_db == levels.peak_db == levels.lufs == levels.noise_floor_db == -math.inf
    assert levels.head_s == levels.tail_s == 1.0


def test_head_and_tail_are_the_quiet_around_the_speech() -> None:
    rate = 24_000
    tone = sine(440, -72.0, 1.25, rate)
    levels = measure_samples(np.concatenate((tone[: rate * 3 // 4], sine(220, -20, 3, rate), tone)), rate)
    assert levels.head_s == pytest.approx(0.75, abs=0.011)
    assert levels.tail_s == pytest.approx(1.25, abs=0.011)


def test_nothing_at_all_can_be_measured() -> None:
    levels = measure_samples(np.zeros(0), 48_000)
    assert levels.duration_s == 0
    assert levels.rms_db == -math.inf


@pytest.mark.parametrize(("rate", "channels"), [(22_050, 1), (24_000, 1), (44_100, 1), (44_100, 2), (48_000, 1)])
def test_loudness_and_true_peak_agree_with_ffmpeg(tmp_path: Path, rate: int, channels: int) -> None:
    path = tmp_path / "sound.wav"
    sound = np.stack([speech_like(12, rate, seed) for seed in range(channels)], axis=1)
    soundfile.write(path, sound, rate, subtype="FLOAT")
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-hide_banner",
        "-i",
        path,
        "-af",
        "ebur128=peak=true",
        "-f",
        "null",
        "-",
    ]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    loudness = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", report)[-1])
    peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", report)[-1])
    levels = measure_file(path)
    assert levels.lufs == pytest.approx(loudness, abs=0.1)
    assert levels.true_peak_db == pytest.approx(peak, abs=0.1)


def test_a_long_file_is_measured_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    sound = np.tile(speech_like(10, 24_000), 6)
    soundfile.write(path, sound, 24_000)
    from_file, from_samples = measure_file(path), measure_samples(sound, 24_000)
    assert from_file.lufs == pytest.approx(from_samples.lufs, abs=0.01)
    assert from_file.duration_s == 60.0


@pytest.mark.parametrize("content", [None, b"", b"not a sound at all"])
def test_a_file_that_is_no_recording_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "broken.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=r"broken\.wav"):
        measure_file(path)


def test_a_recording_without_a_single_frame_is_named(tmp_path: Path) -> None:
    path = tmp_path / "empty.wav"
    soundfile.write(path, np.zeros(0), 24_000)
    with pytest.raises(SourceError, match="holds no sound"):
        measure_file(path)


def test_decibels_of_nothing_are_minus_infinity() -> None:
    assert decibels(0.0) == -math.inf
    assert decibels(10.0) == pytest.approx(20.0)
