"""A script made anew keeps what people changed by hand, wherever the words are still there."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from audiobook.book import Metadata
from audiobook.script import Line, Scene, Script, ScriptChapter, ScriptParagraph, Voice

__all__ = ["LostEdit", "keep_edits"]


@dataclass(frozen=True, slots=True)
class LostEdit:
    """A change by hand that found no place in the new script."""

    chapter: str
    """Title of its chapter in the edited script."""
    text: str
    """The edited line, or the line that was removed, shortened."""
    change: str
    """What was changed: ``speaker``, ``cues``, ``lines removed`` ..."""

    def __str__(self) -> str:
        return f"{self.chapter}: {self.change}: {self.text}"


_SHORT = 70
"""Characters of a line in a `LostEdit`."""
_FIELDS = ("speaker", "text", "cues", "pause_after_ms", "overrides", "comments")


_NO_LINE = Line("", "")
"""Stands for a scene without lines."""
_NO_SCENE = Scene(())


@dataclass(frozen=True, slots=True)
class _Item:
    """A line and what begins with it."""

    line: Line
    opens: int
    """0 nothing, 1 a paragraph, 2 a scene."""
    scene: Scene = _NO_SCENE
    """The scene that it opens, its title alone."""


def keep_edits(old: Script, edited: Script, fresh: Script) -> tuple[Script, tuple[LostEdit, ...]]:
    """Carry hand edits over to a script that was made anew.

    Args:
        old: The script as the program wrote it.
        edited: The same script after people changed it.
        fresh: The script as the program writes it now.

    Returns:
        The fresh script with every change whose lines still stand in it: speakers, cues, pauses, what is
        said, texts, lines added, removed, split or joined, titles, voices, metadata. And the changes that
        found no place. Where the program's own answer changed and a person's did not, the new one stands.
    """
    chapters, lost = _chapters(old, edited, fresh)
    script = replace(
        fresh,
        metadata=_kept_fields(old.metadata, edited.metadata, fresh.metadata),
        chapters=tuple(chapters),
    )
    script = _with_names(old, edited, script)
    return replace(script, cast=_cast(old, edited, script)), tuple(lost)


def _with_names(old: Script, edited: Script, script: Script) -> Script:
    """Keep names that a person merged merged, in lines that are new as well."""
    changed = {name: names for name, names in edited.aliases if dict(old.aliases).get(name) != names}
    gone = {name for name, _ in old.cast} - {name for name, _ in edited.cast}
    merged = {alias: name for name, names in changed.items() for alias in names if alias in gone}
    aliases = {name: names for name, names in (dict(script.aliases) | changed).items() if name not in merged}
    return replace(
        script,
        aliases=tuple(aliases.items()),
        cast=tuple((name, voice) for name, voice in script.cast if name not in merged),
        chapters=tuple(_renamed(chapter, merged) for chapter in script.chapters) if merged else script.chapters,
    )


def _renamed(chapter: ScriptChapter, names: Mapping[str, str]) -> ScriptChapter:
    items = [
        item
        if item.line is _NO_LINE
        else replace(item, line=replace(item.line, speaker=names.get(item.line.speaker, item.line.speaker)))
        for item in _items(chapter)
    ]
    return replace(chapter, scenes=_scenes(items))


def _chapters(old: Script, edited: Script, fresh: Script) -> tuple[list[ScriptChapter], list[LostEdit]]:
    to_edited = _pairs(old.chapters, edited.chapters)
    to_fresh = _pairs(old.chapters, fresh.chapters)
    chapters = list(fresh.chapters)
    lost: list[LostEdit] = []
    for index, chapter in enumerate(old.chapters):
        changed = to_edited.get(index)
        if changed is None:
            continue
        now = to_fresh.get(index)
        theirs = edited.chapters[changed]
        if now is None:
            lost += [_lost(theirs.title, item.line, "chapter is gone") for item in _touched(chapter, theirs)]
            continue
        chapters[now], missing = _chapter(chapter, theirs, fresh.chapters[now])
        lost += missing
    added = set(range(len(edited.chapters))) - set(to_edited.values())
    lost += [LostEdit(edited.chapters[index].title, "", "chapter added by hand") for index in sorted(added)]
    return chapters, lost


def _pairs(one: Sequence[ScriptChapter], other: Sequence[ScriptChapter]) -> dict[int, int]:
    """Match chapters: those with the same title in order, then between them by the words they share."""
    matcher = difflib.SequenceMatcher(None, [c.title for c in one], [c.title for c in other], autojunk=False)
    pairs: dict[int, int] = {}
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            pairs |= {a + step: c + step for step in range(b - a)}
        elif tag == "replace":
            pairs |= _alike(one, other, range(a, b), range(c, d))
    return pairs


def _alike(
    one: Sequence[ScriptChapter], other: Sequence[ScriptChapter], left: Iterable[int], right: Iterable[int]
) -> dict[int, int]:
    texts = {index: {line.text for line in other[index].lines()} for index in right}
    pairs: dict[int, int] = {}
    for index in left:
        ours = {line.text for line in one[index].lines()}
        best = max(texts, key=lambda at: len(ours & texts[at]), default=None)
        if best is not None and len(ours & texts[best]) * 2 > len(ours):
            pairs[index] = best
            del texts[best]
    return pairs


def _chapter(old: ScriptChapter, edited: ScriptChapter, fresh: ScriptChapter) -> tuple[ScriptChapter, list[LostEdit]]:
    """Carry the edits of one chapter over."""
    if old == edited:
        return fresh, []
    before, after = _items(old), _items(edited)
    carrier = _Carrier(edited.title, before, _items(fresh))
    for _, a, b, c, d in _codes(before, after):
        if b - a == d - c:
            carrier.line_for_line(range(a, b), after[c:d])
        elif a == b:
            carrier.insert(a - 1, after[c:d])
        else:
            carrier.rewrite(a, b, after[c:d])
    titled = edited if _titled(edited) != _titled(old) else fresh
    scenes = _scenes(carrier.items())
    return replace(fresh, title=titled.title, title_overrides=titled.title_overrides, scenes=scenes), carrier.lost


def _titled(chapter: ScriptChapter) -> tuple[object, ...]:
    return chapter.title, chapter.title_overrides


class _Carrier:
    """Puts the edits of one chapter into its new lines."""

    def __init__(self, title: str, before: list[_Item], now: list[_Item]) -> None:
        self.title = title
        self.before = before
        self.now = now
        self.places = _same(before, now)
        """Index of an old line -> where it stands now."""
        self.replaced: dict[int, list[_Item]] = {}
        self.inserted: dict[int, list[_Item]] = {}
        self.lost: list[LostEdit] = []

    def line_for_line(self, indices: Iterable[int], after: Iterable[_Item]) -> None:
        """Let each line keep its own changes, whatever happened to its neighbours."""
        for index, item in zip(indices, after, strict=True):
            if self.before[index] == item:
                continue
            spot = self.places.get(index)
            if spot is None:
                self.lost.append(_lost(self.title, item.line, _changes(self.before[index], item)))
            else:
                self.replaced[spot] = [_merged(self.before[index], item, self.now[spot])]

    def insert(self, anchor: int, added: list[_Item]) -> None:
        """Put added lines behind the line they were added to; -1 is the chapter's start."""
        spot = self.places.get(anchor) if anchor >= 0 else -1
        if spot is None:
            self.lost += [_lost(self.title, item.line, "line added") for item in added]
        else:
            self.inserted.setdefault(spot, []).extend(added)

    def rewrite(self, start: int, end: int, after: list[_Item]) -> None:
        """Put rewritten lines in the place of the old ones, if those still follow each other."""
        spots = [self.places[index] for index in range(start, end) if index in self.places]
        if len(spots) < end - start or not all(one + 1 == other for one, other in itertools.pairwise(spots)):
            change = "lines rewritten" if after else "lines removed"
            self.lost += [_lost(self.title, item.line, change) for item in after or self.before[start:end]]
            return
        self.replaced |= {spot: [] for spot in spots}
        self.replaced[spots[0]] = after

    def items(self) -> Iterator[_Item]:
        """Yield the chapter's lines with the edits in them."""
        yield from self.inserted.get(-1, ())
        for index, item in enumerate(self.now):
            yield from self.replaced.get(index, [item])
            yield from self.inserted.get(index, ())


def _items(chapter: ScriptChapter) -> list[_Item]:
    items: list[_Item] = []
    for scene in chapter.scenes:
        opens = 2
        for paragraph in scene.paragraphs:
            for line in paragraph.lines:
                items.append(_Item(line, opens, replace(scene, paragraphs=()) if opens == 2 else _NO_SCENE))
                opens = 0
            opens = max(opens, 1)
        if not scene.paragraphs:
            items.append(_Item(_NO_LINE, 2, scene))
    return items


def _scenes(items: Iterable[_Item]) -> tuple[Scene, ...]:
    scenes: list[tuple[Scene, list[list[Line]]]] = []
    for item in items:
        if item.opens == 2 or not scenes:
            scenes.append((item.scene, []))
        if item.line is _NO_LINE:
            continue
        paragraphs = scenes[-1][1]
        if item.opens or not paragraphs:
            paragraphs.append([])
        paragraphs[-1].append(item.line)
    return tuple(
        replace(scene, paragraphs=tuple(ScriptParagraph(tuple(lines)) for lines in paragraphs))
        for scene, paragraphs in scenes
    )


def _codes(before: list[_Item], after: list[_Item]) -> Iterator[tuple[str, int, int, int, int]]:
    matcher = difflib.SequenceMatcher(None, [i.line.text for i in before], [i.line.text for i in after], autojunk=False)
    yield from matcher.get_opcodes()


def _same(before: list[_Item], now: list[_Item]) -> dict[int, int]:
    """Return where the lines whose text is unchanged stand now."""
    matcher = difflib.SequenceMatcher(None, [i.line.text for i in before], [i.line.text for i in now], autojunk=False)
    return {a + step: b + step for a, b, size in matcher.get_matching_blocks() for step in range(size)}


def _merged(before: _Item, after: _Item, now: _Item) -> _Item:
    """Take what a person changed from ``after`` and the rest from ``now``."""
    changed = {
        name: getattr(after.line, name) for name in _FIELDS if getattr(after.line, name) != getattr(before.line, name)
    }
    if "text" in changed:
        changed["overrides"] = after.line.overrides
    if "speaker" in changed:
        changed["comments"] = after.line.comments
        changed["confidence"] = 1.0
    opens, scene = (after.opens, after.scene) if _place(after) != _place(before) else _place(now)
    return _Item(replace(now.line, **changed), opens, scene)


def _place(item: _Item) -> tuple[int, Scene]:
    return item.opens, item.scene


def _touched(old: ScriptChapter, edited: ScriptChapter) -> Iterator[_Item]:
    """Yield the lines of a chapter that a person changed or added."""
    before, after = _items(old), _items(edited)
    for _, a, b, c, d in _codes(before, after):
        for step, item in enumerate(after[c:d]):
            if a + step >= b or before[a + step] != item:
                yield item


def _changes(before: _Item, after: _Item) -> str:
    names = [name for name in _FIELDS if getattr(before.line, name) != getattr(after.line, name)]
    if _place(before) != _place(after):
        names.append("paragraph or scene")
    return ", ".join(name.removesuffix("_after_ms") for name in names)


def _lost(chapter: str, line: Line, change: str) -> LostEdit:
    text = " ".join(line.text.split())
    return LostEdit(chapter, text if len(text) <= _SHORT else f"{text[: _SHORT - 1].rstrip()}…", change)


def _kept_fields(old: Metadata, edited: Metadata, fresh: Metadata) -> Metadata:
    changed = {
        field.name: getattr(edited, field.name)
        for field in fields(Metadata)
        if getattr(edited, field.name) != getattr(old, field.name)
    }
    return replace(fresh, **changed)


def _cast(old: Script, edited: Script, merged: Script) -> tuple[tuple[str, Voice], ...]:
    """Keep voices that a person chose, and add those of speakers that only people know."""
    before, after = dict(old.cast), dict(edited.cast)
    cast = dict(merged.cast)
    for name, voice in after.items():
        if name in cast and before.get(name) != voice:
            cast[name] = voice
    for chapter in merged.chapters:
        for line in chapter.lines():
            if line.speaker not in cast and line.speaker in after:
                cast[line.speaker] = after[line.speaker]
    return tuple(cast.items())
