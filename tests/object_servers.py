"""Real servers that speak S3, or Azure's language, each in a process of its own."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from azure.storage.blob import ContainerClient

from stardust_gitops.delivery.transports.settings import AzureSettings, S3Settings
from stardust_gitops.objects.azure import AzureAccess
from stardust_gitops.objects.s3 import S3Access, open_client, open_session
from tests.servers import free_port, require_binary

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "example-secret",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""What every client of these servers is given."""


@dataclass(frozen=True, kw_only=True)
class S3Server:
    """A server of 127.0.0.1. `signed` says that it checks who asks."""

    port: int
    signed: bool = False

    def url(self, bucket: str, prefix: str = "ledger") -> str:
        """The `ledger:` below a prefix of a bucket."""
        return f"s3://{bucket}/{prefix}?endpoint=http://127.0.0.1:{self.port}&region=eu-west-1"

    def make_bucket(self, name: str) -> str:
        """A new bucket; its name."""
        if self.signed:
            self.client().create_bucket(
                Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
            )
            return name
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("PUT", f"/{name}")
        assert connection.getresponse().status == 200
        connection.close()
        return name

    def settings(self, bucket: str, path: str = "", **more: Any) -> S3Settings:
        """How a bucket is reached."""
        access = S3Access(
            endpoint=f"http://127.0.0.1:{self.port}",
            region="eu-west-1",
            access_key=KEYS["AWS_ACCESS_KEY_ID"],
            secret_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )
        return S3Settings(**{"bucket": bucket, "path": path, "access": access, **more})

    def client(self) -> Any:
        """A client for looking at what is there."""
        return _client(self)


@cache
def _client(server: S3Server) -> Any:
    access = server.settings("").access
    return open_client(open_session(access), access, attempts=2)


@contextmanager
def moto_server(folder: Path) -> Iterator[S3Server]:
    """moto: the semantics of S3, conditional writes among them; it checks no signature."""
    program = Path(sys.executable).with_name("moto_server")
    port = free_port()
    command = [str(program), "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, folder, port):
        yield S3Server(port=port)


@contextmanager
def rclone_server(folder: Path) -> Iterator[S3Server]:
    """rclone: it checks signatures and MD5; it takes conditions and does not look at them."""
    found = Path(sys.executable).with_name("rclone")
    program = str(found) if found.exists() else require_binary("rclone", "rclone")
    (folder / "root").mkdir()
    port = free_port()
    key = f"{KEYS['AWS_ACCESS_KEY_ID']},{KEYS['AWS_SECRET_ACCESS_KEY']}"
    command = [program, "serve", "s3", str(folder / "root"), "--addr", f"127.0.0.1:{port}"]
    with _running([*command, "--auth-key", key], folder, port):
        yield S3Server(port=port, signed=True)


AZURE_KEY = base64.b64encode(b"an example of a key, 32 bytes in").decode()


@dataclass(frozen=True, kw_only=True)
class AzureServer:
    """Azurite on 127.0.0.1, with one account."""

    port: int

    def url(self, container: str, prefix: str = "ledger") -> str:
        """The `ledger:` below a prefix of a container."""
        return f"azure://{container}/{prefix}?endpoint=http://127.0.0.1:{self.port}/example"

    def make_container(self, name: str) -> str:
        """A new container; its name."""
        endpoint = f"http://127.0.0.1:{self.port}/example"
        with ContainerClient(endpoint, name, credential=AZURE_KEY) as client:
            client.create_container()
        return name

    def settings(self, container: str, path: str = "", **more: Any) -> AzureSettings:
        """How a container is reached, unless `more` says otherwise."""
        endpoint = f"http://127.0.0.1:{self.port}/example"
        access = AzureAccess(
            **{"container": container, "endpoint": endpoint, "key": AZURE_KEY, **more}
        )
        return AzureSettings(access=access, path=path)


@contextmanager
def azure_server(folder: Path) -> Iterator[AzureServer]:
    """Azurite, Microsoft's own stand-in for Azure Storage."""
    program = require_binary("azurite-blob", "nodejs npm; npm install --global azurite")
    port = free_port()
    command = [program, "--blobHost", "127.0.0.1", "--blobPort", str(port), "--silent"]
    # The client's version of the interface is always newer than what Azurite knows.
    command += ["--location", str(folder), "--disableTelemetry", "--skipApiVersionCheck"]
    with _running(command, folder, port, AZURITE_ACCOUNTS=f"example:{AZURE_KEY}"):
        yield AzureServer(port=port)


@contextmanager
def _running(command: list[str], folder: Path, port: int, **more: str) -> Iterator[None]:
    environ = os.environ | {"RCLONE_CONFIG": str(folder / "none.conf"), **more}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environ)
    try:
        until = time.monotonic() + 30
        while not _answers(port):
            ended = process.poll() is not None or time.monotonic() > until
            assert not ended, (folder / "log").read_text()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        connection.request("GET", "/")
        connection.getresponse().read()
    except OSError:
        return False
    finally:
        connection.close()
    return True
