"""Sentences as reference works write them, class by class; every sentence is our own."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiobook.spoken import normalize

_DATA = Path(__file__).parent / "data" / "spoken"
_PIECE = re.compile(r"\{([^{}|]*)\|([^{}]*)\}")
_APART = re.compile(r"\s*([,;:()\"]|\.$)\s*")
_LINKS = {"and", "the", "of", "a"}


def _sets() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(_DATA.glob("*.txt")):
        name = path.stem
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("== "):
                name = f"{path.stem}: {line[3:]}"
            elif line and not line.startswith("# "):
                found.setdefault(name, []).append(line)
    return found


def _forms(line: str) -> Iterator[tuple[str, set[str]]]:
    """A sentence as it stands and with its punctuation set apart, each with all its right sayings."""
    pieces = _PIECE.split(line)  # text, written, said, text, written, said ... text
    written = [piece for index, piece in enumerate(pieces) if index % 3 != 2]
    said = [
        pieces[index].split("~") if index % 3 == 2 else [pieces[index]]
        for index in range(len(pieces))
        if index % 3 != 1
    ]
    right = {_plain("".join(choice)) for choice in itertools.product(*said)}
    apart = [
        re.sub(r"\s*([,;:()\"]|\.$)\s*", r" \1 ", piece) if index % 2 == 0 else piece
        for index, piece in enumerate(written)
    ]
    yield "".join(written), right
    yield "".join(apart).strip(), right


def _plain(text: str) -> str:
    """Words without case, punctuation and small links; letters spelled one by one are joined."""
    words = re.sub(r"(?<!\w)'|'(?!\w)", " ", re.sub(r"[^\w' ]|_", " ", text.lower().replace("’", "'"))).split()
    kept = ["zero" if word in {"o", "oh"} else word for word in words if word not in _LINKS]
    return re.sub(r"\b(\w) (?=\w\b)", r"\1", " ".join(kept)).replace("'", "")


@pytest.mark.parametrize("name", sorted(_sets()))
def test_every_sentence_of_a_class_is_said_right(name: str) -> None:
    wrong = [
        (written, normalize(written))
        for line in _sets()[name]
        for written, right in _forms(line)
        if _plain(normalize(written)) not in right
    ]
    assert wrong == []


def test_the_list_is_long_enough_to_mean_something() -> None:
    assert sum(map(len, _sets().values())) >= 1400
