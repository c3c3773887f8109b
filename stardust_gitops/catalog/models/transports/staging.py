"""Where files wait for a recipient that pulls them: a store which signs addresses."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stardust_gitops.catalog.models.transports.azure import AzureTransport
from stardust_gitops.catalog.models.transports.s3 import S3Transport

Staging = Annotated[AzureTransport | S3Transport, Field(discriminator="protocol")]
