"""The script as JSON, for other programs."""

from __future__ import annotations

import dataclasses
from typing import Any

from audiobook.book import Span
from audiobook.script import UNKNOWN, Line, Scene, Script

__all__ = ["script_to_json"]


def script_to_json(script: Script) -> dict[str, Any]:
    """Turn a script into plain JSON values; an unknown speaker is None, offsets count characters of the source."""
    return {
        "metadata": dataclasses.asdict(script.metadata),
        "cast": {speaker: voice.address for speaker, voice in script.cast},
        "chapters": [
            {
                "title": chapter.title,
                "source": _span(chapter.source),
                "scenes": [_scene(scene) for scene in chapter.scenes],
            }
            for chapter in script.chapters
        ],
    }


def _scene(scene: Scene) -> dict[str, Any]:
    return {
        "title": scene.title,
        "paragraphs": [[_line(line) for line in paragraph.lines] for paragraph in scene.paragraphs],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "speaker": None if line.speaker == UNKNOWN else line.speaker,
        "text": line.text,
        "kind": line.kind,
        "cues": [str(cue) for cue in line.cues],
        "confidence": round(line.confidence, 3),
        "source": _span(line.source),
    }


def _span(span: Span | None) -> dict[str, int] | None:
    return {"start": span.start, "end": span.end} if span else None
