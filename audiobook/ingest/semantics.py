"""What an element is by its own markup: epub:type, ARIA roles, class names."""

from __future__ import annotations

import re

from audiobook.container.xml import Element, attribute, children_text, local

__all__ = [
    "is_code", "is_hidden", "is_line_number", "is_noteref", "is_pagebreak", "note_like", "role_of",
    "same_language", "section_role",
]  # fmt: skip

_ROLES = {
    "toc": "contents", "toc-brief": "contents", "doc-toc": "contents", "landmarks": "contents",
    "page-list": "page-list", "doc-pagelist": "page-list",
    "loi": "list-of-illustrations", "lot": "list-of-illustrations", "loa": "list-of-illustrations",
    "lov": "list-of-illustrations", "index": "index", "doc-index": "index",
    "copyright-page": "copyright", "titlepage": "title-page", "title-page": "title-page", "halftitlepage": "title-page",
    "halftitle": "title-page", "cover": "cover", "doc-cover": "cover",
    "footnotes": "notes", "endnotes": "notes", "rearnotes": "notes", "doc-endnotes": "notes", "notes": "notes",
    "other-credits": "copyright", "imprint": "copyright", "text-imprint": "copyright", "text-titlepage": "title-page",
}  # fmt: skip
"""epub:type, DPUB-ARIA and EPUB 2 guide words -> role of a section."""
_NOTES = frozenset(("footnote", "endnote", "rearnote", "note", "doc-footnote", "doc-endnote"))
_NOTE_CLASS = re.compile(r"(^|[\s_-])(foot|end|rear)-?notes?([\s_-]|$)|(^|\s)(fnote|fn)(\s|$)", re.IGNORECASE)
_REF_CLASS = re.compile(
    r"note[-_]?(ref|anchor|call|link|mark)|fn[-_]?(ref|anchor|link)|fnanchor|footnote[-_]?(ref|link)|duhinweis",
    re.IGNORECASE,
)
_MARK = re.compile(r"[\[({]?\s*(\d{1,4}|[*†‡§¶#∗⁎]+|[a-z]|[ivxlc]{1,7}|[¹²³⁰⁴-⁹]+)\s*[.\])}]?[*]?", re.IGNORECASE)
_BRACKETED = re.compile(r"[\[{(]\s*(\d{1,4}|[*†‡§¶]+|[a-z])\s*[\])}]|[*†‡§¶∗⁎]+|[¹²³⁰⁴-⁹]+", re.IGNORECASE)
_CODE_CLASS = re.compile(r"(^|[\s_-])(code|programlisting|listing|sourcecode|highlight|screen|syntax)", re.IGNORECASE)
_LINE_NUMBER = re.compile(
    r"(^|\s)(lnum|line-?num(ber)?|linenum|lineno|ln|poem-?num|verse-?line-?num)s?(\s|$)", re.IGNORECASE
)
_PAGE_CLASS = re.compile(
    r"(^|\s)(page-?num(ber)?|pagenum|page-?break|pb|x-?ebookmaker-pageno|pageno)s?(\s|$)", re.IGNORECASE
)
_BOILERPLATE = frozenset(("pg-header", "pg-footer", "pg-start-separator", "pg-end-separator", "pg-machine-header"))


def section_role(words: str) -> str:
    """Return the role that epub:type, role or guide words give a section; empty when none counts."""
    for word in words.lower().split():
        if word in _ROLES:
            return _ROLES[word]
    return ""


def role_of(element: Element) -> str:
    """Return the role of a section element; empty when its markup names none."""
    words = f"{attribute(element, 'type') if local(element) != 'ol' else ''} {element.get('role') or ''}"
    role = section_role(words)
    if role:
        return role
    if element.get("id") in _BOILERPLATE or "pg-boilerplate" in (element.get("class") or ""):
        return "gutenberg-licence"
    if local(element) == "nav":
        return "contents"
    return ""


def note_like(element: Element) -> bool:
    """Is the element one note, by its type or class?"""
    words = f"{attribute(element, 'type')} {element.get('role') or ''}".lower().split()
    if any(word in _NOTES for word in words):
        return True
    name = local(element)
    return (
        name in {"p", "div", "aside", "li", "dd"}
        and bool(_NOTE_CLASS.search(element.get("class") or ""))
        and "notes" not in (element.get("class") or "").lower()
        and bool(element.get("id") or element.find(".//*[@id]") is not None)
    )


def is_noteref(element: Element, *, superscript: bool) -> bool:
    """Is a link a note's mark? ``superscript`` says that it stands in a ``sup`` element."""
    words = f"{attribute(element, 'type')} {element.get('role') or ''}".lower().split()
    if "noteref" in words or "doc-noteref" in words:
        return True
    if "backlink" in words or "doc-backlink" in words:
        return False
    text = children_text(element, 40)
    if not element.get("href") or "#" not in element.get("href") or len(text) > 12:
        return False
    if _REF_CLASS.search(element.get("class") or ""):
        return bool(_MARK.fullmatch(text))
    raised = superscript or (len(element) == 1 and local(element[0]) == "sup" and not (element.text or "").strip())
    if raised and (element[0].tail or "").strip() if len(element) == 1 else False:
        raised = False
    return bool((_MARK if raised else _BRACKETED).fullmatch(text))


def is_pagebreak(element: Element) -> bool:
    """Is the element a printed page's number?"""
    words = f"{attribute(element, 'type')} {element.get('role') or ''}".lower().split()
    if "pagebreak" in words or "doc-pagebreak" in words:
        return True
    if local(element) not in {"span", "a", "div", "p"} or not _PAGE_CLASS.search(element.get("class") or ""):
        return False
    text = children_text(element, 40)
    return len(text) <= 16 and (not text or bool(re.search(r"\d|^[\W_]*[ivxlc]+[\W_]*$", text, re.IGNORECASE)))


def is_line_number(element: Element) -> bool:
    """Is the element the number of a verse's line?"""
    return bool(_LINE_NUMBER.search(element.get("class") or "")) and children_text(element, 40).isdecimal()


def is_hidden(element: Element) -> bool:
    """Does the markup itself keep the element out of sight?"""
    style = (element.get("style") or "").replace(" ", "").lower()
    return element.get("hidden") is not None or "display:none" in style or "visibility:hidden" in style


def is_code(element: Element) -> bool:
    """Is a ``pre`` element program code, and not verse or a letter set with spaces?"""
    if any(local(child) in {"code", "samp", "kbd"} for child in element):
        return True
    return bool(_CODE_CLASS.search(element.get("class") or "")) or local(element) in {"code", "xmp", "listing"}


def same_language(one: str, other: str) -> bool:
    """Are two BCP 47 codes the same language, whatever their regions?"""
    return one.lower().replace("_", "-").partition("-")[0] == other.lower().replace("_", "-").partition("-")[0]
