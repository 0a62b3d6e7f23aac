"""Pages of a book that are not read: contents, copyright page, title page, lists of pictures, index."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.book import Metadata
from audiobook.ingest.headings import recognize
from audiobook.ingest.passages import Passage, squash
from audiobook.ingest.scripts import count_words

__all__ = ["page_reason"]

_RIGHTS = (
    (
        r"©|\(c\)\s*\d{4}|copyright|all rights reserved|alle rechte vorbehalten|tous droits réservés|dépôt légal|"
        r"todos los derechos|tutti i diritti|todos os direitos|alle rechten voorbehouden|все права защищены"
    ),
    r"\bisbn\b|\bissn\b",
    r"first published|erstmals|published by|publié par|cataloging|printed in|impressum|edition\b|library of congress",
    r"project gutenberg|ebook|e-book|epub|no part of this|reproduced|transmitted",
)
_MAX_RIGHTS = 6_000
"""Letters of the longest copyright page."""
_MAX_TITLE = 60
"""Words of the longest title page."""
_NAMES = (
    ("contents", re.compile(r"(^|[^a-z])(toc|contents?|inhalt|sommaire|indice)([^a-z]|$)")),
    ("copyright", re.compile(r"copyright|colophon|imprint|impressum|legal")),
    ("title-page", re.compile(r"title-?_?page|half-?_?title|(^|[^a-z])title([^a-z]|$)")),
    ("cover", re.compile(r"(^|[^a-z])cover([^a-z]|$)")),
)
_MAX_LINE = 60
"""Letters that a title page's line has besides title and names."""
_CONTENTS = frozenset(
    squash(name)
    for name in (
        "brief contents", "sommaire", "table", "Inhaltsübersicht", "sumario", "sommario", "sumário", "innehåll",
        "innehållsförteckning", "indhold", "innhold", "sisällys", "sisällysluettelo", "содержание", "оглавление",
        "зміст",
        "spis treści", "obsah", "tartalom", "tartalomjegyzék", "içindekiler", "cuprins", "περιεχόμενα", "目次", "目录",
        "目錄", "차례", "목차", "المحتويات", "الفهرس", "فهرس", "فهرست", "תוכן", "תוכן העניינים", "สารบัญ", "mục lục",
    )
)  # fmt: skip
_PICTURES = frozenset(
    squash(name)
    for name in (
        "図表一覧", "図一覧", "表一覧", "挿絵一覧",
        "Abbildungsverzeichnis", "Tabellenverzeichnis",
        "Verzeichnis der Abbildungen",
        "table des illustrations", "liste des figures", "liste des illustrations", "índice de figuras",
        "índice de ilustraciones", "indice delle figure", "indice delle illustrazioni", "список иллюстраций",
        "list of figures", "list of tables", "list of maps",
    )
)  # fmt: skip
_LINK_SHARE = 0.6
_MIN_LINKS = 4


def page_reason(passages: Sequence[Passage], name: str, role: str, metadata: Metadata) -> str:
    """Return why a page is not read, or an empty string when it is (also when in doubt).

    Args:
        passages: All that stands on the page.
        name: The page's file name.
        role: What the source itself says that it is.
        metadata: Title and author, by which a title page is known.
    """
    texts = [passage for passage in passages if passage.text]
    if not texts:
        return ""
    role = role or _by_name(name)
    if _is_contents(texts, role):
        return "list-of-illustrations" if "list-of-illustrations" in {role, _list_head(texts[0].text)} else "contents"
    if role in {"title-page", "cover"} and _is_title_page(texts, metadata):
        return "title-page"
    if _is_copyright(texts, role):
        return "copyright"
    return ""


def _list_head(text: str) -> str:
    """Return what a heading says that a list is."""
    known = recognize(text)
    if known and known.kind in {"contents", "illustrations"}:
        return "contents" if known.kind == "contents" else "list-of-illustrations"
    own = squash(text)
    if own in _CONTENTS:
        return "contents"
    return "list-of-illustrations" if own in _PICTURES else ""


def _by_name(name: str) -> str:
    stem = name.rpartition("/")[2].partition(".")[0].lower()
    return next((role for role, pattern in _NAMES if pattern.search(stem)), "")


def _is_contents(texts: Sequence[Passage], role: str) -> bool:
    """Is most of the page links to other places, a line each?"""
    body = [passage for passage in texts if passage.kind != "heading"]
    letters = sum(len(squash(passage.text)) for passage in body)
    linked = sum(passage.linked for passage in body)
    lines = sum(bool(passage.linked) for passage in body)
    named = role in {"contents", "list-of-illustrations"} or bool(_list_head(texts[0].text))
    if not letters or linked < letters * (_LINK_SHARE / 2 if named else _LINK_SHARE + 0.2):
        return False
    return lines >= (2 if named else _MIN_LINKS)


def _is_copyright(texts: Sequence[Passage], role: str) -> bool:
    text = "\n".join(passage.text for passage in texts).lower()
    if len(text) > _MAX_RIGHTS:
        return False
    signs = sum(bool(re.search(pattern, text)) for pattern in _RIGHTS)
    if role == "copyright":
        return signs >= 1
    return signs >= 3 and bool(re.search(_RIGHTS[0], text)) and len(text) < _MAX_RIGHTS // 2


def _is_title_page(texts: Sequence[Passage], metadata: Metadata) -> bool:
    """Does the page say little more than the book's title and author?"""
    words = sum(count_words(passage.text) for passage in texts)
    page = squash(" ".join(passage.text for passage in texts))
    names = [
        squash(name) for name in (metadata.title, metadata.subtitle, metadata.publisher, *metadata.author.split(";"))
    ]
    names = [name for name in names if name]
    if words > _MAX_TITLE or any(passage.kind == "verse" for passage in texts):
        return False
    for passage in texts:
        rest = squash(passage.text)
        for name in names:
            rest = rest.replace(name, "")
        if len(rest) > _MAX_LINE:
            return False
    return any(name in page for name in names)
