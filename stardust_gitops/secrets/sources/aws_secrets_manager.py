"""``aws-sm:NAME`` or ``aws-sm:NAME#KEY``: AWS Secrets Manager, with the default credentials.

`NAME` is the secret's name or ARN, `KEY` the member of a secret that is a JSON object.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.secrets.secret import Secret
from stardust_gitops.secrets.sources.problems import missing_package, not_given

_ARN = "arn:"


def fetch(name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The present version (AWSCURRENT) of the secret."""
    reference = f"aws-sm:{name}"
    try:
        import boto3
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError:
        raise missing_package(reference, "aws") from None
    identifier, _, key = name.partition("#")
    region = identifier.split(":")[3] if identifier.startswith(_ARN) else None
    try:
        client = boto3.client("secretsmanager", region_name=region)
        answer = client.get_secret_value(SecretId=identifier)
    except ClientError as error:
        why = f"AWS says {error.response.get('Error', {}).get('Code', 'no')}"
        hint = "check the name, and that these credentials may  secretsmanager:GetSecretValue"
        raise not_given(reference, why, hint) from None
    except BotoCoreError as error:
        hint = "give AWS credentials and a region, as AWS_REGION and a role of the job"
        raise not_given(reference, type(error).__name__, hint) from None
    value = answer.get("SecretString") or ""
    if key:
        value = _member(value, key, reference)
    if not value:
        raise not_given(reference, "the secret is no text", "store it as a text (SecretString)")
    return Secret(value)


def _member(text: str, key: str, reference: str) -> str:
    hint = "leave  #KEY  out, or store the secret as a JSON object of texts"
    try:
        document = json.loads(text)
    except ValueError:
        raise not_given(reference, "the secret is no JSON", hint) from None
    value = document.get(key) if isinstance(document, dict) else None
    if not isinstance(value, str):
        raise not_given(reference, "the secret has no such key", hint)
    return value
