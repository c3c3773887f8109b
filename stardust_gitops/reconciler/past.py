"""Another commit of the catalogue, taken for what the recipients have: ``plan --against``.

No ledger is read and no secret is needed, and neither the work tree nor the repository is touched:
the files of the catalogue at that commit are read from git's objects into a temporary folder.
Audio and art stay where they are, as the locks say what was measured of them. Releases that nothing
has changed for are not surveyed twice (`reconciler.alike`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from stardust_gitops.catalog.loading import CONFIG_NAME, open_catalogue, read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.clock import Clock
from stardust_gitops.content.canonical import dump_delivery
from stardust_gitops.content.fingerprint import SCHEME
from stardust_gitops.content.resolve import Base
from stardust_gitops.errors import CatalogueError, UsageError
from stardust_gitops.ledger.events import StreamId
from stardust_gitops.ledger.state import Phase, Sent, StreamState
from stardust_gitops.ledger.store import STORED, Snapshot, missing_bytes
from stardust_gitops.planning.model import Action, Desired, Item, Plan, Reason
from stardust_gitops.planning.timing import waits
from stardust_gitops.reconciler.alike import entries_alike
from stardust_gitops.reconciler.preview import render_delivery
from stardust_gitops.reconciler.survey import Survey, survey_releases
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import CATALOGUE_FOLDERS, Workspace

ALIKE = Reason(code="unchanged", text="as at the other commit")
_READ = (".yaml", ".yml", ".json")
_CONTENT, _MESSAGE = "content", "message"
_FRESH = StreamState()


@dataclass(slots=True, kw_only=True)
class Past:
    """What recipients would have if all that a commit says had been delivered.

    Of a release that is on hold there, or has errors, nobody knows whether it ever was: it counts
    as live only where it is to go now, so that no takedown is overlooked. `present` gives the
    survey of the catalogue as it is now (`here`); it is set by who plans.
    """

    commit: str
    environment: str
    here: Workspace
    workspace: Workspace | None
    surveyor: Surveyor | None
    now: datetime
    present: Callable[[], Survey] | None = None
    _wanted: dict[tuple[str, str], Desired] | None = None
    _states: dict[StreamId, StreamState] | None = None
    _bases: dict[str, Base] = field(default_factory=dict)

    def snapshot(self, environment: str, *, since: str) -> Snapshot:
        """The state of every stream; nothing was done of late."""
        return Snapshot(position=0, releases=self._all(), batches={}, recent=())

    def state(self, stream: StreamId) -> StreamState:
        """The state of one stream."""
        return self._all().get(stream, _FRESH)

    def fetch(self, digest: str, what: str = STORED) -> bytes:
        """The content, or the message, of a release at a target; made when it is asked for."""
        kind, target_id, release = digest.split(" ")
        wish = self._wanted_then()[target_id, release]
        if self.workspace is None or self.surveyor is None:
            raise missing_bytes(digest, what)
        target = self.workspace.catalogue.targets[target_id]
        base = self._base(wish.file)
        document, _ = self.surveyor.content(base, target)
        if document is None:
            raise missing_bytes(digest, what)
        delivery = self.surveyor.resolver.delivery(base, target, document)
        if kind == _CONTENT:
            return dump_delivery(delivery)
        action = Action.TAKEDOWN if wish.status == "takedown" else Action.INSERT
        return render_delivery(self.workspace, base.model, delivery, target, action).message

    def compared(self, plan: Plan) -> Plan:
        """The plan as a comparison: what waits now as it waited at the commit is no change."""
        past, present = self._wanted_then(), self._wanted_now()

        def told(item: Item) -> Item:
            key = item.target, item.release
            if item.action is not Action.HELD or not _alike(past.get(key), present.get(key)):
                return item
            return item._replace(action=Action.UNCHANGED, reasons=(ALIKE,), operation=None)

        items = tuple(told(item) for item in plan.items)
        return replace(plan, items=items, against=self.commit)

    def _survey(self) -> Survey:
        assert self.present is not None  # set by the planner's owner
        return self.present()

    def _wanted_now(self) -> dict[tuple[str, str], Desired]:
        return {(wish.target, wish.release): wish for wish in self._survey().desired}

    def _wanted_then(self) -> dict[tuple[str, str], Desired]:
        if self._wanted is None:
            found: Sequence[Desired] = ()
            if self.workspace is not None and self.surveyor is not None:
                known = entries_alike(self._survey().entries, self.here, self.workspace)
                found = survey_releases(self.surveyor, self.workspace, known=known).desired
            self._wanted = {(wish.target, wish.release): wish for wish in found}
        return self._wanted

    def _all(self) -> dict[StreamId, StreamState]:
        if self._states is None:
            present = self._wanted_now()
            self._states = {
                StreamId(self.environment, *key): state
                for key, wish in self._wanted_then().items()
                if (state := self._state(wish, present.get(key))) is not None
            }
        return self._states

    def _state(self, wish: Desired, now: Desired | None) -> StreamState | None:
        """What the recipient would have of a release that is wanted there as `now` says."""
        goes = now is not None and now.status == "takedown"
        if wish.message_fingerprint is None or wish.assets_fingerprint is None:
            # It could not be resolved: what it was is not known, that it may be live is.
            if now is None or not goes or not (now.message_fingerprint and now.assets_fingerprint):
                return None
            return self._sent(now, Phase.LIVE)
        waiting = waits(wish, self.now)
        if wish.status == "takedown":
            return self._sent(wish, Phase.LIVE if waiting else Phase.TAKEN_DOWN)
        doubtful = wish.status == "hold" or bool(wish.errors)
        if (doubtful and not goes and now is not None) or (waiting and not goes):
            return None
        return self._sent(wish, Phase.LIVE)

    def _sent(self, wish: Desired, phase: Phase) -> StreamState:
        assert self.workspace is not None
        assert wish.message_fingerprint is not None
        assert wish.assets_fingerprint is not None
        key = f"{wish.target} {wish.release}"
        sent = Sent(
            operation="takedown" if phase is Phase.TAKEN_DOWN else "insert",
            status=wish.status,
            message_fingerprint=wish.message_fingerprint,
            assets_fingerprint=wish.assets_fingerprint,
            scheme=SCHEME,
            recordings=wish.recordings or "",
            content=f"{_CONTENT} {key}",
            version=1,
            time="",
            message_id=f"that of {self.commit[:10]}",
            message=f"{_MESSAGE} {key}",
            recipient=self.workspace.catalogue.targets[wish.target].model.recipient.dpid,
            protected=wish.prevent_takedown,
        )
        return StreamState(version=1, phase=phase, baseline=sent, protected=wish.prevent_takedown)

    def _base(self, file: str) -> Base:
        """A release of the commit, resolved; the last one is kept for its other targets."""
        if file not in self._bases:
            assert self.workspace is not None and self.surveyor is not None
            model, _ = read_release(self.workspace.root, file)
            assert isinstance(model, ReleaseFile)  # it was surveyed
            self._bases = {file: self.surveyor.base(file, model)}
        return self._bases[file]


@contextmanager
def past_of(
    workspace: Workspace,
    ref: str,
    clock: Clock,
    environment: str,
    *,
    testing: bool,
) -> Iterator[Past]:
    """The catalogue of a workspace at another commit. `UsageError` outside git and where `ref` is
    no commit; `CatalogueError` where the catalogue could not be read there. A commit at which
    there was none yet is an empty one."""
    if workspace.repository is None:
        raise UsageError("--against needs a git repository", hint="compare commits of a clone")
    commit = workspace.repository.commit_of(ref)
    with TemporaryDirectory(prefix="stardust-against-") as folder:
        then = _in_environment(_exported(workspace, commit, Path(folder)), environment)
        now, surveyor = clock.now(), None
        if then is not None:
            surveyor = Surveyor(then, now, errors_only=True, testing=testing)
        yield Past(
            commit=commit,
            environment=environment,
            here=workspace,
            workspace=then,
            surveyor=surveyor,
            now=now,
        )


def _in_environment(then: Workspace | None, environment: str) -> Workspace | None:
    """The catalogue for an environment; an environment that was not there yet had nothing."""
    if then is None:
        return None
    try:
        return then.in_environment(environment)
    except UsageError:
        return None


def _exported(workspace: Workspace, commit: str, folder: Path) -> Workspace | None:
    """The catalogue's own files at a commit, as a workspace in `folder`."""
    assert workspace.repository is not None
    ids = workspace.repository.ids_at(commit, workspace.root)
    if CONFIG_NAME not in ids:
        return None
    read = {path: blob for path, blob in ids.items() if _is_read(path)}
    for parent in {(folder / path).parent for path in read}:
        parent.mkdir(parents=True, exist_ok=True)
    contents = workspace.repository.read_blobs(read.values())
    for path, (_, data) in zip(read, contents, strict=True):
        (folder / path).write_bytes(data)
    try:
        catalogue = open_catalogue(folder)
    except CatalogueError as error:
        raise CatalogueError(
            f"the catalogue at {commit[:10]} cannot be read: {error.message}",
            hint="compare with a commit at which it is valid",
        ) from error
    # The ids are those of that commit, and nothing is said to be modified: so the locks are held
    # against what git knew then, and no file is opened.
    return Workspace(
        catalogue=replace(catalogue, environment=workspace.catalogue.environment),
        repository=None,
        commit=commit,
        git_ids=ids,
        modified=frozenset(),
    )


def _is_read(path: str) -> bool:
    """Whether a catalogue is read from the file; what a forged tree could use to lead out of the
    folder is not."""
    ours = path == CONFIG_NAME or (path.startswith(CATALOGUE_FOLDERS) and path.endswith(_READ))
    return ours and ".." not in PurePosixPath(path).parts


def _alike(then: Desired | None, now: Desired | None) -> bool:
    """Whether two commits want the same of a release at a target."""
    if then is None or now is None:
        return False
    return _wanted(then) == _wanted(now)


def _wanted(wish: Desired) -> tuple[object, ...]:
    return (wish.status, wish.message_fingerprint, wish.assets_fingerprint, wish.not_before)
