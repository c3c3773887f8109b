"""What to say where a ledger branch is not there, is there already, or is not what it was."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from stardust_gitops.errors import SafetyError
from stardust_gitops.ledger.branch import layout
from stardust_gitops.ledger.store import LedgerMissingError


class Place(NamedTuple):
    """A ledger branch, its remote, and the folder of what this machine keeps of it."""

    branch: str
    remote: str
    folder: Path

    @property
    def name(self) -> str:
        """The ledger, for people."""
        return f"{self.branch} at {self.remote}"

    def missing(self) -> LedgerMissingError:
        """Nobody knows of a ledger."""
        return LedgerMissingError(
            f"there is no ledger: {self.remote} has no branch {self.branch}",
            hint="if this catalogue was delivered before, push its ledger branch again; for a new"
            " one run `stardust-gitops ledger init` (and `ledger adopt` for what recipients already"
            " have)",
        )

    def deleted(self, known: str, *, witnessed: bool) -> SafetyError:
        """The branch is gone. `witnessed`: the remote still has the commit that it stood at."""
        back = (
            f"put it back: {self._put_back(known)}"
            if witnessed
            else f"push it back to refs/heads/{self.branch} from a clone that has it, or ask who"
            f" runs the server to restore commit {known}"
        )
        return SafetyError(
            f"the ledger branch {self.name} was deleted: it stood at {known[:10]}",
            hint=f"a deleted ledger is not an empty one: {back}",
            code="SG5014",
        )

    def rewritten(self, known: str, head: str, *, witnessed: bool) -> SafetyError:
        """The branch lacks what it had."""
        back = (
            self._put_back(known)
            if witnessed
            else f"put the branch back to {known}, or to what followed it"
        )
        return SafetyError(
            f"the ledger branch {self.name} was rewritten: what we knew of it ({known[:10]}) is"
            f" not in the past of what it is now ({head[:10]})",
            hint=f"somebody has force-pushed it, so deliveries may be missing from it; {back}."
            f" Only if what it is now is right: {self._forget(witnessed)}",
            code="SG5014",
        )

    def _put_back(self, known: str) -> str:
        return (
            f"git fetch {self.remote} {layout.witness(self.branch)}"
            f" && git push {self.remote} {known}:refs/heads/{self.branch}"
        )

    def _forget(self, witnessed: bool) -> str:
        there = f" and run  git push {self.remote} :{layout.witness(self.branch)}"
        return f"delete {self.folder}{there if witnessed else ''}"

    def there_is_one(self) -> SafetyError:
        """`ledger init` where there is a branch."""
        return SafetyError(
            f"there is a branch {self.name} already",
            hint="a ledger is never overwritten: use it, or name another branch",
            code="SG5007",
        )

    def there_was_one(self, witness: str | None) -> SafetyError:
        """`ledger init` where there was a branch, as the witness or this machine knows."""
        back = "put it back" if witness is None else f"put it back: {self._put_back(witness)}"
        return SafetyError(
            f"there is a ledger {self.name} already, or there was one when somebody looked last",
            hint=f"a ledger is never overwritten, nor a deleted one taken for an empty one: {back}."
            f" Only if it never recorded a delivery: {self._forget(witness is not None)}",
            code="SG5007",
        )
