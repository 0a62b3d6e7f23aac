"""Which words of a book a voice may get wrong: its names, and words that no list of common words holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from audiobook.spoken.clean import clean, straighten
from audiobook.spoken.letters import known
from audiobook.spoken.lexicon import EMPTY, Lexicon
from audiobook.spoken.saying import normalize
from audiobook.spoken.segment import sentences

__all__ = ["Unusual", "unusual"]


@dataclass(frozen=True, slots=True)
class Unusual:
    """One word worth hearing before a whole book is recorded."""

    word: str
    """As the book spells it most often."""
    count: int
    kind: Literal["name", "word"]
    """``name`` when it keeps its capital, inside a sentence or at the beginning of several."""
    example: str
    """The first sentence that holds it."""
    settled: bool
    """Whether the lexicon has an entry for it."""


_WORD = re.compile(r"(?<!\d)[^\W\d_](?:[^\W\d_]|['-](?=[^\W\d_]))*")
_ENDINGS = (
    "'s",
    "'",
    "s",
    "es",
    "ed",
    "d",
    "ing",
    "er",
    "ers",
    "est",
    "ly",
    "ness",
    "less",
    "ful",
    "ish",
    "like",
    "able",
    "y",
)
_BEGINNINGS = ("un", "re", "over", "under", "out", "in", "dis", "mis", "non", "pre", "fore", "up", "down", "be")


class _Seen:
    """What is known of one word while a book is read."""

    def __init__(self, sentence: str) -> None:
        self.forms: Counter[str] = Counter()
        self.small = 0
        self.inside = 0
        self.sentence = sentence


def unusual(
    texts: Iterable[str], language: str = "en", lexicon: Lexicon = EMPTY, *, longest_example: int = 200
) -> tuple[Unusual, ...]:
    """Find the names and the uncommon words of a book, the most frequent first.

    Args:
        texts: Its lines or paragraphs.
        language: BCP 47 code. Only English has a list of common words; in other languages the names
            (words that keep a capital inside sentences) are found, in German none.
        lexicon: Entries already made.
        longest_example: Characters after which an example is cut.
    """
    base = language.lower().replace("_", "-").split("-")[0]
    seen: dict[str, _Seen] = {}
    for text in texts:
        _read(clean(straighten(text)), base, seen)
    found = []
    for key, record in seen.items():
        kind = _kind(key, record, base)
        word = record.forms.most_common(1)[0][0]
        if kind is not None and _is_said(word, record.sentence, language):
            settled = bool(lexicon.find(word, language))
            example = record.sentence
            if len(example) > longest_example:
                example = f"{example[: longest_example - 1].rstrip()}…"
            found.append(Unusual(word, record.forms.total(), kind, example, settled))
    return tuple(sorted(found, key=lambda item: (-item.count, item.word.casefold(), item.word)))


def _is_said(word: str, sentence: str, language: str) -> bool:
    """Tell whether a word is still there when numbers and abbreviations are said: ``lbs`` and ``Dr`` are not."""
    return re.search(rf"\b{re.escape(word)}", normalize(sentence, language), re.IGNORECASE) is not None


def _read(text: str, language: str, seen: dict[str, _Seen]) -> None:
    for start, end in sentences(text, language):
        sentence = text[start:end].strip()
        for number, match in enumerate(_WORD.finditer(sentence)):
            word = match[0].removesuffix("'s").removesuffix("s'")
            if len(word) < 2:
                continue
            record = seen.get(word.casefold())
            if record is None:
                record = seen[word.casefold()] = _Seen(sentence)
            record.forms[word] += 1
            record.small += word[0].islower()
            record.inside += (
                bool(number) and word[0].isupper() and sentence[match.start() - 2 : match.start() - 1] not in '!?"'
            )


def _kind(key: str, record: _Seen, language: str) -> Literal["name", "word"] | None:
    common = language == "en" and _common(key)
    name = (
        (record.inside > 0 or record.forms.total() > 1)
        and not record.small
        and not all(form.isupper() for form in record.forms)
    )
    if name and language != "de" and not common:
        return "name"
    return None if common or language != "en" else "word"


def _common(word: str) -> bool:
    """Whether a word, or what is left without an ending or a beginning, is in the list."""
    listed = known()
    if word in listed or all(part in listed for part in re.split("-", word) if part):
        return True
    stems = [
        word,
        *(word[len(first) :] for first in _BEGINNINGS if word.startswith(first) and len(word) > len(first) + 2),
    ]
    for stem in stems:
        if stem in listed:
            return True
        for ending in _ENDINGS:
            root = stem.removesuffix(ending)
            if root != stem and len(root) > 2 and _root(root, listed):
                return True
    return False


def _root(root: str, listed: frozenset[str]) -> bool:
    if root in listed or root + "e" in listed:
        return True
    return (root.endswith("i") and root[:-1] + "y" in listed) or (root[-1] == root[-2] and root[:-1] in listed)
