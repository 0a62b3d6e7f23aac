"""Who is named beside a quotation: "said Emma", "she whispered", "the old man turned and asked"."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import Sex
from audiobook.adapt.mentions import Mention
from audiobook.adapt.quotes import Quote

__all__ = ["SENTENCE_END", "Tag", "find_tags", "first_subject"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A stretch of narration that says who speaks a quotation."""

    mention: Mention
    verb: str
    """The verb in lower case, empty when the mention only acts beside the quotation."""
    start: int
    end: int
    paragraph: int
    strength: float
    """0 to 1: how surely the mention is the speaker."""
    thought: bool = False
    """The words are thought, not said."""


_INVERTED = re.compile(
    r"[\s,—–-]*(?:(?:and|then|so|thus|here|now|at last)\s+)?([a-z]+)"
    r"(?:\s+(?:[a-z]+ly|out|on|back|again|up|in|at last|forth))?"
    r"(?:\s+(?:the\s+(?:[a-z-]+\s+){1,2}?[a-z-]+|the\s+[a-z-]+|poor|old|little|young|good|dear|honest|worthy))?\s+$"
)
_BARE = re.compile(r"[\s,—–-]*(?:(?:and|then|but|so|at last|suddenly|presently|here)\s*,?\s+)?$")
_DIRECT = re.compile(
    r",?\s*(?:(?:[a-z]+ly|had|has|at last|at once|then|also|only|just|again|now|here|always|never|almost|would|could|"
    r"did|"
    r"merely|still|soon|next|once more|was)\s*,?\s*){0,3}([a-z]+)\b"
)
_ASIDE = re.compile(r",\s[^.!?;:]{2,70}?,\s*([a-z]+)\b")
_NO_VERB = lexicon().groups["no-verbs"]
SENTENCE_END = re.compile(r"(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bCapt)(?<!\bCol)[.!?][\"”'’)]*\s+(?=[A-Z\"“‘'—])")
_VERB_WORD = re.compile(r"[a-z]+")


def find_tags(flow: Flow, quotes: Sequence[Quote], mentions: Sequence[Mention]) -> list[list[Tag]]:
    """Find the tags of each quotation, strongest first."""
    starts = [mention.start for mention in mentions]
    tags: list[list[Tag]] = []
    for i, quote in enumerate(quotes):
        left, right = flow.starts[quote.paragraph], flow.ends[quote.paragraph]
        if i and quotes[i - 1].paragraph == quote.paragraph:
            left = quotes[i - 1].end
        if i + 1 < len(quotes) and quotes[i + 1].paragraph == quote.paragraph:
            right = quotes[i + 1].start
        found: list[Tag] = []
        a, b = bisect.bisect_left(starts, quote.end), bisect.bisect_left(starts, right)
        behind = [m for m in mentions[a:b] if m.end <= right]
        found += _answered(flow.plain, quote, behind, right) or _after(flow, quote, behind, right)
        a, b = bisect.bisect_left(starts, left), bisect.bisect_left(starts, quote.start)
        told = _told_before(flow, tags[-1] if tags else (), left, quote)
        found += told or _before(flow, quote, [m for m in mentions[a:b] if m.end <= quote.start], left)
        lead = _lead_in(flow, quote, quotes[i - 1] if i else None)
        if lead is not None and not found:
            begin, end = lead
            a, b = bisect.bisect_left(starts, begin), bisect.bisect_left(starts, end)
            found += _leading(flow, Quote(end, end, quote.paragraph - 1), mentions[a:b], begin)
        tags.append(sorted(found, key=lambda tag: (-tag.strength, tag.start)))
    return tags


def _told_before(flow: Flow, before: Sequence[Tag], left: int, quote: Quote) -> list[Tag]:
    """Take the tag of the piece before, where only one sentence parts it from this one.

    In '"Well," said he, when she had read the note, "go on."' the second piece is his as well.
    """
    for tag in before[:1]:
        inside = tag.start == left and tag.strength >= _SURE and tag.verb
        if inside and re.search(r"[.!?]\s", flow.plain[tag.end : quote.start]) is None:
            return [replace(tag, strength=_TOLD)]
    return []


_SURE, _TOLD = 0.85, 0.93
"""Strength of a tag that may be taken over, and of one that is."""
_LEAD = re.compile(
    r"(?:[:,]|:?\s?[-—–]+|\b(?:said|began|spoke|thus|follows|cried|replied|answered|asked|added|continued|resumed)"
    r"(?: again| first| next| once more| aloud| as follows| thus)?\s?[.;]?)\s*$"
)
_ACCOSTED = re.compile(
    r"\b(?:accosted|addressed|interrupted|answered|greeted|hailed|roused|startled|questioned|begun|broken|followed|joined)"
    r"(?: [a-z]+){0,2} by (?:(?:the |a )?(?:[a-z]+ ){0,2}voice of )?(?=[A-Zth])"
)


def _lead_in(flow: Flow, quote: Quote, previous: Quote | None) -> tuple[int, int] | None:
    """Find narration that ends the paragraph before and leads into a quotation, as "He turned and said:" does."""
    paragraph = quote.paragraph
    if (
        not paragraph
        or quote.continues
        or paragraph in flow.breaks
        or flow.plain[flow.starts[paragraph] : quote.start].strip()
    ):
        return None
    begin, end = flow.starts[paragraph - 1], flow.ends[paragraph - 1]
    if previous is not None and previous.paragraph == paragraph - 1:
        begin = previous.end
    if begin >= end:
        return None
    accosted = [m.end() for m in _ACCOSTED.finditer(flow.plain, max(begin, end - 90), end - 1)]
    if accosted and SENTENCE_END.search(flow.plain, accosted[-1], end) is None:
        return accosted[-1], end
    return None if _LEAD.search(flow.plain, max(begin, end - 24), end) is None else (begin, end)


def _leading(flow: Flow, quote: Quote, mentions: Sequence[Mention], begin: int) -> list[Tag]:
    """Read narration of the paragraph before that leads into speech."""
    if mentions and mentions[0].start == begin and begin > flow.starts[quote.paragraph]:
        return [Tag(mentions[0], "said", begin, quote.end, quote.paragraph, 0.9)]
    return [tag for tag in _before(flow, quote, mentions, begin) if tag.verb or tag.strength > 0.6]


def _after(flow: Flow, quote: Quote, mentions: Sequence[Mention], right: int) -> list[Tag]:
    """Look for "said X" and "X said" behind a quotation."""
    plain, verbs = flow.plain, lexicon().verbs
    inner = plain[quote.start : quote.end].rstrip(" \"”'’»“")
    unfinished = inner[-1:] in {",", "?", "!", "-", "—", "–", "…"} or inner[-1:].isalnum()
    for mention in mentions[:2]:
        gap = plain[quote.end : mention.start]
        if len(gap) > 60 or re.search(r"[.!?;]", gap):
            break
        inverted = _INVERTED.fullmatch(gap)
        if inverted is not None and not mention.possessive:
            verb = inverted.group(1)
            kind = verbs.get(verb, "")
            if kind:
                return [Tag(mention, verb, quote.end, mention.end, quote.paragraph, 0.97, kind == "thought")]
            if verb.endswith("ed") and unfinished and verb not in _NO_VERB:
                return [Tag(mention, verb, quote.end, mention.end, quote.paragraph, 0.88)]
        if _BARE.fullmatch(gap) is not None and not mention.possessive:
            direct = _DIRECT.match(plain, mention.end, right)
            verb = direct.group(1) if direct is not None else ""
            kind = verbs.get(verb, "")
            lower_start = gap.strip(" ,—-") == "" and (plain[mention.start].islower() or unfinished)
            if kind and direct is not None:
                strength = 0.95 if kind != "gesture" and lower_start else 0.75
                return [Tag(mention, verb, quote.end, direct.end(), quote.paragraph, strength, kind == "thought")]
            aside = _ASIDE.match(plain, mention.end, right)
            if aside is not None and aside.group(1) in verbs and lower_start:
                return [Tag(mention, aside.group(1), quote.end, aside.end(), quote.paragraph, 0.9)]
            strength = 0.7 if unfinished and inner[-1:] == "," else 0.55
            return [Tag(mention, "", quote.end, mention.end, quote.paragraph, strength)]
    return []


_ANSWER = re.compile(
    r"[\s,—–-]*(?:was|were|came|is|comes|burst from|broke from|fell from) (?:all )?"
    r"(?:(his|her|my)|((?:the|[A-Z])[\w. ]{1,40}?)'s?) (?:[a-z-]+ ){0,2}"
    r"(?:answer|reply|response|retort|rejoinder|exclamation|cry|comment|remark|greeting|question|words|lips|verdict|"
    r"observation|ejaculation|salutation|protest|voice)\b"
)
_HEARD = re.compile(r" (?:could |had |then )?(?:heard|hear) $")
_HEARD_SAY = re.compile(r"'s? voice\b|(?:'s voice)? (?:[a-z]+ly )?([a-z]+)\b")


def _heard(plain: str, quote: Quote, mentions: Sequence[Mention]) -> Tag | None:
    """Read "he heard Ann's voice" and "she heard the man say" behind a quotation: who is heard speaks."""
    if len(mentions) > 1 and _BARE.fullmatch(plain, quote.end, mentions[0].start):
        first, second = mentions[0], mentions[1]
        said = _HEARD_SAY.match(plain, second.end)
        voice = plain[second.start : second.end].endswith("voice")
        if _HEARD.fullmatch(plain, first.end, second.start) and (voice or said is not None):
            return Tag(second, "said", quote.end, second.end, quote.paragraph, 0.9)
    return None


_OWN = {"his": "he", "her": "she", "my": "i"}
_SEXES: dict[str, Sex] = {"his": "male", "her": "female", "my": "unknown"}


def _answered(plain: str, quote: Quote, mentions: Sequence[Mention], right: int) -> list[Tag]:
    """Read "was her answer", "came Ann's reply" and "he heard Ann's voice" behind a quotation."""
    match = _ANSWER.match(plain, quote.end, right)
    if match is None:
        heard = _heard(plain, quote, mentions)
        return [] if heard is None else [heard]
    own = match.group(1)
    mention: Mention
    if own is not None:
        mention = Mention(match.start(1), match.end(1), "pronoun", -1, _SEXES[own], _OWN[own], possessive=True)
    else:
        inside = [m for m in mentions if match.start(2) <= m.start and m.end <= match.end(2) and m.kind != "pronoun"]
        if not inside:
            return []
        mention = inside[-1]
    return [Tag(mention, "answered", quote.end, match.end(), quote.paragraph, 0.9)]


def _before(flow: Flow, quote: Quote, mentions: Sequence[Mention], left: int) -> list[Tag]:
    """Look for the subject of the last clause in front of a quotation."""
    plain, verbs = flow.plain, lexicon().verbs
    segment = plain[left : quote.start]
    cuts = [m.end() for m in SENTENCE_END.finditer(segment)]
    tail = segment.rstrip()
    leads = tail[-1:] in {",", ":"} or tail[-1:].isalpha() or tail.endswith(("--", "—", ":-", ":--"))
    begin = left + (cuts[-1] if cuts else 0)
    if not leads and len(tail) == len(segment[: cuts[-1]].rstrip() if cuts else "") and len(cuts) > 1:
        begin = left + cuts[-2]
    inside = [m for m in mentions if m.start >= begin and not m.possessive]
    if not inside:
        return []
    words = [w for w in _VERB_WORD.finditer(plain, begin, quote.start) if w.group() in verbs]
    if words and leads:
        verb = words[-1]
        subject = _verb_subject(plain, inside, begin, verb)
        kind = verbs[verb.group()]
        strength = 0.93 if quote.start - verb.end() < 50 else 0.75
        tag = Tag(
            subject,
            verb.group(),
            min(subject.start, verb.start()),
            quote.start,
            quote.paragraph,
            strength,
            kind == "thought",
        )
        return [tag]
    acts = first_subject(plain, inside, begin)
    return [] if acts is None else [Tag(acts, "", acts.start, quote.start, quote.paragraph, 0.65 if leads else 0.5)]


def _verb_subject(plain: str, mentions: Sequence[Mention], begin: int, verb: re.Match[str]) -> Mention:
    """Find whose verb it is: the mention right before it, right behind it, or the subject of its clause."""
    ahead = [m for m in mentions if m.end <= verb.start()]
    if ahead and _ADVERBS.fullmatch(plain, ahead[-1].end, verb.start()):
        # In "turning to Ann, said" the comma closes a phrase that holds Ann; its subject stands before it.
        closed = plain[ahead[-1].end : ahead[-1].end + 1] == "," and _clause_subject(plain, ahead[:-1], begin, verb)
        governed = _OBJECT.search(plain, max(begin, ahead[-1].start - 24), ahead[-1].start)
        return closed if closed and governed else ahead[-1]
    behind = [m for m in mentions if verb.end() < m.start <= verb.end() + 2]
    subject = _clause_subject(plain, ahead, begin, verb)
    # In "he looked up and asked Ann softly" Ann hears it.
    if behind and (subject is None or not plain[begin : verb.start()].rstrip().endswith((" and", " then"))):
        return behind[0]
    return subject or mentions[0]


def _clause_subject(plain: str, mentions: Sequence[Mention], begin: int, verb: re.Match[str]) -> Mention | None:
    """Take the last mention that opens a main clause before the verb; else the first that nothing governs."""
    for mention in reversed(mentions):
        joint = plain[max(begin, mention.start - 24) : mention.start]
        opens = mention.start == begin or _CLAUSE_START.search(joint) is not None
        if _RELATIVE.match(plain, mention.end, verb.start()) is not None:
            if opens or not plain[begin : verb.start()].rstrip().endswith(" and"):
                return mention
        elif opens and not _SUBORDINATE.search(joint) and _CLAUSE_GOES_ON.match(plain, mention.end, verb.start()):
            return mention
    return first_subject(plain, mentions, begin)


_CLAUSE_START = re.compile(
    r"(?:[,;:—–(-]|\b(?:and|but|yet|then|so|for|nor|thereupon|here|now|presently|suddenly))"
    r"\s*(?:(?:soon|then|at last|afterwards|presently|now|at length|[a-z]+ly),?\s+){0,2}$"
)
_CLAUSE_GOES_ON = re.compile(r"\s+(?!(?:and|or|with|of|to|in|who)\b)[a-z]|,\s(?!(?:and|or|nor|but|while|when)\b)[a-z]")
_RELATIVE = re.compile(r",\s+who(?:se)?\b")
_ADVERBS = re.compile(
    r",?\s*(?:(?:[a-z]+ly|had|has|then|also|only|just|again|now|at last|at once|soon|merely|"
    r"did|would|could)\s*,?\s*){0,3}"
)
_OBJECT = re.compile(
    r"\b(?:to|at|of|with|for|by|from|on|upon|in|into|after|before|towards?|about|against|beside|behind|than|"
    r"between|and|like|near)\s+$"
)
_SUBORDINATE = re.compile(
    r"\b(?i:when|as|while|that|who|which|whom|if|because|till|until|after|before|though|although|what|how|where|whether|since|"
    r"lest|"
    r"whenever|once)\s+(?:[a-z]+\s+){0,1}$"
)


def first_subject(plain: str, mentions: Sequence[Mention], begin: int) -> Mention | None:
    """Take the first mention that neither a preposition nor a subordinate clause governs."""
    loose: Mention | None = None
    for mention in mentions:
        before = max(begin, mention.start - 24)
        if _OBJECT.search(plain, before, mention.start) is not None:
            continue
        if _SUBORDINATE.search(plain, before, mention.start) is None:
            return mention
        loose = loose or mention
    return loose
