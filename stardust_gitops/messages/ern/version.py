"""What distinguishes one ERN version from another, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from stardust_gitops.messages.schema import Schema

Shape = Literal["3", "4"]
MESSAGES = ("NewReleaseMessage", "PurgeReleaseMessage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What the versions of shape 4 say in other words or places; the defaults are those of 4.3.

    `editions`: what a recording's edition has (ISRC, P-line, layout of the sound, files) stands in
    a SoundRecordingEdition, else in the SoundRecording itself. `recording_mode` names the element
    for that layout. `delivery_file`: a file and its measures stand in a DeliveryFile of the
    technical details, else directly in them; `container_format` tells whether they have a place for
    the container. `clip_details`: how to cut a preview stands in ClipDetails, else in
    PreviewDetails. `role_value`: a contributor's role is a Role with a Value, else its text.
    `genre` names the element for genres. `grouping_title`: the title of a work that a recording is
    part of is a GroupingTitle, else an AdditionalTitle of that type. `ai` tells whether it is said
    what generative AI made, `language_of_text` whether the language of lyrics is.
    `timing_in_seconds`: where in a recording another one stands is told in seconds and needs its
    beginning, else by two durations. `video_types` names the set of values for types of video.
    """

    editions: bool = True
    recording_mode: str = "RecordingMode"
    delivery_file: bool = True
    container_format: bool = True
    clip_details: bool = True
    role_value: bool = False
    genre: str = "Genre"
    grouping_title: bool = False
    ai: bool = False
    language_of_text: bool = True
    timing_in_seconds: bool = True
    video_types: str = "VideoType_ERN43"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of ERN.

    `shape` is the family whose writer makes its messages. `namespace` is the root's; `types` the
    table of the structure. `avs_version` is the value of AvsVersionId (4.3 and later),
    `schema_version_id` that of MessageSchemaVersionId (3.x). `message_xsd` is the name of the
    official XSD and `values_xsd` that of the allowed value sets it imports (namespace
    `values_namespace`), as DDEX publishes them; `digests` are the SHA-256 of the files that we know
    by these names. `dialect` is for the writer of shape 4, which asks nothing else of a version.
    """

    name: str
    shape: Shape
    folder: str
    namespace: str
    types: Mapping[str, str]
    message_xsd: str
    values_xsd: str
    values_namespace: str
    digests: Mapping[str, str]
    avs_version: str | None = None
    schema_version_id: str | None = None
    dialect: Dialect = Dialect()

    @property
    def roots(self) -> tuple[str, ...]:
        """The qualified names of the messages that can be written."""
        return tuple(self.root(name) for name in MESSAGES if name in self.types)

    @property
    def schema(self) -> Schema:
        """The official XSD."""
        return Schema(
            name=f"ERN {self.name}",
            folder=f"ern/{self.folder}",
            namespace=self.namespace,
            message_xsd=self.message_xsd,
            values_xsd=self.values_xsd,
            values_namespace=self.values_namespace,
            digests=self.digests,
        )

    def root(self, message: str) -> str:
        """The qualified name of a message's root, the only element in the namespace."""
        return f"{{{self.namespace}}}{message}"
