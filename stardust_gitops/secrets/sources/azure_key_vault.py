"""``azure-kv:VAULT/NAME``: Azure Key Vault, with the default credential.

`VAULT` is the vault's name, or its host where it is in another cloud than the public one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from stardust_gitops.secrets.secret import Secret
from stardust_gitops.secrets.sources.problems import missing_package, not_given

_PUBLIC_CLOUD = ".vault.azure.net"


def fetch(name: str, *, environ: Mapping[str, str], root: Path) -> Secret:
    """The present version of the secret."""
    reference = f"azure-kv:{name}"
    try:
        from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
        from azure.identity import DefaultAzureCredential
        from azure.keyvault.secrets import SecretClient
    except ImportError:
        raise missing_package(reference, "azure") from None
    vault, _, secret = name.partition("/")
    host = vault if "." in vault else vault + _PUBLIC_CLOUD
    # A host of another cloud is the user's word: it is in the reviewed catalogue.
    public = host.endswith(_PUBLIC_CLOUD)
    with (
        DefaultAzureCredential() as credential,
        SecretClient(f"https://{host}", credential, verify_challenge_resource=public) as client,
    ):
        try:
            value = client.get_secret(secret).value
        except ClientAuthenticationError:
            hint = "give the job an Azure identity that may read this vault's secrets"
            raise not_given(reference, "Azure does not accept the credential", hint) from None
        except HttpResponseError as error:
            why = f"the vault answers {error.status_code}"
            hint = "check the vault's and the secret's name, and the right to read it"
            raise not_given(reference, why, hint) from None
        except AzureError as error:
            hint = "check the vault's name and the way to it"
            raise not_given(reference, type(error).__name__, hint) from None
    if not value:
        raise not_given(reference, "the secret is empty", "store a text there")
    return Secret(value)
