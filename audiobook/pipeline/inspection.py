"""What a source holds, as plain JSON values."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any

from audiobook.ingest.scripts import count_words
from audiobook.pipeline.draft import draft
from audiobook.pipeline.selection import select_chapters
from audiobook.progress import Progress
from audiobook.script import UNKNOWN, ScriptChapter
from audiobook.settings import Settings

__all__ = ["WORDS_PER_MINUTE", "inspect"]

WORDS_PER_MINUTE = 155
"""Pace of a finished audiobook, pauses included (9,300 words an hour, the figure that Audible gives)."""


def inspect(source: str, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Describe a book or script: metadata, contents, chapters, speakers, length, exclusions (see DESIGN's contract).

    Raises:
        AudiobookError: as `draft`.
    """
    if settings.engine == "auto":  # nothing here depends on voices, and a book may be looked at before any is there
        settings = dataclasses.replace(settings, engine="silent")
    made = draft(source, settings, progress)
    script = made.script
    chapters = [_chapter(number, script.chapters[number - 1]) for number in select_chapters(script, settings.chapters)]
    lines: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for chapter in script.chapters:
        for line in chapter.lines():
            lines[line.speaker] += 1
            words[line.speaker] += count_words(line.text)
    excluded: Counter[str] = Counter()
    for exclusion in made.book.exclusions if made.book else ():
        excluded[exclusion.reason] += len(exclusion.text)
    total = sum(chapter["words"] for chapter in chapters)
    return {
        "title": script.metadata.title,
        "author": script.metadata.author,
        "language": script.metadata.language,
        "cover": bool(made.book and made.book.cover),
        "toc": list(made.book.toc) if made.book else [],
        "chapters": chapters,
        "speakers": [
            {"name": None if name == UNKNOWN else name, "lines": count, "words": words[name]}
            for name, count in lines.most_common()
        ],
        "words": total,
        "estimated_seconds": round(total * 60 / WORDS_PER_MINUTE),
        "excluded": [{"reason": reason, "characters": count} for reason, count in sorted(excluded.items())],
    }


def _chapter(number: int, chapter: ScriptChapter) -> dict[str, Any]:
    return {
        "number": number,
        "title": chapter.title,
        "paragraphs": sum(len(scene.paragraphs) for scene in chapter.scenes),
        "words": sum(count_words(line.text) for line in chapter.lines()),
        "scenes": len(chapter.scenes),
    }
