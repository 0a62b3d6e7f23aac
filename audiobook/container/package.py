"""EPUB's control files: container, package document, encryption."""

from __future__ import annotations

import itertools
import posixpath
from dataclasses import dataclass
from urllib.parse import unquote

from audiobook.container.archive import Archive
from audiobook.container.xml import Element, attribute, local, parse_xml
from audiobook.errors import SourceError

__all__ = ["Item", "Package", "join", "read_package", "refuse_drm"]

_FONT_ALGORITHMS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_MAX_CONTROL = 16 * 1024 * 1024
_MAX_SPINE = 10_000
_MAX_ITEMS = 20_000


@dataclass(frozen=True, slots=True)
class Item:
    """A file that the package lists."""

    id: str
    href: str
    """Name of the member in the archive; empty when it is missing."""
    media_type: str
    properties: str = ""
    fallback: str = ""
    overlay: str = ""


@dataclass(frozen=True, slots=True)
class Package:
    """The package document, links resolved to members of the archive."""

    path: str
    root: Element
    items: tuple[Item, ...]
    spine: tuple[tuple[Item, bool], ...]
    """Items in reading order, and whether each is linear."""
    ncx: str
    guide: tuple[tuple[str, str], ...]
    """EPUB 2 guide: (type, member)."""

    def by_id(self, name: str) -> Item | None:
        """Return the item with an id."""
        return next((item for item in self.items if item.id == name), None)


def join(base: str, href: str) -> str:
    """Return the archive name that a link in document ``base`` means, percent-decoded, fragment kept."""
    path, mark, fragment = href.strip().partition("#")
    path = unquote(path.partition("?")[0]).replace("\\", "/")
    full = posixpath.normpath(posixpath.join(posixpath.dirname(base), path)) if path else base
    return f"{full}{mark}{unquote(fragment)}"


def read_package(archive: Archive) -> Package:
    """Find and read the package document.

    Raises:
        SourceError: there is none, or it lists nothing to read.
    """
    path = _package_path(archive)
    root = parse_xml(archive.read(path, _MAX_CONTROL), f"{archive.place}:{path}")
    items = tuple(_item(archive, path, node) for node in itertools.islice(root.iter("{*}item"), _MAX_ITEMS))
    return Package(
        path, root, items, _spine(archive, path, root, items), _ncx(archive, root, items), _guide(archive, path, root)
    )


def _package_path(archive: Archive) -> str:
    container = archive.find("META-INF/container.xml")
    if container:
        try:
            root = parse_xml(archive.read(container, _MAX_CONTROL), f"{archive.place}:{container}")
            for node in root.iter("{*}rootfile"):
                found = archive.find(attribute(node, "full-path"))
                if found and not attribute(node, "media-type").endswith("pdf"):
                    return found
        except SourceError as error:
            if type(error) is not SourceError:
                raise
    candidates = sorted(
        (name for name in archive.names if name.lower().endswith(".opf")), key=lambda name: (name.count("/"), name)
    )
    if not candidates:
        raise SourceError(
            "this EPUB has no package document, which says what is in it", place=archive.place,
            remedy="Get the book again; the file is incomplete",
        )  # fmt: skip
    return candidates[0]


def _item(archive: Archive, path: str, node: Element) -> Item:
    href = node.get("href") or ""
    target = "" if "://" in href or not href else join(path, href)
    return Item(
        node.get("id") or "",
        (archive.find(target) or archive.find(posixpath.join(posixpath.dirname(path), href)) or "") if target else "",
        (node.get("media-type") or "").strip().lower(),
        node.get("properties") or "",
        node.get("fallback") or "",
        node.get("media-overlay") or "",
    )


def _spine(archive: Archive, path: str, root: Element, items: tuple[Item, ...]) -> tuple[tuple[Item, bool], ...]:
    by_id = {item.id: item for item in reversed(items)}
    result: list[tuple[Item, bool]] = []
    seen: set[str] = set()
    for node in root.iter("{*}itemref"):
        item = _readable(by_id, by_id.get((node.get("idref") or "").strip()))
        if item is None or not item.href or item.href in seen:
            continue
        seen.add(item.href)
        result.append((item, (node.get("linear") or "yes").strip().lower() != "no"))
    if not result:  # a spine that names nothing: every document in the order of the list
        result = [
            (item, True) for item in items if item.href and _is_text(item) and "nav" not in item.properties.split()
        ]
    if not result:
        raise SourceError(
            "this EPUB lists no text to read", place=f"{archive.place}:{path}",
            remedy="Get the book again; the file is incomplete",
        )  # fmt: skip
    return tuple(result[:_MAX_SPINE])


def _readable(by_id: dict[str, Item], item: Item | None) -> Item | None:
    """Follow fallbacks to a text document, but not in circles."""
    seen: set[str] = set()
    while item is not None and not _is_text(item) and item.fallback and item.id not in seen:
        seen.add(item.id)
        item = by_id.get(item.fallback)
    return item if item is not None and _is_text(item) else None


def _is_text(item: Item) -> bool:
    kinds = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document", "image/svg+xml")
    return item.media_type in kinds or (
        item.href.lower().endswith((".xhtml", ".html", ".htm")) and not item.media_type.startswith("image/")
    )


def _ncx(archive: Archive, root: Element, items: tuple[Item, ...]) -> str:
    spine = next(root.iter("{*}spine"), None)
    named = spine.get("toc") if spine is not None else None
    for item in items:
        if item.href and ((named and item.id == named) or item.media_type == "application/x-dtbncx+xml"):
            return item.href
    return next((name for name in archive.names if name.lower().endswith(".ncx")), "")


def _guide(archive: Archive, path: str, root: Element) -> tuple[tuple[str, str], ...]:
    found = []
    for node in root.iter("{*}reference"):
        member = archive.find(join(path, node.get("href") or "").partition("#")[0])
        if member and local(node.getparent()) == "guide":
            found.append(((node.get("type") or "").lower(), member))
    return tuple(found)


def refuse_drm(archive: Archive, package: Package) -> None:
    """Refuse a book whose text is locked; obfuscated fonts and pictures are no obstacle.

    Raises:
        SourceError: text of the book is encrypted.
    """
    path = archive.find("META-INF/encryption.xml")
    if not path:
        return
    root = parse_xml(archive.read(path, _MAX_CONTROL), f"{archive.place}:{path}")
    texts = {item.href for item, _ in package.spine} | {package.path}
    for data in root.iter("{*}EncryptedData"):
        method = next(
            (attribute(node, "algorithm") or node.get("Algorithm") or "" for node in data.iter("{*}EncryptionMethod")),
            "",
        )
        if method in _FONT_ALGORITHMS:
            continue
        for node in data.iter("{*}CipherReference"):
            target = archive.find(unquote(node.get("URI") or ""))
            if target in texts:
                raise SourceError(
                    f"this book is locked by {_scheme(archive)}, so its text cannot be read", place=archive.place,
                    remedy="Use a copy without DRM",
                )  # fmt: skip


def _scheme(archive: Archive) -> str:
    if archive.find("META-INF/license.lcpl"):
        return "Readium LCP (DRM)"
    if archive.find("META-INF/sinf.xml"):
        return "Apple FairPlay (DRM)"
    rights = archive.find("META-INF/rights.xml")
    if rights:
        data = archive.read(rights, _MAX_CONTROL)
        if b"adobe" in data.lower():
            return "Adobe ADEPT (DRM)"
        if b"kobo" in data.lower():
            return "Kobo's DRM"
        return "DRM"
    return "encryption (DRM)"
