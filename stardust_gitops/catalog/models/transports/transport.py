"""All protocols, told apart by `protocol`. A new one is a module and a name here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from stardust_gitops.catalog.models.transports.azure import AzureTransport
from stardust_gitops.catalog.models.transports.directory import DirectoryTransport
from stardust_gitops.catalog.models.transports.ftp import FtpsTransport, FtpTransport
from stardust_gitops.catalog.models.transports.http import HttpTransport
from stardust_gitops.catalog.models.transports.s3 import S3Transport
from stardust_gitops.catalog.models.transports.sftp import SftpTransport

Transport = Annotated[
    AzureTransport
    | DirectoryTransport
    | FtpTransport
    | FtpsTransport
    | HttpTransport
    | S3Transport
    | SftpTransport,
    Field(discriminator="protocol"),
]
