"""The cast of a script: who speaks how much in whose voice, and changing it."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from audiobook.adapt.casting import are_alike
from audiobook.errors import UsageError
from audiobook.script import NARRATOR, UNKNOWN, Line, Scene, Script, ScriptChapter, ScriptParagraph, Voice

__all__ = ["SpeakerRow", "cast_warnings", "merge", "merged_names", "set_voice", "speakers", "voice_conflicts"]

_SAMPLE = 80
"""Characters of a sample line."""
_GOOD_SAMPLE_WORDS = 4


@dataclass(frozen=True, slots=True)
class SpeakerRow:
    """One speaker of a script."""

    name: str
    aliases: tuple[str, ...]
    lines: int
    words: int
    share: float
    """Part of the script's words, 0 to 1."""
    voice: Voice | None
    """None when the cast does not name the speaker."""
    chapter: int
    """Number of the chapter of the first line, from 1; 0 when the speaker has no line."""
    chapter_title: str
    sample: str
    """The first line of four words or more, shortened; else the first line."""


def speakers(script: Script) -> tuple[SpeakerRow, ...]:
    """List who speaks, in the order of the cast, then those without a voice by first appearance."""
    lines: dict[str, list[tuple[int, Line]]] = {name: [] for name, _ in script.cast}
    for number, chapter in enumerate(script.chapters, 1):
        for line in chapter.lines():
            lines.setdefault(line.speaker, []).append((number, line))
    total = sum(len(line.text.split()) for spoken in lines.values() for _, line in spoken)
    return tuple(_row(script, name, spoken, total) for name, spoken in lines.items())


def _row(script: Script, name: str, spoken: list[tuple[int, Line]], total: int) -> SpeakerRow:
    words = sum(len(line.text.split()) for _, line in spoken)
    first = spoken[0][0] if spoken else 0
    texts = [" ".join(line.text.split()) for _, line in spoken]
    sample = next((text for text in texts if len(text.split()) >= _GOOD_SAMPLE_WORDS), texts[0] if texts else "")
    return SpeakerRow(
        name=name,
        aliases=dict(script.aliases).get(name, ()),
        lines=len(spoken),
        words=words,
        share=words / total if total else 0.0,
        voice=script.voice(name),
        chapter=first,
        chapter_title=script.chapters[first - 1].title if first else "",
        sample=sample if len(sample) <= _SAMPLE else f"{sample[: _SAMPLE - 1].rstrip()}…",
    )


def set_voice(script: Script, name: str, voice: Voice) -> Script:
    """Give a speaker another voice.

    Raises:
        UsageError: nobody of that name speaks in the script.
    """
    found = _known(script, name)
    cast = dict(script.cast) | {found: voice}
    return replace(script, cast=tuple(cast.items()))


def merged_names(script: Script, merges: Mapping[str, str]) -> dict[str, str]:
    """Work out who becomes whom: ``{"Mr. Darcy": "Darcy"}``, chains followed to their end.

    Raises:
        UsageError: a name is not in the script, or the merges run in a circle.
    """
    wanted = {_known(script, old): _known(script, new, may_be_new=True) for old, new in merges.items()}
    if NARRATOR in wanted:
        raise UsageError(f"{NARRATOR} cannot be merged into a character", remedy="Merge the character the other way")
    ends: dict[str, str] = {}
    for old, new in wanted.items():
        seen = {old}
        end = new
        while end in wanted:
            if end in seen:
                raise UsageError(f"{old} is merged in a circle", remedy="Name one of them as the one that stays")
            seen.add(end)
            end = wanted[end]
        if end != old:
            ends[old] = end
    return ends


def merge(script: Script, merges: Mapping[str, str]) -> Script:
    """Make two names one speaker: the first one's lines go to the second, who keeps the voice.

    A second name that is not in the script yet renames the first and takes its voice.

    Raises:
        UsageError: a name is not in the script, or the merges run in a circle.
    """
    ends = merged_names(script, merges)
    cast: dict[str, Voice] = {}
    kept = {name for name, _ in script.cast}
    for name, voice in script.cast:
        end = ends.get(name, name)
        if end == name or end not in kept:
            cast.setdefault(end, voice)
    return replace(
        script,
        cast=tuple(cast.items()),
        aliases=_merged_aliases(script, ends),
        chapters=tuple(
            _with_lines(chapter, lambda line: replace(line, speaker=ends.get(line.speaker, line.speaker)))
            for chapter in script.chapters
        ),
    )


def _merged_aliases(script: Script, ends: Mapping[str, str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Let everybody answer to the names that were merged into theirs."""
    aliases = {name: dict.fromkeys(others) for name, others in script.aliases if name not in ends}
    before = dict(script.aliases)
    for old, new in ends.items():
        if new != NARRATOR:
            aliases.setdefault(new, {}).update(dict.fromkeys((old, *before.get(old, ()))))
    return tuple((name, tuple(other for other in others if other != name)) for name, others in aliases.items())


def _with_lines(chapter: ScriptChapter, change: Callable[[Line], Line]) -> ScriptChapter:
    return replace(
        chapter,
        scenes=tuple(
            replace(
                scene,
                paragraphs=tuple(
                    ScriptParagraph(tuple(change(line) for line in paragraph.lines)) for paragraph in scene.paragraphs
                ),
            )
            for scene in chapter.scenes
        ),
    )


def _known(script: Script, name: str, *, may_be_new: bool = False) -> str:
    """Return the name as the script writes it."""
    names = dict.fromkeys(itertools.chain((name for name, _ in script.cast), _spoken_by(script)))
    if name in names:
        return name
    folded = {known.casefold(): known for known in names}
    if name.casefold() in folded:
        return folded[name.casefold()]
    if may_be_new:
        return name
    near = difflib.get_close_matches(name.casefold(), folded, n=2, cutoff=0.5)
    meant = f"Did you mean {' or '.join(folded[low] for low in near)}?" if near else "See: audiobook cast SCRIPT"
    raise UsageError(f"nobody called {name!r} speaks in this script", remedy=meant)


def _spoken_by(script: Script) -> Iterator[str]:
    return (line.speaker for chapter in script.chapters for line in chapter.lines())


def cast_warnings(script: Script, wanted: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
    """Say what of a cast a person should look at.

    Args:
        script: The script with its cast.
        wanted: ``[cast]`` of the settings; names that nobody in the script answers to are named.
    """
    names = {name.casefold(): name for name in (NARRATOR, *_spoken_by(script))}
    others = {alias.casefold() for name, aliases in script.aliases if name.casefold() in names for alias in aliases}
    unheard = [name for name, _ in wanted if name.casefold() not in names and name.casefold() not in others]
    warnings = []
    for name in unheard:
        near = difflib.get_close_matches(name.casefold(), names, n=1)
        meant = f"; did you mean {names[near[0]]}?" if near else ""
        warnings.append(f"the cast names {name}, but nobody of that name speaks{meant}")
    return (*warnings, *voice_conflicts(script))


def voice_conflicts(script: Script) -> tuple[str, ...]:
    """Name the characters of one scene whose voices are too alike to tell apart, each group once.

    A script in one voice for everybody has none: that is a choice.
    """
    if len({voice for _, voice in script.cast}) == 1:
        return ()
    voices = dict(script.cast)
    warnings: dict[tuple[str, ...], str] = {}
    for number, chapter in enumerate(script.chapters, 1):
        for place, scene in enumerate(chapter.scenes, 1):
            for group in _groups(_characters(scene, voices), voices):
                warnings.setdefault(
                    group,
                    f"{_listed(group)} sound alike in chapter {number}, scene {place} ({voices[group[0]].address}); "
                    f'give one another voice: audiobook cast SCRIPT --set "{group[-1]}=ENGINE:NAME"',
                )
    return tuple(warnings.values())


def _characters(scene: Scene, voices: Mapping[str, Voice]) -> list[str]:
    names = (line.speaker for paragraph in scene.paragraphs for line in paragraph.lines)
    return [name for name in dict.fromkeys(names) if name not in {NARRATOR, UNKNOWN} and name in voices]


def _groups(names: Iterable[str], voices: Mapping[str, Voice]) -> Iterator[tuple[str, ...]]:
    """Yield those who sound like the first of their group."""
    groups: list[list[str]] = []
    for name in names:
        group = next((group for group in groups if are_alike(voices[group[0]], voices[name])), None)
        if group is None:
            groups.append([name])
        else:
            group.append(name)
    return (tuple(sorted(group)) for group in groups if len(group) > 1)


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
