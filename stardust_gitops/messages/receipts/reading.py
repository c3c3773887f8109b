"""Which files of a recipient are answers, and reading one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from stardust_gitops.catalog.models.acknowledgements import Acknowledgements
from stardust_gitops.messages.receipts.receipt import Receipt, Statuses, batch_in


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads the answers of one target, as it says that they are written."""

    entry: Acknowledgements

    @property
    def folder(self) -> str:
        """The folder below which they all are: what comes before the first ``*``."""
        parts = (self.entry.path or "").split("/")
        plain = next((n for n, part in enumerate(parts) if "*" in part), len(parts))
        return "/".join(parts[:plain])

    def takes(self, path: str) -> bool:
        """Whether the file at `path` is one of them."""
        folder, slash, name = path.rpartition("/")
        return bool(self._folders.fullmatch(folder + slash) and self._names.fullmatch(name))

    def read(self, path: str, data: bytes) -> list[Receipt]:
        """The answers in a file. A folder that is named by a BatchId tells it where the file does
        not. `ReceiptError` where it cannot be read."""
        folder, _, name = path.rpartition("/")
        match = self._names.fullmatch(name)
        found = self.read_about(match.groupdict() if match else {}, data)
        batch = batch_in(folder)
        return [each if each.batch or not batch else replace(each, batch=batch) for each in found]

    def read_about(self, named: Mapping[str, str], data: bytes) -> list[Receipt]:
        """The answers in some bytes; `named` is what is known of them beforehand."""
        entry = self.entry
        fields = {str(name): at for name, at in entry.fields.items()}
        if entry.format == "json":
            from stardust_gitops.messages.receipts.mapped import read_json

            return read_json(data, fields, entry.items, named, self._statuses)
        if entry.format == "text":
            from stardust_gitops.messages.receipts.mapped import read_text

            return read_text(data, fields, named, self._statuses)
        from stardust_gitops.messages.receipts.ddex import read_ddex

        return [_named(each, named) for each in read_ddex(data, self._statuses)]

    @cached_property
    def _statuses(self) -> Statuses:
        return Statuses(self.entry.statuses)

    @cached_property
    def _folders(self) -> re.Pattern[str]:
        parts = filter(None, (self.entry.path or "").split("/"))
        return re.compile("".join("(?:[^/]+/)*" if p == "**" else f"{_glob(p)}/" for p in parts))

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return re.compile(_glob(self.entry.file_names))


_MARK = re.compile(r"(\*|\{[a-z_]+\})")


def _glob(pattern: str) -> str:
    """A pattern of names as a regular expression; what stands for a field is a group."""
    parts = []
    for part in _MARK.split(pattern):
        if part == "*":
            parts.append("[^/]*")
        elif part.startswith("{"):
            parts.append(f"(?P<{part[1:-1]}>[^/]+?)")
        else:
            parts.append(re.escape(part))
    return "".join(parts)


def _named(receipt: Receipt, named: Mapping[str, str]) -> Receipt:
    """What the file's name tells, where the message itself does not."""
    return replace(
        receipt,
        message_id=receipt.message_id or named.get("message_id"),
        release=receipt.release or named.get("release"),
        batch=receipt.batch or named.get("batch"),
    )
