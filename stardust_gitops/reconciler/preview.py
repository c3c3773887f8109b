"""The message of a release for a target as it would be sent, without sending or recording it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from stardust_gitops.catalog.findings import located
from stardust_gitops.catalog.loading import InvalidCatalogueError, Target, read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.content.model import Delivery
from stardust_gitops.delivery.package import Package, lay_out
from stardust_gitops.delivery.recipient import Recipient
from stardust_gitops.delivery.rendering import message_options
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.errors import UsageError
from stardust_gitops.identifiers.icpn import to_gtin14
from stardust_gitops.messages.ern.options import MessageOptions
from stardust_gitops.messages.ern.writer import write_message
from stardust_gitops.messages.header import Header
from stardust_gitops.messages.mead.writer import write_mead
from stardust_gitops.planning.model import Action
from stardust_gitops.planning.strays import shown_icpn
from stardust_gitops.reconciler.recipients import recipient_of
from stardust_gitops.reconciler.surveyor import Surveyor
from stardust_gitops.reconciler.workspace import Workspace

PREVIEW_TIME = "1970-01-01T00:00:00Z"
"""The creation time of a preview: a message gets its own only when its delivery is intended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A message that was rendered, what it was rendered from, and the package that it would travel
    in; the MEAD message beside it, where one would travel."""

    message: bytes
    package: Package
    delivery: Delivery
    options: MessageOptions
    mead: bytes | None = None


def preview(workspace: Workspace, release: str, target_id: str, action: Action) -> Preview:
    """Render a release (GTIN-14) for a target; equal input gives equal bytes.

    `InvalidCatalogueError` with the findings where the release does not resolve for the target.
    """
    target = workspace.catalogue.targets.get(target_id)
    if target is None:
        raise UsageError(
            f"there is no target {target_id!r}",
            hint=f"there are {', '.join(sorted(workspace.catalogue.targets))}",
        )
    surveyor = Surveyor(workspace, testing=True)  # nothing is sent
    base = surveyor.base(*find_release(workspace, release))
    document, findings = surveyor.content(base, target)
    errors = [f for f in (*base.findings, *findings) if f.severity is Severity.ERROR]
    if errors or document is None:
        raise InvalidCatalogueError(
            f"the release cannot be rendered for {target_id}",
            tuple(located(errors, workspace.root)),
            hint="correct it; validate shows everything that is wrong",
            root=workspace.root,
        )
    delivery = surveyor.resolver.delivery(base, target, document)
    return render_delivery(workspace, base.model, delivery, target, action)


def render_delivery(
    workspace: Workspace, model: ReleaseFile, delivery: Delivery, target: Target, action: Action
) -> Preview:
    """Render the content of a release file for a target. `GitOpsError` where it cannot be done."""
    recipient = recipient_of(target, workspace.catalogue, {})
    repeated = action is Action.UPDATE and target.model.files_in_updates
    package = lay_out(
        delivery,
        folder=delivery.icpn,
        choreography=recipient.choreography,
        with_files=action in (Action.INSERT, Action.RESEND) or repeated,
    )
    options = message_options(recipient, delivery, package, action, last_day=_last_day(recipient))
    header = preview_header(workspace, target, recipient, delivery.icpn)
    return Preview(
        message=write_message(delivery, header, options),
        package=package,
        delivery=delivery,
        options=options,
        mead=None if options.mead is None else write_mead(delivery, header),
    )


def _last_day(recipient: Recipient) -> str:
    """What a takedown by end date ends with: so long ago as the target wants."""
    past = datetime.fromisoformat(PREVIEW_TIME) - timedelta(days=recipient.end_date_days)
    return past.date().isoformat()


def find_release(workspace: Workspace, release: str) -> tuple[str, ReleaseFile]:
    """The file of a release (GTIN-14). `UsageError` where there is none."""
    # Most catalogues name a file after its release: look there first.
    files = sorted(workspace.catalogue.release_files, key=lambda file: release[2:] not in file)
    broken: list[Finding] = []
    for file in files:
        model, findings = read_release(workspace.root, file)
        broken.extend(findings)
        if model is not None and model.icpn and to_gtin14(model.icpn) == release:
            return file, model
    missing = f"there is no release {shown_icpn(release)}"
    if broken:
        raise InvalidCatalogueError(
            f"{missing} in the files that can be read",
            tuple(located(broken, workspace.root)),
            hint="correct the files that cannot",
            root=workspace.root,
        )
    raise UsageError(missing, hint="see the files in releases/")


def preview_header(workspace: Workspace, target: Target, recipient: Recipient, icpn: str) -> Header:
    """A header whose ids and time are those of a preview."""
    thread = f"{workspace.catalogue.config.id}-{target.id}-{icpn}"
    return Header(
        message_id=f"{thread}-preview",
        thread_id=thread,
        created=PREVIEW_TIME,
        sender=recipient.sender,
        recipient=recipient.party,
        also_to=recipient.also,
        test=False,
    )
