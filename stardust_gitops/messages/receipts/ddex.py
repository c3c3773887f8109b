"""DDEX's acknowledgement messages, in all versions of the choreography.

- FtpAcknowledgementMessage (ERN-C 1.4, 1.5 and 1.6): AcknowledgedFile and FileStatus. ReleaseId and
  Date are by the standard the strings of the path: the release's and the batch's folder.
- ErnAcknowledgementStatusMessage (1.7) and AcknowledgementMessage (1.7, 1.8): a ReleaseStatus for
  each release, with an Acknowledgement for each of its messages.

Elements are told by their local names, whatever the namespace: recipients write many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml import etree

from stardust_gitops.catalog.models.acknowledgements import AnswerStatus
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.receipts.receipt import (
    MOST_RECEIPTS,
    Receipt,
    ReceiptError,
    Statuses,
    batch_in,
    decisive,
    identifier,
    instant,
    plain,
)
from stardust_gitops.messages.xml import parse

Told = tuple[str, AnswerStatus]
"""A recipient's word, and what it means."""

_MOST_RESOURCES = 20
_IDS = ("ICPN", "GRid", "ProprietaryId", "CatalogNumber")


def read_ddex(data: bytes, statuses: Statuses) -> list[Receipt]:
    """The answers of a message. `ReceiptError` where it is none."""
    try:
        root = parse(data)
    except MessageError as error:
        raise ReceiptError(f"{error.message}") from error
    reader = _READERS.get(_name(root))
    if reader is None:
        raise ReceiptError(
            f"its root element {_name(root)[:60]!r} is no acknowledgement",
            hint="check path: and files: of the target's acknowledgements",
        )
    time = instant(_text(_child(root, "MessageHeader"), "MessageCreatedDateTime"))
    found: list[Receipt] = []
    for receipt in reader(root, statuses):
        found.append(replace(receipt, time=time))
        if len(found) > MOST_RECEIPTS:
            raise ReceiptError(f"it has more than {MOST_RECEIPTS} answers")
    return found


def _file_receipts(root: etree._Element, statuses: Statuses) -> Iterator[Receipt]:
    """Of an FtpAcknowledgementMessage, and of those that list messages by their ids."""
    status = _decided(_children(root, "FileStatus", "MessageStatus"), statuses)
    whole = _about(root, status)
    for file in _children(root, "AcknowledgedFile"):
        release = _child(file, "ReleaseId")
        path = _text(file, "FilePath")
        yield replace(
            whole,
            message_id=identifier(_text(file, "MessageId")),
            batch=batch_in(_text(file, "Date")) or batch_in(path),
            release=_release_id(release) if release is not None else None,
        )
    listed = _child(root, "AcknowledgementList")
    for entry in () if listed is None else _children(listed, "Acknowledgement"):
        words = _children(entry, "AcknowledgementType", "Status", "FileStatus")
        yield replace(
            _about(entry, _decided(words, statuses)),
            message_id=identifier(_text(entry, "OriginalMessageId", "MessageId")),
            batch=identifier(_text(entry, "BatchId")),
        )


def _release_receipts(root: etree._Element, statuses: Statuses) -> Iterator[Receipt]:
    """Of an AcknowledgementMessage: each message of each release, or the release alone."""
    for part in _children(root, "ReleaseStatus"):
        release = _child(part, "ReleaseId")
        own = _words(_children(part, "ReleaseStatus"), statuses)
        whole = replace(
            _about(part, decisive(own)),
            release=_release_id(release) if release is not None else None,
        )
        messages = _children(part, "Acknowledgement")
        for message in messages:
            yield _of_message(whole, own, message, statuses)
        if not messages:
            yield whole


def _of_message(
    whole: Receipt, own: list[Told], message: etree._Element, statuses: Statuses
) -> Receipt:
    parts = _children(message, "MessageStatus")
    words = _words([word for part in parts for word in _children(part, "Status")], statuses)
    code, status = decisive([*own, *words]) or ("", "unknown")
    said = [plain(_text(part, "Information")) for part in parts]
    text = "; ".join(dict.fromkeys(filter(None, (whole.text, *said))))
    return replace(
        whole,
        status=status,
        code=code or None,
        text=plain(text),
        message_id=identifier(_text(message, "MessageId")),
        batch=batch_in(_text(message, "BatchId")) or identifier(_text(message, "BatchId")),
    )


def _about(element: etree._Element, told: Told | None) -> Receipt:
    """What stands beside a status: why, and what is proposed."""
    code, status = told or ("", "unknown")
    said = [plain(_text(element, "ErrorText"))]
    if (_text(element, "ManualCheckRequired") or "").strip() in ("true", "1"):
        said.append("somebody has to look at it")
    resources = _children(element, "AffectedResource")
    ids = [_first_text(each) for each in resources[:_MOST_RESOURCES]]
    if any(ids):
        said.append("about " + ", ".join(filter(None, ids)))
    action = _child(element, "ProposedActionType")
    return Receipt(
        status=status,
        code=code or None,
        text=plain("; ".join(filter(None, said))),
        action=identifier(_word(action)) if action is not None else None,
    )


def _words(elements: list[etree._Element], statuses: Statuses) -> list[Told]:
    words = [identifier(_word(element)) or "" for element in elements]
    return [(word, statuses.of(word)) for word in words]


def _decided(elements: list[etree._Element], statuses: Statuses) -> Told | None:
    return decisive(_words(elements, statuses))


def _word(element: etree._Element) -> str:
    """The value of a set, or the one that the sender has in the place of UserDefined."""
    value = (element.text or "").strip()
    return (element.get("UserDefinedValue") or value) if value == "UserDefined" else value


def _release_id(element: etree._Element) -> str | None:
    for name in _IDS:
        if (found := identifier(_text(element, name))) is not None:
            return found
    return identifier(element.text)


def _name(element: etree._Element) -> str:
    """The local name; none of comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _children(element: etree._Element, *names: str) -> list[etree._Element]:
    return [child for child in element if _name(child) in names]


def _child(element: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in element if _name(child) == name), None)


def _text(element: etree._Element | None, *names: str) -> str | None:
    """The text of the first child of one of these names."""
    found = [] if element is None else _children(element, *names)
    return found[0].text if found else None


def _first_text(element: etree._Element) -> str | None:
    texts = ((each.text or "").strip() for each in element.iter() if _name(each))
    return identifier(next(filter(None, texts), None))


_READERS: dict[str, Callable[[etree._Element, Statuses], Iterator[Receipt]]] = {
    "FtpAcknowledgementMessage": _file_receipts,
    "ErnAcknowledgementStatusMessage": _release_receipts,
    "AcknowledgementMessage": _release_receipts,
}
