"""``sops:FILE#KEY``: a value in a file of the repository that sops has encrypted.

The file is decrypted by the ``sops`` program of the user's machine, with the keys that it finds
there (age, PGP, cloud key services); `KEY` is a path of keys as ``spotify.password``.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from stardust_gitops.secrets.secret import Secret
from stardust_gitops.secrets.sources.problems import not_given

_SECONDS = 60


def fetch(name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The decrypted value of a key. The file is read from below `root` only."""
    reference = f"sops:{name}"
    file, _, key = name.partition("#")
    path = _inside(root, file, reference)
    steps = "".join(f"[{json.dumps(step)}]" for step in key.split("."))
    command = ["sops", "decrypt", "--extract", steps, str(path)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=_SECONDS,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except FileNotFoundError:
        hint = "install sops (https://getsops.io), or keep the secret in env: or file:"
        raise not_given(reference, "the program sops is not installed", hint) from None
    except subprocess.TimeoutExpired:
        hint = "run  sops decrypt  by hand and see what it waits for"
        raise not_given(reference, f"sops gave no answer in {_SECONDS} s", hint) from None
    if done.returncode != 0:
        why = f"sops ended with {done.returncode}: {_first_line(done.stderr)}"
        hint = "check that the file has the key, and that this user may decrypt it"
        raise not_given(reference, why, hint)
    value = _text(done.stdout, reference)
    if not value:
        raise not_given(reference, "the value is empty", "put the secret there with  sops edit")
    return Secret(value)


def _inside(root: Path, file: str, reference: str) -> Path:
    path = root / file
    hint = "name a file of the catalogue, as  sops:secrets/spotify.yaml#password"
    if PurePosixPath(file).is_absolute() or not path.resolve().is_relative_to(root.resolve()):
        raise not_given(reference, "the file is not in the catalogue", hint)
    if not path.is_file():
        raise not_given(reference, "there is no such file", hint)
    return path


def _first_line(output: bytes) -> str:
    """What sops says of why: it names files and keys, never a value that it could not give."""
    lines = [line.strip() for line in output.decode("utf-8", "replace").splitlines()]
    told = [line for line in lines if line and not line.startswith("[warning]")]
    return told[0][:200] if told else "it does not say why"


def _text(output: bytes, reference: str) -> str:
    try:
        return output.decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError:
        why, hint = "it is no text", "keep binary secrets in base64, or in a file:"
        raise not_given(reference, why, hint) from None
