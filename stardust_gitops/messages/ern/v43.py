"""ERN 4.3 (2022)."""

from __future__ import annotations

from stardust_gitops.messages.ern.v4.tables import TYPES
from stardust_gitops.messages.ern.version import Version

ERN_43 = Version(
    name="4.3",
    shape="4",
    folder="43",
    namespace="http://ddex.net/xml/ern/43",
    avs_version="3",
    types=TYPES,
    message_xsd="release-notification.xsd",
    values_xsd="allowed-value-sets.xsd",
    values_namespace="http://ddex.net/xml/allowed-value-sets",
    digests={
        "release-notification.xsd": (
            "bb06f41a844d86dcc9ce06abf827e58594b5f153afdf7c72e0108ef61e7ce7a3"
        ),
        "allowed-value-sets.xsd": (
            "acde387be0fb0b787c2e886349b2e6d2b78f8c3745d6f99998dd93c975ee93d1"
        ),
    },
)
