"""Growing a small HTML tree, the common form into which the other formats are brought."""

from __future__ import annotations

from lxml import etree

from audiobook.container.xml import Element

__all__ = ["add", "add_text", "new_body", "noteref"]

_INVALID = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535)) | dict.fromkeys(range(55296, 57344))


def new_body(language: str = "") -> Element:
    """Return an empty body; its parent is the document's root."""
    root = etree.Element("html")
    if language:
        root.set("lang", language)
    return etree.SubElement(root, "body")


def add(parent: Element, name: str, **attributes: str) -> Element:
    """Append an element; empty attributes are left out, ``class_`` is ``class`` and ``type_`` the semantic type."""
    names = {"class_": "class", "type_": "{http://www.idpf.org/2007/ops}type"}
    element = etree.SubElement(parent, name)
    for key, value in attributes.items():
        if value:
            element.set(names.get(key, key), value.translate(_INVALID))
    return element


def add_text(parent: Element, text: str | None) -> None:
    """Append text at the end of an element's content."""
    if not text:
        return
    text = text.translate(_INVALID)
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def noteref(parent: Element, key: str, mark: str) -> None:
    """Append a note's mark that points at the note ``key``."""
    link = add(parent, "a", href=f"#{key}", type_="noteref")
    add_text(link, mark)
