"""Numbers that name a person are masked in what is typed, whatever marks stand between the digits."""

import re

RUN = re.compile(r"(?<!\d)\+?\d(?:[\s.·_-]?\d){9,18}(?:[\s]?[Xx])?(?!\d)")
WIDE = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
ID_CARD = re.compile(r"[1-9]\d{5}(?:19|20)\d{9}[\dXx]|[1-9]\d{14}")
PHONE = re.compile(r"(?:86)?1[3-9]\d{9}")
CARD = re.compile(r"\d{15,19}")
KINDS = ((PHONE, "［手机号已隐去］"), (ID_CARD, "［证件号已隐去］"), (CARD, "［卡号已隐去］"))
STARS = re.compile(r"\d\*{3,}\w?")
"""What an earlier door left of such a number."""


def masked(text: str) -> tuple[str, bool]:
    """Return the text with such numbers replaced, and whether there were any. Full-width digits count as digits."""
    shown = RUN.sub(_hidden, text.translate(WIDE))
    changed = "已隐去］" in shown
    return (shown if changed else text), changed or bool(STARS.search(text))


def _hidden(match: re.Match[str]) -> str:
    digits = re.sub(r"[^\dXx]", "", match[0])
    return next((sign for pattern, sign in KINDS if pattern.fullmatch(digits)), match[0])
