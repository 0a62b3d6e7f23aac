"""What a recognizer hears, and how it differs from what should have been said."""

from audiobook.hearing.pieces import RATE
from audiobook.hearing.recognizer import Recognizer, Segment, can_hear, require
from audiobook.hearing.words import Difference, align, compare, word_list

__all__ = [
    "RATE", "Difference", "Recognizer", "Segment", "align", "can_hear", "compare", "require", "word_list",
]  # fmt: skip
