"""The navigation document of an EPUB, made of what an older one has instead (NCX)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from audiobook.container.package import join
from audiobook.container.xml import Element, local
from audiobook.publish.opf import address

__all__ = ["Entry", "navigation", "read_ncx"]

_MAX_DEPTH = 30
_PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">\n<head>\n'
    "<title>{title}</title>\n</head>\n<body>\n"
    '<nav epub:type="toc" role="doc-toc">\n<h1>{title}</h1>\n{entries}\n</nav>\n</body>\n</html>\n'
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents."""

    label: str
    target: str
    """Member of the archive, with a fragment or without."""
    children: tuple[Entry, ...] = ()


def read_ncx(root: Element, base: str) -> tuple[Entry, ...]:
    """Read the contents of an NCX that is the member ``base``."""
    top = next((node for node in root.iter() if local(node) == "navmap"), None)
    return tuple(_points(top, base, 0)) if top is not None else ()


def _points(parent: Element, base: str, depth: int) -> Iterator[Entry]:
    for point in parent if depth < _MAX_DEPTH else ():
        if local(point) != "navpoint":
            continue
        texts = (" ".join("".join(node.itertext()).split()) for node in point if local(node) == "navlabel")
        targets = (node.get("src") or "" for node in point if local(node) == "content")
        label, target, below = next(texts, ""), next(targets, ""), tuple(_points(point, base, depth + 1))
        if label and target:
            yield Entry(label, join(base, target), below)
        else:
            yield from below


def navigation(entries: tuple[Entry, ...], name: str, title: str, language: str) -> str:
    """Write the navigation document that is the member ``name``."""
    return _PAGE.format(language=escape(language), title=escape(title), entries=_list(entries, name))


def _list(entries: tuple[Entry, ...], name: str) -> str:
    lines = ["<ol>"]
    for entry in entries:
        member, mark, fragment = entry.target.partition("#")
        link = escape(f"{address(name, member)}{mark}{fragment}")
        below = f"\n{_list(entry.children, name)}" if entry.children else ""
        lines.append(f'<li><a href="{link}">{escape(entry.label)}</a>{below}</li>')
    return "\n".join((*lines, "</ol>"))
