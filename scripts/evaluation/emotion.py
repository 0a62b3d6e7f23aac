"""Name the emotions of XED's English lines and score them with that data's own scorer.

The shipped model was trained on the lines whose number is not divisible by five, so ``held_out`` (the others, fold 0)
is the figure that counts; ``all`` includes lines that it has seen.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

from audiobook.adapt.emotion import emotion


def predict(folder: Path) -> dict[str, list[str]]:
    """Return label names by the scorer's ids."""
    predictions = {}
    for number, line in enumerate((folder / "en-annotated.tsv").read_text("utf-8").split("\n")):
        text, tab, _ = line.rpartition("\t")
        if tab:
            predictions[f"e{number}"] = [cue.name for cue in emotion(text)]
    for number, line in enumerate((folder / "neu_en.txt").read_text("utf-8").split("\n")):
        if line:
            predictions[f"n{number}"] = [cue.name for cue in emotion(line.rpartition("\t")[2])]
    return predictions


def run(data: Path) -> dict[str, object]:
    """Return the scorer's figures, and the milliseconds a line takes."""
    folder = data / "emotion"
    scorer = _scorer(folder / "score.py")
    emotion("Load the model.")
    started = time.perf_counter()
    predictions = predict(folder)
    spent = time.perf_counter() - started
    return {
        "held_out": scorer.run(scorer.load(True, 0), predictions),
        "all": scorer.run(scorer.load(True, None), predictions),
        "ms_per_line": round(1000 * spent / len(predictions), 3),
    }


def _scorer(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("emotion_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # The scorer's folder is not the project's: it must get no cached bytecode.
    sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module
