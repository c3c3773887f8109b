"""A recipient, written from the standard alone: it looks at an inbox and ingests what is complete.

It shares no code with the program. Whatever a strict recipient would refuse is an error.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree


@dataclass(frozen=True)
class Ingested:
    """One message that was taken: what it says, and which files came with it. `mead` is the
    MessageId of the MEAD message beside it, `moods` are those that this tells."""

    icpn: str
    message_id: str
    title: str
    deals: int
    files: frozenset[str]
    delivery_type: str | None
    is_purge: bool = False
    mead: str | None = None
    moods: tuple[str, ...] = ()


@dataclass
class RecipientReader:
    """Reads an inbox. `sweeps` empties the folders that it has taken, as many recipients do."""

    inbox: Path
    sweeps: bool = False
    taken: list[Ingested] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Take every folder whose marker has come since the last look."""
        if not self.inbox.exists():
            return
        for folder in sorted(entry for entry in self.inbox.iterdir() if entry.is_dir()):
            if folder.name in self._seen:
                continue
            manifests = list(folder.glob("BatchComplete_*.xml"))
            messages = [
                f
                for f in folder.glob("*.xml")
                if f not in manifests and not f.name.endswith("_MEAD.xml")
            ]
            if manifests:
                self._batch(folder, manifests[0])
            elif messages:
                self._take(folder, messages[0], None)
            else:
                continue
            self._seen.add(folder.name)
            if self.sweeps:
                shutil.rmtree(folder)

    def leftovers(self) -> list[str]:
        """Files that belong to nothing that was taken, and unfinished ones."""
        names = [f for f in sorted(self.inbox.rglob("*")) if f.is_file()]
        return [
            str(f.relative_to(self.inbox))
            for f in names
            if f.relative_to(self.inbox).parts[0] not in self._seen or not _plain(f.name)
        ]

    def _batch(self, folder: Path, manifest: Path) -> None:
        root = etree.parse(manifest).getroot()
        self._expect(root.findtext("RootDirectory") == folder.name, f"{folder.name}: wrong root")
        entries = root.findall("MessageInBatch")
        self._expect(
            root.findtext("NumberOfMessages") == str(len(entries)), f"{folder.name}: wrong number"
        )
        listed = set()
        for entry in entries:
            message = folder / str(entry.findtext("URL"))
            listed.add(message.parent.name)
            if not message.is_file():
                self.errors.append(f"{message} is missing")
                continue
            digest = hashlib.md5(message.read_bytes(), usedforsecurity=False).hexdigest()
            self._expect(digest == entry.findtext("HashSum/HashSumValue"), f"{message}: hash")
            taken = self._take(message.parent, message, entry.findtext("DeliveryType"))
            self._expect(taken.message_id == entry.findtext("MessageId"), f"{message}: id")
            self._expect(taken.icpn == entry.findtext("IncludedReleaseId/ICPN"), f"{message}: ICPN")
        folders = {entry.name for entry in folder.iterdir() if entry.is_dir()}
        self._expect(folders == listed, f"{folder.name}: {folders ^ listed} not in the manifest")

    def _take(self, folder: Path, message: Path, delivery_type: str | None) -> Ingested:
        root = etree.parse(message).getroot()
        files = set()
        for file in root.iter("File"):
            uri = str(file.findtext("URI"))
            files.add(uri)
            path = folder / uri
            if not path.is_file():
                self.errors.append(f"{message}: {uri} is missing")
                continue
            digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
            self._expect(digest == file.findtext("HashSum/HashSumValue"), f"{path}: hash")
        documents = {str(each.text) for each in root.iterfind("SupplementalDocumentList/*/URI")}
        mead = self._mead(folder, documents, str(root.findtext("MessageHeader/MessageThreadId")))
        present = {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}
        extra = present - files - documents - {message.name}
        self._expect(not extra, f"{folder.name}: {sorted(extra)} in no message")
        ingested = Ingested(
            icpn=message.stem,
            message_id=str(root.findtext("MessageHeader/MessageId")),
            title=str(root.findtext("ReleaseList/Release/DisplayTitleText")),
            deals=len(root.findall("DealList/ReleaseDeal")),
            files=frozenset(files),
            delivery_type=delivery_type,
            is_purge=etree.QName(root).localname == "PurgeReleaseMessage",
            mead=None if mead is None else str(mead.findtext("MessageHeader/MessageId")),
            moods=()
            if mead is None
            else tuple(str(e.text) for e in mead.iterfind(".//Mood/Value")),
        )
        about = "PurgedRelease" if ingested.is_purge else "ReleaseList/Release"
        self._expect(
            root.findtext(f"{about}/ReleaseId/ICPN") == message.stem,
            f"{message}: names another release",
        )
        self._expect(
            not (ingested.is_purge and delivery_type), f"{message}: a manifest knows no purge"
        )
        ids = {each.message_id for each in self.taken}
        ids |= {str(each.mead) for each in self.taken}
        for name in (ingested.message_id, ingested.mead):
            self._expect(name not in ids, f"{name} came twice")
        self.taken.append(ingested)
        return ingested

    def _mead(self, folder: Path, documents: set[str], thread: str) -> etree._Element | None:
        """The MEAD message, whole and of the same thread, if one is named."""
        for name in documents:
            if not (folder / name).is_file():
                self.errors.append(f"{folder.name}: {name} is missing")
                continue
            root = etree.parse(folder / name).getroot()
            self._expect(
                root.findtext("MessageHeader/MessageThreadId") == thread, f"{name}: thread"
            )
            return root
        return None

    def _expect(self, condition: bool, error: str) -> None:
        if not condition:
            self.errors.append(error)


def _plain(name: str) -> bool:
    return _NAME.fullmatch(name) is not None


_NAME = re.compile(r"(BatchComplete_[0-9]{17}|[0-9]{8,14}(_[0-9]{2}_[0-9]{3}|_MEAD)?)\.[a-z]+")
