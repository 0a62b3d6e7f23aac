"""What one document of a container says: its passages in order, and what in it is not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from audiobook.book import Exclusion, Markup, ParagraphKind

__all__ = ["Document", "Passage", "settle_blanks", "squash"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One block of a document's text."""

    text: str
    kind: ParagraphKind = "prose"
    level: int = 0
    """1 to 6 for a heading, 0 for anything else."""
    markup: tuple[Markup, ...] = ()
    role: str = ""
    """What the section around it is by the source's own word: ``contents``, ``copyright``, ``notes`` ..."""
    note: str = ""
    """The note that it belongs to, as ``document#id``."""
    refs: tuple[str, ...] = ()
    """Notes that it refers to, as ``document#id``."""
    linked: int = 0
    """Letters that lie inside links to other places of the book."""
    href: str = ""
    """The document it stands in."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document read."""

    href: str
    passages: tuple[Passage, ...]
    exclusions: tuple[Exclusion, ...] = ()
    anchors: tuple[tuple[str, int], ...] = field(default=(), repr=False)
    """Ids and the index of the passage at which each stands."""
    language: str = ""
    title: str = ""
    role: str = ""


def squash(text: str) -> str:
    """Return only the letters and digits of a text, for comparing titles."""
    return "".join(filter(str.isalnum, text.casefold()))


def settle_blanks(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Let empty paragraphs be scene breaks only where they are rare; they keep their place, for the anchors."""
    blanks = sum(passage.role == "blank" for passage in passages)
    texts = sum(bool(passage.text) for passage in passages)
    rare = blanks * 6 <= texts
    return tuple(
        replace(passage, role="" if rare else "layout") if passage.role == "blank" else passage for passage in passages
    )
