from __future__ import annotations

import pytest

from audiobook.publish.sortnames import sort_person, sort_title


@pytest.mark.parametrize(
    ("title", "language", "filed"),
    [
        ("The Lamp at Kerrow Point", "en-GB", "Lamp at Kerrow Point, The"),
        ("A Tale", "en", "Tale, A"),
        ("Die Verwandlung", "de", "Verwandlung, Die"),
        ("Die Hard", "en", "Die Hard"),
        ("L’Étranger", "fr", "Étranger, L’"),
        ("L'Assommoir", "fr", "Assommoir, L'"),
        ("The", "en", "The"),
        ("Война и мир", "ru", "Война и мир"),
        ("Theodora", "en", "Theodora"),
        ("The Title", "", "The Title"),
    ],
)
def test_a_title_is_filed_without_its_article(title: str, language: str, filed: str) -> None:
    assert sort_title(title, language) == filed


@pytest.mark.parametrize(
    ("name", "filed"),
    [
        ("Lewis Carroll", "Carroll, Lewis"),
        ("J. R. R. Tolkien", "Tolkien, J. R. R."),
        ("Ludwig van Beethoven", "Beethoven, Ludwig van"),
        ("Ursula K. Le Guin", "Le Guin, Ursula K."),
        ("Martin Luther King Jr.", "King, Martin Luther, Jr."),
        ("Лев Толстой", "Толстой, Лев"),
        ("Homer", "Homer"),
        ("the makers of audiobook", "the makers of audiobook"),
        ("The Brontë Society", "The Brontë Society"),
        ("Smith & Sons", "Smith & Sons"),
        ("Carroll, Lewis", "Carroll, Lewis"),
        ("紫式部", "紫式部"),
        ("", ""),
    ],
)
def test_a_person_is_filed_under_the_family_name(name: str, filed: str) -> None:
    assert sort_person(name) == filed
