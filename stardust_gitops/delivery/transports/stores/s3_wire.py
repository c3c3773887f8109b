"""The requests to S3 that there are many of: putting an object or a part, looking, deleting.

botocore takes 2 ms of processor time to prepare a request of which signing is a small part. Here
its signer and its HTTP session are used without what lies between, which is four times as fast.
Everything else goes through its client.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import socket
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

from stardust_gitops.objects import s3
from stardust_gitops.objects.failures import Failure, StoreError

DAMAGED = "Damaged"
"""Our own code where a store took an object, and tells another digest of it."""

_EMPTY = hashlib.sha256(b"").hexdigest()
_UNSIGNED = "UNSIGNED-PAYLOAD"
_NO_DELAY = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
_LONGEST_ANSWER = 1 << 16
_CODE = re.compile(rb"<Code>([^<]{1,100})</Code>")
_MESSAGE = re.compile(rb"<Message>([^<]{1,500})</Message>")
_is_md5 = re.compile(r"[0-9a-f]{32}").fullmatch


class Body(NamedTuple):
    """What is sent: its chunks, their length, and the digests that are known beforehand."""

    chunks: Iterable[memoryview]
    size: int
    sha256: str | None = None
    md5: bytes | None = None


NOTHING = Body((), 0, _EMPTY)


class S3Wire:
    """Requests for the objects of one bucket, as `session` says who asks. For several threads.
    Keys follow upon `base`; `region` is the one that is signed for."""

    def __init__(self, session: Any, client: Any, access: s3.S3Access, bucket: str) -> None:
        from botocore.httpsession import URLLib3Session
        from botocore.utils import get_environ_proxies

        with s3.failures():
            example = urlsplit(
                client.generate_presigned_url("head_object", {"Bucket": bucket, "Key": "k"})
            )
            self._credentials = session.get_credentials()
        # The client knows under which host and path a bucket is found, and who signs for it.
        self.base = f"{example.scheme}://{example.netloc}{example.path.removesuffix('k')}"
        self.region = parse_qs(example.query)["X-Amz-Credential"][0].split("/")[2]
        self._http = URLLib3Session(
            verify=os.environ.get("AWS_CA_BUNDLE") or os.environ.get("REQUESTS_CA_BUNDLE") or True,
            proxies=get_environ_proxies(self.base),
            timeout=(access.seconds, access.seconds),
            max_pool_connections=16,
            socket_options=_NO_DELAY,
        )
        self._signer = _signer_class()

    def put(
        self, key: str, body: Body, headers: Mapping[str, str] | None = None, query: str = ""
    ) -> Mapping[str, str]:
        """Put an object or part; the headers of the answer, in small letters. What the store says
        of the digest is compared. `StoreError`."""
        about = {"Content-Length": str(body.size), **(headers or {})}
        if body.md5 is not None:
            about["Content-MD5"] = base64.b64encode(body.md5).decode()
        elif body.sha256 is not None:
            about["x-amz-checksum-sha256"] = base64_of(body.sha256)
        answer = self._ask("PUT", key, query, about, body)
        must_agree(answer, body)
        return answer

    def head(self, key: str) -> Mapping[str, str] | None:
        """What the store says of an object; ``None`` where there is none. `StoreError`."""
        try:
            return self._ask("HEAD", key)
        except StoreError as error:
            if error.failure is Failure.ABSENT:
                return None
            raise

    def delete(self, key: str) -> None:
        """Delete an object, if there is one. `StoreError`."""
        try:
            self._ask("DELETE", key)
        except StoreError as error:
            if error.failure is not Failure.ABSENT:
                raise

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def _ask(
        self,
        method: str,
        key: str,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: Body = NOTHING,
    ) -> Mapping[str, str]:
        from botocore.awsrequest import AWSPreparedRequest, AWSRequest
        from urllib3.exceptions import HTTPError

        url = f"{self.base}{quote(key, safe='/-_.~')}{'?' if query else ''}{query}"
        request = AWSRequest(method=method, url=url, headers=dict(headers or {}))
        request.context["payload"] = body.sha256 or _UNSIGNED
        with s3.failures():
            frozen = self._credentials.get_frozen_credentials()
            self._signer(frozen, "s3", self.region).add_auth(request)
            signed = dict(request.headers.items())
            chunks = body.chunks if body.size else None  # of no length, they would be "chunked"
            answer = self._http.send(AWSPreparedRequest(method, url, signed, chunks, True))
        try:
            text = answer.raw.read(_LONGEST_ANSWER)
            if len(text) == _LONGEST_ANSWER:
                answer.raw.close()
        except (HTTPError, OSError) as error:
            raise StoreError(Failure.UNREACHABLE, str(error)) from error
        told = {str(name).lower(): str(value) for name, value in answer.headers.items()}
        if answer.status_code >= 300:
            raise s3.failure_of(_parsed(answer.status_code, told, text))
        return told


def base64_of(digest: str) -> str:
    """A hexadecimal digest as S3 writes checksums."""
    return base64.b64encode(bytes.fromhex(digest)).decode()


def md5_of(headers: Mapping[str, str]) -> str | None:
    """The MD5 of an object or part, where its ETag is one: not of several parts, nor where a key
    of the key service encrypts it ("Checking object integrity")."""
    tag = headers.get("etag", "").strip('"')
    encrypted = headers.get("x-amz-server-side-encryption", "")
    by_customer = "x-amz-server-side-encryption-customer-algorithm" in headers
    if encrypted.startswith("aws:kms") or by_customer or not _is_md5(tag):
        return None
    return tag


def must_agree(answer: Mapping[str, str], body: Body) -> None:
    """`StoreError` with the code `DAMAGED` where the store tells another digest of the body."""
    found, sum_found = md5_of(answer), answer.get("x-amz-checksum-sha256")
    wrong_md5 = body.md5 is not None and found is not None and found != body.md5.hex()
    wrong_sum = (
        body.sha256 is not None and sum_found is not None and sum_found != base64_of(body.sha256)
    )
    if wrong_md5 or wrong_sum:
        said = "the store took other bytes than were sent"
        raise StoreError(Failure.UNREACHABLE, said, code=DAMAGED)


def _parsed(status: int, headers: Mapping[str, str], text: bytes) -> dict[str, Any]:
    """An error as botocore's client parses it. It is looked at, not read as XML: who knows whose
    it is."""
    code, message = _CODE.search(text), _MESSAGE.search(text)
    return {
        "Error": {
            "Code": code.group(1).decode("utf-8", "replace") if code else str(status),
            "Message": message.group(1).decode("utf-8", "replace") if message else "",
        },
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers},
    }


def _signer_class() -> Any:
    from botocore.auth import S3SigV4Auth

    class Signer(S3SigV4Auth):  # type: ignore[misc]
        """Signature version 4 over a digest of the payload that is known already."""

        def payload(self, request: Any) -> str:
            """The value of ``x-amz-content-sha256``."""
            return str(request.context["payload"])

    return Signer
