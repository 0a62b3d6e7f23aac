"""What an EPUB's package says of the book: title, people, series, dates, and the cover."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audiobook.book import Cover, Metadata
from audiobook.container.archive import Archive
from audiobook.container.package import Item, Package, join
from audiobook.container.xml import Element, attribute, children_text, local, parse_markup
from audiobook.errors import SourceError
from audiobook.ingest.clean import one_line

__all__ = ["read_cover", "read_metadata", "sniff"]

_NOT_AUTHORS = frozenset(
    ("trl", "ill", "nrt", "bkp", "cov", "edt", "pbl", "red", "aui", "aft", "ann", "mrk", "prt", "bkd")
)
_TITLE_ORDER = ("collection", "main", "short", "", "extended", "expanded", "edition")
_MAX_COVER = 32 * 1024 * 1024
_TAG = re.compile(r"<[^<>]{1,200}>")


def _dublin(package: Package, name: str) -> Iterator[Element]:
    for node in package.root.iter(f"{{*}}{name}", f"{{*}}{name.capitalize()}"):
        if "purl.org/dc" in str(node.tag) and children_text(node):
            yield node


def _refinements(package: Package) -> dict[str, dict[str, str]]:
    """Return EPUB 3's ``meta refines="#id"`` by id and property."""
    result: dict[str, dict[str, str]] = {}
    for node in package.root.iter("{*}meta"):
        refines = (node.get("refines") or "").lstrip("#")
        if refines:
            result.setdefault(refines, {}).setdefault(node.get("property") or "", one_line(children_text(node)))
    return result


def _named(package: Package, name: str) -> str:
    """Return an EPUB 2 ``meta name= content=``."""
    for node in package.root.iter("{*}meta"):
        if (node.get("name") or "").lower() == name:
            return one_line(node.get("content") or "")
    return ""


def read_metadata(package: Package) -> Metadata:
    """Read the package's metadata; what is missing stays empty and the language falls back to English."""
    refined = _refinements(package)
    title, subtitle = _titles(package, refined)
    series, part = _series(package, refined)
    description = one_line(_TAG.sub(" ", _first(package, "description")))
    return Metadata(
        title=title,
        subtitle=subtitle,
        author="; ".join(_authors(package, refined)),
        language=_first(package, "language"),
        year=_year(package),
        description=description,
        series=series,
        series_part=part,
        publisher=_first(package, "publisher"),
        identifier=_identifier(package),
        rights=_first(package, "rights"),
        genre="; ".join(dict.fromkeys(one_line(children_text(node)) for node in _dublin(package, "subject"))),
    )


def _first(package: Package, name: str) -> str:
    return next((one_line(children_text(node)) for node in _dublin(package, name)), "")


def _titles(package: Package, refined: dict[str, dict[str, str]]) -> tuple[str, str]:
    typed: list[tuple[str, str]] = []
    for node in _dublin(package, "title"):
        kind = refined.get(node.get("id") or "", {}).get("title-type", "")
        typed.append((kind, one_line(children_text(node))))
    main = next((text for kind, text in typed if kind == "main"), "")
    main = main or next((text for kind, text in typed if kind not in {"subtitle", "collection"}), "")
    main = main or (typed[0][1] if typed else "")
    return main, next((text for kind, text in typed if kind == "subtitle"), "")


def _authors(package: Package, refined: dict[str, dict[str, str]]) -> list[str]:
    people: list[tuple[str, str]] = []
    for node in _dublin(package, "creator"):
        role = attribute(node, "role") or refined.get(node.get("id") or "", {}).get("role", "")
        people.append((role.lower(), one_line(children_text(node))))
    writers = [name for role, name in people if role not in _NOT_AUTHORS]
    return list(dict.fromkeys(writers or [name for _, name in people]))


def _series(package: Package, refined: dict[str, dict[str, str]]) -> tuple[str, str]:
    for node in package.root.iter("{*}meta"):
        if node.get("property") == "belongs-to-collection" and children_text(node):
            facts = refined.get(node.get("id") or "", {})
            if facts.get("collection-type", "series") == "series":
                return one_line(children_text(node)), facts.get("group-position", "")
    part = _named(package, "calibre:series_index")
    return _named(package, "calibre:series"), re.sub(r"\.0+$", "", part)


def _year(package: Package) -> str:
    dates = [(attribute(node, "event").lower(), one_line(children_text(node))) for node in _dublin(package, "date")]
    dates.sort(key=lambda pair: ("original" not in pair[0], "publication" not in pair[0], "modification" in pair[0]))
    for event, date in dates:
        found = re.search(r"(?<!\d)(\d{4})(?!\d)", date)
        if found and event not in {"modification", "conversion"} and found[1] != "0101":
            return found[1]
    return ""


def _identifier(package: Package) -> str:
    """Return the ISBN if there is one, else the package's own identifier."""
    nodes = list(_dublin(package, "identifier"))
    texts = [one_line(children_text(node)) for node in nodes]
    for node, text in zip(nodes, texts, strict=True):
        digits = re.sub(r"[\s-]", "", text.lower().removeprefix("urn:").removeprefix("isbn").lstrip(":"))
        if (
            attribute(node, "scheme").lower() == "isbn"
            or re.fullmatch(r"97[89]\d{10}", digits)
            or "isbn" in text.lower()
        ):
            return digits.upper()
    unique = package.root.get("unique-identifier") or ""
    return next(
        (text for node, text in zip(nodes, texts, strict=True) if node.get("id") == unique), texts[0] if texts else ""
    )


def sniff(data: bytes) -> str:
    """Return the media type of a JPEG or PNG by its first bytes; empty for anything else."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/png" if data.startswith(b"\x89PNG\r\n\x1a\n") else ""


def read_cover(archive: Archive, package: Package) -> Cover | None:
    """Find the cover by every convention: property, ``meta``, guide, cover page, and at last the file's name."""
    for name in _candidates(archive, package):
        try:
            data = archive.read(name, _MAX_COVER)
        except SourceError as error:
            if type(error) is not SourceError:
                raise
            continue
        kind = sniff(data)
        if kind:
            return Cover(data, kind)
    return None


def _candidates(archive: Archive, package: Package) -> Iterator[str]:
    pictures = [item for item in package.items if item.href and item.media_type.startswith("image/")]
    yield from (item.href for item in pictures if "cover-image" in item.properties.split())
    named = _named(package, "cover")
    if named:
        item = package.by_id(named)
        yield from _picture(archive, package, item.href if item else archive.find(join(package.path, named)) or "")
    for kind, member in package.guide:
        if kind in {"cover", "other.ms-coverimage-standard", "other.ms-coverimage", "coverimagestandard"}:
            yield from _picture(archive, package, member)
    if package.spine and _cover_like(package.spine[0][0]):
        yield from _picture(archive, package, package.spine[0][0].href)
    yield from (item.href for item in pictures if _cover_like(item))


def _cover_like(item: Item) -> bool:
    words = f"{item.id} {item.href.rpartition('/')[2]}".lower()
    return "cover" in words or "titlepage" in words


def _picture(archive: Archive, package: Package, member: str) -> Iterator[str]:
    """Yield the member itself if it is a picture, else the pictures on that page."""
    item = next((item for item in package.items if item.href == member), None)
    if not member:
        return
    if item is None or item.media_type.startswith("image/"):
        yield member
        return
    try:
        root = parse_markup(archive.read(member), f"{archive.place}:{member}")
    except SourceError:
        return
    for node in root.iter("{*}img", "{*}image"):
        found = archive.find(join(member, node.get("src") or attribute(node, "href")))
        if local(node) in {"img", "image"} and found:
            yield found
