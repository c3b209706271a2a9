"""Numbers as people write them: 12, 1.2k, 5w, 12万, 一千二, 两千五, 三万五, 仨, 俩, 半."""

import re

DIGITS = dict(zip("零一二三四五六七八九", range(10), strict=True), 〇=0, 两=2, 俩=2, 仨=3, 壹=1, 贰=2, 叁=3)
UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
SCALES = {"k": 1000, "w": 10_000, "千": 1000, "万": 10_000, "亿": 100_000_000, "百": 100}
CHINESE = "零〇一二三四五六七八九十百千万亿两俩仨壹贰叁"
NUMBER = rf"(?:\d+(?:,\d{{3}})*(?:\.\d+)?\s*[kw千万亿百]?|[{CHINESE}]+)"

_ARABIC = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?)\s*([kw千万亿百]?)")


def number(text: str) -> float | None:
    """Return the value of a number in any notation, None when it is none; whole values come as int."""
    arabic = _ARABIC.fullmatch(text.strip())
    if arabic:
        return _whole(float(arabic[1].replace(",", "")) * SCALES.get(arabic[2], 1))
    return _chinese(text)


def _chinese(text: str) -> int | None:
    if not text or any(char not in CHINESE for char in text):
        return None
    if all(char in DIGITS for char in text) and len(text) > 1:
        return int("".join(str(DIGITS[char]) for char in text))  # 二〇二五
    total, section, digit, last = 0, 0, None, 1
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
            last = 1 if digit == 0 else last
        elif UNITS[char] >= 10_000:
            section = (section + (digit or 0)) or 1
            total, section, digit, last = (total + section) * UNITS[char], 0, None, UNITS[char]
        else:
            section += (1 if digit is None else digit) * UNITS[char]
            digit, last = None, UNITS[char]
    # 一千二 is 1200 and 三万五 is 35000: a digit left over stands one unit lower, unless a zero said otherwise
    rest = 0 if digit is None else digit * (last // 10 if last >= 100 else 1)
    return total + section + rest


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value
