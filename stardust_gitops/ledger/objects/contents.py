"""Bytes of content and messages in a bucket of their own (`messages:`)."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Collection, Iterator

from stardust_gitops.ledger.contents import name_of, unpacked
from stardust_gitops.ledger.objects.bucket import Bucket, at_once


class BucketContents:
    """See `Contents`. Objects are ``messages/<catalogue>/<sha256>``, so that several catalogues may
    share a bucket and none erases what another one needs."""

    def __init__(self, opened: Callable[[], Bucket], catalogue_id: str) -> None:
        """`opened` opens the bucket, when it is needed: most commands never ask it."""
        self._opened = opened
        self._open: Bucket | None = None
        self._lock = threading.Lock()
        self._prefix = f"messages/{catalogue_id}/"

    @property
    def _bucket(self) -> Bucket:
        with self._lock:
            if self._open is None:
                self._open = self._opened()
            return self._open

    def store(self, data: bytes) -> str:
        """See `Contents.store`. They are there when it returns."""
        digest = name_of(data)
        self._bucket.put(self._prefix + digest, zlib.compress(data))
        return digest

    def fetch(self, digest: str) -> bytes | None:
        """See `Contents.fetch`."""
        stored = self._bucket.get(self._prefix + digest)
        return None if stored is None else unpacked(digest, stored.data)

    def digests(self) -> list[str]:
        """See `Contents.digests`."""
        return [key.removeprefix(self._prefix) for key in self._bucket.keys(self._prefix)]

    def kept(self) -> Iterator[tuple[str, bytes | None]]:
        """See `Contents.kept`."""
        return at_once(lambda digest: (digest, self.fetch(digest)), self.digests())

    def erase(self, digests: Collection[str]) -> None:
        """See `Contents.erase`."""
        for _ in at_once(lambda digest: self._bucket.delete(self._prefix + digest), list(digests)):
            pass

    def close(self) -> None:
        """See `Contents.close`."""
        if self._open is not None:
            self._open.close()
