"""Facts of files that tests make up: what measuring a film and a Dolby Atmos master would say."""

from __future__ import annotations

from stardust_gitops.assets.facts import AudioFacts, VideoFacts


def film_facts(duration: str) -> VideoFacts:
    """A ProRes master in QuickTime, of so many seconds."""
    return VideoFacts(
        container="QuickTime",
        codec="ProRes-422_HQ",
        width=1920,
        height=1080,
        frame_rate="23.976",
        duration=duration,
        audio_codec="PCM",
        audio_channels=2,
        audio_sample_rate=48000,
    )


def clip_facts(duration: str) -> VideoFacts:
    """An MP4 as it is watched, of so many seconds."""
    return VideoFacts(
        container="MP4",
        codec="AVC",
        width=1920,
        height=1080,
        frame_rate="25",
        duration=duration,
        audio_codec="AAC",
        audio_channels=2,
        audio_sample_rate=48000,
    )


def atmos_facts(duration: str, channels: int = 12) -> AudioFacts:
    """A Dolby Atmos master (ADM BWF), of so many seconds."""
    return AudioFacts(
        codec="DolbyAtmosMasterADM",
        sample_rate=48000,
        channels=channels,
        duration=duration,
        container="WAV",
        bit_depth=24,
    )
