"""The title page in front of a plain text: which of the first lines it is, the title and the author on it.

What stands there is left out only when it is like a title, a byline or an imprint; a sentence or a speech never is,
and neither is more than a page can hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.ingest.divisions import Item, looks_like_prose
from audiobook.ingest.scripts import ENDERS, SPEECH, count_words, ends_sentence, is_caseless

__all__ = ["author_on", "find_title_page", "is_imprint", "is_told", "title_on"]

_BYLINE = re.compile(
    r"^[ \t]*(?:(?:a|an|the)?[ \t]*(?:novel|story|tale|romance|book|play|poem|written|edited|told|collected)[ \t]+)?"
    r"(?:by\b|von\b|par\b|(?:por|di)[ \t]+(?=(?-i:[A-ZÀ-ÖØ-Þ]))"
    r"|作者|著者|文[/／]|글|지은이)[ \t:：]*(?:\n[ \t]*)*(?P<author>[^\W\d_][^\n]{1,60})",
    re.IGNORECASE | re.MULTILINE,
)
_BY_AFTER = re.compile(r"^[ \t]*(?P<author>[^\W\d_][^\n。]{0,30}?)[ \t]*(?:著|作|지음)[ \t]*$", re.MULTILINE)
_RIGHTS = re.compile(
    r"all rights reserved|entered according to act of congress|copyright\W*(?:\d|by\b|\(c\))|©|project gutenberg|"
    r"\be-?text\b|\bisbn\b",
    re.IGNORECASE,
)
_PRINTED = re.compile(
    r"printed (?:in|by|and bound)|first published|first edition|proofread|scanned by|transcribed (?:by|from)|copyright",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"\W*(?:by|author of|with|from|translated|illustrated|edited|written)\b", re.IGNORECASE)
_SMALL_PAGE = 400
"""Characters that a title page may have in a book of any size."""
_PAGE_SHARE = 0.03
"""Share of a long book that its title page may have."""
_TOLD_WORDS = 9
"""Words, mostly in small letters, from which on a line without a full stop is taken for a told one."""


def is_told(text: str) -> bool:
    """Is even a short line of the front matter something that somebody says or tells?"""
    if len(text) >= 250 or _is_speech(text):
        return True
    ends = ends_sentence(text)
    inside = any(sign in text[:-1].rstrip() for sign in ENDERS - {"."})
    if is_caseless(text):
        return (ends or inside) or count_words(text) > 2 * _TOLD_WORDS
    words = [word for word in text.split() if any(map(str.isalpha, word))]
    small = sum(next(filter(str.isalpha, word)).islower() for word in words)
    if _CREDIT.match(text) and not ends:
        return False
    return len(words) > 1 and 2 * small >= len(words) and (ends or len(words) >= _TOLD_WORDS)


def _is_speech(text: str) -> bool:
    """Does somebody speak in it? A title in quotation marks has no stop inside them."""
    if text[:1] in "—–―" and len(text) > 2 and ends_sentence(text):
        return True
    if not SPEECH & set(text) or (_CREDIT.match(text) and text[0] not in SPEECH):
        return False
    stops = "".join(ENDERS) + ",，、—–"
    stopped = re.search(f'[{re.escape(stops)}]["“”»«›‹」』｣]', text) is not None
    return stopped or text.count('"') % 2 == 1 or text.count("“") > text.count("”")


def find_title_page(items: Sequence[Item], leading: Sequence[int], *, headed: bool) -> list[int]:
    """Return which of the items before the first heading are a title page.

    Args:
        items: The book.
        leading: Those before its first heading that are read so far, in order.
        headed: Is there a heading at all? If not, only the first lines may be a title page.
    """
    if not headed:
        return _opening_title(items, leading)
    total = sum(len(item.text) for item in items)
    room = max(_SMALL_PAGE, _PAGE_SHARE * total)
    page = []
    begun = False
    for number in leading:
        item = items[number]
        if looks_like_prose(item) or is_told(item.text) or _is_verse(item):
            begun = True
            continue
        # Between told lines only what shouts its name like print is no part of the telling.
        if begun and (is_caseless(item.text) or item.text.upper() != item.text) and not _CREDIT.match(item.text):
            continue
        room -= len(item.text)
        if room < 0:
            break
        page.append(number)
    return page


def _is_verse(item: Item) -> bool:
    """Do lines, mostly in small letters, run on with commas, as those of a motto do?"""
    words = [word for word in item.text.split() if any(map(str.isalpha, word))]
    small = sum(next(filter(str.isalpha, word)).islower() for word in words)
    return 2 * small >= len(words) > 3 and any(line.rstrip()[-1:] in ",;" for line in item.chunk.text.split("\n")[:-1])


def _opening_title(items: Sequence[Item], leading: Sequence[int]) -> list[int]:
    """Return the first items that are a title, with an author's name under it, in a text without headings."""
    page: list[int] = []
    for number in leading[:4]:
        item = items[number]
        if item.heading or not _is_title(item) or number + 1 >= len(items) or not items[number + 1].chunk.gap:
            break
        capitals = item.text.upper() == item.text and not is_caseless(item.text)
        if page and not author_on([item]) and not capitals:
            break
        page.append(number)
    return page if len(leading) > len(page) else []


def _is_title(item: Item) -> bool:
    text = item.text
    limit = 30 if is_caseless(text) else 100
    return (
        len(text) < limit
        and item.chunk.lines <= 4
        and text[-1:] not in ".,;:…，、；：—"
        and not is_told(text)
        and not (is_caseless(text) and ends_sentence(text))
        and any(char.isalpha() for char in text)
    )


def is_imprint(text: str) -> bool:
    """Does a short passage of the front matter say who printed, owns or copied the book?"""
    if len(text) >= 800 or _is_speech(text):
        return False
    if _RIGHTS.search(text) or _PRINTED.match(text):
        return True
    return _PRINTED.search(text) is not None and not is_told(text)


def title_on(item: Item) -> str:
    """Return the title that an item of a title page gives: its first line, or all its lines in capitals."""
    lines = [" ".join(line.split()) for line in item.chunk.text.split("\n")]
    title = [lines[0]]
    for line in lines[1:]:
        capitals = title[0].isupper() and line.isupper()
        if _BYLINE.match(line) or not (capitals or title[-1].endswith((":", "-", "—"))):
            break
        title.append(line)
    return " ".join(title).strip(" _*=《》")


def author_on(page: Sequence[Item]) -> str:
    """Return the author whom a title page names, or an empty string."""
    text = "\n".join(item.chunk.text for item in page)
    match = _BYLINE.search(text) or _BY_AFTER.search(text)
    return match["author"].strip(" .:：_*") if match else ""
