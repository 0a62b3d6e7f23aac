"""Footnotes and endnotes: which links are marks, which elements the notes, and where notes are read."""

from __future__ import annotations

import bisect
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from audiobook.book import Exclusion
from audiobook.container.xml import Element, children_text, local
from audiobook.ingest import semantics
from audiobook.ingest.passages import Passage

__all__ = ["find_marks", "find_notes", "place_notes"]

_HOLDERS = frozenset(("p", "li", "div", "aside", "dd", "dt", "section", "blockquote"))
_MAX_NOTE = 12_000
"""Characters; a link's target with more is a chapter, not a note."""
_MAX_ANCHORS = 4
"""Targets in one block; with more it is text that is pointed at, not a note."""


def find_marks(root: Element, resolve: Callable[[str], str]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what in one document points to notes, sure marks and possible ones.

    Returns:
        Two maps from target (``document#id``) to the mark's text: links that are marks by their own
        form, and short links that are marks when what they point at points back.
    """
    sure: dict[str, str] = {}
    possible: dict[str, str] = {}
    for link in root.iter("{*}a"):
        href = link.get("href") or ""
        if "#" not in href or "://" in href:
            continue
        text = children_text(link, 40)
        parent = link.getparent()
        raised = parent is not None and local(parent) == "sup"
        if semantics.is_noteref(link, superscript=raised):
            sure.setdefault(resolve(href), text)
        elif len(text) <= 5 and re.fullmatch(r"[\[(]?\w{1,4}[\])]?", text):
            possible.setdefault(resolve(href), text)
    return sure, possible


def find_notes(
    root: Element, href: str, sure: dict[str, str], possible: dict[str, str], resolve: Callable[[str], str]
) -> dict[Element, str]:
    """Return the elements of one document that are notes, and their keys."""
    notes: dict[Element, str] = {}
    judged: Counter[Element] = Counter()
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if local(element) in _HOLDERS and semantics.note_like(element):
            notes[element] = _key(element, href, sure)
            continue
        names = [element.get("id"), element.get("name") if local(element) == "a" else None]
        keys = [f"{href}#{name}" for name in names if name]
        key = next((key for key in keys if key in sure or key in possible), "")
        if not key:
            continue
        holder = _holder(element)
        if holder is None or holder in notes:
            continue
        judged[holder] += 1
        if judged[holder] <= _MAX_ANCHORS and _is_note(element, holder, (sure, possible), key, resolve):
            notes[holder] = key
    return notes


def _key(element: Element, href: str, sure: dict[str, str]) -> str:
    names = [node.get("id") or node.get("name") or "" for node in element.iter() if isinstance(node.tag, str)]
    keys = [f"{href}#{name}" for name in names if name]
    return next((key for key in keys if key in sure), keys[0] if keys else f"{href}#")


def _holder(element: Element) -> Element | None:
    """Return the block that an anchor stands in."""
    node = element
    while node is not None and local(node) not in _HOLDERS:
        if local(node) in {"td", "body", "h1", "h2", "h3", "h4", "h5", "h6"}:
            return None
        node = node.getparent()
    return node


def _is_note(
    anchor: Element,
    holder: Element,
    marks: tuple[dict[str, str], dict[str, str]],
    key: str,
    resolve: Callable[[str], str],
) -> bool:
    """Is the block that a mark points at a note? Marks and notes point at each other, so direction has to be told.

    A note carries its mark or its link back at its very beginning, or an arrow back; a mark stands after text.
    """
    text = children_text(holder, _MAX_NOTE + 1)
    if not text or len(text) > _MAX_NOTE or (anchor is not holder and _text_before(holder, anchor)):
        return False
    sure, possible = marks
    mark = re.sub(r"\W", "", sure.get(key) or possible.get(key) or "")
    begins = bool(mark) and re.sub(r"^\W+", "", text).startswith(mark)
    back = any(
        "#" in (link.get("href") or "")
        and resolve(link.get("href")) != key
        and (not any(char.isalnum() for char in children_text(link, 40)) or not _text_before(holder, link))
        and len(children_text(link, 40)) <= 8
        for link in holder.iter("{*}a")
    )
    return (begins or back) if key in sure else (begins and back)


def _text_before(holder: Element, element: Element) -> bool:
    """Do letters stand in the holder before the element?"""
    for node in holder.iter():
        if node is element:
            return False
        if isinstance(node.tag, str) and any(char.isalnum() for char in node.text or ""):
            return True
        if any(char.isalnum() for char in node.tail or "") and element not in node.iter() and node is not holder:
            return True
    return False


def place_notes(
    passages: Sequence[Passage], ends: Sequence[int], mode: str
) -> tuple[list[Passage | None], list[tuple[int, Passage]], list[Exclusion]]:
    """Decide where notes are read.

    Args:
        passages: All passages of the book.
        ends: Index one past the last passage of each chapter, ascending.
        mode: ``skip``, ``end-of-chapter`` or ``inline``.

    Returns:
        The passages with those of notes replaced by None; passages to insert, each with the index before
        which it goes, in order; and the exclusions.
    """
    rest: list[Passage | None] = [None if passage.note else passage for passage in passages]
    bodies: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.note:
            bodies.setdefault(passage.note, []).append(passage)
    if mode == "skip":
        return (
            rest,
            [],
            [Exclusion("note", passage.text) for group in bodies.values() for passage in group if passage.text],
        )
    inserted: list[tuple[int, Passage]] = []
    used: set[str] = set()
    for index, passage in enumerate(passages):
        if passage.note:
            continue
        for ref in passage.refs:
            if ref in bodies and ref not in used:
                used.add(ref)
                at = index + 1 if mode == "inline" else ends[min(bisect.bisect_right(ends, index), len(ends) - 1)]
                inserted += [(at, replace(note, note="")) for note in bodies[ref]]
    # A note that nothing points at is read where it stands.
    for index, passage in enumerate(passages):
        if passage.note and passage.note not in used:
            rest[index] = replace(passage, note="")
    return rest, sorted(inserted, key=lambda pair: pair[0]), []
