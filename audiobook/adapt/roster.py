"""Everybody who may speak: people with names, the narrator, and people known by a noun only."""

from __future__ import annotations

from dataclasses import dataclass, field

from audiobook.adapt.cast import Figure
from audiobook.adapt.mentions import Mention

__all__ = ["Roster"]

_INDEFINITE = frozenset({"a", "an", "this", "that", "another", "one"})


@dataclass(slots=True)
class Roster:
    """Figures by index; those with a noun for a name join when a tag names them."""

    figures: list[Figure]
    narrator: int = -1
    """Index of the first-person narrator, -1 when there is none."""
    first_person: frozenset[int] = frozenset()
    """Chapters that the narrator tells."""
    roles: dict[str, int] = field(default_factory=dict)
    """Noun phrase -> index; one figure for the whole book, as a voice that returns."""

    def role(self, mention: Mention) -> int:
        """Find or add somebody known by a noun only."""
        shown = _phrase(mention)
        phrase = shown.lower()
        if phrase not in self.roles:
            same = self._titled(phrase)
            if same >= 0:
                self.roles[phrase] = same
                return same
            figure = Figure("", "", mention.sex, role=True)
            form = tuple(phrase.split())
            figure.forms[form] += 1
            figure.shown[form] = shown[:1].upper() + shown[1:]
            self.roles[phrase] = len(self.figures)
            self.figures.append(figure)
        return self.roles[phrase]

    def _titled(self, phrase: str) -> int:
        """Find who is called by the noun alone as by a name: "the duchess" is "Duchess"; -1 when nobody is."""
        form = tuple(phrase.removeprefix("the ").split())
        if len(form) != 1 or not phrase.startswith("the "):
            return -1
        return next((i for i, figure in enumerate(self.figures) if form in figure.forms and not figure.role), -1)

    def who(self, mention: Mention, chapter: int) -> int:
        """Find who is meant by a name, the narrator's I or a noun that tags speech; -1 for anybody else."""
        if mention.kind == "name":
            return mention.figure
        if mention.kind == "role":
            return self.roles.get(_phrase(mention).lower(), -1)
        return self.narrator if mention.text == "i" and chapter in self.first_person else -1


def _phrase(mention: Mention) -> str:
    """Write a noun phrase as a name: "a tall man" becomes "the tall man"."""
    words = mention.text.split()
    first = words[0].lower()
    if words[1:2] == ["of"]:
        return "one of them"
    words[0] = "the" if first in _INDEFINITE else first
    return " ".join(words)
