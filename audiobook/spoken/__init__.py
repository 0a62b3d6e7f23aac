"""Written text to what is said: numbers, abbreviations, names, sentences."""

from audiobook.spoken.lexicon import EMPTY, Entry, Lexicon
from audiobook.spoken.saying import Spoken, normalize, say
from audiobook.spoken.segment import clauses, sentences

__all__ = ["EMPTY", "Entry", "Lexicon", "Spoken", "clauses", "normalize", "say", "sentences"]
