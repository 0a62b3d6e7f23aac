"""Whom a noun beside speech means: "her father", "the painter", "his lady"."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from audiobook.adapt.context import Context
from audiobook.adapt.flow import Flow
from audiobook.adapt.focus import owner_sex
from audiobook.adapt.kin import CALLS, COUPLES, GENERIC, KIN, Kin, head_noun, links
from audiobook.adapt.mentions import Mention
from audiobook.adapt.roster import Roster
from audiobook.adapt.tags import Tag
from audiobook.adapt.turns import Turn

__all__ = ["NEW", "TOLD", "Features", "Nouns"]

Features = dict[int, dict[str, float]]
"""Figure -> name of a feature -> value."""
TOLD = 0.7
"""Strength from which a tag counts as telling who speaks."""
NEW = 0.05
"""Weight of somebody who is not about at all."""
_OWNER = 0.3
"""Share from which the family of whoever a noun is tied to is thought of."""


class Nouns:
    """Knows what the book ties to nouns for people, and weighs the candidates of a turn that one tags."""

    def __init__(
        self,
        flow: Flow,
        turns: Sequence[Turn],
        mentions: Sequence[Mention],
        roster: Roster,
        focus: Mapping[int, dict[int, float]],
        scenes: Sequence[Context],
    ) -> None:
        self.turns, self.roster, self.focus, self.scenes = turns, roster, focus, scenes
        self.owners_named = {m.start: m.figure for m in mentions if m.kind == "name" and m.possessive}
        self.often: Counter[int] = Counter()
        for turn in turns:
            for tag in turn.tags[:1]:
                if tag.mention.kind == "role" and tag.strength >= TOLD:
                    self.often[roster.role(tag.mention)] += 1
        self.parity = self._parity()
        self.links = links(flow, mentions)
        self.kin = Kin(roster.figures)
        self.bearers = self._bearers(mentions)
        """Noun -> those whom the book most often gives it."""

    def _parity(self) -> dict[int, Counter[int]]:
        """Count, for each noun, who is named two turns away from it less who is named one turn away.

        In an alternating conversation "the painter" speaks in the turns that are otherwise Basil's, and never
        next to one of Basil's.
        """
        found: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for n, turn in enumerate(self.turns):
            if not turn.tags or turn.tags[0].mention.kind != "role" or turn.tags[0].strength < TOLD:
                continue
            role = self.roster.role(turn.tags[0].mention)
            for step, weight in ((-2, 1), (2, 1), (-1, -2), (1, -2)):
                m = n + step
                if not 0 <= m < len(self.turns) or abs(self.turns[m].first - turn.first) > 2 * abs(step):
                    continue
                for tag in self.turns[m].tags[:1]:
                    if tag.mention.kind == "name" and tag.strength >= TOLD:
                        found[role][tag.mention.figure] += weight
        return found

    def _bearers(self, mentions: Sequence[Mention]) -> dict[str, frozenset[int]]:
        """Find who in the book is a father, a mother, an aunt: by the names its narration gives them."""
        votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
        owned = [m for m in mentions if m.kind == "role" and m.start in self.focus and head_noun(m) in KIN]
        for mention in owned:
            noun = head_noun(mention)
            for owner, share in self.focus[mention.start].items():
                for figure in self.kin.relatives(owner) if share >= _OWNER else ():
                    if self.roster.figures[figure].sex == mention.sex and self.kin.fits(noun, figure, owner):
                        votes[noun][figure] += 1
        for noun in KIN & self.links.keys():
            votes[noun].update(self.links[noun])
        found = {
            noun: frozenset(figure for figure, count in ones.items() if 2 * count >= max(ones.values()))
            for noun, ones in votes.items()
        }
        nobody: frozenset[int] = frozenset()
        return found | {calls: found.get(calls, nobody) | found.get(noun, nobody) for calls, noun in CALLS.items()}

    def _owners(self, n: int, mention: Mention) -> dict[int, float]:
        """Share out whom "her" in "her father" means: those in focus, and those whom tags beside it name."""
        named = self.owners_named.get(mention.start, -1)
        if named >= 0:
            return {named: 1.0}
        sex = owner_sex(mention)
        if sex == "unknown":
            return {}
        owners = defaultdict(float, self.focus.get(mention.start, {}))
        for one in self._beside(n):
            if one.sex == sex:
                owners[one.figure] += 0.5
        # Whom the speech calls is the other party, hers who is "her father"; whom the turn before calls is not.
        for figure in self.scenes[n].called:
            if self.roster.figures[figure].sex in {"unknown", sex}:
                owners[figure] += 1.0
        for figure in self.scenes[n - 1].called if n else ():
            if figure in owners:
                owners[figure] *= 0.3
        total = sum(owners.values())
        return {figure: share / total for figure, share in owners.items()}

    def _beside(self, n: int) -> list[Mention]:
        """List the names that tag the turns next to one."""
        near = [m for m in (n - 1, n + 1) if 0 <= m < len(self.turns)]
        tags = [t for m in near if abs(self.turns[m].first - self.turns[n].first) <= 2 for t in self.turns[m].tags[:1]]
        return [tag.mention for tag in tags if tag.strength >= TOLD and tag.mention.figure >= 0]

    def _tied(self, noun: str, mention: Mention) -> Counter[int]:
        """Count who is tied to a noun; the husband of an aunt is an uncle, the wife of a father is a mother."""
        tied = Counter(self.links.get(noun, Counter()))
        other = COUPLES.get(noun, "")
        if not other:
            return tied
        phrase = mention.text.lower().removesuffix(noun) + other
        for figure in self.links.get(other, Counter()) + self.parity.get(self.roster.roles.get(phrase, -1), Counter()):
            for spouse in self.kin.relatives(figure):
                if self.kin.fits("husband" if mention.sex == "male" else "wife", spouse, figure):
                    tied[spouse] += 1
        return tied

    def invite(self, n: int, tag: Tag, found: Features, told: str) -> None:
        """Think of the family of whoever the noun is tied to, were they about or not."""
        noun, owners = head_noun(tag.mention), self._owners(n, tag.mention)
        for owner, share in owners.items():
            for figure in self.kin.relatives(owner) if noun in KIN and share >= _OWNER else ():
                if self.kin.fits(noun, figure, owner) and self.roster.figures[figure].sex == tag.mention.sex:
                    found.setdefault(figure, {f"cast_{told}": math.log(NEW)})

    def weigh(self, n: int, tag: Tag, found: Features, told: str) -> None:
        """Weigh those who may be meant by the noun, and somebody who has no other name."""
        noun, owners = head_noun(tag.mention), self._owners(n, tag.mention)
        company = list(found)
        for figure, share in owners.items():
            if figure in found:
                found[figure]["role_owner"] = share
        index = self.roster.role(tag.mention)
        parity, tied = self.parity.get(index, Counter()), self._tied(noun, tag.mention)
        for figure in company:
            features = found[figure]
            if parity[figure] > 0:
                features["role_parity"] = math.log1p(parity[figure])
            if tied[figure]:
                features["role_link"] = math.log1p(tied[figure])
            if noun in KIN:
                fits = self._related(noun, figure, owners, company, features)
                if fits or not tied[figure]:
                    features["role_kin" if fits else "role_stranger"] = tag.strength
        features = found.setdefault(index, {f"cast_{told}": math.log(NEW)})
        kind = "role_self_kin" if noun in KIN else "role_self_any" if noun in GENERIC else "role_self"
        features[kind] = tag.strength
        features["role_often"] = math.log1p(self.often[index])
        for name in ("role_stranger", "no_sex", "other_sex"):
            features.pop(name, None)

    def _related(
        self, noun: str, figure: int, owners: Mapping[int, float], company: Sequence[int], features: dict[str, float]
    ) -> bool:
        """Weigh somebody as this relative of the noun's owner; tell whether they are that of anybody about."""
        tie = sum(share for owner, share in owners.items() if owner != figure and self.kin.fits(noun, figure, owner))
        if tie:
            features["role_tie"] = tie
        if figure in self.bearers.get(noun, ()):
            features["role_bearer"] = 1.0
        return any(self.kin.fits(noun, figure, owner) for owner in company if owner != figure)
