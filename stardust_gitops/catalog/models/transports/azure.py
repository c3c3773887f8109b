"""A container of Azure Blob Storage."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from stardust_gitops.catalog.models.scalars import Model, Positive, Text, refuse
from stardust_gitops.catalog.models.transports.values import Address, RelativePath, Secret


def _account(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9]{3,24}", value, re.ASCII):
        refuse(
            "SG1104",
            f"{value!r} is no name of a storage account",
            "write 3 to 24 small letters and digits, or the whole address as  endpoint:",
        )
    return value


class AzureTransport(Model):
    """A container, and a folder in it (`path`), of a storage `account`, or at an `endpoint` with
    the account's address. Without `account_key`, `sas` and `connection_string` the credentials are
    those that Azure's tools find. Secrets are references."""

    protocol: Literal["azure"]
    account: Annotated[Text, AfterValidator(_account)] | None = None
    endpoint: Address | None = None
    container: Text
    path: RelativePath = "."
    account_key: Secret | None = None
    sas: Secret | None = None
    connection_string: Secret | None = None
    connections: Positive = 4
    timeout: Positive = 60

    @model_validator(mode="after")
    def _belong_together(self) -> Self:
        where = [w for w in (self.account, self.endpoint, self.connection_string) if w is not None]
        if not where:
            refuse("SG1101", "the account is missing", "add account: NAME (or endpoint: URL)")
        if len(where) > 1:
            refuse(
                "SG1104",
                "account, endpoint and connection_string exclude each other",
                "give one of them",
            )
        who = (self.account_key, self.sas, self.connection_string)
        if sum(way is not None for way in who) > 1:
            refuse(
                "SG1104",
                "account_key, sas and connection_string exclude each other",
                "give one of them",
            )
        return self
