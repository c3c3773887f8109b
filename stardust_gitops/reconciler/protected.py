"""The protected branch of an environment: only its head is applied."""

from __future__ import annotations

from stardust_gitops.errors import GitOpsError, SafetyError
from stardust_gitops.git.heads import branch_head, known_head
from stardust_gitops.reconciler.workspace import Workspace

_ALLOW = "or give --allow-commit"


def refuse_other_commit(workspace: Workspace) -> None:
    """`SafetyError` where the environment names a branch and the commit that is checked out is not
    its head; also where nobody can say. What the checkout is called does not matter."""
    catalogue = workspace.catalogue
    entry = catalogue.config.environments.get(catalogue.environment)
    if entry is None or entry.branch is None:
        return
    branch, commit = entry.branch, workspace.commit
    if workspace.repository is None or commit is None:
        raise _refusal(f"the head of {branch} is applied, and there is no commit here", "commit")
    try:
        head = branch_head(workspace.repository, branch)
    except GitOpsError as error:
        raise _refusal(
            f"nobody knows whether {commit[:10]} is the head of {branch}: {error.message}",
            error.hint or "reach the remote",
        ) from error
    if head is None:
        raise _refusal(
            f"there is no branch {branch!r}, of which the head is applied",
            "correct the branch in environments:",
        )
    if head != commit:
        raise _refusal(
            f"{commit[:10]} is not the head of {branch}, which is {head[:10]}",
            f"push or merge it, or check out the head of {branch} (a plan file stays good)",
        )


def awaiting_branch(workspace: Workspace) -> str | None:
    """The protected branch of the environment where the commit that is checked out is not its head,
    as far as it is known here: `apply` would refuse. ``None`` where it would not, or nobody can
    say without asking the remote."""
    entry = workspace.catalogue.config.environments.get(workspace.catalogue.environment)
    if entry is None or entry.branch is None or workspace.repository is None:
        return None
    head = known_head(workspace.repository, entry.branch)
    return entry.branch if head is not None and head != workspace.commit else None


def _refusal(message: str, remedy: str) -> SafetyError:
    return SafetyError(message, hint=f"{remedy}, {_ALLOW}", code="SG7003")
