"""The ledger's own view of a document: all its text, nothing judged."""

from __future__ import annotations

from audiobook.container.xml import Element, local
from audiobook.ingest.clean import clean

__all__ = ["SILENT", "source_text"]

SILENT = frozenset(("script", "style", "template", "head"))
"""Elements whose text is no text of the book."""


def source_text(element: Element) -> str:
    """Return all text of an element in order, pictures' texts included, nothing judged: the ledger's own view."""
    parts: list[str] = []
    pending: list[tuple[Element, bool]] = [(element, False)]
    while pending:
        node, leaving = pending.pop()
        if leaving:
            parts.append(clean(node.tail or ""))
            continue
        if not isinstance(node.tag, str) or local(node) in SILENT:
            continue
        if local(node) in {"img", "image"}:
            parts.append(f" {clean(node.get('alt') or '')} ")
        parts.append(clean(node.text or ""))
        for child in reversed(node):
            pending.append((child, True))
            pending.append((child, False))
    return "".join(parts)
