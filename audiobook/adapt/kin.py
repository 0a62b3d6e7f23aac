"""Nouns for people: whom "her father" or "the priest" means when it is somebody with a name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from audiobook.adapt.cast import Figure
from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.mentions import Mention

__all__ = ["CALLS", "COUPLES", "GENERIC", "KIN", "Kin", "head_noun", "links"]

KIN = lexicon().groups["kin"]
GENERIC = lexicon().groups["generic-people"]
"""Nouns that narration uses for people who have a name, for variety."""
_PAIRS = (
    ("uncle", "aunt"),
    ("father", "mother"),
    ("papa", "mamma"),
    ("grandfather", "grandmother"),
    ("host", "hostess"),
)
COUPLES = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
"""Nouns for two people who are man and wife."""
CALLS = {
    **dict.fromkeys(("papa", "dad", "daddy"), "father"),
    **dict.fromkeys(("mamma", "mama", "mum", "mummy"), "mother"),
    **dict.fromkeys(("grandpa",), "grandfather"),
    **dict.fromkeys(("grandma", "granny"), "grandmother"),
    "auntie": "aunt",
}
"""What people are called to their faces -> what the narration calls them."""
_TITLES = {"dr": "doctor", "prof": "professor", "capt": "captain", "col": "colonel", "gen": "general"}
"""Titles that are written short before a name -> the noun for whoever bears them."""
_STYLES = {"lady": "ladyship", "lord": "lordship"}
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
            for title in mention.text.split()[:-1]:
                word = _TITLES.get(title, title)
                if word in roles:
                    found[word][mention.figure] += 2
                if word in _STYLES:
                    found[_STYLES[word]][mention.figure] += 2
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

    def relatives(self, figure: int) -> Sequence[int]:
        """List those of one family name."""
        return self._relatives.get(figure, ())

    def fits(self, noun: str, figure: int, owner: int) -> bool:
        """Tell whether ``figure`` may be the ``noun`` of ``owner`` by their names."""
        if owner not in self._relatives.get(figure, ()):
            return False
        mine, theirs = self._figures[figure], self._figures[owner]
        married, wed = (any("mrs" in form for form in one.forms) for one in (mine, theirs))
        lady = married or any("lady" in form for form in mine.forms)
        elder = married or not mine.given
        tests = {
            ("wife", "lady"): lady and theirs.sex == "male",
            ("husband",): wed and mine.sex == "male",
            ("father", "mother", "papa", "mamma", "mama"): elder and not wed and bool(theirs.given),
            ("sister", "brother"): bool(mine.given and theirs.given) or {mine.sex, theirs.sex} == {"male", "female"},
            ("son", "daughter"): bool(mine.given) and (wed or not theirs.given),
        }
        return any(noun in nouns and holds for nouns, holds in tests.items())
