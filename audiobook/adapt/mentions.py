"""Where the narration speaks of people: names, pronouns and nouns for people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from audiobook.adapt.cast import Cast
from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import Sex
from audiobook.adapt.names import Form, Run

__all__ = ["Mention", "find_mentions", "with_sexes"]

MentionKind = Literal["name", "pronoun", "role"]
_PRONOUNS: dict[str, Sex] = {"he": "male", "she": "female", "they": "unknown", "i": "unknown", "we": "unknown"}
_PRONOUN = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey|I|[Ww]e)\b(?!')")


@dataclass(frozen=True, slots=True)
class Mention:
    """One place that speaks of somebody."""

    start: int
    end: int
    kind: MentionKind
    figure: int
    """Index into the cast's figures for a name, else -1."""
    sex: Sex
    text: str
    """In lower case: the pronoun, or the noun phrase."""
    possessive: bool = False
    """It stands in the genitive, so it is somebody else who acts."""


@cache
def _role_pattern() -> re.Pattern[str]:
    nouns = "|".join(sorted(lexicon().roles, key=lambda word: (-len(word), word)))
    return re.compile(
        r"\b(?P<owner>[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Mm]y|[Tt]heir|[Oo]ur|[Tt]his|[Tt]hat|[Aa]nother|[Oo]ne|"
        r"[A-Z][\w.]*(?: [A-Z]\w*){0,3}'s?)"
        rf"\s+(?:(?!(?:and|or|of|the|to|was|had|is|as|in|with|for|at|by|on|from|his|her|my|their|our|an?)\b)[a-z-]+,?\s+){{0,3}}?(?P<noun>(?i:{nouns}))\b(?!-)"
    )


_VOICE = re.compile(r"'s voice\b")
_SOMEBODY = re.compile(
    r"\b(?:[Ss]ome\s?one|[Ss]omebody|[Aa] voice|[Tt]he voice|[Tt]he other|[Oo]ne of (?:the|them|his|her)\b(?: [a-z]+)?)"
    r"(?! (?:side|day|hand|end|room|part|way)\b)"
)


@cache
def _said_by() -> re.Pattern[str]:
    """Match any noun right behind a verb of speech: "said the cattle-dealer"."""
    verbs = "|".join(sorted(word for word, kind in lexicon().verbs.items() if kind in {"neutral", "manner"}))
    return re.compile(
        rf"\b(?:{verbs})\s+((?:the|an?|his|her|my|their|our)\s+(?:[a-z-]+\s+){{0,2}}?[A-Za-z-]{{3,}}(?<!ly))"
        r"(?=\s*[,.;:!?—]|\s+(?:[a-z]+ly|in|with|to|from|at|as|who|and|on|of|after|again|when|while|behind|by)\b|\s*$)"
    )


def find_mentions(flow: Flow, cast: Cast, runs: tuple[Run, ...], quoted: bytearray) -> tuple[Mention, ...]:
    """List everybody who is spoken of outside quotations, in reading order, and names inside them too.

    Pronouns and nouns inside quotations depend on who is speaking, so they are left out.
    """
    plain = flow.plain
    found: list[Mention] = []
    for run in runs:
        found += _names(plain, cast, run)
    for match in _PRONOUN.finditer(plain):
        if not quoted[match.start()]:
            word = match.group().lower()
            found.append(Mention(match.start(), match.end(), "pronoun", -1, _PRONOUNS[word], word))
    return tuple(sorted([*found, *_nouns(plain, found, quoted)], key=lambda mention: (mention.start, -mention.end)))


def with_sexes(mentions: tuple[Mention, ...], cast: Cast) -> tuple[Mention, ...]:
    """Give every name the sex that its figure has by now; what the mentions tell of it is known only afterwards."""
    sexes = [figure.sex for figure in cast.figures]
    return tuple(
        replace(mention, sex=sexes[mention.figure])
        if mention.figure >= 0 and mention.sex != sexes[mention.figure]
        else mention
        for mention in mentions
    )


def _nouns(plain: str, found: list[Mention], quoted: bytearray) -> list[Mention]:
    """List the nouns for people outside quotations; ``found`` are the names and pronouns."""
    named = bytearray(len(plain) + 1)
    for mention in found:
        named[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
    names = {mention.start: mention for mention in found if mention.kind == "name"}
    nouns = _roles(plain, names, named, quoted)
    taken = {mention.start for mention in nouns}
    for match in _SOMEBODY.finditer(plain):
        if not quoted[match.start()] and match.start() not in taken and not named[match.start()]:
            taken.add(match.start())
            nouns.append(Mention(match.start(), match.end(), "role", -1, "unknown", " ".join(match.group().split())))
    for match in _behind_quotations(plain, quoted):
        if match.start(1) not in taken and not named[match.end(1) - 1]:
            taken.add(match.start(1))
            text = " ".join(match.group(1).split())
            nouns.append(Mention(match.start(1), match.end(1), "role", -1, "unknown", text))
    return nouns


_QUOTATION_ENDS = re.compile(b"\1\0")
_GAP = 3
"""Places behind a quotation where the verb of its tag may begin."""


def _behind_quotations(plain: str, quoted: bytearray) -> Iterator[re.Match[str]]:
    """Yield the nouns that a verb of speech right behind a quotation names."""
    said_by = _said_by()
    for end in _QUOTATION_ENDS.finditer(quoted):
        for place in range(end.end() - 1, end.end() - 1 + _GAP):
            match = said_by.match(plain, place)
            if match is not None and not quoted[place] and not quoted[match.start(1)]:
                yield match


def _roles(plain: str, names: dict[int, Mention], named: bytearray, quoted: bytearray) -> list[Mention]:
    """List the nouns of the lexicon."""
    roles = lexicon().roles
    found: list[Mention] = []
    for match in _role_pattern().finditer(plain):
        if quoted[match.start("noun")] or "\n" in match.group() or named[match.start("noun")]:
            continue
        noun = match.group("noun")
        voice = _VOICE.match(plain, match.end())
        end = voice.end() if voice is not None else match.end()
        owner = names.get(match.start())
        if owner is not None and noun == "voice":
            # "Ann's voice" is Ann.
            found.append(replace(owner, end=end, possessive=False))
            continue
        text = " ".join(plain[match.start() : end].split())
        sex = roles.get(noun, roles.get(noun.lower(), "unknown"))
        found.append(Mention(match.start(), end, "role", -1, sex, text, plain[end : end + 1] == "'"))
    return found


def _names(plain: str, cast: Cast, run: Run) -> list[Mention]:
    """Cut a run into the longest known forms."""
    found: list[Mention] = []
    at, count = 0, len(run.words)
    while at < count:
        for end in range(count, at, -1):
            form: Form = run.words[at:end]
            index = cast.lookup.get(form)
            if index is not None:
                start = run.start + run.stops[at]
                stop = run.start + run.stops[end]
                stop = start + len(plain[start:stop].rstrip())
                owned = plain[stop : stop + 1] == "'"
                found.append(Mention(start, stop, "name", index, cast.figures[index].sex, " ".join(form), owned))
                at = end
                break
        else:
            at += 1
    return found
