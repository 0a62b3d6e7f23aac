"""A finished book heard against its script."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from audiobook import hearing
from audiobook.audio import ChapterPlan
from audiobook.errors import SourceError, UsageError
from audiobook.pipeline.credits import credit_titles, plan_credits
from audiobook.pipeline.draft import with_settings
from audiobook.pipeline.lexicons import gather
from audiobook.plan import plan
from audiobook.scriptfile import read_script
from audiobook.settings import Settings
from audiobook.verify import AUDIO, FileReport, Reading, listen, listened

__all__ = ["proof_listened", "script_beside"]

_UP = 3
"""Folders above a file in which its script may lie: ``output/NAME/mp3/01.mp3``."""


def script_beside(paths: Iterable[Path]) -> Path:
    """Find the one script that lies with finished files, or in a folder above.

    Raises:
        UsageError: there is none, or several.
    """
    for path in paths:
        folders = [path, *path.resolve().parents] if path.is_dir() else list(path.resolve().parents)
        for folder in folders[:_UP]:
            if scripts := sorted(folder.glob("*.script")):
                if len(scripts) == 1:
                    return scripts[0]
                break
    raise UsageError("it is not clear what should be heard", remedy="Name the script: --against NAME.script")


def proof_listened(reports: Sequence[FileReport], script: Path, settings: Settings) -> tuple[FileReport, ...]:
    """Listen to checked files and add to their reports what was heard.

    Files of one kind in one folder are one edition of the book, in the order of their names.

    Raises:
        EngineError: there is no recognizer.
        ScriptError: the script is wrong.
        UsageError: its language is not English.
    """
    hearing.require()
    editions: dict[tuple[Path, str], list[FileReport]] = {}
    for report in reports:
        if report.path.suffix.lower() in AUDIO and report.media:
            editions.setdefault((report.path.parent, report.kind), []).append(report)
    chapters, language = _chapters(script, settings, frozenset().union(*map(_named, editions.values())))
    if not hearing.can_hear(language):
        raise UsageError(f"the recognizer knows English only, and {script.name} is in {language}")
    found = {}
    for files in editions.values():
        files.sort(key=lambda report: _natural(report.path.name))
        readings = _readings(chapters, _named(files), all_credits=settings.publish.credits != "none")
        heard = listen([report.path for report in files], readings)
        found.update({report.path: listened(report, heard.of(report.path)) for report in files})
    if not found:
        raise SourceError("holds no sound to listen to", place=str(script.parent), remedy="Name an audio file")
    return tuple(found.get(report.path, report) for report in reports)


def _chapters(path: Path, settings: Settings, named: frozenset[str]) -> tuple[tuple[ChapterPlan, ...], str]:
    """Plan all of a script, without asking for its voices; its credits where a title or the settings call for them."""
    script = read_script(path)
    script = dataclasses.replace(script, metadata=with_settings(script.metadata, settings.metadata))
    language = script.metadata.language
    # A file tells by its titles that it has credits: the build may have been asked for them where no setting says so.
    told = any(_plain(title) in named for title in credit_titles(language))
    wanted = "always" if told else settings.publish.credits
    whole = dataclasses.replace(settings, chapters="", publish=dataclasses.replace(settings.publish, credits=wanted))
    lexicon = gather(whole, None, path)
    opening, closing = plan_credits(script, whole, lexicon)
    chapters = (opening, *plan(script, whole, lexicon).chapters, closing)
    return tuple(chapter for chapter in chapters if chapter), language


def _named(files: Sequence[FileReport]) -> frozenset[str]:
    """Return the titles of the files' chapters, else of the files, in plain words."""
    titles = [chapter.title for report in files if report.media for chapter in report.media.chapters]
    titles = titles or [dict(report.media.tags).get("title", "") for report in files if report.media]
    return frozenset(map(_plain, titles))


def _readings(chapters: Sequence[ChapterPlan], named: frozenset[str], *, all_credits: bool) -> tuple[Reading, ...]:
    """Return what the files should hold: the chapters that they name, else the whole script.

    With the whole script come the credits that are named, or all of them with ``all_credits``.
    """
    chosen = [chapter for chapter in chapters if _plain(chapter.title) in named]
    if len({_plain(chapter.title) for chapter in chosen}) < len(named):
        chosen = [chapter for chapter in chapters if not chapter.credits or all_credits or chapter in chosen]
    return tuple(
        Reading(chapter.title, passage.written, passage.utterance.text)
        for chapter in chosen
        for passage in chapter.passages
    )


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(number or 0), word) for number, word in re.findall(r"(\d+)|(\D+)", name)]
