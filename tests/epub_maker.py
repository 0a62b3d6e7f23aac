# ruff: noqa: E501 - markup is easier to read on one line
"""EPUBs built from small strings."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

CONTAINER = (
    '<?xml version="1.0"?><container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">'
    '<rootfiles><rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
_XHTML = (
    '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops" xmlns:ssml="http://www.w3.org/2001/10/synthesis" xml:lang="en">'
    "<head><title>{title}</title></head><body{attributes}>{body}</body></html>"
)


def page(body: str, title: str = "Lamps", attributes: str = "") -> str:
    """Return an XHTML document."""
    return _XHTML.format(body=body, title=title, attributes=f" {attributes}" if attributes else "")


def nav(*entries: tuple[str, str], extra: str = "") -> str:
    """Return a navigation document with a flat list of (label, target)."""
    items = "".join(f'<li><a href="{target}">{label}</a></li>' for label, target in entries)
    return page(f'<nav epub:type="toc"><h1>Contents</h1><ol>{items}</ol></nav>{extra}')


def make_epub(
    pages: Mapping[str, str],
    *,
    nav: str = "",
    ncx: str = "",
    metadata: str = "<dc:title>The Lamp</dc:title><dc:creator>Ann Lee</dc:creator><dc:language>en</dc:language>",
    manifest: str = "",
    spine: str = "",
    guide: str = "",
    files: Mapping[str, str | bytes] | None = None,
    linear: Mapping[str, str] | None = None,
    version: str = "3.0",
    replaced: Mapping[str, str | bytes | None] | None = None,
) -> bytes:
    """Return an EPUB with the pages in reading order; ``replaced`` changes members or leaves them out (None)."""
    items = "".join(
        f'<item id="p{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(pages)
    )
    refs = "".join(
        f'<itemref idref="p{n}"' + (f' linear="{linear[name]}"' if linear and name in linear else "") + "/>"
        for n, name in enumerate(pages)
    )
    if nav:
        items += '<item id="nav" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    if ncx:
        items += '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    toc = ' toc="ncx"' if ncx else ""
    opf = (
        f'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="{version}" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        f"{metadata}</metadata><manifest>{items}{manifest}</manifest>"
        f"<spine{toc}>{spine or refs}</spine>{guide}</package>"
    )
    members: dict[str, str | bytes | None] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf,
        **{f"OPS/{name}": text for name, text in pages.items()},
        **({"OPS/nav.xhtml": nav} if nav else {}),
        **({"OPS/toc.ncx": ncx} if ncx else {}),
        **(files or {}),
        **(replaced or {}),
    }
    return make_zip({name: data for name, data in members.items() if data is not None})


def make_zip(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
