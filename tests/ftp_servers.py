"""Real FTP servers for the tests: vsftpd, and pyftpdlib where the server is to be changed."""

from __future__ import annotations

import logging
import re
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection
from typing import Any

import trustme

from stardust_gitops.delivery.transports.settings import FtpSettings
from tests.servers import free_port, require_binary
from tests.wire_proxy import Proxy

with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
    # It is built on a module that Python 3.12 left to others.
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer

PASSWORD = "tide-table-1842"

HANDLER: Any = FTPHandler
"""pyftpdlib's handler of a connection, for tests that change a part of it."""

VSFTPD_CONFIG = """\
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
run_as_launching_user=YES
anonymous_enable=YES
anon_root={home}
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
write_enable=YES
seccomp_sandbox=NO
secure_chroot_dir={home}/empty
xferlog_enable=NO
vsftpd_log_file={home}/log
"""

VSFTPD_TLS = """\
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file={home}/certificate.pem
rsa_private_key_file={home}/certificate.pem
"""

# What it logs goes to standard error unless somebody takes it.
logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())
logging.getLogger("pyftpdlib").propagate = False


@dataclass(frozen=True, kw_only=True)
class FtpServer:
    """A server on this host, with one account; paths are those of this machine."""

    port: int
    username: str
    tls: bool
    ca: Path | None
    password: str = field(default=PASSWORD, repr=False)

    def settings(self, folder: Path) -> FtpSettings:
        """How to reach `folder`, with everything right."""
        return FtpSettings(
            host="127.0.0.1",
            port=self.port,
            username=self.username,
            password=self.password,
            tls=self.tls,
            ca=self.ca,
            path=str(folder),
            timeout=10,
        )


@contextmanager
def vsftpd(home: Path, *, tls: bool) -> Iterator[FtpServer]:
    """vsftpd as the user who runs the tests, strict about TLS as it is by default: the data
    connection has to take up the session of the control connection."""
    binary = require_binary("vsftpd", "vsftpd")
    (home / "empty").mkdir(parents=True)
    ca = make_certificate(home) if tls else None
    for attempt in (1, 2):  # between finding a port and using it somebody else may take it
        port = free_port()
        config = VSFTPD_CONFIG + (VSFTPD_TLS if tls else "")
        (home / "vsftpd.conf").write_text(config.format(port=port, home=home))
        (home / "vsftpd.conf").chmod(0o600)
        with (home / "output").open("ab") as log:
            process = subprocess.Popen([binary, str(home / "vsftpd.conf")], stdout=log, stderr=log)
        try:
            if not _answers(process, port):
                assert attempt == 1, f"vsftpd does not start: {(home / 'output').read_text()}"
                continue
            yield FtpServer(port=port, username="anonymous", tls=tls, ca=ca)
            return
        finally:
            process.terminate()
            process.wait(5)


@contextmanager
def pyftpd(
    home: Path, *, tls: bool, rights: str = "elradfmwMT", **changes: Any
) -> Iterator[FtpServer]:
    """pyftpdlib in a thread; `rights` are those of its account, `changes` attributes of its
    handler, such as commands that it is not to know."""
    home.mkdir(parents=True, exist_ok=True)
    ca = make_certificate(home) if tls else None
    users = DummyAuthorizer()
    users.add_user("label", PASSWORD, "/", perm=rights)
    common: dict[str, Any] = {"authorizer": users, "auth_failed_timeout": 0}
    if tls:
        required = {"tls_control_required": True, "tls_data_required": True}
        common |= {"certfile": str(home / "certificate.pem"), **required}
    base = TLS_FTPHandler if tls else FTPHandler
    handler = type("Handler", (base,), common | changes)
    loop = IOLoop()  # the one that is shared by default would serve all servers in every thread
    server = FTPServer(("127.0.0.1", 0), handler, ioloop=loop)
    stopped = threading.Event()

    def serve() -> None:
        while not stopped.is_set():
            loop.loop(0.02, blocking=False)

    thread = threading.Thread(target=serve, name="pyftpdlib")
    thread.start()
    try:
        yield FtpServer(port=server.address[1], username="label", tls=tls, ca=ca)
    finally:
        stopped.set()
        thread.join()
        server.close_all()


def behind(proxy: Proxy, *, tls: bool) -> Callable[..., None]:
    """A handler's `respond` that leads every data connection through `proxy`."""
    base = TLS_FTPHandler if tls else FTPHandler

    def respond(handler: Any, text: str, **more: Any) -> None:
        if announced := re.fullmatch(r"(229 .*\|\|\|)(\d+)(\|.*)", text):
            proxy.upstream = ("127.0.0.1", int(announced[2]))
            text = f"{announced[1]}{proxy.port}{announced[3]}"
        base.respond(handler, text, **more)

    return respond


def without(*commands: str) -> dict[str, Any]:
    """What makes `pyftpd` a server that does not know some commands."""
    known = HANDLER.proto_cmds
    return {"proto_cmds": {name: value for name, value in known.items() if name not in commands}}


def make_certificate(home: Path, *names: str) -> Path:
    """Write `certificate.pem`, certificate and key of 127.0.0.1 or of `names`; the file of the
    authority that signed it."""
    authority = trustme.CA()
    certificate = authority.issue_cert(*(names or ("127.0.0.1",)))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(home / "certificate.pem"))
    authority.cert_pem.write_to_path(str(home / "ca.pem"))
    return home / "ca.pem"


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server shows its banner within 10 seconds."""
    deadline = time.monotonic() + 10
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), create_connection(("127.0.0.1", port), 1) as connection:
            if connection.recv(4) == b"220 ":
                return True
        time.sleep(0.01)
    return False
