"""Read the Project Gutenberg texts of the shared data and score their chapters with that data's own scorer."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

from audiobook.ingest import read_book
from audiobook.settings import IngestSettings


def run(data: Path) -> dict[str, object]:
    """Score the chapters of every book.

    Args:
        data: The folder of the shared data, which holds ``chapters/texts`` and ``chapters/score.py``.

    Returns:
        ``summary`` (macro F1, exact books, units in boilerplate), ``scores`` of each book, ``unmatched``
        units that the right answers do not have, ``unbalanced`` ledgers, and the seconds that reading took.
    """
    folder = data / "chapters"
    scorer = _scorer(folder / "score.py")
    gold: dict[str, Any] = scorer.load()
    predictions: dict[str, list[dict[str, object]]] = {}
    unbalanced: dict[str, dict[str, int]] = {}
    start = time.perf_counter()
    for name, book_gold in gold.items():
        book = read_book(folder / book_gold["file"], IngestSettings())
        predictions[name] = [
            {"title": chapter.title, "offset": chapter.source.start if chapter.source else None}
            for chapter in book.chapters
        ]
        if lost := book.imbalance():
            unbalanced[name] = lost
    seconds = time.perf_counter() - start
    scores = scorer.run(gold, predictions)
    macro = scores.pop("MACRO")
    return {
        "summary": {**macro, "boilerplate_units": sum(score["boilerplate_units"] for score in scores.values())},
        "scores": scores,
        "unmatched": {name: _unmatched(gold[name]["units"], units) for name, units in predictions.items()},
        "unbalanced": unbalanced,
        "seconds": round(seconds, 2),
    }


def _unmatched(gold: list[dict[str, Any]], units: list[dict[str, object]]) -> list[object]:
    """Return the titles of units that stand at no right place (the scorer's window)."""
    return [
        unit["title"]
        for unit in units
        if isinstance(place := unit["offset"], int)
        and not any(right["offset"] - 50 <= place <= right["offset"] + len(right["heading"]) + 400 for right in gold)
    ]


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("chapters_score", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=1))
