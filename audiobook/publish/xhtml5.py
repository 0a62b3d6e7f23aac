"""Pages of strangers made fit for an EPUB 3: no programs in them, and old markup in today's words."""

from __future__ import annotations

import re

from audiobook.container.xml import Element, local

__all__ = ["XHTML", "has_form", "modernize", "sanitize"]

XHTML = "http://www.w3.org/1999/xhtml"
_ACTIVE_LINK = re.compile(r"(?:java|vb|live)script:|data:(?!image/|font/|audio/|video/)")
_ADDRESSES = frozenset(("href", "src", "action", "formaction", "data", "poster", "cite", "background"))
_ELEMENTS = frozenset(
    re.findall(
        r"\w+",
        "a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption cite code col "
        "colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure footer form h1 "
        "h2 h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark menu "
        "meta meter nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp "
        "section select slot small source span strong style sub summary sup table tbody td template textarea tfoot th "
        "thead time title tr track u ul var video wbr",
    )
)
"""What HTML knows today; pictures (SVG) and formulas (MathML) inside have rules of their own."""
_RENAMED = {
    "acronym": ("abbr", ""),
    "big": ("span", "font-size: larger"),
    "center": ("div", "text-align: center"),
    "dir": ("ul", ""),
    "font": ("span", ""),
    "strike": ("s", ""),
    "tt": ("span", "font-family: monospace"),
}
_STYLES = {
    "align": "text-align: {}",
    "bgcolor": "background-color: {}",
    "color": "color: {}",
    "clear": "clear: {}",
    "face": "font-family: {}",
    "height": "height: {}",
    "valign": "vertical-align: {}",
    "width": "width: {}",
}
"""Looks that old markup states as attributes."""
_SIZED = frozenset(("img", "video", "canvas", "iframe", "embed", "object", "input", "source"))
"""Elements that keep their width and height, when these are whole numbers."""
_DROPPED = frozenset(
    re.findall(
        r"\S+",
        "alink axis background border cellpadding cellspacing char charoff charset compact frame hspace language link "
        "longdesc noshade nowrap profile rev rules scheme size start-indent summary text version vlink vspace",
    )
)
_NOT_THERE = frozenset((("type", "ul"), ("type", "li"), ("abbr", "td"), ("scope", "td")))
"""Attributes that are fine elsewhere."""
_PLAIN_VALUE = re.compile(r"[\w #%.,-]{1,60}")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def sanitize(root: Element) -> None:
    """Take every program out of a page or picture: scripts, handlers of events, addresses that run something."""
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        refresh = local(element) == "meta" and (element.get("http-equiv") or "").strip().lower() == "refresh"
        if refresh or local(element) == "script":
            _remove(element)
            continue
        for name, value in list(element.items()):
            bare = name.rpartition("}")[2].lower()
            address = re.sub(r"[\s\x00-\x20]+", "", value).lower()
            if bare.startswith("on") or bare == "srcdoc" or (bare in _ADDRESSES and _ACTIVE_LINK.match(address)):
                del element.attrib[name]


def _remove(element: Element) -> None:
    """Take an element out and leave the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is None:
        parent.text = (parent.text or "") + (element.tail or "")
    else:
        before.tail = (before.tail or "") + (element.tail or "")
    parent.remove(element)


def has_form(root: Element) -> bool:
    """Is there a form in the page, which EPUB counts among the programs?"""
    return any(True for _ in root.iter(f"{{{XHTML}}}form"))


def modernize(root: Element) -> str:
    """Say what the page of an EPUB 2 says in today's HTML; return the first thing that cannot be said, or nothing."""
    taken = {element.get("id") for element in root.iter() if isinstance(element.tag, str) and element.get("id")}
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            continue
        if not element.tag.startswith(f"{{{XHTML}}}"):
            continue
        styles: list[str] = []
        if local(element) in _RENAMED:
            name, style = _RENAMED[local(element)]
            element.tag = f"{{{XHTML}}}{name}"
            styles.append(style)
        if local(element) not in _ELEMENTS:
            return f"<{local(element)}>"
        _modernize_attributes(element, styles, taken)
        if style := "; ".join(filter(None, (*styles, (element.get("style") or "").strip()))):
            element.set("style", style)
    _modernize_head(root)
    return ""


def _modernize_attributes(element: Element, styles: list[str], taken: set[str | None]) -> None:
    name = local(element)
    for key in list(element.keys()):
        value = element.get(key).strip()
        if key == _SPACE or key in _DROPPED:
            if not (key == "size" and name in {"input", "select"}):
                del element.attrib[key]
        elif key == "name" and name in {"a", "img", "div", "p", "span", "h1", "h2", "h3"}:
            del element.attrib[key]
            if value and not element.get("id") and value not in taken:
                element.set("id", value)
                taken.add(value)
        elif (key, name) in _NOT_THERE:
            del element.attrib[key]
        elif key in _STYLES and not (key in {"width", "height"} and name in _SIZED and value.isdecimal()):
            del element.attrib[key]
            if _PLAIN_VALUE.fullmatch(value):
                styles.append(_style(name, key, value.lower()))


def _style(name: str, key: str, value: str) -> str:
    """Return the style that an attribute of old means."""
    if key in {"width", "height"} and value.isdecimal():
        value += "px"
    if key == "clear" and value == "all":
        value = "both"
    if key == "align" and name in {"img", "object"}:
        return f"float: {value}" if value in {"left", "right"} else f"vertical-align: {value}"
    if key == "align" and name == "table":
        return "margin: auto" if value == "center" else f"float: {value}"
    return _STYLES[key].format(value)


def _modernize_head(root: Element) -> None:
    """Leave of the head's statements only those that are known today."""
    head = next(root.iter(f"{{{XHTML}}}head"), None)
    for meta in [each for each in head if isinstance(each.tag, str)] if head is not None else ():
        relation = set((meta.get("rel") or "").lower().split())
        if meta.get("http-equiv") is not None or (local(meta) == "link" and not relation & {"stylesheet", "icon"}):
            _remove(meta)
    if head is not None and next(head.iter(f"{{{XHTML}}}title"), None) is None:
        head.insert(0, head.makeelement(f"{{{XHTML}}}title", {}))
        head[0].text = "-"
