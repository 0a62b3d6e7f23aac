"""Where speech begins and ends in languages that mix marks and dashes, and put tags inside both."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from audiobook.adapt.flow import Flow
from audiobook.adapt.quotes import find_quotes
from audiobook.adapt.style import style_named, vote
from audiobook.adapt.tongues import Tongue

__all__ = ["Told", "find_told", "verbs_of"]


@dataclass(frozen=True, slots=True)
class Told:
    """A stretch of speech without the tags in it."""

    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class _Region:
    """What marks or a dash hold together, tags and all."""

    start: int
    end: int
    dash: bool


_UPPER = "A-ZÀ-ÖØ-ÞŒŠŽА-ЯЁ"
_DASH = r"(?:—|–|―|--)"
_DASH_START = re.compile(rf"\s*(?:{_DASH}|-(?=\s))\s*(?=\S)")
_COLON_DASH = re.compile(rf":\s*(?={_DASH}\s*[¿¡{_UPPER}])|[.!?…]\s+(?={_DASH}[¿¡{_UPPER}])")
"""Where a dash opens speech inside a paragraph: behind a colon, or right at a word behind a sentence, as in Spanish."""
_TURN = re.compile(rf"([,.!?…:;]*)\s*({_DASH})\s*")
_CORNERS = {"「": "」", "『": "』", "﹁": "﹂", "﹃": "﹄"}
_ENDS = ".!?…。！？"
_CLOSED = re.compile(r"[.!?…,;:—–。！？，、]$")
_MARKS = " \t\n\u00a0\u202f\"'‘’“”„«»「」『』﹁﹂﹃﹄"
_LETTERS = 6
"""Letters that make a quoted stretch without any sign a speech, in languages without spaces."""
_WORDS = 3
"""Most words of a quoted phrase in the middle of a sentence that nobody says."""
_FIRST = 4
"""Words of a tag before its verb."""
_TAG = 90
"""Characters behind a dash in which a tag shows its verb."""


def find_told(flow: Flow, tongue: Tongue) -> tuple[Told, ...]:
    """Find all speech of a book in reading order: in marks, and behind dashes that open it."""
    pairs = _pairs(flow.text)
    pattern = re.compile("|".join(map(re.escape, sorted({*pairs, *"".join(pairs.values())}))))
    singles = _in_single_marks(flow)
    found: list[Told] = []
    pending = ""
    for paragraph, (left, right) in enumerate(zip(flow.starts, flow.ends, strict=True)):
        if not flow.spoken(paragraph):
            pending = ""
            continue
        opened = None if tongue.unspaced else _DASH_START.match(flow.text, left, right)
        if opened is not None:
            regions, pending = [_Region(left, right, dash=True)], ""
        else:
            if singles is None:
                regions, pending = _marked(flow.text, left, right, pattern, pairs, pending)
            else:
                regions = singles[paragraph]
            regions = [region for region in regions if _is_said(flow.text, left, right, region, tongue)]
            regions += _behind_narration(flow.text, left, right, regions)
        for region in regions:
            found += (Told(start, end, paragraph) for start, end in _without_tags(flow.text, region, tongue))
    return tuple(found)


def _in_single_marks(flow: Flow) -> dict[int, list[_Region]] | None:
    """Read the marks of a book whose convention is the single one, as Dutch books have it; None for all others."""
    style = vote(flow.text)
    if style.name != "single":
        return None
    regions: dict[int, list[_Region]] = defaultdict(list)
    for quote in find_quotes(flow, style):
        regions[quote.paragraph].append(_Region(quote.start, quote.end, dash=False))
    return regions


def _pairs(text: str) -> dict[str, str]:
    """Tell which marks open in a book, and which close what each opens."""
    (left,), (right,) = style_named("guillemets", text[:400_000]).openers, style_named("guillemets", text).closers
    quotes = {"„": "“”"} if "„" in text else {"“": "”"}
    return {left: right, **quotes, '"': '"', **_CORNERS}


def _marked(
    text: str, left: int, right: int, pattern: re.Pattern[str], pairs: dict[str, str], pending: str
) -> tuple[list[_Region], str]:
    """Read the marks of one paragraph; what is not closed ends with it, unless the next one closes it."""
    regions: list[_Region] = []
    stack: list[str] = []
    begin = left
    if pending:
        first = pattern.search(text, left, right)
        if first is not None and first.group() in pending and first.group() not in pairs:
            stack.append(pending)
    for mark in pattern.finditer(text, left, right):
        if stack and mark.group() in stack[-1]:
            stack.pop()
            if not stack:
                regions.append(_Region(begin, mark.end(), dash=False))
        elif mark.group() in pairs:
            if not stack:
                begin = mark.start()
            stack.append(pairs[mark.group()])
    if stack and begin + 1 < right:
        regions.append(_Region(begin, right, dash=False))
    return regions, stack[0] if stack else ""


def _behind_narration(text: str, left: int, right: int, regions: list[_Region]) -> list[_Region]:
    """Find speech that a dash opens behind narration."""
    lead = _COLON_DASH.search(text, left, right)
    if lead is None or regions:
        return []
    return [_Region(lead.end(), right, dash=True)]


def _is_said(text: str, left: int, right: int, region: _Region, tongue: Tongue) -> bool:
    """Tell speech from titles and words in quotes by what stands around them."""
    inner = text[region.start : region.end].strip(_MARKS)
    before, after = text[left : region.start].rstrip(), text[region.end : right].lstrip()
    size = sum(map(str.isalnum, inner)) if tongue.unspaced else len(inner.split())
    if not any(map(str.isalnum, inner)):
        return False
    if before[-1:] in {":", "：", "—", "–"} or (tongue.code == "ja" and after[:1] == "と"):
        return True
    if verbs_of(tongue).match(after.lstrip(",，.!?…—– ")) is not None:
        return True
    closed = _CLOSED.search(inner) is not None
    if not before or before[-1] in _ENDS:
        return closed or not after or after[0] in ",，—–" or size > (_LETTERS if tongue.unspaced else _WORDS)
    if before[-1] in ",，":
        return closed or size > (_LETTERS if tongue.unspaced else _WORDS)
    return inner[-1] in _ENDS and size > 1


@cache
def verbs_of(tongue: Tongue) -> re.Pattern[str]:
    """Match a verb of speech as one word."""
    verbs = "|".join(sorted(map(re.escape, tongue.verbs), key=lambda word: (-len(word), word)))
    clitic = r"(?:s['’]|se |lui |me |m['’]|gli |le |te |mi )?"
    return re.compile(f"(?:{verbs})" if tongue.unspaced else rf"\b{clitic}(?:{verbs})\b")


@cache
def _inverted(tongue: Tongue) -> re.Pattern[str]:
    """Match a tag that a comma or an end mark parts from the speech around it: "dit Jean"."""
    small = "|".join(sorted(map(re.escape, tongue.he | tongue.she), key=lambda word: (-len(word), word)))
    articles = "|".join(sorted(map(re.escape, tongue.articles | tongue.titles), key=lambda word: (-len(word), word)))
    return re.compile(
        rf"(?<=[,!?…»])\s+{verbs_of(tongue).pattern}(?:(?:-t)?-(?:{small})\b"
        rf"|\s+(?:[a-zà-ÿ]+\s+)?(?:(?:{small})\b|(?:{articles})(?<=')|(?:{articles})\b|(?:d['’])?[{_UPPER}]))"
    )


def _without_tags(text: str, region: _Region, tongue: Tongue) -> Iterator[tuple[int, int]]:
    """Yield the stretches of a region that are spoken."""
    parts = list(_between_dashes(text, region, tongue)) if region.dash else [(region.start, region.end)]
    commas = tongue.code == "fr" or (region.dash and tongue.code in {"it", "pt", "es", "nl"})
    for start, end in parts:
        for a, b in _between_commas(text, start, end, tongue) if commas else ((start, end),):
            if any(map(str.isalnum, text[a:b])):
                yield a, b


def _between_dashes(text: str, region: _Region, tongue: Tongue) -> Iterator[tuple[int, int]]:
    """Cut at dashes: one opens a tag and the next one returns to speech."""
    begin, inside = region.start, True
    opened = _DASH_START.match(text, region.start, region.end)
    turns = list(_TURN.finditer(text, opened.end() if opened else region.start, region.end))
    for i, turn in enumerate(turns):
        end = turns[i + 1].start() if i + 1 < len(turns) else region.end
        if inside:
            back = turns[i + 1].group(1)[-1:] if i + 1 < len(turns) else ""
            if _opens_tag(text, turn, end, tongue, back):
                yield begin, turn.end(1)
                inside = False
        else:
            marks = re.compile(r"[.,;:!?…]+\s*").match(text, turn.end(2), region.end)
            attached = not text[turn.start(2) - 1].isspace()
            begin = marks.end() if marks else turn.end() if attached else turn.start(2)
            inside = True
    if inside and begin < region.end:
        yield begin, region.end


def _opens_tag(text: str, turn: re.Match[str], end: int, tongue: Tongue, back: str) -> bool:
    """Tell whether a dash inside speech opens a tag; ``back`` is the mark before the next dash, if there is one."""
    segment = text[turn.end() : min(end, turn.end() + _TAG)]
    if not segment:
        return False
    verb = verbs_of(tongue).search(segment)
    near = verb is not None and len(segment[: verb.start()].split()) <= _FIRST
    stop = turn.group(1)[-1:]
    word = re.split(r"\W", segment.lower(), maxsplit=1)[0]
    person = word in tongue.he | tongue.she or word in tongue.sexes
    if turn.end() == turn.end(2) and text[turn.start(2) - 1].isspace() and tongue.code in {"es", "pt", "it"}:
        return near or person or segment[0].islower()
    if tongue.code == "ru" and stop:
        # "— Long ago. — He fell silent. — Sit down." tells what happens between two dashes behind full stops.
        between = stop in ".!?…" and back in {".", "!", "?", "…"}
        return near or between or (segment[0].islower() and (stop in "!?…" or person))
    return near and segment[0].islower()


def _between_commas(text: str, start: int, end: int, tongue: Tongue) -> Iterator[tuple[int, int]]:
    """Cut out tags that only commas part from speech."""
    at = start
    while at < end:
        tag = _inverted(tongue).search(text, at, end)
        if tag is None:
            break
        yield at, tag.start()
        at = _tag_end(text, tag.end(), end, tongue)
    if at < end:
        yield at, end


_STOP = re.compile(r"(?<!\bM)(?<!\bMme)[.!?…:;]+|,|\s—\s")


def _tag_end(text: str, at: int, end: int, tongue: Tongue) -> int:
    """Find where speech goes on behind a tag, ``end`` when it does not.

    Behind a comma it goes on unless the next word opens an adverbial; behind a full stop it goes on unless
    the next sentence is about him or her.
    """
    for stop in _STOP.finditer(text, at, end):
        rest = text[stop.end() : end].lstrip()
        words = re.split(r"[^\w'’]+", rest.lower(), maxsplit=1)
        word = words[0].replace("’", "'")
        if stop.group() == ",":
            first = {word, word[:2]} & tongue.asides or re.match(r"\w+ant$", word)
            if first or (text[stop.end() - 1 : stop.end()] and not rest):
                continue
        elif stop.group()[0] in ".!?…" and word in (tongue.he | tongue.she) - {
            "je",
            "tu",
            "vous",
            "nous",
            "eu",
            "yo",
            "io",
        }:
            return end
        return stop.end()
    return end
