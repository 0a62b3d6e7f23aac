"""Pages of a book that are not read: contents, copyright page, title page, lists of pictures, index."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.book import Metadata
from audiobook.ingest.headings import recognize
from audiobook.ingest.passages import Passage, squash

__all__ = ["page_reason"]

_RIGHTS = (
    r"©|\(c\)\s*\d{4}|copyright|all rights reserved|alle rechte vorbehalten|tous droits réservés|dépôt légal|"
    r"todos los derechos|tutti i diritti|todos os direitos|alle rechten voorbehouden|все права защищены",
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
        head = recognize(texts[0].text)
        pictures = head is not None and head.kind == "illustrations"
        return "list-of-illustrations" if pictures or role == "list-of-illustrations" else "contents"
    if role in {"title-page", "cover"} and _is_title_page(texts, metadata):
        return "title-page"
    if _is_copyright(texts, role):
        return "copyright"
    return ""


def _by_name(name: str) -> str:
    stem = name.rpartition("/")[2].partition(".")[0].lower()
    return next((role for role, pattern in _NAMES if pattern.search(stem)), "")


def _is_contents(texts: Sequence[Passage], role: str) -> bool:
    """Is most of the page links to other places, a line each?"""
    body = [passage for passage in texts if passage.kind != "heading"]
    letters = sum(len(squash(passage.text)) for passage in body)
    linked = sum(passage.linked for passage in body)
    lines = sum(bool(passage.linked) for passage in body)
    head = recognize(texts[0].text)
    named = role in {"contents", "list-of-illustrations"} or (
        head is not None and head.kind in {"contents", "illustrations"}
    )
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
    words = sum(len(passage.text.split()) for passage in texts)
    if words > _MAX_TITLE or any(
        re.search(r"[.!?。]\s|。", passage.text) and len(passage.text) > 80 for passage in texts
    ):
        return False
    page = squash(" ".join(passage.text for passage in texts))
    title = squash(metadata.title)
    author = squash(metadata.author.split(";")[0])
    return bool((title and title in page) or (author and author in page))
