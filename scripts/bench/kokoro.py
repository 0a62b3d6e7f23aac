#!/usr/bin/env python3
"""Compare this program's Kokoro with the plain kokoro-onnx loop: the same sentences, the same model, one run.

    pip install kokoro-onnx && audiobook voices install kokoro
    python scripts/bench/kokoro.py [--lines 20] [--jobs 2] [--rounds 2]

The plain loop is one process with as many threads as ONNX Runtime likes. Ours is one process a core with
one thread each, as a build records. Rounds alternate, because other work on the machine disturbs both.
Processor seconds are printed too: they are what a busy machine cannot distort much.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from pathlib import Path

import numpy as np

from audiobook.audio import Utterance
from audiobook.engines import kokoro, open_engine
from audiobook.engines.base import Engine
from audiobook.script import Voice

_VOICE = "af_heart"
_engine: Engine


def main() -> None:
    arguments = _arguments()
    texts = Path(__file__).with_name("passage.txt").read_text("utf-8").splitlines()[: arguments.lines]
    for number in range(arguments.rounds):
        plain = _measured("plain kokoro-onnx loop", lambda: _plain(texts))
        ours = _measured(f"audiobook, {arguments.jobs} processes", lambda: _ours(texts, arguments.jobs))
        print(f"round {number + 1}: {plain[0] / ours[0]:.2f} times as fast, {plain[1] / ours[1]:.2f} by processor time")


def _measured(name: str, work: object) -> tuple[float, float]:
    start, used = time.perf_counter(), _processor_s()
    seconds = work()  # type: ignore[operator]
    wall, used = time.perf_counter() - start, _processor_s() - used
    print(f"{name:<28} {seconds:6.1f} s of speech in {wall:6.1f} s, {used:6.1f} processor seconds", flush=True)
    return wall, used


def _processor_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _plain(texts: list[str]) -> float:
    """Speak with kokoro-onnx as its documentation shows, start-up included."""
    from kokoro_onnx import Kokoro

    folder = kokoro.folder()
    with tempfile.TemporaryDirectory() as temporary:
        voices = Path(temporary) / "voices.npz"
        np.savez(voices, af_heart=_rows())
        speaker = Kokoro(str(folder / kokoro.MODEL), str(voices))
        return sum(len(speaker.create(text, _VOICE)[0]) for text in texts) / 24_000


def _rows() -> np.ndarray:
    return np.fromfile(kokoro.folder() / "voices" / f"{_VOICE}.bin", "<f4").reshape(510, 1, 256)


def _ours(texts: list[str], jobs: int) -> float:
    """Speak with this program's engine in several processes, start-up included."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(jobs, _start) as pool:
        seconds = sum(pool.imap_unordered(_speak, texts))
        pool.close()
        pool.join()
    return seconds


def _start() -> None:
    global _engine  # noqa: PLW0603 - one engine a process, as in a build
    _engine = open_engine("kokoro")


def _speak(text: str) -> float:
    speech = _engine.speak(Utterance(text, "en", Voice("kokoro", _VOICE)))
    return len(speech.samples) / speech.sample_rate


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--rounds", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    main()
