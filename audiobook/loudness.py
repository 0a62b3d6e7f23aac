"""Loudness as ITU-R BS.1770-4 defines it: K-weighting and gates."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["block_loudness", "gated_loudness", "k_weighting", "power_db", "windows_of_four"]

Triple = tuple[float, float, float]


def gated_loudness(blocks: NDArray[np.float64]) -> float:
    """Return integrated loudness in LUFS from the loudness of 400 ms blocks; -inf when none passes the gates."""
    powers = 10 ** (blocks[blocks > -70.0] / 10)
    if not len(powers):
        return -math.inf
    return power_db(float(powers[powers > powers.mean() * 10 ** (-10 / 10)].mean()))


def block_loudness(tenths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loudness in LUFS of each 400 ms, 100 ms apart, from the weighted powers of 100 ms; -inf is silence."""
    if len(tenths) < 4:
        return np.zeros(0)
    with np.errstate(divide="ignore"):
        return np.asarray(-0.691 + 10 * np.log10(windows_of_four(tenths)))


def windows_of_four(tenths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of each four neighbours."""
    return np.asarray(np.lib.stride_tricks.sliding_window_view(tenths, 4).mean(axis=1))


def power_db(power: float) -> float:
    """Return 10 log10 of a power ratio; -inf for 0."""
    return 10.0 * math.log10(power) if power > 0.0 else -math.inf


@lru_cache(maxsize=8)
def k_weighting(sample_rate: int) -> NDArray[np.float64]:
    """Return the impulse response of BS.1770's K-weighting at any rate.

    The standard tabulates both biquads at 48 kHz; the analogue parameters behind the table give them at other rates
    (centre frequency, gain and Q: Brecht De Man, "Evaluation of implementations of the EBU R128 loudness measurement").
    """
    response = np.zeros(math.ceil(0.085 * sample_rate))  # the slowest pole has fallen below 1e-7 by then
    response[0] = 1.0
    for numerator, denominator in (_shelf(sample_rate), _rumble(sample_rate)):
        response = _biquad(response, numerator, denominator)
    return response


def _shelf(sample_rate: int) -> tuple[Triple, Triple]:
    gain, quality = 3.999843853973347, 0.7071752369554196
    tangent = math.tan(math.pi * 1681.974450955533 / sample_rate)
    high = 10 ** (gain / 20)
    band = high**0.4996667741545416
    scale = 1 + tangent / quality + tangent**2
    numerator = (
        (high + band * tangent / quality + tangent**2) / scale,
        2 * (tangent**2 - high) / scale,
        (high - band * tangent / quality + tangent**2) / scale,
    )
    return numerator, (1.0, 2 * (tangent**2 - 1) / scale, (1 - tangent / quality + tangent**2) / scale)


def _rumble(sample_rate: int) -> tuple[Triple, Triple]:
    quality = 0.5003270373238773
    tangent = math.tan(math.pi * 38.13547087602444 / sample_rate)
    scale = 1 + tangent / quality + tangent**2
    return (1.0, -2.0, 1.0), (1.0, 2 * (tangent**2 - 1) / scale, (1 - tangent / quality + tangent**2) / scale)


def _biquad(signal: NDArray[np.float64], numerator: Triple, denominator: Triple) -> NDArray[np.float64]:
    result = np.zeros_like(signal)
    state_1 = state_2 = 0.0
    for index, value in enumerate(signal.tolist()):
        output = numerator[0] * value + state_1
        state_1 = numerator[1] * value - denominator[1] * output + state_2
        state_2 = numerator[2] * value - denominator[2] * output
        result[index] = output
    return result
