"""Say the written cases of the shared data and score the spoken form with that data's own scorer.

``lax`` forgives conventions (and, the, spelled letters); ``exact`` does not. Sets are the data's own; what is judged
elsewhere on other sets is scored by the same function.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from audiobook.spoken import normalize

_READY = "from audiobook.spoken import normalize; normalize('It was 1984.')"


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("normalization_score", path)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run(data: Path) -> dict[str, object]:
    """Score every set below ``data``, the folder that holds ``normalization/``."""
    scorer = _scorer(data / "normalization" / "score.py")
    items, gold, classes = scorer.load()
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", _READY], check=True)
    ready = time.perf_counter() - started
    normalize("Warm up: it was 1984.")
    started = time.perf_counter()
    said = {name: normalize(text) for name, text in items.items()}
    milliseconds = (time.perf_counter() - started) / max(1, len(items)) * 1000
    return {
        "items": len(items),
        "sets": scorer.run(items, gold, classes, said),
        "ms_per_sentence": round(milliseconds, 3),
        "ready_s_with_interpreter": round(ready, 3),
    }
