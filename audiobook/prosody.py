"""Rate, pitch, range, timbre and whisper on samples, for what an engine does not do itself.

Praat's PSOLA (Moulines & Charpentier 1990, through parselmouth) changes rate, pitch and range: of the
libraries compared by ``scripts/bench/prosody.py`` it leaves the most of how a voice sounded. Timbre is
resampling, which moves formants, pitch and length together, with PSOLA bringing the last two back. WORLD
(Morise et al. 2016, through pyworld) takes a voice apart into pitch, spectral envelope and breath, which
whisper needs; it also moves pitch and timbre where there is no Praat for the machine.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib.metadata
import importlib.util
import math
from typing import TYPE_CHECKING

from audiobook.engines.base import Engine
from audiobook.script import NEUTRAL, Delivery

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FINGERPRINT", "apply", "fields", "rest", "unhonoured"]


_PSOLA = frozenset({"rate", "pitch", "pitch_range", "timbre"})
_WORLD = frozenset({"pitch", "pitch_range", "timbre", "whisper"})


@functools.cache
def _version(module: str, *packages: str) -> str:
    """Version of an importable module, by the first of the packages that brought it; empty when it is not there."""
    if importlib.util.find_spec(module) is None:
        return ""
    for name in packages:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return "unknown"


def _praat() -> str:
    return _version("parselmouth", "praat-parselmouth")


def _world() -> str:
    return _version("pyworld", "pyworld-prebuilt", "pyworld")


def fields() -> frozenset[str]:
    """Name the fields of `Delivery` that can be applied here, with the libraries that are installed."""
    return (_PSOLA if _praat() else frozenset()) | (_WORLD if _world() else frozenset())


FINGERPRINT = f"prosody 5 praat {_praat()} world {_world()}"
"""Belongs to the key of every take that went through `apply` with something to do."""

_SHORTEST_S = 0.1
"""Shorter sounds hold no pitch that could be found."""
_FRAME_MS = 5.0
_F0_FLOOR = 60.0
_F0_CEILING = 600.0
_WHISPER_LOW_HZ = 500.0
_WHISPER_LOW_DB = -8.0
"""Whispering closes no glottis: little is left below 500 Hz (Jovicic & Saric 2008)."""
_WHISPER_VOICED_DB = -5.0
"""A whispered vowel against a spoken one; consonants stay as they are. People's are weaker (-12 dB and more), but with
the cue's own gain a line would then lie 17 LU below its neighbours and be lost in a car. So it lies 12 LU below, and a
recognizer hears as much of it (``scripts/bench/prosody.md``)."""
_HUM_HZ = (250.0, 600.0)
"""All below is taken from what is left of a whispered line's own sound, nothing above."""
_FIRST_FORMANT_HZ = (200.0, 1100.0)
_WHISPER_FORMANT = 1.05
"""The first formant rises by about 5 % in whisper."""


def rest(delivery: Delivery, honours: frozenset[str]) -> Delivery:
    """Return ``delivery`` with the fields neutral that the engine honours, and without gain."""
    kept = {name: getattr(NEUTRAL, name) for name in honours | {"gain"}}
    return dataclasses.replace(delivery, **kept)


def unhonoured(engine: Engine, delivery: Delivery) -> frozenset[str]:
    """Name the fields of ``delivery`` that neither ``engine`` nor this module can apply here.

    Tell the user once; the take is made without them.
    """
    left = rest(delivery, engine.honours | fields())
    return frozenset(name for name in _PSOLA | _WORLD if getattr(left, name) != getattr(NEUTRAL, name))


def apply(
    samples: NDArray[np.float32], sample_rate: int, delivery: Delivery, *, honoured: frozenset[str] = frozenset()
) -> NDArray[np.float32]:
    """Apply what is left of ``delivery`` to speech of one voice; the same input gives the same output.

    Args:
        samples: mono, range [-1, 1]; returned as they are when there is nothing to do.
        sample_rate: hertz.
        delivery: what was asked for; its gain is not applied here.
        honoured: fields that the engine has applied already.

    Returns:
        float32 within [-1, 1]; the length changes with ``rate`` only.
    """
    left = rest(rest(delivery, honoured), (_PSOLA | _WORLD) - fields())
    if left == NEUTRAL or len(samples) < _SHORTEST_S * sample_rate:
        return samples
    import numpy as np

    changed = samples.astype(np.float64)
    if _praat() and rest(left, _WORLD - _PSOLA) != NEUTRAL:
        changed = _psola(changed, sample_rate, left)
        left = rest(left, _PSOLA)
    if left != NEUTRAL:
        changed = _revoice(changed, sample_rate, left)
    peak = float(np.max(np.abs(changed)))
    result: NDArray[np.float32] = (changed / max(1.0, peak)).astype(np.float32)
    return result


def _psola(samples: NDArray[np.float64], sample_rate: int, delivery: Delivery) -> NDArray[np.float64]:
    """Change rate, pitch, range and timbre; formants move with timbre only."""
    import parselmouth
    import soxr
    from parselmouth.praat import call, run

    run("random_initializeWithSeedUnsafelyButPredictably (1)")  # it places unvoiced pieces at random
    length = round(len(samples) / delivery.rate)
    if delivery.timbre != 1.0:  # played faster: formants and pitch rise, the sound gets shorter
        samples = soxr.resample(samples, sample_rate * delivery.timbre, sample_rate)
    sound = parselmouth.Sound(samples, sample_rate)
    manipulation = call(sound, "To Manipulation", 0.01, _F0_FLOOR, _F0_CEILING)
    if delivery.rate != delivery.timbre:
        durations = call("Create DurationTier", "rate", 0, sound.duration)
        call(durations, "Add point", sound.duration / 2, delivery.timbre / delivery.rate)
        call([durations, manipulation], "Replace duration tier")
    factor = 2 ** (delivery.pitch / 12) / delivery.timbre
    if factor != 1.0 or delivery.pitch_range != 1.0:
        pitch = sound.to_pitch(pitch_floor=_F0_FLOOR, pitch_ceiling=_F0_CEILING)
        median = call(pitch, "Get quantile", 0, 0, 0.5, "Hertz")
        if not math.isnan(median):  # NaN where no voice is found
            tier = call(manipulation, "Extract pitch tier")
            call(tier, "Formula", f"{median} * (self / {median}) ^ {delivery.pitch_range} * {factor}")
            call([tier, manipulation], "Replace pitch tier")
    changed = call(manipulation, "Get resynthesis (overlap-add)").values[0]
    return _fitted(changed, length)


def _analyse(
    samples: NDArray[np.float64], sample_rate: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """F0 in hertz (0 is unvoiced), power envelope and aperiodicity of each 5 ms frame."""
    import pyworld

    pitch, times = pyworld.harvest(
        samples, sample_rate, f0_floor=_F0_FLOOR, f0_ceil=_F0_CEILING, frame_period=_FRAME_MS
    )
    envelope = pyworld.cheaptrick(samples, pitch, times, sample_rate)
    breath = pyworld.d4c(samples, pitch, times, sample_rate)
    return pitch, envelope, breath


def _revoice(samples: NDArray[np.float64], sample_rate: int, delivery: Delivery) -> NDArray[np.float64]:
    """Change pitch, range, timbre and voicing without changing the length."""
    import numpy as np
    import pyworld

    pitch, envelope, breath = _analyse(samples, sample_rate)
    voiced = pitch > 0
    hertz = np.linspace(0, sample_rate / 2, envelope.shape[1])
    moved = _moved(pitch, delivery)
    if delivery.timbre != 1.0:
        envelope = _warped(envelope, hertz, hertz / delivery.timbre)
        breath = _warped(breath, hertz, hertz / delivery.timbre)
    spoken = _fitted(pyworld.synthesize(moved, envelope, breath, sample_rate, _FRAME_MS), len(samples))
    if delivery.whisper > 0:
        breathed = _whispered(envelope, hertz, sample_rate, len(samples))
        share = min(delivery.whisper, 1.0)
        spoken = (1 - share) * spoken + share * breathed
        # Where Harvest found no voice there may still be some, creaking or very low: it would betray the whisper.
        samples = (1 - share) * samples + share * _without_hum(samples, sample_rate)
    if delivery.timbre != 1.0:
        return spoken
    # Consonants come back as they were: WORLD makes them slightly dull.
    mask = _mask(voiced, sample_rate, len(samples))
    return mask * spoken + (1 - mask) * samples


def _moved(pitch: NDArray[np.float64], delivery: Delivery) -> NDArray[np.float64]:
    import numpy as np

    voiced = pitch > 0
    if not voiced.any():
        return pitch
    moved = pitch.copy()
    median = np.median(np.log2(pitch[voiced]))
    log = median + delivery.pitch_range * (np.log2(pitch[voiced]) - median) + delivery.pitch / 12
    moved[voiced] = np.clip(2**log, _F0_FLOOR * 0.75, _F0_CEILING)
    return moved


def _whispered(
    envelope: NDArray[np.float64], hertz: NDArray[np.float64], sample_rate: int, frames: int
) -> NDArray[np.float64]:
    import numpy as np
    import pyworld

    low, high = _FIRST_FORMANT_HZ
    raised = np.where((hertz > low) & (hertz < high), hertz / _WHISPER_FORMANT, hertz)
    shaped = _warped(envelope, hertz, raised)
    tilt_db = np.where(hertz < _WHISPER_LOW_HZ, _WHISPER_LOW_DB, 0.0) + _WHISPER_VOICED_DB
    shaped = shaped * 10 ** (tilt_db / 10)
    silent_pitch = np.zeros(len(envelope))
    return _fitted(pyworld.synthesize(silent_pitch, shaped, np.ones_like(shaped), sample_rate, _FRAME_MS), frames)


def _without_hum(samples: NDArray[np.float64], sample_rate: int) -> NDArray[np.float64]:
    """Take away what lies below the first formant, where a voice hums and a consonant has nothing."""
    import numpy as np

    spectrum = np.fft.rfft(samples)
    hertz = np.fft.rfftfreq(len(samples), 1 / sample_rate)
    low, high = _HUM_HZ
    hush: NDArray[np.float64] = np.fft.irfft(spectrum * np.clip((hertz - low) / (high - low), 0, 1), len(samples))
    return hush


def _warped(
    frames: NDArray[np.float64], hertz: NDArray[np.float64], wanted: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Read each frame at the frequencies ``wanted``."""
    import numpy as np

    place = np.interp(wanted, hertz, np.arange(len(hertz)))
    below = place.astype(np.intp)
    above = np.minimum(below + 1, len(hertz) - 1)
    part = place - below
    warped: NDArray[np.float64] = np.ascontiguousarray(frames[:, below] * (1 - part) + frames[:, above] * part)
    return warped


def _mask(voiced: NDArray[np.bool_], sample_rate: int, frames: int) -> NDArray[np.float64]:
    """1 where the voice sounds, 0 where it does not, with ramps of one analysis frame."""
    import numpy as np

    wide = np.convolve(voiced, np.ones(3), "same") > 0
    at = np.arange(len(wide)) * _FRAME_MS / 1000 * sample_rate
    mask: NDArray[np.float64] = np.interp(np.arange(frames), at, wide.astype(np.float64))
    return mask


def _fitted(samples: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    import numpy as np

    return np.pad(samples[:frames], (0, max(0, frames - len(samples))))
