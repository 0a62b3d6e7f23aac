"""Texts of books for the tests, built from sentences of our own."""

from __future__ import annotations

import textwrap
from itertools import count, cycle, islice

SENTENCES = (
    "The lamp in the hall had burned low before anybody thought of the window.",
    "Nobody in the village could remember a winter with so little snow in it.",
    "She put the letter back into the drawer and turned the key twice.",
    "Far below them the river went on talking to the stones, as it always had.",
    "He had never owned a watch, and yet he was never late for supper.",
    "The dog lifted one ear, decided that it was only the wind, and slept again.",
    "There was a smell of apples on the stairs, and of something older than apples.",
    "At the corner they parted without a word, each hoping that the other would turn round.",
    "It took the whole morning to carry the boxes up, and the whole evening to carry them down.",
    "What the clerk had written there no one could read, not even the clerk.",
    "By noon the road was white with dust and empty as far as the mill.",
    "The boy counted the boats twice and came to a different number each time.",
)


class Prose:
    """Paragraphs that never repeat within a book, as its own sequence."""

    def __init__(self) -> None:
        self._sentences = cycle(SENTENCES)
        self._number = count(1)

    def paragraph(self, sentences: int = 6) -> str:
        return (
            " ".join(islice(self._sentences, sentences))
            + f" So ended the matter of the day numbered {next(self._number)}."
        )

    def body(self, paragraphs: int = 5) -> str:
        return "\n\n".join(textwrap.fill(self.paragraph(), 72) for _ in range(paragraphs))


def gutenberg(body: str, title: str = "The Stone Bridge", author: str = "Ann Author") -> str:
    """Set a book between a header and a licence such as Project Gutenberg's."""
    return (
        f"The Project Gutenberg eBook of {title}, by {author}\n\n"
        "This eBook is for the use of anyone anywhere at no cost.\n\n"
        f"Title: {title}\n\nAuthor: {author}\n\nRelease Date: May 1, 2001 [eBook #12345]\n\nLanguage: English\n\n\n"
        f"*** START OF THE PROJECT GUTENBERG EBOOK {title.upper()} ***\n\n\n\n\n{body}\n\n\n\n\n"
        f"*** END OF THE PROJECT GUTENBERG EBOOK {title.upper()} ***\n\n"
        "Updated editions will replace the previous one.\n"
        "\nCHAPTER I of the licence is not a chapter.\n"
    )


def chapters(headings: list[str], *, gap: str = "\n\n\n\n\n", below: str = "\n\n\n", paragraphs: int = 4) -> str:
    """Put a body under each heading."""
    prose = Prose()
    return gap.join(f"{heading}{below}{prose.body(paragraphs)}" for heading in headings)
