"""The package document of a source EPUB, brought to EPUB 3 and told of the sound that joins it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from audiobook.container.package import Package, join
from audiobook.container.xml import Element, local
from audiobook.names import one_line
from audiobook.publish.edition import Edition
from audiobook.publish.overlay import ACTIVE, clock

__all__ = ["OPF", "Addition", "address", "linked", "rewrite"]

OPF = "http://www.idpf.org/2007/opf"
_DC = "http://purl.org/dc/elements/1.1/"
_PAGES = frozenset({"application/xhtml+xml", "image/svg+xml"})
_PROGRAMS = re.compile(r"(application|text)/(x-)?(java|ecma|live)script")
_OLD_ROLE, _OLD_SORT = f"{{{OPF}}}role", f"{{{OPF}}}file-as"


@dataclass(frozen=True, slots=True)
class Addition:
    """A file that joins the package."""

    identifier: str
    name: str
    """In the archive."""
    media_type: str
    properties: str = ""
    overlay: str = ""
    """Identifier of the overlay of this page."""
    before: str = ""
    """Identifier of the item in front of which the page is read; with ``after`` empty too it is no page."""
    after: str = ""


def address(base: str, name: str) -> str:
    """Return the link from the document ``base`` to the member ``name``."""
    return quote(posixpath.relpath(name, posixpath.dirname(base) or "."), safe="/~!$&'()*+,;=:@")


def linked(package: Package) -> tuple[str, ...]:
    """Return the members that the metadata link to."""
    metadata = next(package.root.iter(f"{{{OPF}}}metadata"))
    links = (node.get("href") or "" for node in metadata.iter(f"{{{OPF}}}link"))
    return tuple(join(package.path, href).partition("#")[0] for href in links if not urlsplit(href).scheme)


def rewrite(
    edition: Edition,
    package: Package,
    additions: tuple[Addition, ...],
    overlays: Mapping[str, tuple[str, int]],
    forms: frozenset[str],
    find: Callable[[str], str | None],
) -> frozenset[str]:
    """Rewrite ``package.root`` in place.

    Args:
        edition: Gives narrator, notice and time.
        package: Of the source.
        additions: Files that join it.
        overlays: By the identifier of a page: the identifier of its overlay, and milliseconds.
        forms: Members with a form in them, which keep the property ``scripted``.
        find: Returns the member of the source that a name means, or None.

    Returns:
        Identifiers of the items that stay.
    """
    root = package.root
    if not (root.get("version") or "").startswith("3"):
        _upgrade(root)
    root.set("version", "3.0")
    kept = _manifest(package, overlays, forms)
    manifest, spine = (next(root.iter(f"{{{OPF}}}{name}")) for name in ("manifest", "spine"))
    seen: set[str] = set()
    for itemref in list(spine.iter(f"{{{OPF}}}itemref")):
        name = (itemref.get("idref") or "").strip()
        if name not in kept or name in seen:
            spine.remove(itemref)
        seen.add(name)
    for each in additions:
        facts = {
            "id": each.identifier, "href": address(package.path, each.name), "media-type": each.media_type,
            "properties": each.properties, "media-overlay": each.overlay,
        }  # fmt: skip
        manifest.append(manifest.makeelement(f"{{{OPF}}}item", {key: value for key, value in facts.items() if value}))
        _enter(spine, each)
    metadata = next(root.iter(f"{{{OPF}}}metadata"))
    _forget(metadata)
    _mend_links(package, metadata, kept, find)
    _drop_refinements(package, kept)
    for property_, refines, text in _statements(edition, metadata, overlays):
        meta = metadata.makeelement(f"{{{OPF}}}meta", {"property": property_})
        if refines:
            meta.set("refines", refines)
        meta.text = text
        metadata.append(meta)
    if edition.notice:
        note = metadata.makeelement(f"{{{_DC}}}description", {})
        note.text = one_line(edition.notice)
        metadata.append(note)
    for old in [each for each in root if local(each) in {"bindings", "tours"}]:
        root.remove(old)
    return kept


def _manifest(package: Package, overlays: Mapping[str, tuple[str, int]], forms: frozenset[str]) -> frozenset[str]:
    """Take programs, old overlays with their sound, and what is missing out of the list; return what stays."""
    by_id = {item.id: item for item in package.items}
    old = {item.id for item in package.items if item.media_type == "application/smil+xml"}
    spoken = old and not any(item.media_type.startswith("video/") for item in package.items)
    kept: set[str] = set()
    for node in list(package.root.iter(f"{{{OPF}}}item")):
        item = by_id.get(node.get("id") or "")
        remote = "://" in (node.get("href") or "")
        if item is None or item.id in kept or item.id in old or not (item.href or remote):
            node.getparent().remove(node)
            continue
        if _PROGRAMS.fullmatch(item.media_type) or (spoken and item.media_type.startswith("audio/")):
            node.getparent().remove(node)
            continue
        kept.add(item.id)
        node.attrib.pop("media-overlay", None)
        if item.id in overlays:
            node.set("media-overlay", overlays[item.id][0])
        properties = [
            word for word in (node.get("properties") or "").split() if word != "scripted" or item.href in forms
        ]
        node.attrib.pop("properties", None)
        if properties:
            node.set("properties", " ".join(properties))
    for node in package.root.iter(f"{{{OPF}}}item"):
        for name in ("fallback", "fallback-style", "required-modules", "required-namespace"):
            if name != "fallback" or node.get(name) not in kept:
                node.attrib.pop(name, None)
    return frozenset(kept)


def _enter(spine: Element, page: Addition) -> None:
    """Put a page into the reading order."""
    mark = page.before or page.after
    if not mark:
        return
    itemref = spine.makeelement(f"{{{OPF}}}itemref", {"idref": page.identifier})
    place = next((each for each in spine if (each.get("idref") or "").strip() == mark), None)
    if place is None:
        spine.append(itemref)
    else:
        spine.insert(spine.index(place) + (0 if page.before else 1), itemref)


def _forget(metadata: Element) -> None:
    """Take out what the source says of its own sound and of its last change."""
    for meta in list(metadata.iter(f"{{{OPF}}}meta")):
        named = meta.get("property") or ""
        if named.startswith("media:") or (named == "dcterms:modified" and not meta.get("refines")):
            meta.getparent().remove(meta)


def _mend_links(package: Package, metadata: Element, kept: frozenset[str], find: Callable[[str], str | None]) -> None:
    """Take out links to what does not come along; let the others name the members as they are called.

    A file that only a link names comes along as it is, so it may be neither a page, which may hold programs, nor one
    of the container's own files.
    """
    listed = {item.href for item in package.items if item.id in kept}
    left_out = {item.href for item in package.items} - listed
    for link in list(metadata.iter(f"{{{OPF}}}link")):
        href = (link.get("href") or "").strip()
        if urlsplit(href).scheme:
            continue
        name, mark, fragment = join(package.path, href).partition("#")
        member, kind = find(name) or "", (link.get("media-type") or "").strip().lower()
        reserved = member in {"", "mimetype", package.path} or member.upper().startswith("META-INF/")
        active = kind in _PAGES or _PROGRAMS.fullmatch(kind)
        if reserved or not kind or member in left_out or (active and member not in listed):
            link.getparent().remove(link)
        else:
            link.set("href", address(package.path, member) + mark + quote(fragment))


def _drop_refinements(package: Package, kept: frozenset[str]) -> None:
    """Take out what is said of parts that are gone, and what is said of those statements in turn."""
    listed = {item.href for item in package.items if item.id in kept}
    left_out = {item.href for item in package.items} - listed
    lost = True
    while lost:
        names = {node.get("id") for node in package.root.iter() if isinstance(node.tag, str)}
        lost = False
        for node in list(package.root.iter(f"{{{OPF}}}meta", f"{{{OPF}}}link")):
            refines = (node.get("refines") or "").strip()
            name, _, fragment = join(package.path, refines).partition("#")
            gone = fragment not in names if refines.startswith("#") else name in left_out
            if refines and gone:
                node.getparent().remove(node)
                lost = True


def _statements(
    edition: Edition, metadata: Element, overlays: Mapping[str, tuple[str, int]]
) -> Iterator[tuple[str, str, str]]:
    """Yield property, what it refines, and value."""
    yield "dcterms:modified", "", f"{edition.modified:%Y-%m-%dT%H:%M:%SZ}"
    for overlay, length in overlays.values():
        yield "media:duration", f"#{overlay}", clock(length)
    yield "media:duration", "", clock(sum(length for _, length in overlays.values()))
    yield "media:narrator", "", one_line(edition.metadata.narrator)
    yield "media:active-class", "", ACTIVE
    said = {(meta.get("property"), (meta.text or "").strip()) for meta in metadata.iter(f"{{{OPF}}}meta")}
    for fact in (("schema:accessMode", "auditory"), ("schema:accessibilityFeature", "synchronizedAudioText")):
        if fact not in said:
            yield fact[0], "", fact[1]


def _upgrade(root: Element) -> None:
    """Say the metadata of an EPUB 2 in the words of EPUB 3."""
    metadata = next(root.iter(f"{{{OPF}}}metadata"))
    for spine in root.iter(f"{{{OPF}}}spine"):
        spine.attrib.pop("page-map", None)
    # Containers of old that EPUB 3 no longer knows.
    for box in [each for each in metadata if local(each) in {"dc-metadata", "x-metadata"}]:
        for child in list(box):
            metadata.insert(metadata.index(box), child)
        metadata.remove(box)
    dated = False
    for number, node in enumerate([each for each in metadata if isinstance(each.tag, str)]):
        if not node.tag.startswith(f"{{{_DC}}}"):
            _upgrade_meta(root, metadata, node)
            continue
        if not (node.text or "").strip() or (local(node) == "date" and dated):
            metadata.remove(node)
            continue
        dated = dated or local(node) == "date"
        _refine(metadata, node, number)
    if (identifier := root.get("unique-identifier")) and not any(
        node.get("id") == identifier for node in metadata.iter(f"{{{_DC}}}identifier")
    ):
        for node in metadata.iter(f"{{{_DC}}}identifier"):
            root.set("unique-identifier", node.get("id") or node.attrib.setdefault("id", "source-id"))
            break


def _upgrade_meta(root: Element, metadata: Element, node: Element) -> None:
    """Keep a statement of EPUB 2's own kind; the one on the cover is said in the list of files as well."""
    if local(node) != "meta" or not node.get("name") or node.get("content") is None:
        metadata.remove(node)
        return
    for name in list(node.keys()):
        if name not in {"name", "content", "id"}:
            del node.attrib[name]
    if node.get("name") == "cover":
        for item in root.iter(f"{{{OPF}}}item"):
            if item.get("id") == node.get("content") and (item.get("media-type") or "").startswith("image/"):
                item.set("properties", "cover-image")
                return


def _refine(metadata: Element, node: Element, number: int) -> None:
    """Turn a person's role and sorting name into statements of their own; drop what EPUB 3 does not know."""
    role, sort = node.get(_OLD_ROLE), node.get(_OLD_SORT)
    for name in list(node.keys()):
        if name.startswith(f"{{{OPF}}}"):
            del node.attrib[name]
    if local(node) not in {"creator", "contributor", "title"} or not (role or sort):
        return
    identifier = node.get("id") or f"upgraded-{number}"
    node.set("id", identifier)
    for property_, text in (("role", role), ("file-as", sort)):
        if text and text.strip():
            meta = metadata.makeelement(f"{{{OPF}}}meta", {"refines": f"#{identifier}", "property": property_})
            if property_ == "role":
                meta.set("scheme", "marc:relators")
            meta.text = text.strip()
            metadata.append(meta)
