#!/usr/bin/env python3
"""Compare libraries that change rate and pitch of speech: what they cost in quality, words and time.

    pip install praat-parselmouth pedalboard python-stretch speechmos librosa moonshine-voice==0.0.62
    python scripts/bench/prosody.py [--engine kokoro] [--lines 8] [--method world ...]

Each sentence is spoken once by the engine and then changed by each method. Better: few word
errors, high DNSMOS (a judge of naturalness trained on listeners), little processor time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from listening import Samples, passage, score

from audiobook import prosody
from audiobook.audio import Utterance
from audiobook.engines import open_engine
from audiobook.script import Delivery, Voice

CHANGES = {
    "rate 0.93": Delivery(rate=0.93),
    "rate 1.08": Delivery(rate=1.08),
    "rate 0.85": Delivery(rate=0.85),
    "rate 1.20": Delivery(rate=1.20),
    "pitch +1.2": Delivery(pitch=1.2),
    "pitch -0.8": Delivery(pitch=-0.8),
    "pitch +3": Delivery(pitch=3.0),
    "pitch -3": Delivery(pitch=-3.0),
    "range 0.75": Delivery(pitch_range=0.75),
    "range 1.25": Delivery(pitch_range=1.25),
    "timbre 1.04": Delivery(timbre=1.04),
    "whisper 1": Delivery(whisper=1.0),
}
Method = Callable[[Samples, int, Delivery], Samples]


def main() -> None:
    arguments = _arguments()
    engine = open_engine(arguments.engine)
    voice = Voice.parse(arguments.voice) if arguments.voice else Voice(arguments.engine, engine.voices()[0].name)
    texts = passage()[: arguments.lines]
    plain = [engine.speak(Utterance(text, "en", voice)) for text in texts]
    rate = plain[0].sample_rate
    seconds = sum(len(speech.samples) for speech in plain) / rate
    print(f"{voice.address}, {len(texts)} sentences, {seconds:.0f} s\n")
    print("| change | method | word errors % | OVRL | SIG | CPU s per s |\n|---|---|---|---|---|---|")
    _row("none", "as spoken", texts, [speech.samples for speech in plain], rate, 0.0)
    for change, delivery in CHANGES.items():
        if arguments.change and change not in arguments.change:
            continue
        for name, method in METHODS.items():
            if arguments.method and name not in arguments.method:
                continue
            start = time.process_time()
            changed = [method(speech.samples, rate, delivery) for speech in plain]
            cost = (time.process_time() - start) / seconds
            if changed[0] is not plain[0].samples:
                _row(change, name, texts, changed, rate, cost)


def _row(change: str, name: str, texts: tuple[str, ...], spoken: list[Samples], rate: int, cost: float) -> None:
    result = score(texts, spoken, rate)
    figures = f"{result.overall:.2f} | {result.signal:.2f} | {cost:.3f}"
    print(f"| {change} | {name} | {result.word_errors:.1f} | {figures} |", flush=True)


def _own(samples: Samples, rate: int, delivery: Delivery) -> Samples:
    return prosody.apply(samples, rate, delivery)


def _world(
    samples: Samples, rate: int, delivery: Delivery, finder: str = "harvest", *, splice: bool = False
) -> Samples:
    import pyworld

    if delivery.timbre != 1 or delivery.whisper:
        return samples
    wave = samples.astype(np.float64)
    pitch, times = getattr(pyworld, finder)(wave, rate, f0_floor=60, f0_ceil=800)
    if finder == "dio":
        pitch = pyworld.stonemask(wave, pitch, times, rate)
    envelope = pyworld.cheaptrick(wave, pitch, times, rate)
    breath = pyworld.d4c(wave, pitch, times, rate)
    voiced = pitch > 0
    moved = pitch.copy()
    middle = np.median(np.log2(pitch[voiced]))
    moved[voiced] = 2 ** (middle + delivery.pitch_range * (np.log2(pitch[voiced]) - middle) + delivery.pitch / 12)
    changed = pyworld.synthesize(moved, envelope, breath, rate, 5.0 / delivery.rate)
    if splice and delivery.rate == 1:
        size = min(len(changed), len(wave))
        wide = np.convolve(voiced, np.ones(3), "same") > 0
        mask = np.interp(np.arange(size), np.arange(len(wide)) * rate / 200, wide.astype(float))
        changed = mask * changed[:size] + (1 - mask) * wave[:size]
    return _clipped(changed)


def _world_dio(samples: Samples, rate: int, delivery: Delivery) -> Samples:
    return _world(samples, rate, delivery, "dio")


def _world_dio_splice(samples: Samples, rate: int, delivery: Delivery) -> Samples:
    return _world(samples, rate, delivery, "dio", splice=True)


def _psola(samples: Samples, rate: int, delivery: Delivery) -> Samples:
    import parselmouth
    from parselmouth.praat import call

    if delivery.timbre != 1 or delivery.whisper:
        return samples
    sound = parselmouth.Sound(samples.astype(np.float64), rate)
    manipulation = call(sound, "To Manipulation", 0.01, 60, 600)
    if delivery.rate != 1:
        tier = call("Create DurationTier", "rate", 0, sound.duration)
        call(tier, "Add point", sound.duration / 2, 1 / delivery.rate)
        call([tier, manipulation], "Replace duration tier")
    if delivery.pitch or delivery.pitch_range != 1:
        tier = call(manipulation, "Extract pitch tier")
        middle = call(sound.to_pitch(pitch_floor=60, pitch_ceiling=600), "Get quantile", 0, 0, 0.5, "Hertz")
        power, factor = delivery.pitch_range, 2 ** (delivery.pitch / 12)
        call(tier, "Formula", f"{middle} * (self / {middle}) ^ {power} * {factor}")
        call([tier, manipulation], "Replace pitch tier")
    changed = call(manipulation, "Get resynthesis (overlap-add)").values[0]
    return _clipped(changed)


def _rubber_band(samples: Samples, rate: int, delivery: Delivery) -> Samples:
    import pedalboard

    if delivery.timbre != 1 or delivery.whisper or delivery.pitch_range != 1:
        return samples
    changed = pedalboard.time_stretch(
        samples, rate, stretch_factor=delivery.rate, pitch_shift_in_semitones=delivery.pitch, preserve_formants=True
    )
    return _clipped(changed)


def _signalsmith(samples: Samples, rate: int, delivery: Delivery) -> Samples:
    from python_stretch import Signalsmith

    if delivery.timbre != 1 or delivery.whisper or delivery.pitch_range != 1:
        return samples
    stretch = Signalsmith.Stretch()
    stretch.preset(1, rate)
    stretch.setTimeFactor(delivery.rate)
    stretch.setTransposeSemitones(delivery.pitch)
    changed = stretch.process(samples[np.newaxis])
    return _clipped(changed)


def _clipped(samples: Samples) -> Samples:
    mono: Samples = np.clip(np.asarray(samples).ravel(), -1, 1).astype(np.float32)
    return mono


METHODS: dict[str, Method] = {
    "audiobook": _own,
    "WORLD": _world,
    "WORLD, DIO": _world_dio,
    "WORLD, DIO, spliced": _world_dio_splice,
    "PSOLA (Praat)": _psola,
    "Rubber Band": _rubber_band,
    "Signalsmith": _signalsmith,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", default="piper")
    parser.add_argument("--voice", help="ENGINE:NAME; the engine's first by default")
    parser.add_argument("--lines", type=int, default=8)
    parser.add_argument("--method", action="append", choices=list(METHODS))
    parser.add_argument("--change", action="append", choices=list(CHANGES))
    return parser.parse_args()


if __name__ == "__main__":
    main()
