"""Where a recipient puts its answers, and how they are to be read."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from stardust_gitops.catalog.models.scalars import (
    Days,
    Flag,
    Model,
    Text,
    refuse,
)
from stardust_gitops.catalog.models.transports.http import HttpRequest
from stardust_gitops.catalog.models.transports.values import RelativePath

AnswerStatus = Literal["received", "processing", "accepted", "live", "rejected", "unknown"]
"""What an answer amounts to, whatever words the recipient has for it."""

AnswerField = Literal["message_id", "batch", "release", "status", "code", "text", "time", "action"]
_ABOUT = frozenset({"message_id", "batch", "release"})
_CAPTURE = re.compile(r"\{([^{}]*)\}")
_CAPTURED = ("message_id", "batch", "release", "status")


def _folder(value: str) -> str:
    value = value.strip("/")
    if len(value) > 400 or any(part == "." for part in value.split("/")):
        _refuse(f"{value[:60]!r} is no folder", "write it as  ack  or  **/acknowledgements")
    return value


def _file_name(value: str) -> str:
    names = _CAPTURE.findall(value)
    if "/" in value or len(value) > 200 or len(set(names)) < len(names):
        _refuse(f"{value[:60]!r} is no pattern of file names", 'write it as  "ACK_*.xml"')
    for name in names:
        if name not in _CAPTURED:
            known = ", ".join(f"{{{each}}}" for each in _CAPTURED)
            _refuse(f"a file name tells no {{{name}}}", f"use * or one of {known}")
    return value


def _refuse(message: str, remedy: str) -> None:
    refuse("SG1145", message, remedy)


Folder = Annotated[RelativePath, AfterValidator(_folder)]
FileName = Annotated[Text, AfterValidator(_file_name)]


class Acknowledgements(Model):
    """Where the recipient puts its answers, and in which form.

    `path` is a folder at the recipient, below the target's own; ``*`` stands for any name and
    ``**`` for any folders. `files` are the names that count; ``{message_id}``, ``{batch}``,
    ``{release}`` and ``{status}`` in it say what stands there. An API without folders is asked
    about each message with `request`, in whose templates ``{message_id}``, ``{icpn}``, ``{batch}``
    and the transport's own `values` stand for what they say. Of JSON `fields` are pointers (RFC
    6901), and `items` the one to the list where there are several answers; of text they are what
    stands before ``:`` or ``=`` on a line. `statuses` puts the recipient's words into ours. With
    `delete` a file that was read and recorded is deleted there. `expected_within` is how soon it is
    expected to have answered: whoever says nothing for longer is told.
    """

    path: Folder | None = None
    request: HttpRequest | None = None
    files: FileName | None = None
    format: Literal["ddex", "json", "text"] = "ddex"
    items: Text | None = None
    fields: dict[AnswerField, Text] = Field(default_factory=dict)
    statuses: dict[Text, AnswerStatus] = Field(default_factory=dict)
    delete: Flag = False
    expected_within: Days = 3

    @property
    def file_names(self) -> str:
        """The pattern of file names."""
        return self.files or ("*" if self.format == "text" else f"*.{_SUFFIX[self.format]}")

    @model_validator(mode="after")
    def _readable(self) -> Acknowledgements:
        if (self.path is None) == (self.request is None):
            _refuse(
                "the answers are in no place, or in two",
                "say path: for a folder, or request: for an API that is asked",
            )
        if self.request is not None and (self.files is not None or self.delete):
            _refuse("an API that is asked has no files", "leave files: and delete: out")
        if self.format == "ddex":
            if self.fields or self.items is not None:
                _refuse(
                    "the fields of DDEX's messages are known",
                    "leave fields: and items: out, or say which other format: it is",
                )
            return self
        told = {*self.fields, *_CAPTURE.findall(self.file_names)}
        if "status" not in told or not (told & _ABOUT or self.request):
            _refuse(
                f"these {self.format} files do not say what they are about, or how it stands",
                "name status, and message_id, batch or release, under fields: or in files:",
            )
        pointers = (*self.fields.values(), *filter(None, (self.items,)))
        if self.format == "json" and not all(each.startswith("/") for each in pointers):
            _refuse("a field of JSON is named by a pointer", "write it as  /data/status")
        if self.format == "text" and self.items is not None:
            _refuse("text has no list of items", "leave items: out: a blank line begins the next")
        return self


_SUFFIX = {"ddex": "xml", "json": "json"}
