"""Which elements are blocks, and what kind of paragraph each makes."""

from __future__ import annotations

import re

from audiobook.book import ParagraphKind
from audiobook.container.xml import Element, attribute, children_text, local
from audiobook.ingest import semantics

__all__ = ["BLOCKS", "HEADINGS", "is_drop_cap", "is_stanza", "kind_of"]

HEADINGS = {f"h{level}": level for level in range(1, 7)}
BLOCKS = frozenset(HEADINGS) | frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "legend", "li", "main", "menu", "nav",
    "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "text", "ul", "xmp",
    "listing",
))  # fmt: skip
_VERSE = re.compile(
    r"(^|[\s_:-])(poem|poetry|verse|stanza|strophe|linegroup|line-group|lg|song|lyrics)(s?)([\s_-]|$)", re.IGNORECASE
)
_STANZA = re.compile(r"(^|[\s_-])(stanza|strophe|linegroup|line-group|lg|verse)([\s_-]|$)", re.IGNORECASE)
_DROP_CAP = re.compile(r"drop-?_?cap|lettrine|initial|firstletter|first-letter|dropped|illum", re.IGNORECASE)


def is_stanza(element: Element) -> bool:
    """Does the element's class call it a group of verse lines?"""
    return bool(_STANZA.search(element.get("class") or ""))


def is_drop_cap(element: Element) -> bool:
    """Is a block only a large first letter, which belongs to the text after it?"""
    return bool(_DROP_CAP.search(element.get("class") or "")) and len(children_text(element, 8)) <= 3


def kind_of(element: Element, around: ParagraphKind, *, is_note: bool) -> ParagraphKind:  # noqa: PLR0911 - one line a rule
    """Return what kind of paragraph a block element makes inside one of the kind ``around``."""
    name = local(element)
    if name in HEADINGS:
        return "heading"
    if is_note:
        return "note"
    if around in {"note", "heading"}:
        return around
    if name in {"pre", "xmp", "listing"}:
        return "code" if semantics.is_code(element) else "verse"
    if around == "verse":
        return around
    if name != "body" and _VERSE.search(f"{element.get('class') or ''} {attribute(element, 'type')}"):
        return "verse"
    if name in {"li", "dt", "dd"}:
        return "list"
    return "quote" if name == "blockquote" and around != "list" else around
