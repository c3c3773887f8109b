"""ERN 3.8.3 (2019): 3.8.2 with more allowed values."""

from __future__ import annotations

from dataclasses import replace

from stardust_gitops.messages.ern.v382 import ERN_382

ERN_383 = replace(
    ERN_382,
    name="3.8.3",
    folder="383",
    namespace="http://ddex.net/xml/ern/383",
    schema_version_id="ern/383",
    values_xsd="avs_20200108.xsd",
    digests={
        "release-notification.xsd": (
            "8b955a6df8d493b17b1b825da82804c1e4f263e207ac1549ef2aa28365e06273"
        ),
        "avs_20200108.xsd": "8eb563994025a6e32375a4ae2bc003baa73873967c9f9ae1bb30d0c4a36753b2",
    },
)
