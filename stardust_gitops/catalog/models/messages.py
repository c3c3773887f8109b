"""Where the bytes of content and messages are kept, and for how long."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from pydantic import AfterValidator, BeforeValidator

from stardust_gitops.catalog.models.scalars import Model, Text, refuse

_BUCKETS = ("s3", "azure")
_SECRETS = ("key", "password", "secret", "sig", "token")
_MONTHS = {"month": 1, "year": 12}


def _bucket(value: str) -> str:
    try:
        parts = urlsplit(value)
        options = [name.lower() for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        secret = "@" in parts.netloc or any(name.endswith(_SECRETS) for name in options)
        known = parts.scheme in _BUCKETS and bool(parts.netloc)
    except ValueError:
        secret, known = False, False
    if secret:
        refuse(
            "SG1118",
            "a secret stands in the URL of the bucket (so it is not repeated here)",
            "leave it out: credentials come from the environment, or a role of the job",
        )
    if not known:
        refuse(
            "SG1132",
            "this names no bucket",
            "write  s3://BUCKET/PREFIX  or  azure://CONTAINER/PREFIX?account=NAME",
        )
    return value


def _period(value: str) -> str:
    found = re.fullmatch(r"([1-9][0-9]{0,4}) ?(d|days?|months?|years?)", value)
    if not found:
        refuse(
            "SG1133",
            f"{value!r} is no period",
            "write days, months or years: 730 days, 18 months, 2 years",
        )
    number = int(found[1])
    unit = {"d": "day", "m": "month", "y": "year"}[found[2][0]]
    return f"{number} {unit}{'s' if number > 1 else ''}"


def _entry(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


Bucket = Annotated[Text, AfterValidator(_bucket)]
Period = Annotated[Text, AfterValidator(_period)]


class MessagesEntry(Model):
    """New bytes of content and messages go into the bucket at `url`; without one the ledger keeps
    them. `ledger prune` erases what is older than `keep_for` and needed no more; without it they
    are kept for ever."""

    url: Bucket | None = None
    keep_for: Period | None = None

    def oldest(self, now: datetime) -> datetime | None:
        """What was sent before this moment may be erased; ``None`` where all is kept."""
        if self.keep_for is None:
            return None
        number, unit = self.keep_for.split(" ")
        try:
            if unit.startswith("day"):
                return now - timedelta(days=int(number))
            months = int(number) * _MONTHS[unit.rstrip("s")]
            year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
            day = min(now.day, monthrange(year, month + 1)[1])
            return now.replace(year=year, month=month + 1, day=day)
        except (OverflowError, ValueError):
            return datetime.min.replace(tzinfo=now.tzinfo)


Messages = Annotated[
    MessagesEntry, BeforeValidator(_entry, json_schema_input_type=Bucket | MessagesEntry)
]
