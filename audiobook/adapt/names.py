"""Capitalized words: which of them name people of the book."""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon

__all__ = ["Evidence", "Form", "Run", "find_forms", "find_runs"]

Form = tuple[str, ...]
"""A name's words in lower case, titles without dots."""

_ABBREVIATED = (
    r"(?:Mr|Mrs|Ms|Dr|St|Capt|Col|Lieut|Lt|Sgt|Sergt|Rev|Prof|Gen|Hon|Messrs|Mme|Mlle|Mons|Jr|Sr|Esq|Maj|M)\s?\."
)
_INITIAL = r"[A-Z]\.(?!\w)"
_PLAIN_WORD = r"(?:[A-Z]'(?=[A-Z]))?[A-ZÀ-ÖØ-ÞŠŽ](?:[\w]*(?:['-](?!s\b|S\b)\w+)*)"
_TOKEN = rf"(?:{_ABBREVIATED}|{_INITIAL}|{_PLAIN_WORD})"
_LINK = r"(?:\s+(?:de la|de|du|des|von|van der|van|der|del|della|di|da|le|la))?"
_RUN = re.compile(rf"\b{_TOKEN}(?:{_LINK}\s+{_TOKEN})*")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_LONGEST = 8
"""Words of a name; what is longer is a heading or a list."""
_PREVIOUS = re.compile(r"([\w'-]+)\W{0,3}$")
_TOLD_THE = re.compile(r"(?<![,.;:] )\b([a-z]+)\s+the\s+$")
_NEXT = re.compile(r"(?:'s?)?\s*,?\s*([a-z]+(?:'[a-z]+)?)")
_VOCATIVE_AFTER = re.compile(r"\s*[,.!?;:—–”\"'-]")
_PLACES = lexicon().groups["before-places"]
_OWNED = lexicon().groups["owned-by-people"]
_KEPT = frozenset({"mr", "mrs", "miss", "sir", "lord", "jr", "sr", "esq"})
_TITLED = frozenset(lexicon().titles)
_HUMAN = lexicon().groups["done-by-people"]


@dataclass(frozen=True, slots=True)
class Run:
    """Capitalized words in a row."""

    start: int
    end: int
    words: Form
    initial: bool
    """It begins a sentence, so its first word may be capitalized for that alone."""
    stops: tuple[int, ...]
    """Where each word begins, relative to ``start``, and the end."""


def _key(word: str) -> str:
    return word.replace(" ", "").removesuffix(".").lower()


def find_runs(flow: Flow) -> tuple[Run, ...]:
    """Find all runs of capitalized words, cut at words that are no names."""
    plain = flow.plain
    lex = lexicon()
    token = re.compile(_TOKEN)
    runs: list[Run] = []
    for match in _RUN.finditer(plain):
        before = plain[max(0, match.start() - 6) : match.start()].rstrip(" ")[-1:]
        sentence = before == "" or before in "\n.!?\"“”'‘:;—–-([«»„"
        kept: list[tuple[int, int, str]] = []
        for piece in token.finditer(plain, match.start(), match.end()):
            key = _key(piece.group())
            if key in lex.common and not (key in _KEPT and piece.end() < match.end()):
                _close(runs, plain, kept, sentence, match.start())
                kept = []
                continue
            if len(kept) == _LONGEST:
                _close(runs, plain, kept, sentence, match.start())
                kept = []
            kept.append((piece.start(), piece.end(), key))
        _close(runs, plain, kept, sentence, match.start())
    return tuple(runs)


def _close(runs: list[Run], plain: str, kept: list[tuple[int, int, str]], sentence: bool, first: int) -> None:
    """Add a run of the kept words, with the small words between them."""
    if not kept:
        return
    start = kept[0][0]
    words: list[str] = []
    stops: list[int] = []
    for i, (left, right, key) in enumerate(kept):
        if i:
            for link in _WORD.finditer(plain, kept[i - 1][1], left):
                words.append(link.group())
                stops.append(link.start() - start)
        words.append(key)
        stops.append(left - start)
        end = right
    runs.append(Run(start, end, tuple(words), sentence and start == first, (*stops, end - start)))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a form being the name of a person."""

    count: int
    """How often it occurs."""
    score: float
    """Weighted sum of the signs that it is a person, less those that it is a place."""
    quoted: int
    """How often it stands inside quotations."""
    shown: str
    """Its commonest written form."""


def find_forms(flow: Flow, runs: tuple[Run, ...], quoted: bytearray) -> dict[Form, Evidence]:
    """Weigh every form; ``quoted`` holds 1 for every character inside quotation marks."""
    plain = flow.plain
    lex = lexicon()
    words = itertools.chain.from_iterable(map(_WORD.findall, plain.splitlines()))
    lower = Counter(word for word in words if word.islower())
    middle: Counter[str] = Counter()
    for run in runs:
        for i, word in enumerate(run.words):
            if i or not run.initial:
                middle[word] += 1
    score: defaultdict[Form, float] = defaultdict(float)
    count: Counter[Form] = Counter()
    spoken: Counter[Form] = Counter()
    shown: defaultdict[Form, Counter[str]] = defaultdict(Counter)
    for run in runs:
        form, start = _trim(run, lower, middle)
        if not form:
            continue
        count[form] += 1
        the = "The " if plain[max(0, start - 4) : start].lower() == "the " and form[0] not in _TITLED else ""
        shown[form][the + " ".join(plain[start : run.end].split())] += 1
        spoken[form] += quoted[start]
        score[form] += _signs(plain, form, start, run.end, quoted[start] == 1, lex.verbs)
    return {
        form: Evidence(
            number,
            score[form],
            spoken[form],
            max(sorted(shown[form]), key=lambda text: (not text.isupper(), shown[form][text])),
        )
        for form, number in sorted(count.items())
    }


def _trim(run: Run, lower: Counter[str], middle: Counter[str]) -> tuple[Form, int]:
    """Drop a first word that is capitalized only because it begins a sentence."""
    words, at = list(run.words), 0
    if run.initial and words[0] not in _TITLED and lower[words[0]] > 2 * middle[words[0]]:
        words, at = words[1:], 1
    if len(words) == 1 and lower[words[0]] > 3 * max(1, middle[words[0]]):
        return (), 0
    return tuple(words), run.start + run.stops[at]


def _signs(plain: str, form: Form, start: int, end: int, inside: bool, verbs: dict[str, str]) -> float:
    """Weigh one occurrence."""
    previous = _PREVIOUS.search(plain, max(0, start - 24), start)
    before = previous.group(1) if previous else ""
    if before == "the" and form[0] not in _TITLED:
        told = _TOLD_THE.search(plain, max(0, start - 24), start)
        if told is not None and told.group(1) in verbs:
            return 2.0
    value = 2.0 if form[0] in _TITLED and len(form) > 1 else 0.0
    following = plain[end : end + 2]
    if following in {"'s", "' "}:
        owned = _NEXT.match(plain, end)
        return value + (1.0 if owned is not None and owned.group(1) in _OWNED else 0.0)
    if before in _PLACES or (before == "the" and form[0] not in _TITLED):
        value -= 1.0
    if (
        inside
        and _VOCATIVE_AFTER.match(plain, end)
        and plain[max(0, start - 2) : start].strip()[-1:] in {",", ""}
        and before != "and"
    ):
        return value + 1.0
    if before in verbs and plain[start - 1] == " " and plain[start - 2] not in ",.;:":
        value += 2.0
    follows = _NEXT.match(plain, end)
    if follows is not None:
        word = follows.group(1)
        if word in verbs:
            value += 1.5
        elif word in _HUMAN:
            value += 0.5
    return value
