"""From an (X)HTML tree to passages: one walk in document order, without recursion."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from audiobook.book import Exclusion, Markup, ParagraphKind
from audiobook.container.xml import Element, attribute, children_text, local
from audiobook.ingest import semantics
from audiobook.ingest.clean import one_line
from audiobook.ingest.headings import recognize
from audiobook.ingest.inline import Inline, Open
from audiobook.ingest.kinds import BLOCKS, HEADINGS, is_drop_cap, is_stanza, kind_of
from audiobook.ingest.language import belies
from audiobook.ingest.ledger import SILENT, source_text
from audiobook.ingest.lexicon import to_ipa
from audiobook.ingest.linebreaks import split_lines
from audiobook.ingest.passages import Document, Passage, settle_blanks
from audiobook.ingest.semantics import same_language
from audiobook.ingest.tables import Table, read_table
from audiobook.settings import IngestSettings

__all__ = ["walk"]

_MEDIA = frozenset(("audio", "video", "iframe", "object", "canvas", "noscript", "embed", "applet"))
_EMPHASIS = frozenset(("em", "i", "b", "strong"))
_ORNAMENT = re.compile(r"[\W_]*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What holds for everything inside an element."""

    kind: ParagraphKind = "prose"
    level: int = 0
    role: str = ""
    note: str = ""
    lines: bool = False
    """Line ends in the source count, as in ``pre``."""
    language: str = ""
    row: Table | None = None
    alphabet: str = "ipa"
    is_line: bool = False
    """The element is one line of a stanza, and its end does not end the stanza."""


@dataclass(slots=True)
class _Walker:
    href: str
    settings: IngestSettings
    language: str
    resolve: Callable[[str], str]
    notes: Mapping[Element, str]
    targets: frozenset[str]
    passages: list[Passage] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    anchors: list[tuple[str, int]] = field(default_factory=list)
    inline: Inline = field(default_factory=Inline)
    frames: list[_Frame] = field(default_factory=list)
    marks: dict[Element, list[Open]] = field(default_factory=dict)
    links: int = 0
    """How many links into the book are open."""
    initial: str = ""
    """A picture's text that may be the first letter of the next word."""

    def run(self, root: Element) -> None:
        """Walk the tree."""
        pending: list[tuple[Element, bool, bool]] = [(root, False, False)]
        while pending:
            element, leaving, framed = pending.pop()
            if leaving:
                self.leave(element, framed=framed)
            elif isinstance(element.tag, str):
                depth = len(self.frames)
                if self.enter(element):
                    self.text(element.text)
                    pending.append((element, True, len(self.frames) > depth))
                    pending.extend((child, False, False) for child in reversed(element))
                    continue
            if element is not root:
                self.text(element.tail)
        self.flush()

    @property
    def frame(self) -> _Frame:
        """What holds here."""
        return self.frames[-1]

    def text(self, text: str | None) -> None:
        """Take a piece of text."""
        if not text:
            return
        if self.initial and text.strip():
            self._settle_initial(joined=text[0].isalpha())
        before = self.inline.length
        self.inline.add(text, keep_lines=self.frame.lines)
        if self.links:
            self.inline.linked += sum(char.isalnum() for char in text) if self.inline.length > before else 0

    def enter(self, element: Element) -> bool:
        """Begin an element; return whether its children are to be walked."""
        name = local(element)
        if name in SILENT:
            return False
        note = self.notes.get(element, "")
        reason = self._unread(element, name, is_note=bool(note))
        if reason:
            self._anchor(element)
            self.exclude(reason, source_text(element))
            return False
        if name in {"br", "hr", "img", "image"}:
            self._empty(element, name)
            return False
        if self._is_block(element, name):
            self._enter_block(element, name, note)
        else:
            self._anchor(element)
            self._enter_inline(element, name)
        return True

    def leave(self, element: Element, *, framed: bool) -> None:
        """End an element."""
        name = local(element)
        for opened in self.marks.pop(element, ()):
            self.inline.close(opened)
        if name == "a" and element.get("href") and not self._outward(element.get("href")):
            self.links -= 1
        if framed:
            if self.frame.row is not None and name in {"td", "th"}:
                self._leave_cell(element)
            elif self.frame.is_line:
                self.inline.line()
            elif self.frame.row is None or name in {"tr", "table", "caption"}:
                self.flush(ends=name)
            else:
                self.inline.add(" ")
            self.frames.pop()

    def exclude(self, reason: str, text: str) -> None:
        """Note text that is not read."""
        text = " ".join(text.split())
        if text:
            self.exclusions.append(Exclusion(reason, text))

    def flush(self, ends: str = "") -> None:
        """End the block under construction."""
        self._settle_initial(joined=False)
        inline, frame = self.inline, self.frame
        linked, refs = inline.linked, tuple(dict.fromkeys(inline.refs))
        inline.linked, inline.refs = 0, []
        text, markup = inline.take()
        if not text:
            if ends == "p":
                self._blank()
            if refs and self.passages:
                self.passages[-1] = replace(self.passages[-1], refs=(*self.passages[-1].refs, *refs))
            return
        for piece, marks, kind in split_lines(text, markup, frame.kind, keep=frame.lines):
            self._append(piece, marks, kind, linked, refs)
            linked, refs = 0, ()

    def _append(
        self, text: str, marks: tuple[Markup, ...], kind: ParagraphKind, linked: int, refs: tuple[str, ...]
    ) -> None:
        frame = self.frame
        if _ORNAMENT.fullmatch(text) and not frame.note:
            self.passages.append(Passage("", "break", role=frame.role, refs=refs, href=self.href))
            return
        if frame.language and not same_language(frame.language, self.language):
            marks = (Markup(0, len(text), "language", frame.language), *marks)
        own = self.language
        marks = tuple(m for m in marks if m.kind != "language" or not belies(text[m.start : m.end], m.value, own))
        level = frame.level if kind == "heading" else 0
        self.passages.append(
            Passage(text, kind, level, marks, frame.role, frame.note, refs, linked, self.href)
        )  # fmt: skip

    def _blank(self) -> None:
        """Keep an empty paragraph; whether it means a scene break is decided when all are known."""
        if self.passages and self.passages[-1].role != "blank":
            self.passages.append(Passage("", "break", role="blank", href=self.href))

    def _unread(self, element: Element, name: str, *, is_note: bool) -> str:  # noqa: C901, PLR0911 - one line a rule
        if name in {"rt", "rp", "rtc"}:
            return "ruby"
        if name in _MEDIA:
            return "media-fallback"
        if name in {"annotation", "annotation-xml"}:
            return "math-source"
        if name in {"title", "desc", "metadata"} and element.getparent() is not None:
            return "image"
        if element.keys():
            if not is_note and not self.frame.note and semantics.is_hidden(element):
                return "hidden"
            if semantics.is_pagebreak(element):
                return "page-number"
            if semantics.is_line_number(element):
                return "line-number"
        if name == "table" and self.settings.tables == "skip" and not read_table(element).layout:
            return "table"
        if name in {"pre", "xmp", "listing"} and self.settings.code == "skip" and semantics.is_code(element):
            return "code"
        if name in {"a", "sup"} and self._reference(element, name):
            return "note-reference"
        return ""

    def _reference(self, element: Element, name: str) -> bool:
        """Is it a note's mark, or inside a note the link back to it?"""
        link = element if name == "a" else next(element.iter("{*}a"), None)
        if link is None:
            return self._bare_mark(element)
        href = link.get("href") or ""
        if self.frame.note:
            text = children_text(link, 40)
            return bool(href) and "#" in href and bool(re.fullmatch(r"[\W_]*\w{0,4}[\W_]*", text))
        inside = name == "sup" or local(element.getparent()) == "sup" if element.getparent() is not None else False
        target = self.resolve(href) if href else ""
        known = target in self.targets and bool(re.fullmatch(r"[\W_]*\w{1,4}[\W_]*", children_text(link, 40)))
        if name == "sup" and len(children_text(element, 80)) > len(children_text(link, 40)) + 4:
            return False
        if not (known or semantics.is_noteref(link, superscript=inside)):
            return False
        self.inline.refs.append(target)
        return True

    def _bare_mark(self, element: Element) -> bool:
        """Is a raised number without a link a note's mark? After a sentence's end or a long word, not after "m"."""
        if not re.fullmatch(r"\s*[\[(]?(\d{1,3}|[*†‡§])[\])]?\s*", children_text(element, 40)):
            return False
        before = "".join(self.inline.parts[-3:])
        return bool(re.search(r"([.,;:!?…”’\"'»)\]]|[^\W\d_]{4,})$", before))

    def _is_block(self, element: Element, name: str) -> bool:
        if name not in BLOCKS:
            style = (element.get("style") or "").replace(" ", "")
            return name == "span" and ("display:block" in style or self._verse_line(element))
        return name not in {"div", "p"} or not is_drop_cap(element)

    def _verse_line(self, element: Element) -> bool:
        return self.frame.kind == "verse" and element.find("{*}br") is None and "line" in (element.get("class") or "")

    def _enter_block(self, element: Element, name: str, note: str) -> None:
        frame = self.frame if self.frames else _Frame()
        is_line = self._begin_block(element, name, frame)
        self._anchor(element)
        kind = kind_of(element, frame.kind, is_note=bool(note))
        level = HEADINGS.get(name, frame.level)
        role = semantics.role_of(element) or frame.role
        row, lines = frame.row, frame.lines or name in {"pre", "xmp", "listing"}
        if name == "table":
            table = read_table(element)
            row = None if table.layout else table
            kind = kind if table.layout else "table"
        language = attribute(element, "lang") or frame.language
        alphabet = attribute(element, "alphabet") or frame.alphabet
        self.frames.append(_Frame(kind, level, role, note or frame.note, lines, language, row, alphabet, is_line))
        if is_line and language and not same_language(language, frame.language or self.language):
            self.marks[element] = [self.inline.open("language", language)]
        if row is not None and name in {"td", "th"}:
            self.marks[element] = [self.inline.open("alias", row.header(element))] if row.header(element) else []
        self._phonemes(element)

    def _begin_block(self, element: Element, name: str, frame: _Frame) -> bool:
        """End what stands before a block; return whether the block is one line of a stanza that goes on."""
        if frame.kind == "verse" and name in {"div", "span", "li", "p"} and not is_stanza(element):
            if name != "p" or element.find("{*}br") is None:
                self.inline.line()
                return True
            self.flush()
        elif frame.row is None or name in {"tr", "table"}:
            self.flush()
        elif name in {"td", "th"}:
            self.inline.separate("; ")
        else:
            self.inline.add(" ")
        return False

    def _leave_cell(self, element: Element) -> None:
        """Give a cell under a header its spoken form; marks were closed with the header as their value."""
        header = self.frame.row.header(element) if self.frame.row else ""
        if header and self.inline.done and self.inline.done[-1].kind == "alias":
            mark = self.inline.done[-1]
            text = "".join(self.inline.parts)[mark.start : mark.end].strip(" ;")
            self.inline.done[-1] = replace(mark, value=f"{header}: {text}")

    def _enter_inline(self, element: Element, name: str) -> None:
        opened: list[Open] = []
        language = attribute(element, "lang")
        if language and not same_language(language, self.frame.language or self.language):
            opened.append(self.inline.open("language", language))
        if name in _EMPHASIS and self.frame.kind != "heading":
            opened.append(self.inline.open("emphasis"))
        if name == "a" and element.get("href") and not self._outward(element.get("href")):
            self.links += 1
        if opened:
            self.marks[element] = opened
        self._phonemes(element)

    def _phonemes(self, element: Element) -> None:
        """Keep ``ssml:ph``, in IPA whatever alphabet the book uses."""
        phonemes = attribute(element, "ph")
        if phonemes:
            ipa = to_ipa(phonemes, attribute(element, "alphabet") or self.frame.alphabet)
            self.marks.setdefault(element, []).append(self.inline.open("phonemes", ipa))

    def _empty(self, element: Element, name: str) -> None:
        self._anchor(element)
        if name == "br":
            if self.frame.row is not None or self.frame.level:
                self.inline.add(self._after_number() if self.frame.level else " ")
            else:
                self.inline.line(again=True)
        elif name == "hr":
            self.flush()
            self.passages.append(Passage("", "break", role=self.frame.role, href=self.href))
        else:
            self._image(element)

    def _after_number(self) -> str:
        """Return what stands for a line's end in a heading: "Chapter 1" and its title are two things said."""
        so_far = "".join(self.inline.parts).strip() if self.inline.length < 60 else ""
        known = recognize(so_far)
        alone = known is not None and known.kind in {"chapter", "part", "bare"} and not known.title
        return ": " if alone and so_far[-1].isalnum() else " "

    def _image(self, element: Element) -> None:
        """Read a picture's text if it is wanted or is the first letter of a word."""
        alt = one_line(element.get("alt") or "")
        if not alt:
            return
        self._settle_initial(joined=False)
        letters = [char for char in alt if char.isalpha()]
        if len(letters) == 1 and len(alt) <= 3 and not self.inline.length:
            self.initial = alt
        elif self.settings.images == "alt" and not self.frame.role:
            if self.inline.length:
                self.inline.add(f" {alt} ")
            else:
                self.passages.append(Passage(alt, "image", role=self.frame.role, note=self.frame.note, href=self.href))
        else:
            self.exclude("image", alt)

    def _settle_initial(self, *, joined: bool) -> None:
        initial, self.initial = self.initial, ""
        if initial and joined:
            self.inline.add(initial)
        elif initial:
            self.exclude("image", initial)

    def _anchor(self, element: Element) -> None:
        names = [element.get("id") or attribute(element, "id")]
        if local(element) == "a":
            names.append(element.get("name"))
        self.anchors.extend((name, len(self.passages)) for name in names if name)

    @staticmethod
    def _outward(href: str) -> bool:
        return "://" in href or href.startswith(("mailto:", "data:"))


def walk(
    root: Element,
    href: str,
    settings: IngestSettings,
    *,
    language: str = "",
    resolve: Callable[[str], str] = lambda href: href,
    notes: Mapping[Element, str] | None = None,
    targets: frozenset[str] = frozenset(),
) -> Document:
    """Read a document's body.

    Args:
        root: The ``html`` element, or any element whose text is to be read.
        href: The document's name, the first half of every note's key.
        settings: What is read of it.
        language: BCP 47 of the book; what differs from it gets language markup.
        resolve: Leads from a link to ``document#id``.
        notes: Elements that are notes and their keys.
        targets: Keys of all notes of the book.
    """
    body = next((child for child in root.iter("{*}body") if isinstance(child.tag, str)), root)
    own = attribute(body, "lang") or attribute(root, "lang")
    walker = _Walker(href, settings, language or own, resolve, notes or {}, targets)
    walker.frames.append(_Frame(language=attribute(root, "lang")))
    walker.run(body)
    title = next((children_text(node) for node in root.iter("{*}title")), "")
    return Document(
        href,
        settle_blanks(walker.passages),
        tuple(walker.exclusions),
        tuple(walker.anchors),
        own,
        one_line(title),
        semantics.role_of(body),
    )
