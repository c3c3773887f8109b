"""The log of segments on a branch of the catalogue's own repository.

Its tree: ``ledger.json`` says whose ledger it is; ``segments/recent`` has a file for each of the
last appends, ``segments/packed`` files of many; ``bytes`` what was stored, by SHA-256; ``snapshot``
the states at some moment. Every append is one commit that adds files, pushed together with the beat
of its lease and the witness (`layout.witness`): all or nothing, and only where nobody else was
faster.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from uuid import uuid4

import orjson

from stardust_gitops.errors import SafetyError
from stardust_gitops.git.command import GitError
from stardust_gitops.git.mirror import Mirror
from stardust_gitops.git.remote import OutrunError as RefsMovedError
from stardust_gitops.git.remote import RefUpdate, RemoteError, Trouble
from stardust_gitops.ledger.branch import layout, leases
from stardust_gitops.ledger.branch.refusals import Place
from stardust_gitops.ledger.holding import Holding
from stardust_gitops.ledger.segments.log import LeaseChange, OutrunError, UnreachableError
from stardust_gitops.ledger.segments.segment import Segment
from stardust_gitops.ledger.segments.snapshots import Snapshot
from stardust_gitops.ledger.store import LedgerError, WrongLedgerError

FORMAT = 1
PACK_FROM = 256
"""So many recent segments become one packed file."""

_FETCHED, _KNOWN = "refs/stardust/fetched", "refs/stardust/known"


class BranchLog:
    """See `SegmentLog`. `mirror` is where its commits are on this machine."""

    def __init__(self, mirror: Mirror, branch: str, catalogue_id: str) -> None:
        self._mirror = mirror
        self._branch = branch
        self._catalogue = catalogue_id
        self._is_ours = False
        self._ref = f"refs/heads/{branch}"
        self._place = Place(branch, mirror.remote, mirror.folder.parent)
        self._witness: str | None = None
        self._leases: dict[tuple[str, str], tuple[str, Holding]] = {}
        self._tried: list[str] = []

    @property
    def name(self) -> str:
        """The ledger, for people."""
        return self._place.name

    def create(self) -> None:
        """Make the branch, with nothing but whose ledger it is. `SafetyError` where there is one,
        or was one when we looked last."""
        with self._in_words():
            known = self._mirror.exists() and self._mirror.ref(_KNOWN) is not None
            head, witness = self._at_remote()
            if head is None and (known or witness is not None):
                raise self._place.there_was_one(witness)
            if head is not None:
                raise self._place.there_is_one()
            self._mirror.make()
            about = orjson.dumps({"format": FORMAT, "catalogue": self._catalogue}) + b"\n"
            files = {layout.ABOUT: about, "README.md": layout.README.encode()}
            commit = self._mirror.commit(None, files, f"A ledger for {self._catalogue}\n")
            try:
                self._push([RefUpdate(self._ref, commit, None)])
            except OutrunError as error:
                raise self._place.there_is_one() from error

    def must_exist(self) -> None:
        """`LedgerMissingError` where nothing is here and nothing at the remote; `SafetyError` where
        only the witness is left."""
        with self._in_words():
            if self._mirror.exists():
                return
            head, witness = self._at_remote()
            if head is None and witness is not None:
                raise self._place.deleted(witness, witnessed=True)
            if head is None:
                raise self._place.missing()

    def _at_remote(self) -> tuple[str | None, str | None]:
        """Branch and witness."""
        witness = layout.witness(self._branch)
        found = self._mirror.remote_refs(self._ref, witness)
        return found.get(self._ref), found.get(witness)

    def _must_be_ours(self, head: str) -> None:
        files = self._mirror.files(head, layout.ABOUT)
        found = (
            b"".join(self._mirror.read([files[layout.ABOUT]])) if layout.ABOUT in files else b"{}"
        )
        try:
            about = orjson.loads(found)
            written, catalogue = int(about.get("format", 0)), about.get("catalogue")
        except (AttributeError, ValueError):
            written, catalogue = 0, None
        if written > FORMAT:
            raise WrongLedgerError(
                f"the ledger {self.name} was written by a newer version of this program",
                hint="install the version of stardust-gitops that last wrote to this ledger",
            )
        if not written:
            raise WrongLedgerError(
                f"the branch {self.name} is not a ledger", hint="check `ledger:` in stardust.yaml"
            )
        if catalogue != self._catalogue:
            raise WrongLedgerError(
                f"{self.name} is the ledger of catalogue {catalogue!r}, not of {self._catalogue!r}",
                hint="check `id:` and `ledger:` in stardust.yaml",
            )
        self._is_ours = True

    def refresh(self, known: str | None) -> str:
        """See `SegmentLog.refresh`."""
        with self._in_words():
            if not self._mirror.exists():
                self._mirror.make()
            known = known or self._mirror.ref(_KNOWN)
            head = self._fetch(known)
            if known is not None and not self._follows(head, known):
                raise self._rewritten(known, head)
            if self._witness is not None and not self._follows(head, self._witness):
                head = self._judged(known, self._witness)
            if not self._is_ours:
                self._must_be_ours(head)
            if known != head:
                self._mirror.set_refs({_KNOWN: head})
        return head

    def _follows(self, head: str, earlier: str) -> bool:
        return head == earlier or self._mirror.follows(head, earlier)

    def _judged(self, known: str | None, witness: str) -> str:
        """The head, fetched again with its past, where that does not show whether it follows the
        witness. As it was read after the witness, not even a race explains it if it does not."""
        head = self._fetch(known, past=True)
        if not self._follows(head, witness):
            raise self._rewritten(witness, head)
        return head

    def _rewritten(self, known: str, head: str) -> SafetyError:
        """The refusal, which names the witness where that has all that we know."""
        witness = self._witness
        if witness is not None and self._follows(witness, known):
            return self._place.rewritten(witness, head, witnessed=True)
        return self._place.rewritten(known, head, witnessed=False)

    def _gone(self, known: str | None) -> SafetyError:
        _, witness = self._at_remote()
        if witness is not None:
            return self._place.deleted(witness, witnessed=True)
        return (
            self._place.missing() if known is None else self._place.deleted(known, witnessed=False)
        )

    def _fetch(self, known: str | None, *, past: bool = False) -> str:
        below, witnesses = leases.folder(self._branch), layout.witnesses(self._branch)
        refspecs = [f"+{self._ref}:{_FETCHED}", *(f"+{at}/*:{at}/*" for at in (below, witnesses))]
        try:
            if past:
                self._mirror.fetch_past(refspecs)
            else:
                self._mirror.fetch(refspecs, first=known is None)
        except RemoteError as error:
            if error.trouble is not Trouble.NO_REF:
                raise
            raise self._gone(known) from error
        found = self._mirror.refs("refs/stardust/")
        self._leases = {}
        for name, (commit, text) in found.items():
            if name.startswith(f"{below}/"):
                key = leases.key(self._branch, name)
                self._leases[key] = commit, leases.load(name, *key, text)
        self._witness = found.get(layout.witness(self._branch), (None, ""))[0]
        return found[_FETCHED][0]

    def read(self, known: str | None, head: str, *, after: int = 0) -> Iterator[tuple[str, bytes]]:
        """See `SegmentLog.read`."""
        with self._in_words():
            if known is None:
                files = self._mirror.files(head, layout.SEGMENTS)
            else:
                files = layout.added(self._mirror.changes(known, head, layout.SEGMENTS))
            names = sorted(
                (name for name in files if layout.numbers(name)[1] > after), key=layout.numbers
            )
            contents = self._mirror.read([files[name] for name in names])
            for name, data in zip(names, contents, strict=True):
                yield name, layout.unpacked(name, data)

    def write(
        self,
        head: str,
        *,
        segment: Segment | None = None,
        contents: Mapping[str, bytes] | None = None,
        lease: LeaseChange | None = None,
        about: str = "",
    ) -> str:
        """See `SegmentLog.write`."""
        updates = []
        with self._in_words():
            if segment is not None:
                files: dict[str, bytes | None] = {
                    layout.recent_path(segment.number): segment.encode()
                }
                for digest, data in (contents or {}).items():
                    files[layout.bytes_path(segment.number, digest)] = data
                # Two that write the same at the same moment still write two commits.
                commit = self._mirror.commit(head, files, f"{about}\n\nWrite: {uuid4().hex}\n")
                self._tried.append(commit)
                updates.append(RefUpdate(self._ref, commit, head))
            if lease is not None:
                updates.append(self._lease_update(lease.after))
            self._push(updates)
        self._tried.clear()
        if lease is not None:
            held = lease.after.lease
            self._leases[held.environment, held.target] = updates[-1].new, lease.after
        return updates[0].new if segment is not None else head

    def _lease_update(self, after: Holding) -> RefUpdate:
        environment, target = after.lease.environment, after.lease.target
        before = self._leases.get((environment, target))
        return RefUpdate(
            leases.ref(self._branch, environment, target),
            self._mirror.note(leases.dump(after)),
            before[0] if before else None,
        )

    def _push(self, updates: Sequence[RefUpdate]) -> None:
        """Move refs at the remote and here; with the branch goes its witness."""
        ours = {update.ref: update.new for update in updates}
        head = ours.pop(self._ref, None)
        if head is not None:
            witness = layout.witness(self._branch)
            updates = [*updates, RefUpdate(witness, head, self._witness)]
            ours |= {_FETCHED: head, _KNOWN: head, witness: head}
        try:
            self._mirror.push(updates)
        except RefsMovedError as error:
            raise OutrunError(error.said) from error
        self._mirror.set_refs(ours)
        self._witness = head or self._witness

    def arrived(self) -> bool:
        """See `SegmentLog.arrived`."""
        head = self._mirror.ref(_KNOWN)
        return any(head and self._mirror.follows(head, commit) for commit in self._tried)

    def lease(self, environment: str, target: str) -> Holding | None:
        """See `SegmentLog.lease`."""
        found = self._leases.get((environment, target))
        return found[1] if found else None

    def leases(self) -> list[Holding]:
        """See `SegmentLog.leases`."""
        return [holding for _, holding in self._leases.values()]

    def places(self, known: str | None, head: str) -> Iterator[tuple[str, str | None]]:
        """See `SegmentLog.places`."""
        with self._in_words():
            if known is None:
                for path, blob in self._mirror.files(head, layout.BYTES).items():
                    yield path.rpartition("/")[2], blob
                return
            for change in self._mirror.changes(known, head, layout.BYTES):
                yield change.path.rpartition("/")[2], None if change.kind == "D" else change.blob

    def contents(self, places: Sequence[str], nearby: Sequence[str] = ()) -> Iterator[bytes]:
        """See `SegmentLog.contents`."""
        with self._in_words():
            blobs = [layout.blobs_at(place) for place in places]
            read = self._mirror.read([blob for some in blobs for blob in some], nearby)
            for some in blobs:
                yield b"".join(islice(read, len(some)))

    def erase(self, head: str, digests: Collection[str]) -> str:
        """See `SegmentLog.erase`. The commits before it hold them still."""
        wanted = frozenset(digests)
        with self._in_words():
            paths = self._mirror.files(head, layout.BYTES)
            files = dict.fromkeys(path for path in paths if path.rpartition("/")[2] in wanted)
            if not files:
                return head
            about = f"{len(files)} stored contents and messages erased\n"
            commit = self._mirror.commit(head, files, about)
            self._push([RefUpdate(self._ref, commit, head)])
        return commit

    def snapshot(self, head: str) -> tuple[int, str] | None:
        """See `SegmentLog.snapshot`."""
        with self._in_words():
            found = self._mirror.files(head, layout.SNAPSHOT)
        return layout.newest_snapshot(found)

    def tidy(self, head: str, snapshot: Snapshot | None) -> str:
        """See `SegmentLog.tidy`."""
        with self._in_words():
            files: dict[str, bytes | None] = {}
            if snapshot is not None:
                files |= dict.fromkeys(self._mirror.files(head, layout.SNAPSHOT))
                files |= layout.snapshot_files(snapshot.position, snapshot.data)
            recent = self._mirror.files(head, layout.RECENT)
            if len(recent) >= PACK_FROM:
                files |= self._packed(recent)
            if not files:
                return head
            commit = self._mirror.commit(head, files, "Tidied up\n")
            self._push([RefUpdate(self._ref, commit, head)])
            self._mirror.tidy()
        return commit

    def _packed(self, recent: Mapping[str, str]) -> dict[str, bytes | None]:
        """One file in the place of many."""
        names = sorted(recent, key=layout.numbers)
        whole = b"".join(self._mirror.read([recent[name] for name in names]))
        first, last = layout.numbers(names[0])[0], layout.numbers(names[-1])[1]
        packed = gzip.compress(whole, mtime=0)
        return {
            **dict.fromkeys(names),
            f"{layout.PACKED}/{first:09}-{last:09}{layout.GZIP}": packed,
        }

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Errors of git's leave as `LedgerError`."""
        try:
            yield
        except RemoteError as error:
            kind = UnreachableError if error.trouble is Trouble.UNREACHABLE else LedgerError
            code = "SG5015" if error.trouble is Trouble.UNREACHABLE else "SG5017"
            raise kind(
                f"the ledger {self.name}: {error.message}", hint=error.hint, code=code
            ) from error
        except GitError as error:
            raise LedgerError(
                f"the ledger {self.name}: {error.message}",
                hint=f"{error.hint}; {self._mirror.folder.parent} is only a copy: deleting it"
                " makes the next run fetch it anew",
            ) from error
