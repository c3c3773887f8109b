"""Messages of every version over the whole space of contents: valid by our check and by DDEX's
official XSD, and an independent reader finds in them what the content says.

A plain run takes 200 generated messages a version, ``STARDUST_LONG=1`` takes ten times that. What
the two checks say of spoiled messages: see `test_messages_checks_property`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from stardust_gitops.content.model import AudioFacts, Immersive
from stardust_gitops.messages.check import check_message, check_tree
from stardust_gitops.messages.ern.conformance import check_structure
from stardust_gitops.messages.ern.mappings import mappings
from stardust_gitops.messages.ern.references import check_references
from stardust_gitops.messages.ern.writer import build_message, write_message
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xml import serialise
from tests.ddex import official, require_schemas
from tests.message_runs import Sources, each_version, reader, run, told, unsaid
from tests.strategies import messages


@each_version
def test_every_message_is_valid_and_tells_the_content(version: str) -> None:
    schemas, check = require_schemas(), official(version)

    @run(2000)
    @given(messages(version))
    def hold(sources: Sources) -> None:
        root = build_message(*sources)
        assert check_tree(root, version, schemas) == []
        assert check(root) == []
        document = serialise(root)
        assert document == write_message(*sources)
        assert check_message(document, version, schemas) == []
        delivery, _, options = sources
        if not options.purge:
            assert reader(version)(document) == told(version)(delivery, options)

    hold()


@each_version
def test_what_is_not_told_is_a_mapping(version: str) -> None:
    """One each, and none for what is told."""

    @run(1000)
    @given(messages(version))
    def hold(sources: Sources) -> None:
        delivery, _, options = sources
        found = mappings(delivery, options)
        assert len(found) == len(set(found))
        dropped = [] if options.purge else unsaid(version)(delivery, options)
        assert sorted(each.field for each in found if each.told is None) == sorted(dropped)

    hold()


@each_version
def test_every_message_passes_our_own_checks_alone(version: str) -> None:
    @run(150)
    @given(messages(version))
    def hold(sources: Sources) -> None:
        root = build_message(*sources)
        assert check_structure(root, version) == []
        assert check_references(root) == []

    hold()


def _with_another(sources: Sources, **of_track: Any) -> Sources:
    """The same with one more recording, and nothing that its release does not fit."""
    delivery, header, options = sources
    tracks = delivery.content.tracks
    track = replace(
        tracks[-1], **{"isrc": "GBXYZ2688888", "video": False, "type": None, **of_track}
    )
    content = replace(delivery.content, tracks=(*tracks, track), type="Album", discs=())
    facts = AudioFacts(codec="PCM", sample_rate=44100, channels=2, duration="30")
    file = replace(delivery.assets[0], role="audio", track=len(tracks) + 1, facts=facts)
    delivery = replace(delivery, content=content, assets=(*delivery.assets, file))
    plain = replace(options, profile=None, variant=None, files=None, purge=False)
    return delivery, header, plain


@pytest.mark.parametrize("version", ("3.8.2", "3.8.3", "4.2"))
def test_what_no_mapping_can_say_is_refused(version: str) -> None:
    """Editions and clips before ERN 4.3: never a message without them."""
    edition = Immersive(isrc="GBXYZ2788888")

    @run(100)
    @given(messages(version).filter(lambda made: made[2].profile is None))
    def hold(sources: Sources) -> None:
        build_message(*_with_another(sources))
        for refused in ({"immersive": edition}, {"type": "Clip"}):
            with pytest.raises(MessageError) as caught:
                build_message(*_with_another(sources, **refused))
            assert caught.value.code == "SG4027"
            assert "leave_out" in str(caught.value.hint)

    hold()


@each_version
def test_every_purge_is_valid(version: str) -> None:
    schemas = require_schemas()

    @run(200)
    @given(messages(version))
    def hold(sources: Sources) -> None:
        delivery, header, options = sources
        options = replace(options, purge=True)
        root = build_message(delivery, header, options)
        assert check_tree(root, version, schemas) == []
        assert root.findtext("PurgedRelease/ReleaseId/ICPN") == delivery.icpn
        assert mappings(delivery, options) == []

    hold()
