"""``NAME.script``: the script as a text that people read and edit."""

from __future__ import annotations

import dataclasses
import difflib
import json
import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audiobook.atomic import write_text
from audiobook.book import Metadata
from audiobook.errors import ScriptError
from audiobook.script import (
    EMOTIONS,
    MANNERS,
    NARRATOR,
    NUMBERS,
    UNKNOWN,
    Cue,
    Line,
    Override,
    Scene,
    Script,
    ScriptChapter,
    ScriptParagraph,
    Voice,
)
from audiobook.scripttext import TextError, escape, escape_speaker, escape_title, parse_text, unescape
from audiobook.spoken.ipa import fault
from audiobook.spoken.tongues import voice_of
from audiobook.usertext import parse_toml, read_user_file, reason

__all__ = ["format_script", "parse_cue", "parse_script", "read_script", "recast", "write_script"]

_FENCE = "+++"
_BREAK = "* * *"
_BREAKS = re.compile(r"\*\s*\*\s*\*[\s*]*")
_PAUSE = re.compile(r"\[\s*pause\s+(\d+(?:\.\d+)?)\s*(ms|s)\s*\]", re.IGNORECASE)
_HEAD = re.compile(r"((?:\\u\{[0-9A-Fa-f]+\}|\\.|[^\\():])+)(?:\(([^)]*)\)\s*)?:[ \t]?(.*)", re.DOTALL)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_VOICE_LIMITS = {"rate": (0.5, 2.0), "pitch": (-12.0, 12.0), "gain": (-24.0, 12.0), "timbre": (0.7, 1.4)}
_CUE_LIMITS = {"rate": (0.5, 2.0), "pitch": (-12.0, 12.0), "gain": (-24.0, 12.0)}
_CUES = EMOTIONS + MANNERS + NUMBERS
_LONGEST_PAUSE_MS = 600_000


def read_script(path: Path) -> Script:
    """Read a script file; raise ScriptError naming file, line and remedy."""
    try:
        text = read_user_file(path).decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ScriptError(
            "there is no such script", place=str(path), remedy="Make one with audiobook script"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"cannot be read: {reason(error)}", place=str(path), remedy="Save it as UTF-8") from error
    return parse_script(text, str(path))


def write_script(path: Path, script: Script) -> None:
    """Write a script file in one step; raise OutputError when that fails."""
    write_text(path, format_script(script))


def format_script(script: Script) -> str:
    """Write a script as text; ``parse_script(format_script(script)) == script``."""
    return "\n".join([*_front_matter(script), *_body(script)]).rstrip("\n") + "\n"


def parse_script(text: str, place: str = "script") -> Script:
    """Read the text of a script file; raise ScriptError, whose place is ``place:line``."""
    lines = text.replace("\r\n", "\n").split("\n")
    front, first = _read_front_matter(lines, place)
    return dataclasses.replace(front, chapters=_Reader(place, dict(front.cast)).read(lines, first))


def recast(text: str, script: Script, renamed: Mapping[str, str]) -> str:
    """Replace metadata and cast of a script's text and rename speakers; every other character stays as it was."""
    lines = text.replace("\r\n", "\n").split("\n")
    body = lines[_front_matter_end(lines, "script") :]
    heads = {escape_speaker(old): escape_speaker(new) for old, new in renamed.items()}
    for number, line in enumerate(body):
        match = _HEAD.fullmatch(line) if line[:1] not in ("#", ";", "[", " ") else None
        if match and match[1].strip() in heads:
            body[number] = line.replace(match[1].strip(), heads[match[1].strip()], 1)
    return "\n".join([*_front_matter(script)[:-1], *body])


def parse_cue(word: str) -> Cue:
    """Read ``fear``, ``fear=0.5`` or ``rate=1.1``; raise ValueError with a remedy."""
    name, equals, number = (part.strip() for part in word.partition("="))
    if name not in _CUES:
        near = difflib.get_close_matches(name, _CUES, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(_CUES)}"
        raise ValueError(f"unknown cue {name!r}; {hint}")
    if not equals:
        if name in NUMBERS:
            raise ValueError(f"cue {name!r} needs a number; write {name}=1.1")
        return Cue(name)
    low, high = _CUE_LIMITS.get(name, (0.0, 2.0))
    return Cue(name, _number(name, number, low, high))


def _told(error: ValueError) -> tuple[str, str]:
    """Cut ``problem; remedy`` in two sentences."""
    problem, _semicolon, remedy = str(error).partition("; ")
    return problem, remedy[:1].upper() + remedy[1:]


def _number(name: str, value: Any, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if isinstance(value, bool) or not low <= number <= high:
        raise ValueError(f"{name} = {value} is out of range; give a number from {low:g} to {high:g}")
    return number


# Writing


def _front_matter(script: Script) -> list[str]:
    defaults = Metadata()
    lines = [_FENCE]
    for field in dataclasses.fields(Metadata):
        value = getattr(script.metadata, field.name)
        if value != getattr(defaults, field.name) or field.name in ("title", "language"):
            lines.append(f"{field.name} = {_quoted(value)}")
    lines += ["", "[cast]"]
    lines += [f"{_key(speaker)} = {_voice_value(voice)}" for speaker, voice in script.cast]
    if script.aliases:
        lines += ["", "[aliases]"]
        lines += [f"{_key(name)} = [{', '.join(map(_quoted, others))}]" for name, others in script.aliases]
    return [*lines, _FENCE, ""]


def _voice_value(voice: Voice) -> str:
    plain = Voice(voice.engine, voice.name)
    offsets = [
        f"{name} = {getattr(voice, name)!r}" for name in _VOICE_LIMITS if getattr(voice, name) != getattr(plain, name)
    ]
    if not offsets:
        return _quoted(voice.address)
    return f"{{ voice = {_quoted(voice.address)}, {', '.join(offsets)} }}"


def _body(script: Script) -> Iterator[str]:
    for chapter in script.chapters:
        yield from (f"# {escape_title(chapter.title, chapter.title_overrides)}", "")
        for number, scene in enumerate(chapter.scenes):
            if scene.title or scene.title_overrides:
                yield from (f"## {escape_title(scene.title, scene.title_overrides)}", "")
            elif number:
                yield from (_BREAK, "")
            for paragraph in scene.paragraphs:
                for line in paragraph.lines:
                    yield from _line(line)
                yield ""


def _line(line: Line) -> Iterator[str]:
    yield from (f"; {' '.join(comment.split())}".rstrip() for comment in line.comments)
    cues = f" ({', '.join(map(str, line.cues))})" if line.cues else ""
    yield f"{escape_speaker(line.speaker)}{cues}: {escape(line.text, line.overrides)}".rstrip(" ")
    if line.pause_after_ms is not None:
        ms = line.pause_after_ms
        yield f"[pause {ms}ms]" if ms % 100 else f"[pause {ms / 1000:g}s]"


def _quoted(text: str) -> str:
    # A JSON string is a TOML basic string, but for DEL, which TOML wants escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _quoted(name)


# Reading

_Title = tuple[str, tuple[Override, ...]]
_UNTITLED: _Title = ("", ())


def _front_matter_end(lines: list[str], place: str) -> int:
    if lines[0].strip() != _FENCE:
        return 0
    for number, line in enumerate(lines[1:], 1):
        if line.strip() == _FENCE:
            return number + 1
    raise ScriptError("+++ is never closed", place=f"{place}:1", remedy="Put a line +++ after the cast")


def _read_front_matter(lines: list[str], place: str) -> tuple[Script, int]:
    """Return a script without chapters, and the index of its first line."""
    end = _front_matter_end(lines, place)
    try:
        table = parse_toml("\n".join(lines[1 : end - 1]) if end else "")
    except tomllib.TOMLDecodeError as error:
        match = re.search(r"\(at line (\d+)", str(error))
        number = int(match[1]) + 1 if match else end
        problem = str(error).partition(" (at")[0]
        raise ScriptError(
            problem, place=f"{place}:{number}", remedy='Write key = "text" between the +++ lines'
        ) from error
    cast, aliases = table.pop("cast", {}), table.pop("aliases", {})
    fields = [field.name for field in dataclasses.fields(Metadata)]
    for name, value in table.items():
        where = f"{place}:{_line_of(lines, name)}"
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            remedy = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(fields)}, [cast], [aliases]"
            raise ScriptError(f"unknown key {name!r}", place=where, remedy=remedy)
        if not isinstance(value, (str, int)):
            raise ScriptError(f"{name} is not text", place=where, remedy=f'Write {name} = "..."')
    metadata = Metadata(**{name: str(value) for name, value in table.items()})
    if not isinstance(cast, dict):
        raise ScriptError("cast is not a table", place=f"{place}:{_line_of(lines, 'cast')}", remedy="Write [cast]")
    voices = tuple((name, _read_voice(name, value, f"{place}:{_line_of(lines, name)}")) for name, value in cast.items())
    return Script(metadata, voices, (), _read_aliases(aliases, f"{place}:{_line_of(lines, 'aliases')}")), end


def _read_aliases(table: Any, where: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(table, dict) or not all(
        isinstance(names, list) and all(isinstance(name, str) for name in names) for names in table.values()
    ):
        raise ScriptError("aliases are not lists of names", place=where, remedy='Write Darcy = ["Mr. Darcy"] there')
    return tuple((name, tuple(names)) for name, names in table.items())


def _read_voice(speaker: str, value: Any, where: str) -> Voice:
    table = {"voice": value} if isinstance(value, str) else value
    try:
        if not isinstance(table, dict) or not isinstance(table.get("voice"), str):
            raise ValueError(f"the voice of {speaker} is missing")  # noqa: TRY004, TRY301 - one path to one error
        voice = Voice.parse(table["voice"])
        unknown = [name for name in table if name != "voice" and name not in _VOICE_LIMITS]
        if unknown:
            raise ValueError(f"unknown offset {unknown[0]!r}; known: {', '.join(_VOICE_LIMITS)}")  # noqa: TRY301 - the same
        offsets: dict[str, Any] = {
            name: _number(name, table[name], *_VOICE_LIMITS[name]) for name in table if name != "voice"
        }
    except ValueError as error:
        problem, remedy = _told(error)
        raise ScriptError(problem, place=where, remedy=remedy or f'Write {_key(speaker)} = "ENGINE:NAME"') from error
    return dataclasses.replace(voice, **offsets)


def _line_of(lines: list[str], name: str) -> int:
    keys = (name, _quoted(name), f"'{name}'", f"[{name}")
    return next((number for number, line in enumerate(lines, 1) if line.lstrip().startswith(keys)), 1)


class _Reader:
    """Builds chapters from physical lines; lives for one file."""

    def __init__(self, place: str, cast: Mapping[str, Voice]) -> None:
        self._place = place
        self._cast = cast
        self._chapters: list[tuple[_Title, list[tuple[_Title, list[list[Line]]]]]] = []
        self._comments: list[str] = []
        self._open_paragraph = False
        self._number = 0

    def read(self, lines: list[str], first: int) -> tuple[ScriptChapter, ...]:
        number = first
        while number < len(lines):
            start, text = number, lines[number]
            number += 1
            if text[:1].strip():
                while number < len(lines) and lines[number].startswith("  ") and lines[number].strip():
                    text += "\n" + lines[number][2:]
                    number += 1
            self._number = start + 1
            try:
                self._take(text.rstrip())
            except ValueError as error:
                problem, remedy = _told(error)
                raise ScriptError(problem, place=f"{self._place}:{start + 1}", remedy=remedy) from error
        return tuple(_frozen_chapter(title, scenes) for title, scenes in self._chapters)

    def _take(self, text: str) -> None:
        if not text.strip():
            self._open_paragraph = False
        elif text.startswith(";"):
            self._comments.append(text[1:].strip())
        elif text == "#" or text.startswith("# "):
            self._start_chapter(_title(text[2:]))
        elif text == "##" or text.startswith("## "):
            self._start_scene(_title(text[3:]))
        elif _BREAKS.fullmatch(text):
            self._start_scene(_UNTITLED)
        elif text.startswith("["):
            self._set_pause(text)
        else:
            self._add_line(text)

    def _start_chapter(self, title: _Title) -> None:
        self._chapters.append((title, []))
        self._open_paragraph = False

    def _start_scene(self, title: _Title) -> None:
        if not self._chapters:
            self._start_chapter(_UNTITLED)
        self._chapters[-1][1].append((title, []))
        self._open_paragraph = False

    def _set_pause(self, text: str) -> None:
        match = _PAUSE.fullmatch(text)
        if not match:
            raise ValueError(f"{text!r} is not a pause; write [pause 1.5s] or [pause 300ms], or \\[ to begin a name")
        if not self._open_paragraph:
            raise ValueError("a pause without a line before it; put it right below the line it follows")
        ms = round(float(match[1]) * (1000 if match[2].lower() == "s" else 1))
        if ms > _LONGEST_PAUSE_MS:
            raise ValueError(
                f"a pause of {ms / 1000:g} s is longer than {_LONGEST_PAUSE_MS // 1000} s; write a shorter one"
            )
        paragraph = self._chapters[-1][1][-1][1][-1]
        paragraph[-1] = dataclasses.replace(paragraph[-1], pause_after_ms=ms)

    def _add_line(self, text: str) -> None:
        match = _HEAD.fullmatch(text)
        if not match and "(" in text.partition(":")[0] and ")" not in text.partition(":")[0]:
            raise ValueError("the cues are not closed; write SPEAKER (cue, cue): text")
        if not match or "\n" in match[1] or not match[1].strip():
            raise ValueError(
                "no speaker before the text; write SPEAKER: text, or indent a continued line by two spaces"
            )
        speaker = unescape(match[1].strip())
        self._know(speaker)
        cues = tuple(parse_cue(word) for word in (match[2] or "").split(",") if word.strip())
        words, overrides = _written(match[3])
        line = Line(speaker, words, cues, None, overrides, tuple(self._comments), number=self._number)
        self._comments.clear()
        if not self._chapters:
            self._start_chapter(_UNTITLED)
        if not self._chapters[-1][1]:
            self._start_scene(_UNTITLED)
        paragraphs = self._chapters[-1][1][-1][1]
        if not self._open_paragraph:
            paragraphs.append([])
            self._open_paragraph = True
        paragraphs[-1].append(line)

    def _know(self, speaker: str) -> None:
        if self._cast and speaker not in self._cast and speaker not in (NARRATOR, UNKNOWN):
            near = difflib.get_close_matches(speaker, self._cast, n=1)
            hint = f"did you mean {near[0]!r}? Else add" if near else "add"
            raise ValueError(f"unknown speaker {speaker!r}; {hint} {_key(speaker)} to [cast]")


def _title(text: str) -> _Title:
    """Read a title. Without a bar its braces are no marks: titles had braces before they had marks."""
    if "|" in text:
        return _written(text)
    try:
        return unescape(text.strip()), ()
    except TextError as error:
        raise ValueError(str(error)) from error


def _written(text: str) -> tuple[str, tuple[Override, ...]]:
    try:
        words, overrides = parse_text(text.strip())
    except TextError as error:
        raise ValueError(str(error)) from error
    for override in overrides:
        if problem := fault(override.spoken):
            raise ValueError(f"{problem}; write {{written|/ˈʃɪmɒn/}} or {{written|other words}}")
        if override.spoken.lstrip().startswith("lang=") and not voice_of(override.language):
            raise ValueError(
                f"{override.spoken.strip()!r} is no language whose words can be said here; "
                "write a code such as {bon appétit|lang=fr}, or the sounds: {bon appétit|/bɔn apeti/}"
            )
    return words, overrides


def _frozen_chapter(title: _Title, scenes: list[tuple[_Title, list[list[Line]]]]) -> ScriptChapter:
    frozen = tuple(
        Scene(tuple(ScriptParagraph(tuple(lines)) for lines in paragraphs), *scene_title)
        for scene_title, paragraphs in scenes
        if paragraphs
    )
    return ScriptChapter(title[0], frozen, title_overrides=title[1])
