"""ERN 3.8.2 (2016)."""

from __future__ import annotations

from stardust_gitops.messages.ern.v3.tables import TYPES
from stardust_gitops.messages.ern.version import Version

ERN_382 = Version(
    name="3.8.2",
    shape="3",
    folder="382",
    namespace="http://ddex.net/xml/ern/382",
    schema_version_id="ern/382",
    types=TYPES,
    message_xsd="release-notification.xsd",
    values_xsd="avs_20161006.xsd",
    values_namespace="http://ddex.net/xml/avs/avs",
    digests={
        "release-notification.xsd": (
            "05bcdd0313236ce5661b102aa3314b6478648d5d875043886b303dca395de9cd"
        ),
        "avs_20161006.xsd": "500519b691dd0b97ae1e912c7aa2773d4f4e77412126672b372234b25c67ef34",
    },
)
