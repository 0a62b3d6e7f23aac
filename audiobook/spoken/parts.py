"""Parts of speech that the words around a word make sure, in English."""

from __future__ import annotations

import re
from functools import cache

__all__ = ["MODAL", "VERB", "named", "shown"]

MODAL = (
    r"\b(?:will|would|can|could|may|might|must|shall|should|did|does|do|cannot|please|let's|I'll|we'll|they'll|you'll|he'll|she'll"
    r"|I'd|he'd|she'd|they'd|(?:did|do|does|would|could|ca|wo|should|must|might)n't)"
    r"(?: (?:not|never|also|always|often|only|then|even|fully|further))? ~"
    r"(?! (?:to (?:it|the) (?:that|fact)|of|was|is|were)\b)"
)
"""What goes before "~", the word, when it can only be a verb: "does not object"."""
VERB = (
    r"\b(?:some|many|most|few|others|both|people|women|men|who|they|we|I|to"
    r"|[a-z]{2,}(?<!es)[a-rtv-z]s|[a-z]{2,}(?:sts|ers|ors|ies|ches|shes|les|ves|res|mes|nes|tes|ces|ges|ses)) "
    r"~(?= (?:the|an?|his|her|its|their|our|your|my|it|him|them|us|me|you|this|that|these|those|each|all|any"
    r"|himself|themselves|with|to|there"
    r"|here|against|into)\b)"
)
"""A verb where a plural is its subject and an object follows: "artists record there", "some abuse it"."""

_DETERMINER = (
    r"the|an?|my|your|his|her|its|our|their|this|that|these|those|no|any|each|every|another|such|whose|what|\w+'s"
    r"|some|many|several|few|both|all|two|three|four|five"
)
_PREPOSITION = (
    r"of|in|on|at|for|with|from|by|about|without|into|onto|under|over|after|before|against|through|between|than"
)
_DEGREE = r"very|so|too|quite|rather|more|most|less|as|how|am|is|are|was|were|be|been|being|seem(?:s|ed)?|feels?|felt"
_OBJECT = r"the|an?|his|her|its|their|our|your|my|it|him|them|us|me|himself|herself|themselves"
_CLOSED = (
    r"of|in|on|at|for|with|from|by|to|and|or|but|nor|is|are|was|were|be|been|has|have|had|will|would|can|could|may|might|must"
    r"|shall|should|did|does|do|that|which|who|when|where|if|as|than|then|so|not|now|here|there|again|before|after|until|while"
)
_ENDED = rf"(?=\s*(?:$|[^\w\s])|\s+(?:{_CLOSED})\b)"

_RULES = (
    (MODAL, ("verb",)),
    (r"\b(?:to|I|you|we|they|he|she|who) ~(?!\s+(?:of|is|was|were|has|had)\b)", ("verb",)),
    (VERB, ("verb",)),
    (rf"\b(?:{_DETERMINER}|{_PREPOSITION}) ~{_ENDED}", ("noun", "adjective")),
    (rf"\b(?:{_DETERMINER}) ~", ("adjective", "noun")),
    (rf"\b(?:{_PREPOSITION}) ~", ("noun", "adjective")),
    (rf"\b(?:{_DEGREE}) ~", ("adjective", "noun")),
    (rf"\b(?:{_DETERMINER})(?: [\w-]+){{1,2}} ~{_ENDED}", ("noun",)),
    (rf"(?:^|[\w,;] |[.!?:\"] )~ (?:{_OBJECT})\b", ("verb",)),
    (rf"(?:^|\w )~ (?:{_CLOSED})\b", ("noun",)),
    (rf"\b(?:{_DETERMINER})(?: [\w-]+)? [\w-]*[^\Ws] ~", ("noun",)),
)
"""Context, and the parts of speech that it shows, the likeliest first; the first rule that fits counts."""
_TAGS = {"n": "noun", "v": "verb", "j": "adjective", "aj": "adjective", "adj": "adjective"}
"""How names of parts of speech begin: words, and tags of the Penn, CLAWS and Universal sets."""
_TAG = re.compile("adj|aj|j|n(?!um)|v", re.IGNORECASE)
_WINDOW = 80
"""Characters before a word that may show what it is; half as many behind it."""


def named(part: str) -> str:
    """Return noun, verb or adjective for what people and programs write (n., VBZ, ADJ, "proper noun"), else nothing."""
    starts = (_TAG.match(word) for word in part.split())
    return next((_TAGS[start[0].lower()] for start in starts if start), "")


def shown(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return what a word may be by the words around it, the likeliest first; empty where they leave it open.

    Args:
        text: English, with straight apostrophes.
        start: where the word begins.
        end: where it ends.
    """
    before, after = text[max(0, start - _WINDOW) : start], text[end : end + _WINDOW // 2]
    context = f"{before.replace('~', ' ')}~{after.replace('~', ' ')}"
    return next((parts for pattern, parts in _compiled() if pattern.search(context)), ())


@cache
def _compiled() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(pattern, re.IGNORECASE), parts) for pattern, parts in _RULES)
