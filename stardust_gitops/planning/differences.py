"""What differs between two canonical documents, field by field, as people would say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import orjson

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.model import Change, Item, Reason
from stardust_gitops.planning.reasons import (
    ASSETS_CHANGED,
    AUDIO_REPLACED,
    COVER_REPLACED,
    FILES_CHANGED,
    IDENTIFIER_CORRECTED,
    METADATA_CHANGED,
)
from stardust_gitops.planning.withdrawals import withdrawals

SET_FIELDS = frozenset(
    {"territories", "excluded_territories", "models", "uses", "ids", "instant_gratification"}
)
"""Lists without order: what was added or removed counts, each element alone."""
_MAIN_ROLES = frozenset({"audio", "video"})
"""The roles of files that are the recording itself."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """The changes from one canonical content to another, in the order of the catalogue's fields.

    Indices of paths are places in `after`, or in `before` for what was removed. Tracks are
    aligned by ISRC, other lists by position; a whole object added or removed is one change.
    """
    return tuple(_mapping("", before, after))


def with_changes(
    item: Item, before: Mapping[str, Any], after: Mapping[str, Any], *, file: str = ""
) -> Item:
    """An item with its changes, from two stored deliveries (``{"content": …, "assets": […]}``).

    Fingerprints tell that files differ but not which: here the reason becomes exact. `file` is
    that of the release, for what is to be warned of.
    """
    corrected = corrected_isrcs(before, after)
    before = _under_new_isrcs(before, corrected)
    files = tuple(_files(before, after))
    old, new = before.get("content") or {}, after.get("content") or {}
    told = differences(old, new)
    reasons: list[Reason] = []
    for reason in item.reasons:
        if reason in (AUDIO_REPLACED, ASSETS_CHANGED) and (files or corrected):
            reasons += _of_files(reason, files)
        elif reason != METADATA_CHANGED or told or not corrected:
            reasons.append(reason)
    if corrected:
        reasons.insert(0, IDENTIFIER_CORRECTED)
    return item._replace(
        changes=tuple(_isrc_changes(new, corrected)) + told + files,
        reasons=(*reasons, *withdrawals(old, new)),
        findings=(*item.findings, *_other_audio(item, before, after, file)),
    )


def corrected_isrcs(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """ISRCs that come in the place of others for the very same audio or video: new → old."""
    old, new = _recordings(before), _recordings(after)
    gone: dict[str, list[str]] = {}
    for isrc, digest in old.items():
        if isrc not in new:
            gone.setdefault(digest, []).append(isrc)
    found: dict[str, str] = {}
    for isrc, digest in new.items():
        if isrc not in old and gone.get(digest):
            found[isrc] = gone[digest].pop(0)
    return found


def _recordings(delivery: Mapping[str, Any]) -> dict[str, str]:
    """The digest of the audio or video of each ISRC."""
    return {isrc: str(asset.get("sha256", "")) for isrc, asset in _main_files(delivery)}


def _main_files(delivery: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The ISRC of each recording with its audio or video; what it has beside is not it."""
    tracks = (delivery.get("content") or {}).get("tracks") or []
    for asset in delivery.get("assets") or []:
        number = asset.get("track")
        if number is not None and number <= len(tracks) and asset.get("role") in _MAIN_ROLES:
            yield str(tracks[number - 1].get("isrc", "")), asset


def _under_new_isrcs(
    delivery: Mapping[str, Any], corrected: Mapping[str, str]
) -> Mapping[str, Any]:
    if not corrected:
        return delivery
    new = {old: isrc for isrc, old in corrected.items()}
    content = delivery["content"]
    tracks = [{**t, "isrc": new.get(t["isrc"], t["isrc"])} for t in content["tracks"]]
    return {**delivery, "content": {**content, "tracks": tracks}}


def _isrc_changes(content: Mapping[str, Any], corrected: Mapping[str, str]) -> Iterator[Change]:
    for index, track in enumerate(content.get("tracks") or []):
        if track.get("isrc") in corrected:
            isrc = track["isrc"]
            yield Change(path=f"tracks[{index}].isrc", before=corrected[isrc], after=isrc)


def _of_files(reason: Reason, files: Sequence[Change]) -> tuple[Reason, ...]:
    """What of a reason holds, now that it is known which files differ."""
    if not files:
        return ()
    roles = {change.path.rpartition(".")[2] for change in files}
    if roles == {"cover"}:
        return (COVER_REPLACED,)
    return (reason,) if roles & _MAIN_ROLES else (FILES_CHANGED,)


def _other_audio(
    item: Item, before: Mapping[str, Any], after: Mapping[str, Any], file: str
) -> Iterator[Finding]:
    """A warning where new audio under an old ISRC is longer or shorter by a second or more: it is
    another recording then, and should have an ISRC of its own (ISRC Handbook)."""
    old, new = _durations(before), _durations(after)
    for isrc in sorted(old.keys() & new.keys()):
        if abs(old[isrc] - new[isrc]) >= 1:
            yield Finding(
                code="SG2191",
                severity=Severity.WARNING,
                message=f"{isrc} gets other audio: {old[isrc]} s become {new[isrc]} s",
                remedy="Give another recording an ISRC of its own.",
                file=file,
                pointer=("tracks",),
                release=item.release,
                target=item.target,
            )


def _durations(delivery: Mapping[str, Any]) -> dict[str, Decimal]:
    """Seconds of each ISRC's audio or video, as it was measured."""
    found: dict[str, Decimal] = {}
    for isrc, asset in _main_files(delivery):
        seconds = (asset.get("facts") or {}).get("duration")
        if seconds is not None:
            found[isrc] = Decimal(seconds)
    return found


def _mapping(path: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    names = [*before, *(name for name in after if name not in before)]
    for name in names:
        yield from _value(f"{path}.{name}" if path else name, before.get(name), after.get(name))


def _value(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after and type(before) is type(after):
        return
    name = path.rpartition(".")[2]
    if not before and not after:  # an empty list says something else than no list at all
        yield Change(path=path, before=before, after=after)
    elif name in SET_FIELDS and _are(list, before, after):
        yield from _set(path, before or [], after or [])
    elif name == "tracks" and _are(list, before, after):
        yield from _tracks(path, before or [], after or [])
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _mapping(path, before, after)
    elif _are(list, before, after):
        yield from _list(path, before or [], after or [])
    else:
        yield Change(path=path, before=before, after=after)


def _are(kind: type, before: Any, after: Any) -> bool:
    """Whether both are of a kind, or one is and the other is absent."""
    present = [value for value in (before, after) if value is not None]
    return bool(present) and all(isinstance(value, kind) for value in present)


def _set(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    old = {_key(element): element for element in before}
    new = {_key(element): element for element in after}
    for key in sorted(new.keys() - old.keys()):
        yield Change(path=path, after=new[key])
    for key in sorted(old.keys() - new.keys()):
        yield Change(path=path, before=old[key])


def _list(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    for index in range(max(len(before), len(after))):
        old = before[index] if index < len(before) else None
        new = after[index] if index < len(after) else None
        place = f"{path}[{index}]"
        if old is None or new is None:
            yield Change(path=place, before=old, after=new)
        else:
            yield from _value(place, old, new)


def _tracks(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    """Tracks by ISRC; the same recording twice on a release is told apart by occurrence."""
    old, new = _by_isrc(before), _by_isrc(after)
    for key, (index, track) in new.items():
        if key in old:
            yield from _value(f"{path}[{index}]", old[key][1], track)
        else:
            yield Change(path=f"{path}[{index}]", after=track)
    for key, (index, track) in old.items():
        if key not in new:
            yield Change(path=f"{path}[{index}]", before=track)
    order_before = [key[0] for key in old if key in new]
    order_after = [key[0] for key in new if key in old]
    if order_before != order_after:
        yield Change(path=f"{path} order", before=order_before, after=order_after)


def _by_isrc(tracks: Sequence[Any]) -> dict[tuple[str, int], tuple[int, Any]]:
    aligned: dict[tuple[str, int], tuple[int, Any]] = {}
    seen: dict[str, int] = {}
    for index, track in enumerate(tracks):
        isrc = str(track.get("isrc", "")) if isinstance(track, dict) else _key(track)
        occurrence = seen[isrc] = seen.get(isrc, 0) + 1
        aligned[isrc, occurrence] = (index, track)
    return aligned


def _key(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _files(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """The files that differ: ``tracks[1].audio``, ``tracks[1].lyrics`` and ``cover``, by digest.

    Aligned by ISRC as the tracks are, so that a new order alone replaces no audio.
    """
    old, new = _digests(before), _digests(after)
    for key in [*new, *(key for key in old if key not in new)]:
        was, now = old.get(key), new.get(key)
        if (was and was[1]) != (now and now[1]):
            path = now[0] if now else was[0] if was else ""
            yield Change(path=path, before=was and was[1], after=now and now[1])


def _digests(delivery: Mapping[str, Any]) -> dict[tuple[str, int, str], tuple[str, str]]:
    """(ISRC or nothing, occurrence, role) → (path, digest), in the order of the delivery."""
    content = delivery.get("content") or {}
    places = {index: key for key, (index, _) in _by_isrc(content.get("tracks") or []).items()}
    found: dict[tuple[str, int, str], tuple[str, str]] = {}
    for asset in delivery.get("assets") or []:
        track, role = asset.get("track"), str(asset.get("role"))
        digest = f"sha256:{str(asset.get('sha256', ''))[:12]}"
        if track is None:
            found["", 0, role] = (role, digest)
        else:
            isrc, occurrence = places.get(track - 1, ("", track))
            found[isrc, occurrence, role] = (f"tracks[{track - 1}].{role}", digest)
    return found
