"""The plan of a script: its chosen chapters, with words as the lexicon and the spoken form say them."""

from __future__ import annotations

from pathlib import Path

from audiobook.audio import Plan
from audiobook.book import Book
from audiobook.engines import all_voices
from audiobook.pipeline.credits import plan_credits
from audiobook.pipeline.lexicons import gather
from audiobook.pipeline.selection import select_chapters
from audiobook.plan import plan
from audiobook.progress import Event, Progress
from audiobook.script import Script
from audiobook.settings import Settings

__all__ = ["make_plan"]

_MANY = 2000
"""Lines of a script: from there on planning takes so long that somebody who waits wonders."""


def make_plan(
    script: Script, settings: Settings, book: Book | None, source: Path, progress: Progress | None = None
) -> Plan:
    """Plan the chosen chapters of a script, and the credits around them.

    Raises:
        UsageError: a chosen chapter is not there.
        SettingsError: a lexicon is wrong.
        ScriptError: a speaker has no voice.
    """
    lines = sum(1 for chapter in script.chapters for _ in chapter.lines())
    if progress and lines >= _MANY:
        progress(Event("stage", f"planning {lines} lines"))
    engines = dict.fromkeys(voice.engine for _speaker, voice in script.cast)
    voices = tuple(voice for engine in engines for voice in all_voices(engine))
    lexicon = gather(settings, book, source)
    whole = plan(script, settings, lexicon, voices)
    chosen = set(select_chapters(script, settings.chapters))
    opening, closing = plan_credits(script, settings, lexicon, voices)
    chapters = (opening, *(chapter for chapter in whole.chapters if chapter.number in chosen), closing)
    return Plan(whole.metadata, tuple(chapter for chapter in chapters if chapter))
