"""Which script a text is written in, and which scripts a language is written in.

Latin letters stand in titles of every language, so they contradict none.
"""

from __future__ import annotations

import re

_RANGES = {
    "Kana": "\u3041-\u309f\u30a1-\u30ff\uff66-\uff9d",
    "Hani": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "Hang": "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3",
    "Cyrl": "\u0400-\u052f",
    "Grek": "\u0370-\u03ff\u1f00-\u1fff",
    "Arab": "\u0620-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Hebr": "\u05d0-\u05f2\ufb1d-\ufb4f",
    "Thai": "\u0e01-\u0e5b",
    "Deva": "\u0900-\u097f",
    "Geor": "\u10a0-\u10ff",
    "Armn": "\u0531-\u058f",
}
_NAMES = {
    "Kana": "Japanese",
    "Hani": "Chinese",
    "Hang": "Korean",
    "Cyrl": "Cyrillic",
    "Grek": "Greek",
    "Arab": "Arabic",
    "Hebr": "Hebrew",
    "Thai": "Thai",
    "Deva": "Devanagari",
    "Geor": "Georgian",
    "Armn": "Armenian",
}
_LANGUAGES = {
    "Kana": "ja",
    "Hani": "zh ja ko yue cmn wuu nan hak lzh",
    "Hang": "ko",
    "Cyrl": "ru uk be bg sr mk kk ky mn tg tt ba bs uz az cv os ab ce sah udm kv cu mo tk ku sh",
    "Grek": "el grc",
    "Arab": "ar fa ur ps sd ug ku ckb ks pa ms az uz tr ha so arz apc ary arb aeb arq ajp acm afb"
    " acw ayl prs pes pbt pnb bal mzn glk lrc azb kk ky dv",
    "Hebr": "he yi lad iw ji jrb arc",
    "Thai": "th",
    "Deva": "hi mr ne sa kok mai bho sd ks doi brx",
    "Geor": "ka",
    "Armn": "hy",
}
_SUBTAGS = {
    "jpan": {"Kana", "Hani"},
    "hira": {"Kana"},
    "kana": {"Kana"},
    "kore": {"Hang", "Hani"},
    "hans": {"Hani"},
    "hant": {"Hani"},
    "hani": {"Hani"},
    "latn": set(),
    **{name.lower(): {name} for name in ("Hang", "Cyrl", "Grek", "Arab", "Hebr", "Thai", "Deva")},
}
_find = {name: re.compile(f"[{chars}]+") for name, chars in _RANGES.items()}
_letters = re.compile(r"[^\W\d_]")
_spoken = {name: frozenset(tags.split()) for name, tags in _LANGUAGES.items()}


def foreign_script(text: str, language: str) -> str | None:
    """The name of the script in which most letters of a text are written, if it is none in which
    the language (an IETF tag) is written; ``None`` where the two agree, or nobody can tell."""
    if text.isascii():
        return None
    counts = {name: sum(map(len, found.findall(text))) for name, found in _find.items()}
    if 2 * sum(counts.values()) <= len(_letters.findall(text)):
        return None
    name = "Kana" if counts["Kana"] else max(counts, key=lambda one: counts[one])
    tag, *rest = language.lower().split("-")
    scripts = next((_SUBTAGS[part] for part in rest if part in _SUBTAGS), None)
    agrees = tag in _spoken[name] if scripts is None else name in scripts
    return None if agrees else _NAMES[name]
