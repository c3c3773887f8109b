"""Which release profile a release has by itself, in both shapes of ERN."""

from __future__ import annotations

import pytest

from stardust_gitops.content.profiles import (
    Kind,
    makeup,
    misfit,
    profile_in_ern_3,
    profile_in_ern_4,
)

SOUND = Kind(video=False, type=None, bonus=False)
VIDEO = SOUND._replace(video=True)
LONG = VIDEO._replace(type="ConcertVideo")
WORK = SOUND._replace(work=True)
SPOKEN = SOUND._replace(type="SpokenWordSoundRecording")
CLIP = SOUND._replace(type="Clip")


@pytest.mark.parametrize(
    ("release_type", "tracks", "in_3", "in_4"),
    [
        ("Album", [SOUND, SOUND], "AudioAlbumMusicOnly", "Audio"),
        ("Album", [SOUND, SPOKEN], "AudioAlbum", "Audio"),
        ("Album", [SOUND, CLIP], "AudioAlbumMusicOnly", "Audio"),
        ("Album", [SOUND, VIDEO], "MixedMediaBundle", "MixedMedia"),
        ("Album", [SOUND, VIDEO._replace(bonus=True)], "AudioAlbumMusicOnly", "Audio"),
        ("Album", [WORK, SOUND], "DigitalClassicalAudioAlbum", "Audio"),
        ("Single", [WORK], "AudioSingle", "Audio"),
        ("Single", [SOUND], "AudioSingle", "Audio"),
        ("VideoSingle", [VIDEO], "VideoSingle", "Video"),
        ("VideoAlbum", [VIDEO, VIDEO], "VideoAlbum", "Video"),
        ("VideoAlbum", [LONG, VIDEO], "VideoAlbum", "Video"),
        (
            "LongFormMusicalWorkVideoRelease",
            [LONG],
            "LongformMusicVideo",
            "LongFormMusicalWorkVideo",
        ),
        ("RingtoneRelease", [SOUND], "Ringtone", "Ringtone"),
        ("DjMix", [SOUND], "AudioAlbumMusicOnly", "DjMix"),
        ("AudioBookRelease", [SPOKEN], "AudioBook", "Audio"),
        ("ClassicalAlbum", [SOUND], "DigitalClassicalAudioAlbum", "Audio"),
        ("DigitalBoxSetRelease", [SOUND], "DigitalBoxedSet", "Audio"),
    ],
)
def test_the_profile_follows_from_the_release(
    release_type: str, tracks: list[Kind], in_3: str, in_4: str
) -> None:
    made = makeup(release_type, tracks)
    assert (profile_in_ern_3(made), profile_in_ern_4(made)) == (in_3, in_4)
    assert misfit(in_3, made) is None
    assert misfit(in_4, made) is None


def test_a_target_may_want_another_variant() -> None:
    classical = makeup("ClassicalAlbum", [WORK, WORK])
    assert profile_in_ern_3(classical, "none") == "AudioAlbumMusicOnly"
    assert profile_in_ern_3(classical, "BoxedSet") == "DigitalBoxedSet"
    boxed = makeup("Album", [SOUND, WORK], boxed=True)
    assert profile_in_ern_3(boxed) == "DigitalBoxedSet"
    assert profile_in_ern_3(boxed, "none") == "AudioAlbumMusicOnly"


@pytest.mark.parametrize(
    ("profile", "tracks", "why"),
    [
        ("Audio", [SOUND, VIDEO], "has audio recordings alone, not 1 track and 1 video"),
        ("Audio", [CLIP], "has audio recordings alone, not no track"),
        ("SimpleAudioSingle", [SOUND, SOUND], "has one track, not 2 tracks"),
        ("SimpleAudioSingle", [VIDEO], "has one track, not 1 video"),
        ("SimpleVideoSingle", [SOUND], "has one video, not 1 track"),
        ("VideoSingle", [VIDEO, VIDEO], "has one video, not 2 videos"),
        ("Video", [SOUND, VIDEO], "has videos alone, not 1 track and 1 video"),
        ("MixedMedia", [SOUND], "has recordings and videos, not 1 track"),
        ("Ringtone", [VIDEO], "has audio recordings alone, not 1 video"),
        ("DjMix", [VIDEO], "has audio recordings alone, not 1 video"),
    ],
)
def test_a_release_that_does_not_go_with_a_profile(
    profile: str, tracks: list[Kind], why: str
) -> None:
    assert misfit(profile, makeup("Album", tracks)) == why


def test_a_bonus_video_among_audio_goes() -> None:
    made = makeup("Album", [SOUND, VIDEO._replace(bonus=True)])
    assert misfit("Audio", made) is None
    assert misfit("MixedMedia", made) is None
    alone = makeup("VideoSingle", [VIDEO._replace(bonus=True)])
    assert misfit("Video", alone) is None
