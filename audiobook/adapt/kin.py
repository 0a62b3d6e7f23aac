"""Nouns for people: whom "her father" or "the priest" means when it is somebody with a name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from audiobook.adapt.cast import Figure
from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.mentions import Mention

__all__ = ["GENERIC", "KIN", "Kin", "head_noun", "links"]

KIN = frozenset(
    "father mother brother sister husband wife lady son daughter uncle aunt cousin niece nephew mamma mama papa friend "
    "companion lover grandfather grandmother brother-in-law sister-in-law guest visitor hostess host".split()
)
GENERIC = frozenset(
    "man woman girl boy lady gentleman fellow lad child person youth speaker voice other creature chap young one lass maiden "
    "damsel youngster stranger owner listener hearer questioner interlocutor writer author dame baby twin newcomer".split()
)
"""Nouns that narration uses for people who have a name, for variety."""
_JOINT = re.compile(r"\s*,?\s*(?:who was\s+|was\s+|is\s+)?$")


def head_noun(mention: Mention) -> str:
    """Take the noun of a noun phrase."""
    return mention.text.rsplit(" ", 1)[-1].lower()


def links(flow: Flow, mentions: Sequence[Mention]) -> dict[str, Counter[int]]:
    """Count which names the book ties to which nouns: "Reynolds, the housekeeper", "her aunt Gardiner", "Uncle Ben"."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    roles = lexicon().roles
    previous: Mention | None = None
    for mention in mentions:
        if mention.kind == "name":
            for word in mention.text.split()[:-1]:
                if word in roles:
                    found[word][mention.figure] += 2
        if previous is not None and {mention.kind, previous.kind} == {"name", "role"} and not previous.possessive:
            name, role = (previous, mention) if previous.kind == "name" else (mention, previous)
            gap = flow.plain[previous.end : mention.start]
            if len(gap) < 12 and _JOINT.fullmatch(gap) and (gap.strip() or role is previous):
                found[head_noun(role)][name.figure] += 1
        previous = mention
    return found


class Kin:
    """Family ties by surname: Mr. and Mrs. of one name, and those with a given name beside them."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        families: defaultdict[str, list[int]] = defaultdict(list)
        for i, figure in enumerate(figures):
            if figure.family:
                families[figure.family].append(i)
        self._relatives: dict[int, list[int]] = {}
        self._figures = figures
        for members in families.values():
            for i in members:
                self._relatives[i] = [j for j in members if j != i]

    def fits(self, noun: str, figure: int, owner: int) -> bool:
        """Tell whether ``figure`` may be the ``noun`` of ``owner`` by their names."""
        if owner not in self._relatives.get(figure, ()):
            return False
        mine, theirs = self._figures[figure], self._figures[owner]
        elder = not mine.given or any("mrs" in form for form in mine.forms)
        if noun in {"wife", "lady"}:
            return any("mrs" in form or "lady" in form for form in mine.forms) and theirs.sex == "male"
        if noun == "husband":
            return mine.sex == "male" and any("mrs" in form for form in theirs.forms)
        if noun in {"father", "mother", "papa", "mamma", "mama"}:
            return elder and bool(theirs.given) and not any("mrs" in form for form in theirs.forms)
        if noun in {"sister", "brother"}:
            return bool(mine.given) and bool(theirs.given)
        if noun in {"son", "daughter"}:
            return bool(mine.given) and (not theirs.given or any("mrs" in form for form in theirs.forms))
        return False
