"""Speech and speakers in other languages than English: by the tag beside a speech, else by turns, else unknown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from audiobook.adapt.flow import Flow
from audiobook.adapt.marked import Person, Sex
from audiobook.adapt.told import Told, find_told, verbs_of
from audiobook.adapt.tongues import Tongue
from audiobook.script import UNKNOWN

__all__ = ["Line", "find_lines"]

_UPPER = "A-ZÀ-ÖØ-ÞŒŠŽА-ЯЁ"
_NEAR = 120
"""Characters beside a speech in which its tag stands."""
_NAMED, _NOUN, _GUESS = 0.95, 0.7, 0.45
"""Confidence by what names the speaker: a name, a noun, or turns and pronouns. Set by hand, not measured."""
_LATELY = 4
"""Speeches back in which a pronoun finds its name."""
_TO = r"(?!(?:à|a|au|zu|an|al|ao|para|mit|con|avec|com|к|с|в|на|и|y|e|et|und|aan|tegen|tot|met)\b)"


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of speech and who says it."""

    told: Told
    speaker: str
    confidence: float
    doubt: str
    tag: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Tag:
    """What a tag says: a name, a noun phrase, or only a sex."""

    start: int
    end: int
    name: str = ""
    noun: str = ""
    sex: Sex = "unknown"
    other: bool = False
    """It says I, we or they."""
    told: bool = False
    """The name or noun is the last subject of the narration before the speech."""


def find_lines(flow: Flow, tongue: Tongue) -> tuple[tuple[Line, ...], tuple[Person, ...]]:
    """Find what is said and by whom; the people who speak come most lines first."""
    told = find_told(flow, tongue)
    tags = [_tag_of(flow, told, i, tongue) for i in range(len(told))]
    full = _full_names({tag.name for tag in tags if tag is not None and tag.name})
    sexes: dict[str, Sex] = {}
    for tag in tags:
        if tag is not None and (name := full.get(tag.name, tag.noun)) and sexes.get(name, "unknown") == "unknown":
            sexes[name] = tag.sex
    lines: list[Line] = []
    turns: list[tuple[int, str]] = []
    at = 0
    while at < len(told):
        end = at
        while end < len(told) and told[end].paragraph == told[at].paragraph and not _changes(tags[at:end], tags[end]):
            end += 1
        first = next((tag for tag in tags[at:end] if tag is not None), None)
        if first is not None and not (first.name or first.noun or first.other):
            first = _with_subject(first, _told_before(flow, told, at), tongue, full)
            if first.told and sexes.get(name := full.get(first.name, first.name) or first.noun, "unknown") == "unknown":
                sexes[name] = first.sex
        speaker, confidence, doubt = _speaker(first, told[at].paragraph, turns, full, sexes)
        for i in range(at, end):
            tag = tags[i]
            here = tag is not None and tag.start >= flow.starts[told[i].paragraph]
            place = (tag.start, tag.end) if tag is not None and here else None
            lines.append(Line(told[i], speaker, confidence, doubt, place))
        turns.append((told[at].paragraph, speaker))
        at = end
    counts = Counter(line.speaker for line in lines if line.speaker != UNKNOWN)
    others = {name: tuple(sorted(s for s in full if full[s] == name and s != name)) for name in counts}
    people = (Person(name, others[name], sexes.get(name, "unknown")) for name in counts)
    return tuple(lines), tuple(sorted(people, key=lambda person: (-counts[person.name], person.name)))


def _changes(before: Sequence[_Tag | None], tag: _Tag | None) -> bool:
    """Tell whether a tag names somebody else than the tags before it in the paragraph."""
    names = {other.name for other in before if other is not None and other.name}
    return tag is not None and bool(tag.name) and bool(names) and tag.name not in names


def _speaker(
    tag: _Tag | None, paragraph: int, turns: Sequence[tuple[int, str]], full: dict[str, str], sexes: dict[str, Sex]
) -> tuple[str, float, str]:
    """Name the speaker of a paragraph, how surely, and what is to be checked."""
    if tag is not None and (tag.name or tag.noun):
        name = full.get(tag.name, tag.name) or tag.noun
        if tag.told:
            return name, _GUESS, f"{name} {_GUESS:.2f}, {UNKNOWN} (subject of the narration before it)"
        return name, *((_NAMED, f"{name} (name beside it)") if tag.name else (_NOUN, f"{name} (said by: a noun)"))
    lately = [name for _, name in turns[-_LATELY:] if name != UNKNOWN]
    if tag is not None and tag.sex != "unknown":
        fits = list(dict.fromkeys(name for name in reversed(lately) if sexes.get(name) == tag.sex))
        if len(fits) == 1:
            return fits[0], _GUESS, f"{fits[0]} {_GUESS:.2f}, {UNKNOWN} (a pronoun beside it)"
        return UNKNOWN, 0.0, f"{', '.join(fits) or UNKNOWN} (a pronoun beside it)"
    near = turns[-2:]
    if tag is None and len(near) == 2 and [p for p, _ in near] == [paragraph - 2, paragraph - 1]:
        other, last = near[0][1], near[1][1]
        if UNKNOWN not in {other, last} and other != last:
            return other, _GUESS, f"{other} {_GUESS:.2f}, {last} (alternation)"
    return UNKNOWN, 0.0, f"{', '.join(dict.fromkeys(lately)) or UNKNOWN} (no name beside it)"


def _told_before(flow: Flow, told: Sequence[Told], at: int) -> str:
    """Return the narration that stands before a speech: of its paragraph, else all of the paragraph before."""
    paragraph = told[at].paragraph
    text = flow.text[flow.starts[paragraph] : told[at].start]
    if text.strip(_SPACE_AND_DASHES) or not paragraph or paragraph in flow.breaks:
        return text
    tells = flow.spoken(paragraph - 1) and not (at and told[at - 1].paragraph == paragraph - 1)
    return flow.text[flow.starts[paragraph - 1] : flow.ends[paragraph - 1]] if tells else ""


def _with_subject(tag: _Tag, before: str, tongue: Tongue, full: dict[str, str]) -> _Tag:
    """Let a tag without a name ("dijo", "dit-elle") mean the last person of its sex that opens a sentence before it.

    Persons are names of speakers, given names and nouns for people; sentences that open with none are passed over.
    """
    for match in reversed(list(_openings(tongue).finditer(before))):
        who = " ".join(match[0].split())
        noun = match["noun"] or ""
        words = (noun or who).lower().split()
        sex: Sex = next(
            (known[word] for word in words for known in (tongue.sexes, tongue.nouns) if word in known), "unknown"
        )
        person = bool(noun) or who in full or sex != "unknown"
        if person and (tag.sex == "unknown" or sex in {tag.sex, "unknown"}):
            sex = sex if sex != "unknown" else tag.sex
            return replace(tag, noun=who, sex=sex, told=True) if noun else replace(tag, name=who, sex=sex, told=True)
    return tag


def _full_names(names: set[str]) -> dict[str, str]:
    """Let a name of one word stand for the one longer name that holds it."""
    full: dict[str, str] = {}
    for name in sorted(names):
        longer = [other for other in sorted(names) if len(other.split()) > 1 and name in other.split()]
        full[name] = longer[0] if len(longer) == 1 else name
    return full


def _tag_of(flow: Flow, told: Sequence[Told], i: int, tongue: Tongue) -> _Tag | None:
    """Find the tag of one stretch: behind it, else in front of it where that leads into it."""
    one = told[i]
    left, right = flow.starts[one.paragraph], flow.ends[one.paragraph]
    if i and told[i - 1].paragraph == one.paragraph:
        left = told[i - 1].end
    if i + 1 < len(told) and told[i + 1].paragraph == one.paragraph:
        right = told[i + 1].start
    right = min(right, one.end + _NEAR)
    for pattern in _behind(tongue):
        match = pattern.match(flow.text, one.end, right)
        if match is not None:
            return _read(match, tongue)
    begin, end = left, one.start
    if left == flow.starts[one.paragraph] and not flow.text[left:end].strip() and one.paragraph not in flow.breaks:
        # A paragraph that ends with a colon leads into the next one.
        begin, end = flow.starts[one.paragraph - 1], flow.ends[one.paragraph - 1]
        begin = max([begin, *(other.end for other in told[max(0, i - 1) : i])])
    before = flow.text[begin:end].rstrip(" \n\u00a0—–")
    leads = {":", "："} if end < one.start else {":", "：", ",", "，"}
    if before[-1:] not in leads:
        return None
    begin = max(begin + max(before[:-1].rfind(mark) for mark in ".!?。！？") + 1, end - _NEAR, begin)
    for pattern in _ahead(tongue):
        match = pattern.search(flow.text, begin, end)
        if match is not None:
            return _read(match, tongue)
    return None


def _read(match: re.Match[str], tongue: Tongue) -> _Tag:
    """Turn a matched tag into what it says."""
    found = match.groupdict()
    start, end = match.start("verb"), match.end()
    word, verb = (found.get("pronoun") or "").lower(), match["verb"].lower()
    sex: Sex = "unknown"
    if word:
        sex = "female" if word in tongue.she else "male" if word in _HE else "unknown"
        if _is_plural(verb, tongue):
            sex = "unknown"  # "sagten sie", "zeiden ze": they
    elif tongue.code == "ru":
        sex = "female" if verb.endswith(("а", "ась")) else "male" if verb.endswith(("л", "лся")) else "unknown"
    name, noun = found.get("name") or "", found.get("noun") or ""
    name = " ".join(name.split())
    name = name[:1].upper() + name[1:]
    if name:
        words = name.lower().split()
        known = next((tongue.sexes[word] for word in words if word in tongue.sexes), sex)
        return _Tag(start, end, name=name, sex=known)
    if noun:
        noun = " ".join(noun.split())
        sex = sex if sex != "unknown" else _sex_of(noun.lower(), verb, tongue)
        return _Tag(start, end, noun=noun[:1].upper() + noun[1:], sex=sex)
    other = bool(word and sex == "unknown") or _is_plural(verb, tongue) or verb in _MINE
    return _Tag(start, end, sex=sex, other=other)


def _sex_of(noun: str, verb: str, tongue: Tongue) -> Sex:
    """Tell the sex of a person by the noun, else by the gender of what stands before it; plurals have none."""
    words = re.findall(r"[\w-]+['’]?", noun)
    known = next((tongue.nouns[word] for word in reversed(words) if word in tongue.nouns), None)
    if known is not None:
        return known
    return "unknown" if _is_plural(verb, tongue) else tongue.genders.get(words[0].replace("’", "'"), "unknown")


def _is_plural(verb: str, tongue: Tongue) -> bool:
    return tongue.code in {"de", "nl"} and verb.endswith("en")


_MINE = frozenset({"demandai", "dije", "pregunté", "dissi"})
"""Verbs of speech of a narrator who says I without the word."""
_SPACE_AND_DASHES = " \n\u00a0—–―-"
_HE = frozenset({"il", "er", "hij", "él", "lui", "egli", "ele", "он", "他", "彼"})


def _any(words: frozenset[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word))) or "(?!)"


@cache
def _parts(tongue: Tongue) -> tuple[str, str]:
    """Write the patterns of a verb and of a subject behind or before it."""
    verb = f"(?P<verb>{verbs_of(tongue).pattern})"
    if tongue.unspaced:
        kanji = "[一-鿿]" if tongue.code == "zh" else "[一-鿿ァ-ヶー]"
        return verb, f"(?:(?P<pronoun>{_any(tongue.he | tongue.she)})|(?P<name>{kanji}{{2,4}}?))"
    title = rf"(?:(?i:{_any(tongue.titles)})\s+)?"
    inside = rf"(?:(?:{_any(tongue.inside)})\s*){{0,2}}"
    article = rf"(?:(?:{_any(tongue.articles)})\s+(?=(?i:{_any(tongue.titles)})\s+[{_UPPER}]))?"
    name = rf"{article}(?P<name>{title}(?:[dD]['’])?[{_UPPER}][\w'’-]*(?:\s+{inside}[{_UPPER}][\w'’-]*){{0,3}})"
    if tongue.code == "ru":
        return (
            verb,
            rf"(?:(?P<pronoun>{_any(tongue.he | tongue.she)})\b|{name}|(?P<noun>[а-яё]{{4,}}(?<!о)(?=\s*[,.:;!?—–])))",
        )
    noun = rf"(?:[a-zäöüß]+\s+){{0,2}}[{_UPPER}]\w+" if tongue.code == "de" else r"[^\W\d_]{3,}"
    if tongue.code == "nl":
        # "De oude man": adjectives end in e, and stand before a noun that is known or that ends the clause.
        known = _any(frozenset(tongue.nouns))
        noun = rf"(?:(?:(?!(?:{known})\b)[^\W\d_]+e\s+){{1,2}}(?:(?:{known})\b|{noun}(?=\s*[,.:;!?–—]))|{noun})"
    elided = "|".join(sorted(re.escape(word) for word in tongue.articles if word.endswith("'"))) or "(?!)"
    article = rf"(?i:(?:{_any(tongue.articles)})\s+|(?:{elided}))"
    # "La bambina disse" opens a sentence, and names nobody La; "il sig. Dossi" is a name behind its article.
    titled = rf"(?i:{_any(tongue.titles)})\s+[{_UPPER}]"
    name = rf"(?!{article}(?!{titled if tongue.code == 'de' else f'[{_UPPER}]|{titled}'})){name}"
    pronoun = rf"(?P<pronoun>{_any(tongue.he | tongue.she)})\b"
    kin = _any(tongue.titles & frozenset(tongue.nouns))  # "zei moeder", "dit père"
    return verb, rf"(?:{pronoun}|{name}|(?P<noun>{article}{noun}|(?:{kin})\b))"


@cache
def _openings(tongue: Tongue) -> re.Pattern[str]:
    """Match who opens a sentence and is its subject, as far as a small letter behind it tells."""
    if tongue.unspaced:
        return re.compile("(?!)(?P<noun>)")
    name = rf"(?:(?i:{_any(tongue.titles)})\s+)?[{_UPPER}][\w'’-]*(?:\s+[{_UPPER}][\w'’-]*){{0,3}}"
    noun = rf"(?i:{_any(tongue.articles)})\s+(?:[^\W\d_]+\s+)?(?P<noun>(?i:{_any(frozenset(tongue.nouns))}))"
    return re.compile(rf"(?:^|(?<=[.!?…]\s))(?:{noun}|{name})(?=\s+[^\W\d_{_UPPER}])")


@cache
def _behind(tongue: Tongue) -> tuple[re.Pattern[str], ...]:
    """Patterns of a tag behind speech, the surest first."""
    verb, who = _parts(tongue)
    if tongue.code == "zh":
        return (re.compile(rf"[，,\s]*{who}(?:{_any(tongue.asides)})*{verb}"),)
    if tongue.code == "ja":
        return (re.compile(rf"と、?{who}[はがも](?:[^。「」]{{0,12}}?){verb}"),)
    lead = r"[\s,;.…!?—–―»-]*"
    few = rf"(?:{_TO}[^\W\d_{_UPPER}]+\s+){{0,2}}?"
    return (
        re.compile(rf"{lead}{few}{verb}(?:-t)?(?:-|\s+)(?:sich\s+)?{few}{who}"),
        re.compile(rf"{lead}{who}\s+{few}{verb}"),
        re.compile(rf"{lead}{verb}"),
    )


@cache
def _ahead(tongue: Tongue) -> tuple[re.Pattern[str], ...]:
    """Patterns of a tag that leads into speech."""
    verb, who = _parts(tongue)
    if tongue.code == "zh":
        return (re.compile(rf"(?:^|(?<=[。！？，\n”」])){who}(?:{_any(tongue.asides)})*{verb}[^。]{{0,12}}[：:，]"),)
    if tongue.code == "ja":
        return (re.compile(rf"{who}[はが](?:[^。「」]{{0,12}}?){verb}"),)
    few = rf"(?:{_TO}[^\W\d_{_UPPER}]+\s+){{0,2}}?"
    return (
        re.compile(rf"(?<!\w){who}\s+{few}{verb}\b[^.!?]*$"),
        re.compile(rf"(?<!\w){who}\b[^.!?]*?\s{verb}\b[^.!?]*$"),
        re.compile(rf"{verb}(?:-t)?(?:-|\s+){few}{who}"),
    )
