"""Why a line of the script would be recorded, or not: what its take depends on, against what it was last time."""

from __future__ import annotations

import contextlib
import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook.atomic import output_path, translated
from audiobook.audio import Passage, Plan
from audiobook.cache import TakeCache
from audiobook.errors import UsageError
from audiobook.names import slug
from audiobook.pipeline.draft import OUTPUT, Request, draft, is_script, reconcile
from audiobook.pipeline.planning import make_plan
from audiobook.pipeline.voices import require_voices
from audiobook.progress import Progress
from audiobook.record import Keys
from audiobook.script import Line, Script
from audiobook.scriptfile import format_script, parse_script
from audiobook.settings import Settings
from audiobook.store import digest_of

__all__ = ["Explanation", "explain", "note_takes"]

_NOTE = Path(".audiobook") / "takes.json"
_ALIKE = 0.6
"""Least likeness of two texts, by difflib's ratio, for one to be the other's edited form."""
_NAMES = {
    "text": "words to say",
    "voice": "voice",
    "fingerprint": "version of the engine or voice",
    "language": "language",
    "phonemes": "phonemes from a lexicon",
    "seed": "seed",
    "schema": "kind of takes that this program makes",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """One utterance of a line and its take."""

    number: int
    """Line of the script file."""
    speaker: str
    written: str
    spoken: str
    voice: str
    """ENGINE:NAME."""
    key: str
    """Of the take in the cache."""
    cached: bool
    reasons: tuple[str, ...]
    """Why there is no take under this key; empty when there is one."""


def note_takes(folder: Path, plan: Plan, settings: Settings) -> None:
    """Keep in ``folder`` what the takes of a recording depend on, failed ones included, for `explain` to compare with.

    Raises:
        OutputError: the folder cannot be written.
    """
    with (
        contextlib.closing(Keys(settings.record.seed, settings.record.device)) as keys,
        output_path(folder / _NOTE) as note,
        translated(folder / _NOTE),
        note.open("w", encoding="utf-8", newline="\n") as rows,
    ):
        for chapter in plan.chapters:
            for passage in chapter.passages:
                row = {"written": passage.written, "facts": keys.facts(passage.utterance)}
                rows.write(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n")


def explain(request: Request, settings: Settings, wanted: str, progress: Progress) -> tuple[Explanation, ...]:
    """Explain the lines that ``wanted`` means: a line number of the script file, or words of the line.

    Raises:
        UsageError: it means no line.
        AudiobookError: as `audiobook.pipeline.build` until it records.
    """
    made = draft(request.source, settings, progress)
    name = slug(made.script.metadata.title)
    folder = request.out or OUTPUT / name
    script = made.script
    if not is_script(request.source):
        script = reconcile(folder / f"{name}.script", made, rescript=request.rescript).script
    if not any(line.number for chapter in script.chapters for line in chapter.lines()):
        script = parse_script(format_script(script))  # as it would be written
    require_voices(script.cast, script.metadata.language)
    plan = make_plan(script, settings, made.book, Path(request.source), progress)
    found = list(_meant(script, plan, wanted))
    if not found:
        raise UsageError(
            f"no line is {wanted!r}",
            place="--explain",
            remedy="Give the number of a line in the .script file, or some of its words",
        )
    if settings.chapters:
        folder /= f"chapters-{slug(settings.chapters)}"
    before = _noted(folder / _NOTE)
    with contextlib.closing(Keys(settings.record.seed, settings.record.device)) as keys:
        return tuple(_explanation(line, passage, keys, before) for line, passage in found)


def _meant(script: Script, plan: Plan, wanted: str) -> Iterator[tuple[Line, Passage]]:
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 10 else 0
    lines = {chapter: list(text.lines()) for chapter, text in enumerate(script.chapters, 1)}
    for chapter in plan.chapters:
        for passage in chapter.passages:
            if passage.line < 0 or chapter.number not in lines:
                continue  # an announced title or a credit
            line = lines[chapter.number][passage.line]
            last = line.number + line.text.count("\n")
            if line.number <= number <= last if number else wanted.casefold() in line.text.casefold():
                yield line, passage


def _noted(note: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(row) for row in note.read_text("utf-8").splitlines()]
    except (OSError, ValueError):
        return []


def _explanation(line: Line, passage: Passage, keys: Keys, before: list[dict[str, Any]]) -> Explanation:
    facts = keys.facts(passage.utterance)
    key = digest_of(facts)
    cached = TakeCache().get(key) is not None
    address = passage.utterance.voice.address
    reasons = () if cached else tuple(_reasons(passage, facts, before))
    return Explanation(
        line.number, line.speaker, passage.written, passage.utterance.text, address, key, cached, reasons
    )


def _reasons(passage: Passage, facts: Mapping[str, Any], before: list[dict[str, Any]]) -> Iterator[str]:
    now = json.loads(json.dumps(facts))  # tuples become lists, as in the note
    if not before:
        yield "this book has not been recorded here before"
        return
    if any(row["facts"] == now for row in before):
        yield "there is no take of it in the cache: it could not be recorded, or was deleted or damaged"
        return
    same = [row for row in before if row["written"] == passage.written]
    if not same:
        texts = [row["written"] for row in before]
        close = difflib.get_close_matches(passage.written, texts, n=1, cutoff=_ALIKE)
        if not close:
            yield "the line is new"
            return
        yield f"its words changed, they were: {close[0]}"
        same = [row for row in before if row["written"] == close[0]]
        now["text"] = same[0]["facts"]["text"]
    yield from min((list(_differences(row["facts"], now)) for row in same), key=len)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for fact, name in _NAMES.items():
        if old.get(fact) != new.get(fact):
            if fact in ("text", "voice", "language", "seed"):
                yield f"another {name}: {_short(old.get(fact))} became {_short(new.get(fact))}"
            else:
                yield f"another {name}"
    for cue in sorted({*old["delivery"], *new["delivery"]}):
        was, now = old["delivery"].get(cue), new["delivery"].get(cue)
        if was != now:
            yield f"another {cue.replace('_', ' ')}: {was} became {now}"


def _short(fact: object) -> str:
    return ":".join(map(str, fact)) if isinstance(fact, list) else str(fact)
