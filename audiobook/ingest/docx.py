"""DOCX: Word's own XML, read directly, so that nothing in it is lost or fetched from outside."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from audiobook.book import Book, Cover, Metadata
from audiobook.container.archive import Archive, open_archive
from audiobook.container.xml import Element, attribute, children_text, is_whole, local, parse_xml
from audiobook.errors import SourceError
from audiobook.ingest.clean import clean, one_line
from audiobook.ingest.html import book_of_tree
from audiobook.ingest.language import speaks_for
from audiobook.ingest.opfmeta import sniff
from audiobook.ingest.semantics import same_language
from audiobook.ingest.tree import add, add_text, new_body, noteref
from audiobook.settings import IngestSettings

__all__ = ["read_docx"]

_REMEDY = "Open it in a word processor and save it again as DOCX"
_GONE = frozenset(("del", "movefrom", "instrtext", "deltext"))
"""Text that was deleted or that is an instruction; it is not the document's text."""
_OUTSIDE = frozenset(("txbxcontent", "fallback"))
"""Text boxes come after their paragraph; of two versions for old and new Word the new one counts."""


@dataclass(slots=True)
class _Style:
    name: str = ""
    parent: str = ""
    level: int = 0
    """1 to 9 when the style is an outline level."""


@dataclass(slots=True)
class _Reader:
    styles: dict[str, _Style]
    language: str
    notes: list[tuple[str, str]] = field(default_factory=list)
    """References in their order: (kind, id)."""
    shift: int = 0
    """1 when a Title stands above the headings."""
    tongues: dict[Element, str] = field(default_factory=dict)
    """Runs in another language than the document."""

    def blocks(self, parent: Element, source: Iterable[Element]) -> None:
        """Bring paragraphs and tables over."""
        for node in source:
            name = local(node)
            if name == "p":
                self.paragraph(parent, node)
            elif name == "tbl":
                self.table(parent, node)
            elif name == "sdt":
                gallery = next((attribute(item, "val") for item in node.iter("{*}docPartGallery")), "")
                holder = add(parent, "nav") if gallery == "Table of Contents" else parent
                for content in node.iterchildren("{*}sdtContent"):
                    self.blocks(holder, content)
            elif name in {"r", "t"}:  # text without a paragraph: broken, but text
                self.inline(add(parent, "p"), [node])
            elif name not in _GONE:
                self.blocks(parent, node)

    def paragraph(self, parent: Element, node: Element) -> None:
        """Bring one paragraph over with its text boxes after it."""
        properties = next(node.iterchildren("{*}pPr"), None)
        style, level = self._style(properties)
        folded = style.lower()
        if level:
            block = add(parent, f"h{min(level + self.shift, 6)}")
        elif folded == "title":
            block = add(parent, "h1")
        elif folded.startswith(("toc ", "table of figures")):
            block = add(add(parent, "nav"), "p")
        elif "quote" in folded:
            block = add(add(parent, "blockquote"), "p")
        elif folded.startswith("list") or (
            properties is not None and next(properties.iter("{*}numPr"), None) is not None
        ):
            block = add(add(parent, "ul"), "li")
        elif "code" in folded or folded in {"html preformatted", "macro text"}:
            block = add(parent, "pre", class_="code")
        else:
            block = add(parent, "p")
        self.tongues |= self._tongues(node)
        self.inline(block, node)
        for box in _boxes(node):
            self.blocks(parent, box)

    def _tongues(self, paragraph: Element) -> dict[Element, str]:
        """Find runs of whole words that Word proofs in another language and that look like it.

        Word sets the language by the keyboard in use, often for a word or a part of one, and says nothing by it.
        """
        found: dict[Element, str] = {}
        before, runs = "", [run for run in paragraph.iter("{*}r") if next(run.iter("{*}t"), None) is not None]
        for language, group in itertools.groupby(runs, _proofed):
            together = list(group)
            text = "".join(map(_run_text, together))
            after = "".join(map(_run_text, runs[runs.index(together[-1]) + 1 :][:1]))
            whole = not (_joins(before, text) or _joins(text, after))
            before = text
            stressed = all(_is_stressed(run) for run in together if _run_text(run).strip())
            differs = whole and bool(language) and not same_language(language, self.language)
            if differs and speaks_for(text, language, self.language, stressed=stressed):
                found |= dict.fromkeys(together, language)
        return found

    def _style(self, properties: Element | None) -> tuple[str, int]:
        if properties is None:
            return "", 0
        outline = next((attribute(item, "val") for item in properties.iterchildren("{*}outlineLvl")), "")
        name = next((attribute(item, "val") for item in properties.iterchildren("{*}pStyle")), "")
        first = style = self.styles.get(name, _Style(name))
        for _ in range(20):
            if style.level or style.parent not in self.styles:
                break
            style = self.styles[style.parent]
        if outline.isdecimal() and int(outline) < 9:
            return first.name, int(outline) + 1
        return first.name, style.level

    def inline(self, parent: Element, source: Iterable[Element]) -> None:
        """Bring runs over."""
        for node in source:
            name = local(node)
            if name in {"p", "tbl"}:
                self.blocks(parent, [node])
            elif name == "t":
                self.written(parent, node)
            elif name == "r":
                self.run(parent, node)
            elif name == "omath":
                add_text(parent, "".join(node.itertext()))
            elif name == "ruby":
                self.ruby(parent, node)
            elif name not in _GONE | _OUTSIDE:
                self.inline(parent, node)

    def run(self, parent: Element, node: Element) -> None:
        """Bring one run of text over."""
        properties = next(node.iterchildren("{*}rPr"), None)
        holder = parent
        if properties is not None:
            if _on(properties, "vanish"):
                holder = add(holder, "span", style="display:none")
            raised = next((attribute(item, "val") for item in properties.iterchildren("{*}vertAlign")), "")
            if raised == "superscript":
                holder = add(holder, "sup")
            if node in self.tongues:
                holder = add(holder, "span", lang=self.tongues[node])
            if _on(properties, "i") or _on(properties, "b"):
                holder = add(holder, "em")
        for child in node:
            self._part(holder, child)

    def written(self, holder: Element, node: Element) -> None:
        """Bring text over; elements inside it are broken markup, but may hold text."""
        add_text(holder, node.text)
        for part in node:
            self._part(holder, part)

    def _part(self, holder: Element, child: Element) -> None:  # noqa: C901, PLR0912 - one branch an element
        name = local(child)
        if name == "t":
            self.written(holder, child)
        elif name in {"tab", "ptab"}:
            add_text(holder, " ")
        elif name in {"br", "cr"}:
            if attribute(child, "type") not in {"page", "column"}:
                add(holder, "br")
        elif name == "nobreakhyphen":
            add_text(holder, "-")
        elif name in {"footnotereference", "endnotereference"}:
            self.notes.append((name.removesuffix("reference"), attribute(child, "id")))
            noteref(holder, f"{self.notes[-1][0]}-{self.notes[-1][1]}", "*")
        elif name in {"drawing", "pict"}:
            for item in child.iter("{*}docPr"):
                add(holder, "img", alt=item.get("descr") or "")
        elif name == "ruby":
            self.ruby(holder, child)
        elif name == "alternatecontent":
            for version in child.iterchildren("{*}Choice"):
                for part in version:
                    self._part(holder, part)
        elif name in {"p", "tbl", "r"}:
            self.inline(holder, [child])
        elif name not in _GONE | _OUTSIDE:
            for part in child:
                self._part(holder, part)

    def ruby(self, parent: Element, node: Element) -> None:
        """Bring a base with its reading over."""
        ruby = add(parent, "ruby")
        for part in node:
            self.inline(add(ruby, "rt") if local(part) == "rt" else ruby, part)

    def table(self, parent: Element, node: Element) -> None:
        """Bring a table over; rows that Word repeats on every page are headers."""
        table = add(parent, "table")
        self._rows(table, node)

    def _rows(self, table: Element, source: Element) -> None:
        for node in source:
            if local(node) == "tr":
                properties = next(node.iterchildren("{*}trPr"), None)
                head = properties is not None and _on(properties, "tblHeader")
                self._cells(add(table, "tr"), node, "th" if head else "td")
            elif local(node) in {"p", "r", "t", "tc"}:
                self.blocks(add(add(table, "tr"), "td"), [node])
            elif local(node) not in _GONE:
                self._rows(table, node)

    def _cells(self, line: Element, source: Element, kind: str) -> None:
        for node in source:
            if local(node) in {"tc", "p", "r", "t", "tbl", "tr"}:
                span = next((attribute(item, "val") for item in node.iter("{*}gridSpan")), "")
                self.blocks(add(line, kind, colspan=span), node if local(node) == "tc" else [node])
            elif local(node) not in _GONE:
                self._cells(line, node, kind)


def _proofed(run: Element) -> str:
    """Return the language of a run of text where it has one of its own."""
    return next((attribute(item, "val") for item in run.iterfind("{*}rPr/{*}lang")), "")


def _run_text(run: Element) -> str:
    return "".join(node.text or "" for node in run.iter("{*}t"))


def _joins(left: str, right: str) -> bool:
    """Does a word go on from one text to the next?"""
    return left[-1:].isalnum() and right[:1].isalnum()


def _is_stressed(run: Element) -> bool:
    return any(_on(properties, "i") or _on(properties, "b") for properties in run.iterchildren("{*}rPr"))


def _on(properties: Element, name: str) -> bool:
    """Is a switch such as bold on?"""
    for item in properties.iterchildren(f"{{*}}{name}"):
        return attribute(item, "val").lower() not in {"0", "false", "off"}
    return False


def _boxes(node: Element) -> Iterator[Element]:
    """Yield the text boxes of a paragraph; of two versions for old and new Word, the new one."""
    for box in node.iter("{*}txbxContent"):
        above = [local(ancestor) for ancestor in box.iterancestors()]
        inner = above.index("txbxcontent") if "txbxcontent" in above else len(above)
        if "fallback" not in above and inner >= above.index("p") and box.getparent() is not None:
            nearest = next(ancestor for ancestor in box.iterancestors() if local(ancestor) == "p")
            if nearest is node:
                yield box


def read_docx(path: Path, settings: IngestSettings) -> Book:
    """Read a Word document.

    Raises:
        SourceError: it is damaged, encrypted or empty.
        HostileSourceError: it would exhaust the machine.
    """
    with open_archive(path) as archive:
        main = _main_part(archive)
        document = _part(archive, main)
        if document is None:
            raise SourceError("there is no text document in it", place=str(path), remedy=_REMEDY)
        body = next(document.iter("{*}body"), document)
        folder = main.rpartition("/")[0]
        styles = _part(archive, f"{folder}/styles.xml")
        language = _language(styles)
        reader = _Reader(_styles(styles), language)
        reader.shift = int(any(reader._style(item)[0].lower() == "title" for item in body.iter("{*}pPr")))  # noqa: SLF001 - same module
        metadata = _metadata(archive, language)
        target = new_body(metadata.language)
        reader.blocks(target, body)
        letters = _letters(body)
        for kind in ("footnote", "endnote"):
            part = _part(archive, f"{folder}/{kind}s.xml")
            if part is not None:
                letters += _add_notes(reader, target, part, kind)
        if not metadata.title:
            heading = next(target.iter("h1"), None)
            metadata = replace(metadata, title=one_line(children_text(heading)) if heading is not None else path.stem)
        if not any(map(str.isalnum, letters)) and not is_whole(archive.read(archive.find(main) or main)):
            raise SourceError("the text in it is damaged", place=str(path), remedy=_REMEDY)
        return book_of_tree(
            target.getparent(), metadata, settings, place=str(path), letters=letters, cover=_cover(archive)
        )  # fmt: skip


def _main_part(archive: Archive) -> str:
    relations = _part(archive, "_rels/.rels")
    if relations is not None:
        for node in relations.iter("{*}Relationship"):
            found = archive.find(node.get("Target") or "")
            if (node.get("Type") or "").endswith("/officeDocument") and found:
                return found
    return "word/document.xml"


def _part(archive: Archive, name: str) -> Element | None:
    found = archive.find(name)
    return parse_xml(archive.read(found), f"{archive.place}:{found}") if found else None


def _styles(root: Element | None) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    if root is None:
        return styles
    for node in root.iter("{*}style"):
        name = next((attribute(item, "val") for item in node.iterchildren("{*}name")), "")
        parent = next((attribute(item, "val") for item in node.iterchildren("{*}basedOn")), "")
        level = 0
        words = name.lower().split()
        if len(words) == 2 and words[0] == "heading" and words[1].isdecimal():
            level = min(int(words[1]), 9)
        for item in node.iter("{*}outlineLvl"):
            value = attribute(item, "val")
            level = level or (int(value) + 1 if value.isdecimal() and int(value) < 9 else 0)
        styles[attribute(node, "styleid") or attribute(node, "styleId")] = _Style(name, parent, level)
    return styles


def _language(styles: Element | None) -> str:
    if styles is not None:
        for defaults in styles.iter("{*}docDefaults"):
            for node in defaults.iter("{*}lang"):
                return attribute(node, "val")
    return ""


def _letters(root: Element) -> Counter[str]:
    """Count the letters of all text that is not deleted, an instruction or a second version of a text box."""
    parts: list[str] = []
    for node in root.iter("{*}t"):
        if any(local(above) in _GONE | {"fallback"} for above in node.iterancestors()):
            continue
        parts.append(clean(node.text or ""))
    parts += [
        clean(node.get("descr") or "")
        for node in root.iter("{*}docPr")
        if not any(local(above) in _GONE | {"fallback"} for above in node.iterancestors())
    ]
    return Counter(" ".join(parts).casefold())


def _add_notes(reader: _Reader, target: Element, part: Element, kind: str) -> Counter[str]:
    letters: Counter[str] = Counter()
    for node in part.iter(f"{{*}}{kind}"):
        if attribute(node, "type") in {"separator", "continuationSeparator", "continuationNotice"}:
            continue
        holder = add(target, "aside", type_=kind, id=f"{kind}-{attribute(node, 'id')}")
        reader.blocks(holder, node)
        letters += _letters(node)
    return letters


def _metadata(archive: Archive, language: str) -> Metadata:
    core = _part(archive, "docProps/core.xml")
    facts: dict[str, str] = {}
    for node in core if core is not None else ():
        facts.setdefault(local(node), one_line(children_text(node)))
    return Metadata(
        title=facts.get("title", ""),
        author=facts.get("creator", ""),
        language=facts.get("language") or language,
        description=facts.get("description", ""),
        genre=facts.get("subject", ""),
        identifier=facts.get("identifier", ""),
    )


def _cover(archive: Archive) -> Cover | None:
    for name in archive.names:
        if name.lower().startswith("docprops/thumbnail."):
            data = archive.read(name)
            if sniff(data):
                return Cover(data, sniff(data))
    return None
