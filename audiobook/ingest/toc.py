"""A container's own table of contents: EPUB 3 navigation documents and EPUB 2 NCX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from audiobook.container.xml import Element, attribute, children_text, local
from audiobook.ingest.clean import one_line

__all__ = ["Entry", "flatten", "read_landmarks", "read_nav", "read_ncx", "targets"]

_MAX_DEPTH = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a table of contents and those below it."""

    label: str
    target: str
    """``document#fragment`` as the archive names it; empty when the line leads nowhere."""
    children: tuple[Entry, ...] = ()


def read_nav(root: Element, resolve: Callable[[str], str]) -> tuple[Entry, ...]:
    """Read the ``toc`` of a navigation document; empty when it has none."""
    for nav in root.iter("{*}nav"):
        words = f"{attribute(nav, 'type')} {nav.get('role') or ''}".lower().split()
        if "toc" in words or "doc-toc" in words:
            return _lists(nav, resolve, 0)
    return ()


def read_landmarks(root: Element, resolve: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Read the ``landmarks`` of a navigation document as pairs of type and target."""
    found: list[tuple[str, str]] = []
    for nav in root.iter("{*}nav"):
        if "landmarks" in attribute(nav, "type").lower().split():
            found += [
                (attribute(link, "type").lower(), resolve(link.get("href")))
                for link in nav.iter("{*}a")
                if link.get("href")
            ]
    return tuple(found)


def _lists(parent: Element, resolve: Callable[[str], str], depth: int) -> tuple[Entry, ...]:
    if depth > _MAX_DEPTH:
        return ()
    entries: list[Entry] = []
    for child in parent:
        name = local(child)
        if name in {"ol", "ul"}:
            for item in child:
                if local(item) == "li":
                    entries.extend(_item(item, resolve, depth))
        elif name in {"div", "section"}:
            entries.extend(_lists(child, resolve, depth + 1))
    return tuple(entries)


def _item(item: Element, resolve: Callable[[str], str], depth: int) -> tuple[Entry, ...]:
    children = _lists(item, resolve, depth + 1)
    head = next((child for child in item if local(child) in {"a", "span", "p", "div", "h1", "h2", "h3"}), None)
    if head is None:
        label, link = one_line(item.text or ""), None
    else:
        label = one_line(_label(head))
        link = head if local(head) == "a" else next(head.iter("{*}a"), None)
    href = link.get("href") if link is not None else ""
    if not label:
        return children
    return (Entry(label, resolve(href) if href else "", children),)


def _label(head: Element) -> str:
    """Return a line's words; a picture speaks through its text."""
    text = children_text(head)
    return text or " ".join(image.get("alt") or "" for image in head.iter("{*}img")) or head.get("title") or ""


def read_ncx(root: Element, resolve: Callable[[str], str]) -> tuple[Entry, ...]:
    """Read the ``navMap`` of an NCX."""
    top = next(root.iter("{*}navMap"), None)
    return _points(top, resolve, 0) if top is not None else ()


def _points(parent: Element, resolve: Callable[[str], str], depth: int) -> tuple[Entry, ...]:
    if depth > _MAX_DEPTH:
        return ()
    entries: list[Entry] = []
    for point in parent:
        if local(point) != "navpoint":
            continue
        label = next((children_text(node) for node in point if local(node) == "navlabel"), "")
        content = next((node.get("src") or "" for node in point if local(node) == "content"), "")
        children = _points(point, resolve, depth + 1)
        if label:
            entries.append(Entry(one_line(label), resolve(content) if content else "", children))
        else:
            entries.extend(children)
    return tuple(entries)


def flatten(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """Return all labels in order."""
    return tuple(label for entry in entries for label in (entry.label, *flatten(entry.children)))


def targets(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """Return where all lines lead, in order; empty for those that lead nowhere."""
    return tuple(target for entry in entries for target in (entry.target, *targets(entry.children)))
