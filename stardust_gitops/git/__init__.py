"""The git command: what a work tree holds, what was changed, and who changed a line."""

from stardust_gitops.git.lfs import LfsPointer, lfs_pointer
from stardust_gitops.git.repository import Repository

__all__ = ["LfsPointer", "Repository", "lfs_pointer"]
