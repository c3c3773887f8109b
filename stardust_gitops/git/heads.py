"""Where a branch stands: at the remote, which alone knows it, or here where there is none."""

from __future__ import annotations

from stardust_gitops.git.carried import quiet_ssh
from stardust_gitops.git.command import environment, execute, run
from stardust_gitops.git.remote import remote_error
from stardust_gitops.git.repository import Repository

REMOTE = "origin"


def known_head(repository: Repository, branch: str) -> str | None:
    """The commit of a branch of ``origin`` as it was fetched last, else of the branch here.

    ``None`` where neither is known. Asks nobody: good enough for advice, not for a decision.
    """
    for ref in (f"refs/remotes/{REMOTE}/{branch}", f"refs/heads/{branch}"):
        _, output = run(
            repository.root, "rev-parse", "--verify", "--quiet", ref, accept=(0, 1, 128)
        )
        if output.strip():
            return output.decode("ascii", "replace").strip()
    return None


def branch_head(repository: Repository, branch: str) -> str | None:
    """The commit that a branch of ``origin`` points to now, ``None`` where it has no such branch.

    The remote is asked: what was fetched may be old, and a checkout of CI calls any commit
    ``origin/main``. Of a repository without ``origin`` the branch itself counts. `RemoteError`.
    """
    ref = f"refs/heads/{branch}"
    _, remotes = run(repository.root, "remote")
    if REMOTE not in remotes.decode("utf-8", "replace").split():
        _, output = run(
            repository.root, "rev-parse", "--verify", "--quiet", ref, accept=(0, 1, 128)
        )
        return output.decode("ascii", "replace").strip() or None
    env = environment()
    env |= quiet_ssh(repository.root, env)
    done = execute(repository.root, "ls-remote", "--quiet", REMOTE, ref, env=env)
    if done.returncode:
        raise remote_error(REMOTE, done.stderr)
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        commit, _, name = line.partition("\t")
        if name == ref:  # a pattern matches the ends of names: refs/x/refs/heads/main too
            return commit
    return None
