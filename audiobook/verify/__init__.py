"""Finished files measured and judged, whoever made them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook import ffmpeg
from audiobook.errors import SourceError, ToolError
from audiobook.measure import Meter
from audiobook.settings import Profile
from audiobook.verify.built import check_measured
from audiobook.verify.captions import check_captions
from audiobook.verify.flaws import FlawFinder
from audiobook.verify.listening import Heard, Reading, listen
from audiobook.verify.page import report_page
from audiobook.verify.report import FileReport, Problem
from audiobook.verify.standard import judge, remark
from audiobook.verify.whole import cut_off, misnamed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = [
    "AUDIO", "CAPTIONS", "FileReport", "Heard", "Problem", "Reading", "check", "check_measured", "clock", "listen",
    "listened", "report_page",
]  # fmt: skip

_FAULTS = {
    "missing": "words are missing",
    "repeated": "words are said twice",
    "unclear": "words were not understood",
    "added": "words are heard that the text does not have",
}
AUDIO = (".aac", ".flac", ".m4a", ".m4b", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav")
CAPTIONS = (".srt", ".vtt")


def check(paths: Iterable[Path], profile: Profile) -> tuple[FileReport, ...]:
    """Measure files, or all audio and caption files in folders, against a delivery standard.

    Levels are those of the decoded sound. Captions are compared with the sound of the same name beside them.

    Args:
        paths: Files and folders.
        profile: The standard.

    Raises:
        SourceError: a path does not exist, a file is of no known kind, or a folder holds nothing to check.
        ToolError: ffmpeg is missing or does not run.
    """
    files = [file for path in paths for file in _files(path)]
    ffmpeg.version()  # Failures after this are those of a file, and become its problems.
    unique = tuple(dict.fromkeys(files))
    sounds = [path for path in unique if path.suffix.lower() in AUDIO]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        # The long ones first, so that none is left alone at the end.
        order = sorted(sounds, key=lambda path: path.stat().st_size, reverse=True)
        heard = dict(zip(order, pool.map(lambda path: _check_audio(path, profile), order), strict=True))
    reports = {path: sound.report for path, sound in heard.items()}
    for file in unique:
        if file.suffix.lower() in CAPTIONS:
            reports[file] = check_captions(file, _sound_beside(file, heard, profile))
    return _compared(tuple(reports[file] for file in unique))


def listened(report: FileReport, heard: Heard) -> FileReport:
    """Return a file's report with what was heard in it: what is missing or said twice is a problem."""
    problems, warnings = list(report.problems), list(report.warnings)
    for fault in heard.faults:
        found = Problem(f"words-{fault.kind}", f"{_FAULTS[fault.kind]} at {clock(fault.at_s)}: “{fault.text}”")
        (problems if fault.kind in {"missing", "repeated"} else warnings).append(found)
    return replace(report, heard=heard, problems=tuple(problems), warnings=tuple(warnings))


def clock(seconds: float) -> str:
    """Write seconds as ``hh:mm:ss``."""
    return f"{int(seconds) // 3600:02d}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        found = sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in AUDIO + CAPTIONS and file.is_file() and not _hidden(file.relative_to(path))
        )
        if not found:
            raise SourceError("holds no audio file", place=str(path), remedy="Name a folder that `build` has filled")
        return found
    if not path.exists():
        raise SourceError("does not exist", place=str(path), remedy="Check the path")
    if path.suffix.lower() not in AUDIO + CAPTIONS:
        raise SourceError(
            "is no kind of file that can be checked",
            place=str(path),
            remedy=f"Known are {' '.join(AUDIO + CAPTIONS)}",
        )
    return [path]


def _hidden(path: Path) -> bool:
    """Tell whether a file or a folder above it is kept out of sight: files on their way, and what a build remembers."""
    return any(part.startswith(".") for part in path.parts)


@dataclass(frozen=True, slots=True)
class _Sound:
    """A file's report, and where there is speech in it."""

    report: FileReport
    speech: NDArray[np.bool_] | None = None


def _check_audio(path: Path, profile: Profile) -> _Sound:
    kind = path.suffix[1:].lower()
    try:
        if other := misnamed(path):
            return _Sound(FileReport(path, kind, problems=(other,)))
        media = ffmpeg.probe(path)
    except ToolError as error:
        return _Sound(FileReport(path, kind, problems=(Problem("unreadable", error.message),)))
    meter, flaws = Meter(media.sample_rate), FlawFinder(media.sample_rate)
    damage: tuple[Problem, ...] = ()
    try:
        for block in ffmpeg.decode(path, media.channels):
            meter.add(block)
            flaws.add(block)
    except ToolError as error:
        damage = (Problem("damaged", error.message),)
    levels = meter.levels()
    if cut := cut_off(path, media, levels.duration_s):
        damage = (*damage, cut)
    report = FileReport(
        path,
        kind,
        levels=levels,
        media=media,
        duration_s=levels.duration_s,
        problems=(*damage, *judge(path, media, levels, profile)),
        warnings=(*remark(path, media, levels, profile), *flaws.warnings()),
        curve=flaws.curve(),
        peaks=flaws.peaks(),
    )
    return _Sound(report, flaws.speech())


def _sound_beside(captions: Path, heard: dict[Path, _Sound], profile: Profile) -> NDArray[np.bool_] | None:
    """Return where there is speech in the sound that stands beside a caption file under the same name."""
    for suffix in (".m4b", *AUDIO):
        beside = captions.with_suffix(suffix)
        if beside not in heard and beside.is_file():
            heard[beside] = _check_audio(beside, profile)
        if beside in heard:
            return heard[beside].speech
    return None


def _compared(reports: tuple[FileReport, ...]) -> tuple[FileReport, ...]:
    """Add a problem to each file that differs in channels or sampling rate from most of its kind in its folder."""
    groups: dict[tuple[Path, str], Counter[tuple[int, int]]] = {}
    for each in reports:
        if each.media:
            facts = (each.media.channels, each.media.sample_rate)
            groups.setdefault((each.path.parent, each.kind), Counter())[facts] += 1
    compared = []
    for each in reports:
        usual = max(groups[each.path.parent, each.kind].items(), key=lambda item: item[1])[0] if each.media else None
        if each.media and usual and usual != (each.media.channels, each.media.sample_rate):
            message = (
                f"has {each.media.channels} channels at {each.media.sample_rate} Hz, the files beside it "
                f"{usual[0]} at {usual[1]} Hz"
            )
            compared.append(replace(each, problems=(*each.problems, Problem("differs", message))))
        else:
            compared.append(each)
    return tuple(compared)
