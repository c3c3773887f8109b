"""A bucket of Amazon S3, or of a store that speaks its language."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from stardust_gitops.catalog.models.scalars import Flag, Model, Positive, Text, refuse
from stardust_gitops.catalog.models.transports.values import Address, RelativePath, Secret

Acl = Literal[
    "private",
    "public-read",
    "public-read-write",
    "authenticated-read",
    "aws-exec-read",
    "bucket-owner-read",
    "bucket-owner-full-control",
]
"""The canned ACLs of Amazon S3."""


class S3Transport(Model):
    """A bucket, and a folder in it (`path`). Without `access_key` and `profile` the credentials are
    those that AWS's tools find; `role` is taken on with them. `endpoint` names another store than
    Amazon's. Secrets are references."""

    protocol: Literal["s3"]
    bucket: Text
    path: RelativePath = "."
    region: Text | None = None
    endpoint: Address | None = None
    path_style: Flag | None = None
    access_key: Secret | None = None
    secret_key: Secret | None = None
    session_token: Secret | None = None
    profile: Text | None = None
    role: Text | None = None
    external_id: Text | None = None
    encryption: Literal["AES256", "aws:kms"] | None = None
    kms_key: Text | None = None
    acl: Acl | None = None
    storage_class: Text | None = None
    checksum: Literal["sha256", "md5"] | None = None
    connections: Positive = 4
    timeout: Positive = 60

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        if (self.access_key is None) != (self.secret_key is None):
            refuse("SG1101", "access_key or secret_key is missing", "give both, or neither")
        if self.session_token is not None and self.access_key is None:
            refuse("SG1101", "session_token needs access_key", "give access_key and secret_key too")
        if self.profile is not None and self.access_key is not None:
            refuse("SG1104", "profile and access_key exclude each other", "give one of them")
        if self.external_id is not None and self.role is None:
            refuse("SG1101", "external_id needs role", "give the role, or leave external_id out")
        if self.kms_key is not None and self.encryption != "aws:kms":
            refuse("SG1104", "kms_key needs encryption: aws:kms", "write  encryption: aws:kms")
        return self
