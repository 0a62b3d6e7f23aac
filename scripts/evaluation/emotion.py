"""Name the emotions of XED's English lines and score them with that data's own scorer.

``untrained`` is what the word list and the print tell, without any training: cues of the script that answer to one of
Plutchik's emotions, and neutral where there is none. The shipped model was trained on lines whose number is not
divisible by five, and not on lines nearly the same as one of those, so ``held_out`` (fold 0) is the figure that counts;
``all`` includes lines that it has seen.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from types import ModuleType

from audiobook.adapt.emotion import emotion
from audiobook.adapt.typography import typographic, words_spoken

_PLUTCHIK = {
    "anger": "anger",
    "coldanger": "anger",
    "disgust": "disgust",
    "excitement": "anticipation",
    "fear": "fear",
    "joy": "joy",
    "laughing": "joy",
    "pleading": "anticipation",
    "sadness": "sadness",
    "shame": "sadness",
    "surprise": "surprise",
    "tenderness": "trust",
}


def read(folder: Path) -> dict[str, str]:
    """Return texts by the scorer's ids."""
    texts = {}
    for number, line in enumerate((folder / "en-annotated.tsv").read_text("utf-8").split("\n")):
        text, tab, _ = line.rpartition("\t")
        if tab:
            texts[f"e{number}"] = text
    for number, line in enumerate((folder / "neu_en.txt").read_text("utf-8").split("\n")):
        if line:
            texts[f"n{number}"] = line.rpartition("\t")[2]
    return texts


def by_rules(text: str) -> list[str]:
    """Return what the word list and the print tell of a line."""
    plain = text.replace("’", "'").replace(" .", ".").replace(" !", "!").replace(" ?", "?")
    names = (name for name, _ in (*typographic(plain), *words_spoken(plain)))
    return sorted({_PLUTCHIK[name] for name in names if name in _PLUTCHIK}) or ["neutral"]


def run(data: Path) -> dict[str, object]:
    """Return the scorer's figures, and the milliseconds a line takes."""
    folder = data / "emotion"
    scorer = _scorer(folder / "score.py")
    texts = read(folder)
    started = time.process_time()
    emotion("Load the model.")
    loaded = time.process_time()
    predictions = {name: [cue.name for cue in emotion(text)] for name, text in texts.items()}
    spent = time.process_time() - loaded
    return {
        "untrained": scorer.run(scorer.load(True, 0), {name: by_rules(text) for name, text in texts.items()}),
        "held_out": scorer.run(scorer.load(True, 0), predictions),
        "all": scorer.run(scorer.load(True, None), predictions),
        "ms_per_line": round(1000 * spent / len(predictions), 3),
        "ms_to_load": round(1000 * (loaded - started), 1),
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
