"""XML and HTML from strangers: no entities, no network, no document types, bounded depth; broken markup is mended."""

from __future__ import annotations

import codecs
import functools
import re
from html.entities import html5
from typing import Any

from lxml import etree

from audiobook.errors import HostileSourceError, SourceError

__all__ = ["Element", "attribute", "children_text", "is_whole", "local", "parse_html", "parse_markup", "parse_xml"]

Element = Any
"""An lxml element, comment, processing instruction or entity; lxml has no types of its own."""

_REMEDY = "Get the book again, or convert it to EPUB with Calibre"
_MAX_ATTRIBUTE = 200_000
_MAX_DOCTYPE = 256 * 1024
_MAX_TAGS = 600_000
"""Tags of one document; the tree of lxml takes up to 200 bytes a tag."""
_MAX_DEPTH = 1_000
"""libxml2 itself stops at 2,048, and its HTML parser does so without a word, so it must never come to that."""
_OUTER_ENTITY = re.compile(r"<!ENTITY\s+(%\s+)?\S+\s+(SYSTEM|PUBLIC)\b", re.IGNORECASE)
_SHORT_TAG = 200
_MAX_ATTRIBUTE_WORK = 500_000_000
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_BARE_SIGN = re.compile(r"&(?!#\d+;|#[xX][0-9A-Fa-f]+;|[A-Za-z][\w.:-]*;)|<(?![A-Za-z/!?_:])")
_KEEP = frozenset(("amp", "lt", "gt", "quot", "apos"))
_MEMBER = re.compile(r"<!ENTITY\s+(?:%\s+)?([\w.:-]+)\s+(?:\"([^\"]*)\"|'([^']*)')\s*>")


def local(element: Element) -> str:
    """Return an element's name in lower case without its namespace; empty for comments and the like."""
    tag = element.tag
    return _local_name(tag) if isinstance(tag, str) else ""


@functools.lru_cache(maxsize=4096)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its local name in any namespace, or an empty string."""
    value = element.get(name)
    if value is None:
        for key, candidate in element.items():
            if _local_name(key).rpartition(":")[2] == name:
                return str(candidate)
    return str(value or "")


def children_text(element: Element, limit: int = 1_000_000) -> str:
    """Return the text inside an element on one line, or its beginning when it is longer than ``limit`` characters."""
    parts: list[str] = []
    size = 0
    for text in element.itertext():
        parts.append(text)
        size += len(text)
        if size > limit:
            break
    return " ".join("".join(parts).split())


def parse_xml(data: bytes, place: str) -> Element:
    """Parse a control file (package, NCX, FB2 ...) strictly, then in recovery.

    Raises:
        HostileSourceError: entities that reach out or multiply, or markup made to exhaust the parser.
        SourceError: nothing in it can be read.
    """
    text = _decoded(data, place)
    root = _parse(text, place, recover=False)
    if root is None:
        root = _parse(_with_characters(text), place, recover=True)
    if root is None:
        raise SourceError("the XML in it cannot be read", place=place, remedy=_REMEDY)
    _check(root, place)
    return root


def is_whole(data: bytes) -> bool:
    """Is the XML well-formed, so that nothing of it got lost where it was mended?"""
    try:
        etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True))
    except (etree.LxmlError, ValueError):
        return False
    return True


def parse_markup(data: bytes, place: str) -> Element:
    """Parse XHTML as XML when it is well-formed, else mend it as a browser would.

    Raises:
        HostileSourceError: as `parse_xml`.
        SourceError: there is no element in it.
    """
    text = _decoded(data, place)
    root = _parse(text, place, recover=False)
    if root is None:
        text = _with_characters(text)
        root = _parse(text, place, recover=False)
    return _checked(root, place) if root is not None else parse_html(text, place)


def parse_html(text: str, place: str) -> Element:
    """Parse HTML, however broken.

    Raises:
        HostileSourceError: markup made to exhaust the parser.
        SourceError: there is no element in it.
    """
    text = _lighter(text)
    _check_attributes(text, place)
    # The XML declaration would be taken for a comment; empty elements in XML style would stay open in HTML.
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    text = re.sub(r"<(a|b|i|em|p|div|span|td|th|li|h[1-6]|title)((?:\s[^<>]*)?)/>", r"<\1\2></\1>", text)
    parser = etree.HTMLParser(no_network=True, huge_tree=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise SourceError("no readable text in it", place=place, remedy=_REMEDY)
    return _checked(root, place)


def _lighter(text: str) -> str:
    """Take out what is no text and only costs: scripts, styles, pictures inside addresses."""
    for name in ("script", "style"):
        parts: list[str] = []
        at = 0
        lower = text.lower() if f"<{name}" in text.lower() else ""
        while lower and (start := lower.find(f"<{name}", at)) >= 0 and (end := lower.find(f"</{name}", start)) >= 0:
            parts.append(text[at:start])
            at = end + len(name) + 2
            at = at + 1 if lower[at : at + 1] == ">" else at
        text = "".join((*parts, text[at:])) if parts else text
    return re.sub(r";base64,[A-Za-z0-9+/=%]{100,}", ";base64,", text)


def _check_attributes(text: str, place: str) -> None:
    """Refuse tags with very many attributes, on which libxml2's HTML parser spends time by their square."""
    work = 0
    for piece in text.split("<"):
        end = piece.rfind(">") if ">" in piece else len(piece)
        if end > _SHORT_TAG:
            tag = piece[:end]
            work += sum(map(tag.count, " \t\n\r\f/\"'")) ** 2
    if work > _MAX_ATTRIBUTE_WORK:
        raise HostileSourceError("its tags have more attributes than any book's", place=place, remedy=_REMEDY)


def _parse(text: str, place: str, *, recover: bool) -> Element | None:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=True, recover=recover,
        encoding="utf-8",
    )  # fmt: skip
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        if "entity" in str(error).lower() and ("loop" in str(error) or "amplification" in str(error)):
            raise HostileSourceError("its entities multiply without end", place=place, remedy=_REMEDY) from error
        return None


def _decoded(data: bytes, place: str) -> str:
    """Decode by BOM, declaration or guess, and refuse dangerous document types in whatever encoding they hide."""
    if data.count(b"<") > _MAX_TAGS:
        raise HostileSourceError("it has more markup than any book", place=place, remedy=_REMEDY)
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(bom):
            text = data[len(bom) :].decode(name, "replace")
            break
    else:
        text = _undeclared(data)
    text = re.sub(r"^\s*(<\?xml\b[^>]*?)\s+encoding\s*=\s*(?:\"[^\"]*\"|'[^']*')", r"\1", text, count=1)
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
    return _without_subset(text.lstrip(), place)


def _undeclared(data: bytes) -> str:
    if data[:2] == b"<\0":
        return data.decode("utf-16-le", "replace")
    if data[:2] == b"\0<":
        return data.decode("utf-16-be", "replace")
    declared = re.search(rb"""(?:encoding|charset)\s*=\s*["']?([A-Za-z0-9._:-]+)""", data[:1024])
    for name in ("utf-8", declared[1].decode("ascii") if declared else "", "cp1252"):
        try:
            return data.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1")


def _without_subset(text: str, place: str) -> str:
    """Take the document type out, after putting in the plain characters that it names itself."""
    start = re.search(r"<!DOCTYPE\b", text[:65_536], re.IGNORECASE)
    if not start:
        return text
    end = _doctype_end(text, start.end())
    if end < 0:
        return text
    doctype = text[start.start() : end]
    if len(doctype) > _MAX_DOCTYPE:
        raise HostileSourceError("its document type is longer than a book", place=place, remedy=_REMEDY)
    if _OUTER_ENTITY.search(doctype):
        raise HostileSourceError("it declares entities outside itself", place=place, remedy=_REMEDY)
    own = {name: one or two for name, one, two in _MEMBER.findall(doctype)}
    if any(re.search(r"&[A-Za-z_]|%[A-Za-z_]", value) for value in own.values()):
        raise HostileSourceError("its entities are made of entities", place=place, remedy=_REMEDY)
    rest = text[end:]
    if own:
        if sum(len(own.get(name, "")) for name in _NAMED.findall(rest)) > len(text) + 100_000:
            raise HostileSourceError("its entities multiply its size", place=place, remedy=_REMEDY)
        rest = _NAMED.sub(lambda match: own.get(match[1], match[0]), rest)
    return text[: start.start()] + _with_characters(rest)


def _doctype_end(text: str, at: int) -> int:
    """Return where a document type ends, the first > outside quotes, comments and its bracketed subset; or -1."""
    depth = 0
    pattern = re.compile(r"<!--|[\"'\[\]>]")
    while match := pattern.search(text, at):
        sign = match[0]
        at = match.end()
        if sign in {"<!--", '"', "'"}:
            close = "-->" if sign == "<!--" else sign
            at = text.find(close, at)
            if at < 0:
                return -1
            at += len(close)
        elif sign == ">" and depth <= 0:
            return at
        else:
            depth += {"[": 1, "]": -1}.get(sign, 0)
    return -1


def _with_characters(text: str) -> str:
    """Replace HTML's named characters, which plain XML does not know, and escape signs that are only text."""
    parts: list[str] = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += (_escaped(text[at:start]), text[start : end + 3])
        at = end + 3
    return "".join((*parts, _escaped(text[at:])))


def _escaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match[1] in _KEEP:
            return match[0]
        meant = html5.get(f"{match[1]};") or f"&{match[1]};"
        return meant.replace("&", "&amp;").replace("<", "&lt;")

    return _BARE_SIGN.sub(lambda match: "&amp;" if match[0] == "&" else "&lt;", _NAMED.sub(character, text))


def _checked(root: Element, place: str) -> Element:
    _check(root, place)
    return root


def _check(root: Element, place: str) -> None:
    """Refuse depth and attributes that no book has."""
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if event == "end":
            depth -= 1
            continue
        depth += 1
        if depth > _MAX_DEPTH:
            raise HostileSourceError(
                f"its elements are nested more than {_MAX_DEPTH:,} deep", place=place, remedy=_REMEDY
            )
        for value in element.values():
            if len(value) > _MAX_ATTRIBUTE:
                raise HostileSourceError("an attribute in it is longer than a book", place=place, remedy=_REMEDY)
