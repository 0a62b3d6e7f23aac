"""Books for the benchmarks: as long as wanted, the same in every run, no sentence twice."""

from __future__ import annotations

import random
from pathlib import Path

__all__ = ["WORDS_AN_HOUR", "edit", "write_book"]

WORDS_AN_HOUR = 9000
"""About what an hour of narration holds."""
_WHO = ("the miller", "Ada", "Tom Crane", "the old doctor", "a boy from the harbour", "her aunt", "the clerk", "Ines")
_DID = ("carried", "counted", "forgot", "mended", "looked for", "hid", "painted", "sold", "found", "gave away")
_WHAT = (
    "the lanterns",
    "a green book",
    "two wet ropes",
    "every letter",
    "the brass key",
    "some apples",
    "an old clock",
)
_WHERE = ("behind the mill", "on the stairs", "by the river", "under the bridge", "in the attic", "along the sea wall")
_WHEN = ("before noon", "after the rain", "that same evening", "while nobody looked", "once more", "without a word")
_SAID = ("Did you see that?", "I would not go there alone.", "It is later than you think!", "Nobody asked me.")
_WAYS = ("said", "asked", "whispered", "answered", "cried")
_WORDS_A_PARAGRAPH = 62


def write_book(path: Path, hours: float, chapters: int, seed: int = 1) -> None:
    """Write a plain text book of about ``hours`` of speech in ``chapters`` chapters."""
    draw = random.Random(seed)
    paragraphs = max(1, round(hours * WORDS_AN_HOUR / chapters / _WORDS_A_PARAGRAPH))
    number = 0
    lines = ["The Long Winter at the Mill", "", "by Nobody in Particular", ""]
    for chapter in range(1, chapters + 1):
        lines += [f"Chapter {chapter}", ""]
        for _ in range(paragraphs):
            number += 1
            lines += [_paragraph(draw, number), ""]
    path.write_text("\n".join(lines), "utf-8")


def edit(path: Path) -> None:
    """Change one sentence in the middle of the book."""
    text = path.read_text("utf-8")
    at = text.index(" It was page ", len(text) // 2)
    path.write_text(f"{text[:at]} Nobody had expected it to end like this, and so soon.{text[at:]}", "utf-8")


def _paragraph(draw: random.Random, number: int) -> str:
    if number % 5 == 0:
        who = draw.choice(("Ada", "Ines", "Tom Crane"))
        return f"“{draw.choice(_SAID)}” {draw.choice(_WAYS)} {who}. “{_sentence(draw)}” It was page {number} of it."
    return " ".join([_sentence(draw) for _ in range(5)]) + f" It was page {number} of the story, or near it."


def _sentence(draw: random.Random) -> str:
    words = [draw.choice(part) for part in (_WHO, _DID, _WHAT, _WHERE, _WHEN)]
    return f"{words[0][0].upper()}{words[0][1:]} {words[1]} {words[2]} {words[3]}, {words[4]}."
