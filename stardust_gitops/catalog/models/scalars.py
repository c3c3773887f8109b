"""Scalar types of the models. Every value arrives as the text that stands in the YAML file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal, NoReturn
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticCustomError

from stardust_gitops.catalog.suggest import did_you_mean
from stardust_gitops.catalog.vocabulary import allowed, mead_values, territories
from stardust_gitops.identifiers import dpid, grid, icpn, ipi, isni, isrc, iswc


class Model(BaseModel):
    """Base of all file models: unknown keys are errors, instances do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


_is_instant = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
).fullmatch
_FIRST_YEAR, _LAST_YEAR = "1850", "2199"
_is_day = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch
_is_offset = re.compile(r"[+-][0-9]{1,4}d").fullmatch
_is_group = re.compile(r"[A-Z][A-Z0-9_]{2,}").fullmatch
_is_name = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}").fullmatch
# The pattern of ERN 4.x for LanguageAndScriptCode: an IETF tag such as en, ja-Jpan, pt-BR.
_is_language = re.compile(
    r"[a-zA-Z]{2,3}(-[a-zA-Z]+)?(-[a-zA-Z]{2}|-[0-9]{3})?(-[a-zA-Z][a-zA-Z0-9]{4,})?"
).fullmatch


Check = Callable[[str], str]
"""Returns the value as it is stored, or ends with `refuse`."""


def refuse(code: str, message: str, remedy: str) -> NoReturn:
    """End validation of a value with a coded finding; `catalog.findings` reads it back."""
    raise PydanticCustomError(
        code,
        "{message}",
        {"message": message, "remedy": remedy},
    )


# Controls, bidirectional overrides and isolates, lone surrogates, and the byte-order mark.
_HOSTILE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def checked_text(value: str) -> str:
    """A text on one line without what nobody sees, in NFC."""
    if not value or value != value.strip():
        if not value.strip():
            refuse("SG1105", "the text is empty", "give a value or remove the key")
        refuse("SG1106", "the text begins or ends with a blank", "remove the blank")
    bad = _HOSTILE.search(value)
    if bad:
        refuse(
            "SG1107",
            f"the text holds the invisible character U+{ord(bad.group()):04X}",
            "remove it; it is often pasted along unseen",
        )
    if "\n" in value or "\t" in value:
        refuse("SG1107", "the text holds a line break or a tab", "write it on one line")
    return value if unicodedata.is_normalized("NFC", value) else unicodedata.normalize("NFC", value)


def _flag(value: Any) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    if isinstance(value, bool):
        return value
    refuse("SG1108", f"{value!r} is neither true nor false", "write true or false")


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    refuse("SG1109", f"{value!r} is not a whole number", "write digits only")


def _positive(value: Any) -> int:
    number = _whole(value)
    if number < 1:
        refuse("SG1109", f"{value!r} is less than 1", "write a whole number from 1")
    return number


def _given(value: Any) -> Any:
    """A key whose value was forgotten: what is left out means much, as in everywhere or at once."""
    if value is None:
        refuse("SG1103", "the key has no value", "give a value or remove the key")
    return value


def _identifier(code: str, name: str, normalise: Check) -> Check:
    def check(value: str) -> str:
        try:
            return normalise(value)
        except ValueError as error:
            refuse(code, f"{value!r} is no {name}: {error}", f"give the right {name}")

    return check


def _date(value: str) -> str:
    if not _is_day(value):
        refuse("SG1110", f"{value!r} is no date", "write it as 2026-12-04")
    _check_year(value)
    try:
        date.fromisoformat(value)
    except ValueError as error:
        refuse(
            "SG1110", f"{value!r} is no date of the calendar: {error}", "write a day that exists"
        )
    return value


def _check_year(value: str) -> None:
    """Nothing recorded is older; and a day or a zone more is a date still."""
    if not _FIRST_YEAR <= value[:4] <= _LAST_YEAR:
        years = f"{_FIRST_YEAR} to {_LAST_YEAR}"
        refuse("SG1110", f"{value!r} is not in the years {years}", "correct the year")


def _instant(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value) if _is_instant(value) else None
    except ValueError:
        moment = None
    if moment is None:
        refuse(
            "SG1111",
            f"{value!r} is neither a date nor an instant",
            "write 2026-12-04, or 2026-12-04T09:00, or 2026-12-04T09:00+01:00",
        )
    _check_year(value)
    if moment.tzinfo is None:
        return moment.isoformat(timespec="seconds")
    utc = moment.astimezone(ZoneInfo("UTC"))
    return utc.isoformat(timespec="seconds").replace("+00:00", "Z")


def _moment(value: str) -> str:
    return _date(value) if "T" not in value else _instant(value)


def _when(value: str) -> str:
    if _is_offset(value):
        return value
    return _moment(value)


def _duration_days(value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,3}d", value):
        refuse("SG1112", f"{value!r} is no number of days", "write it as 5d")
    return int(value[:-1])


def _amount(value: str) -> str:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,4})?", value) or amount <= 0:
        refuse("SG1113", f"{value!r} is no price", "write it as 4.20")
    return value


def _currency(value: str) -> str:
    if not re.fullmatch(r"[A-Z]{3}", value):
        refuse("SG1114", f"{value!r} is no ISO 4217 currency code", "write it as EUR")
    return value


def _language(value: str) -> str:
    if not _is_language(value):
        refuse("SG1115", f"{value!r} is no language tag", "write an IETF tag such as en or ja-Jpan")
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # unknown, malformed, the name of a folder
        refuse("SG1116", f"{value!r} is no time zone", "write an IANA name such as Europe/London")
    return value


def _territory(value: str) -> str:
    if value in territories() or _is_group(value):
        return value  # a longer name is a group of stardust.yaml, looked up when it is resolved
    hint = "GB" if value.upper() == "UK" else did_you_mean(value.upper(), territories())
    refuse(
        "SG1305",
        f"{value!r} is no territory",
        f"did you mean {hint}?" if hint else "use ISO 3166-1 alpha-2 codes, Worldwide or a group",
    )


_USER_DEFINED = "UserDefined"
"""Stands for a word of one's own and its namespace, which nothing here has a place for."""


def _one_of(
    set_name: str,
    noun: str,
    *,
    without: frozenset[str] = frozenset(),
    values_of: Callable[[str], frozenset[str]] = allowed,
) -> Check:
    def check(value: str) -> str:
        values = values_of(set_name) - without
        if value in values:
            return value
        if value == _USER_DEFINED:
            refuse(
                "SG1311",
                f"{value} by itself names no {noun}",
                f"use DDEX's value for the {noun} that comes nearest",
            )
        hint = did_you_mean(value, values)
        refuse(
            "SG1306",
            f"{value!r} is no {noun} of DDEX",
            f"did you mean {hint}?" if hint else f"use one of DDEX's values for {noun}",
        )

    return check


def _recording_types(_: str) -> frozenset[str]:
    return allowed("SoundRecordingType") | allowed("VideoType")


def _key(value: str) -> str:
    if not re.fullmatch(r"[A-G](b|#)? (major|minor)", value):
        refuse("SG1129", f"{value!r} is no key", "write it as  C minor  or  F# major")
    return value


def _time_signature(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]?/(1|2|4|8|16|32)", value):
        refuse("SG1129", f"{value!r} is no time signature", "write it as  4/4  or  6/8")
    return value


def _duration(value: str) -> str:
    if not re.fullmatch(r"([1-9][0-9]?:[0-5])?[0-9]:[0-5][0-9]|[1-5][0-9]:[0-5][0-9]", value):
        refuse("SG1122", f"{value!r} is no duration", "write minutes and seconds as 3:45")
    return value


def _seconds(value: Any) -> int:
    text = str(value)
    if not re.fullmatch(r"[0-9]{1,5}|([0-9]{1,2}:)?[0-9]{1,2}:[0-5][0-9]", text):
        refuse(
            "SG1122", f"{text!r} is no number of seconds", "write it as 45, or in minutes as 0:45"
        )
    seconds = 0
    for part in text.split(":"):
        seconds = seconds * 60 + int(part)
    return seconds


def _length(value: Any) -> int:
    seconds = _seconds(value)
    if not seconds:
        refuse("SG1122", "nothing is no duration", "write a second at least, or remove it")
    return seconds


def _share(value: str) -> str:
    if not re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,6})?", value) or not Decimal(value):
        refuse(
            "SG1128",
            f"{value!r} is no share of rights",
            "write percent as 50 or 33.333333, above 0 and below 100; leave a whole one out",
        )
    return format(Decimal(value).normalize(), "f")


def _keyword(value: str) -> str:
    if "," in value:
        refuse("SG1123", f"{value!r} holds a comma", "write each keyword by itself")
    return value


def _name(value: str) -> str:
    if not _is_name(value):
        refuse("SG1117", f"{value!r} is no name", "use lower-case letters, digits, - _ and .")
    return value


Text = Annotated[str, AfterValidator(checked_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole)]
Positive = Annotated[int, BeforeValidator(_positive)]
Given = BeforeValidator(_given)
"""Marks an optional key that stands for a decision: it may be left out, but not left empty."""
Days = Annotated[int, BeforeValidator(_duration_days)]
Icpn = Annotated[str, AfterValidator(_identifier("SG1301", "ICPN", icpn.normalise))]
Isrc = Annotated[str, AfterValidator(_identifier("SG1302", "ISRC", isrc.normalise))]
Isni = Annotated[str, AfterValidator(_identifier("SG1303", "ISNI", isni.normalise))]
Ipi = Annotated[str, AfterValidator(_identifier("SG1307", "IPI name number", ipi.normalise))]
Iswc = Annotated[str, AfterValidator(_identifier("SG1308", "ISWC", iswc.normalise))]
Grid = Annotated[str, AfterValidator(_identifier("SG1310", "GRid", grid.normalise))]
Dpid = Annotated[str, AfterValidator(_identifier("SG1304", "DPID", dpid.normalise))]
Date = Annotated[str, AfterValidator(_date)]
Moment = Annotated[str, AfterValidator(_moment)]
When = Annotated[str, AfterValidator(_when)]
Amount = Annotated[str, AfterValidator(_amount)]
Currency = Annotated[str, AfterValidator(_currency)]
Language = Annotated[str, AfterValidator(_language)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Territory = Annotated[str, AfterValidator(_territory)]
Name = Annotated[str, AfterValidator(_name)]
_DEFINED = frozenset({_USER_DEFINED})
ReleaseType = Annotated[
    str, AfterValidator(_one_of("ReleaseType_ERN4", "release type", without=_DEFINED))
]
ContributorRole = Annotated[
    str, AfterValidator(_one_of("ContributorRole", "contributor role", without=_DEFINED))
]
_VAGUE = _DEFINED | {"Unknown"}  # which says nothing
InstrumentType = Annotated[
    str, AfterValidator(_one_of("InstrumentType", "instrument", without=_VAGUE))
]
RelationshipType = Annotated[
    str, AfterValidator(_one_of("ReleaseRelationshipType", "relationship", without=_VAGUE))
]
RecordingType = Annotated[
    str,
    AfterValidator(
        _one_of("", "type of recording or video", without=_VAGUE, values_of=_recording_types)
    ),
]
RecordingRelation = Annotated[
    str, AfterValidator(_one_of("ResourceRelationshipType", "relationship", without=_DEFINED))
]
ContainsAI = Literal["All", "Partly", "None"]
Mood = Annotated[str, AfterValidator(_one_of("Mood", "mood", values_of=mead_values))]
Theme = Annotated[str, AfterValidator(_one_of("Theme", "theme", values_of=mead_values))]
Activity = Annotated[str, AfterValidator(_one_of("Activity", "activity", values_of=mead_values))]
Tempo = Annotated[str, AfterValidator(_one_of("Tempo", "tempo", values_of=mead_values))]
MusicalKey = Annotated[str, AfterValidator(_key)]
TimeSignature = Annotated[str, AfterValidator(_time_signature)]
CommercialModel = Annotated[
    str, AfterValidator(_one_of("CommercialModelType_ERN", "commercial model", without=_VAGUE))
]
UseType = Annotated[str, AfterValidator(_one_of("UseType_ERN", "use type", without=_VAGUE))]
Duration = Annotated[str, AfterValidator(_duration)]
Keyword = Annotated[Text, AfterValidator(_keyword)]
Seconds = Annotated[int, BeforeValidator(_seconds, json_schema_input_type=int | str)]
Length = Annotated[int, BeforeValidator(_length, json_schema_input_type=int | str)]
Share = Annotated[str, AfterValidator(_share)]
