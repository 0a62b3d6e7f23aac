"""Read the EPUBs of the shared data and score what was read with that data's own scorer.

The text judged is every chapter's title and paragraphs in order, as ``audiobook script --format json`` gives
them; a file that is refused counts as ``error`` when the refusal is one of the program's own.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any

from audiobook.errors import SourceError
from audiobook.ingest.epub import read_epub
from audiobook.settings import IngestSettings


def predict(path: Path) -> dict[str, object]:
    try:
        book = read_epub(path, IngestSettings())
    except SourceError as error:
        return {"status": "encrypted" if "DRM" in str(error) else "error", "message": str(error)}
    parts: list[str] = []
    for chapter in book.chapters:
        parts += [chapter.part_heading, chapter.title, *(paragraph.text for paragraph in chapter.paragraphs)]
    return {
        "status": "ok",
        "title": book.metadata.title,
        "author": book.metadata.author,
        "language": book.metadata.language,
        "cover": book.cover is not None,
        "toc": list(book.toc),
        "text": "\n".join(parts),
        "imbalance": book.imbalance(),
        "chapters": len(book.chapters),
    }


def run(data: Path) -> dict[str, object]:
    """Score all files below ``data``, the folder that holds ``epub/``."""
    folder = data / "epub"
    spec = importlib.util.spec_from_file_location("epub_score", folder / "score.py")
    assert spec is not None
    assert spec.loader is not None
    scorer: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(scorer)
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    started = time.perf_counter()
    found = {name: predict(folder / facts["file"]) for name, facts in gold.items()}
    seconds = time.perf_counter() - started
    result = scorer.run(gold, found)
    return {
        "mean": result["MEAN"],
        "perfect": result["perfect"],
        "files": result["n"],
        "crashes": result["crashes"],
        "unbalanced": sorted(name for name, one in found.items() if one.get("imbalance")),
        "seconds": round(seconds, 2),
        "below": {
            name: checks for name, checks in result["files"].items() if any(value != 1 for value in checks.values())
        },
    }


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1])), indent=1))
