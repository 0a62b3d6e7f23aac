"""English words for figures."""

from __future__ import annotations

__all__ = ["cardinal", "decimal", "digits", "house", "ordinal", "plural", "year"]

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = (
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion",
    "octillion", "nonillion", "decillion",
)  # fmt: skip
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip


def _hundreds(number: int) -> str:
    """Words for 0 < number < 1000."""
    words = []
    if number >= 100:
        words += [_ONES[number // 100], "hundred"]
        number %= 100
    if number >= 20:
        words.append(_TENS[number // 10])
        number %= 10
    if number:
        words.append(_ONES[number])
    return " ".join(words)


def cardinal(number: int | str) -> str:
    """Say a whole number: ``123`` is "one hundred twenty three".

    Args:
        number: A number or its figures; commas and blanks between them are allowed.

    Returns:
        Words; a number beyond decillions is said figure by figure.
    """
    text = str(number).replace(",", "").replace(" ", "")
    sign = "minus " if text.startswith("-") else ""
    text = text.lstrip("+-").lstrip("0") or "0"
    if len(text) > 36:
        return sign + digits(text)
    value = int(text)
    if not value:
        return sign + "zero"
    groups = []
    scale = 0
    while value:
        value, group = divmod(value, 1000)
        if group:
            groups.append(f"{_hundreds(group)} {_SCALES[scale]}".strip())
        scale += 1
    return sign + " ".join(reversed(groups))


def ordinal(number: int | str) -> str:
    """Say a whole number as a rank: ``21`` is "twenty first"."""
    head, _, last = cardinal(number).rpartition(" ")
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return f"{head} {last}".strip()


def digits(text: str, zero: str = "zero") -> str:
    """Say figures one by one; anything that is not a figure is left out."""
    return " ".join(zero if char == "0" else _ONES[int(char)] for char in text if char in "0123456789")


def decimal(text: str) -> str:
    """Say a number that may have commas, a sign and a decimal point: ``-1,000.05``."""
    sign = ""
    if text[:1] in "-−–+":
        sign = "plus " if text[0] == "+" else "minus "
        text = text[1:]
    whole, point, fraction = text.partition(".")
    if not point or not fraction:
        return sign + cardinal(whole)
    return f"{sign}{cardinal(whole) if whole else ''} point {digits(fraction)}".replace("  ", " ").strip()


def year(number: int | str) -> str:
    """Say a year: 1984, 1905 ("nineteen oh five"), 1900, 2000, 2005, 2012, 476, 44."""
    value = int(str(number))
    century, rest = divmod(value, 100)
    if value < 1000 or value > 9999 or value % 1000 < 10:
        if 100 < value < 1000 and rest:
            return f"{cardinal(century)} {cardinal(rest) if rest > 9 else 'oh ' + cardinal(rest)}"
        return cardinal(value)
    if not rest:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' if rest < 10 else ''}{cardinal(rest)}"


def house(figures: str) -> str:
    """Say the number of a house or a room, in pairs: "fourteen twenty eight", "seven oh eight"."""
    if len(figures) < 3 or figures[0] == "0":
        return cardinal(figures) if figures[0] != "0" else digits(figures)
    if len(figures) > 4:
        return digits(figures)
    head, tail = figures[:-2], figures[-2:]
    if tail == "00":
        return cardinal(figures) if head.endswith("0") else f"{cardinal(head)} hundred"
    return f"{cardinal(head)} {'oh ' if tail[0] == '0' else ''}{cardinal(tail)}"


def plural(words: str) -> str:
    """Put the last word of a number or noun in the plural: "nineteen eighties", "sixes", "pennies"."""
    if words.endswith("y") and words[-2:-1] not in "aeiou":
        return words[:-1] + "ies"
    if words.endswith(("x", "s", "ch", "sh")):
        return words + "es"
    return words + "s"
