"""Rules about titles and other texts. Style is never an error: real music is called "SOS"."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain

from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.registry import Hit, rule
from stardust_gitops.rules.scripts import foreign_script
from stardust_gitops.rules.subjects import ConfigSubject, ReleaseSubject, TargetSubject
from stardust_gitops.rules.texts import (
    OF_BOTH,
    OF_RELEASE,
    SAID,
    Said,
    names,
    party_names,
    shared_names,
    texts,
    told_texts,
)

_FEATURING = re.compile(r"[\s(\[](?:feat\.?|ft\.|featuring)\s", re.IGNORECASE)
_TYPE = re.compile(r"[\s\-–(\[](?:single|album|ep|e\.p\.|lp)[)\]]?$", re.IGNORECASE)
_VERSION = re.compile(
    r"\b(?:remix|remaster(?:ed)?|mix|edit|live|acoustic|instrumental|version|karaoke|demo)\b",
    re.IGNORECASE,
)
_ENCLOSED = re.compile(r"[(\[].*[)\]]")
_ZERO_WIDTH = re.compile(
    "[\u00ad\u180e\u200b\u2028\u2029\u2060-\u2064]"
    "|(?<=[\\x00-\u024f])[\u200c\u200d]|[\u200c\u200d](?=[\\x00-\u024f])|[\u200c\u200d]$"
)
_MARKS = re.compile("[\u061c\u200e\u200f]")
"""Marks of direction: where letters run from right to left they are of use beside the others."""
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff\U0001f300-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff"
    "\u2600-\u2604\u2614\u2615\u26a1\u2705\u2728\u274c\u2764\u2b50\ufe0f]"
)
_SHORT = 5
"""Up to so many capitals are an abbreviation: SOS, NASA."""


def _where(
    subject: ReleaseSubject, wrong: Callable[[str], object], message: str, *keys: str
) -> Iterator[Hit]:
    for text in subject.titles:
        if text.key in keys and wrong(text.value):
            yield _hit(text, message.format(repr(text.value)))


def _hit(text: Said, message: str, remedy: str | None = None) -> Hit:
    """What is wrong with a text, told where it stands."""
    if text.track is None:
        return Hit(text.pointer, message, remedy, text.file)
    file, pointer = text.track.pointer(text.key)
    return Hit(pointer, message, remedy, file or None)


@rule(
    "SG2051",
    severity=Severity.WARNING,
    title="a featured artist in a title",
    why="Recipients add the credit themselves: it would be shown twice, and link to nobody.",
    example="title: Breakwater (feat. Mina Sol)",
    remedy="name the artist under artists: with  role: FeaturedArtist",
    source="BR23 (Apple Music and Spotify style guides)",
)
def featuring_in_title(subject: ReleaseSubject) -> Iterator[Hit]:
    """feat., ft. and featuring."""
    return _where(subject, _FEATURING.search, "the title {} credits an artist", "title", "version")


@rule(
    "SG2052",
    severity=Severity.WARNING,
    title="the artist in the title",
    why="The artist stands beside the title already; recipients show or refuse the repetition.",
    example="artists: [{name: Ada Quill}]\ntitle: Ada Quill - First Light",
    remedy="leave the artist out of the title; a title that equals the artist is fine",
    source="BR23 (style guides of recipients)",
)
def artist_in_title(subject: ReleaseSubject) -> Iterator[Hit]:
    """A main artist before or after a dash or colon."""
    together = subject.titles_together.casefold()
    artists = (e.name.casefold() for e in subject.model.artists if e.role == "MainArtist")
    names = {name for name in artists if name in together}
    if not names:
        return  # nearly always

    def credited(title: str) -> bool:
        return any(_beside(re.escape(name)).match(title.casefold()) for name in names)

    yield from _where(subject, credited, "the title {} holds the artist", "title")


def _beside(name: str) -> re.Pattern[str]:
    """What has a name before or after a dash, or before a colon."""
    return re.compile(rf"{name}\s*(?:\s[-–—]|:)\s|.*\s[-–—]\s{name}$")


@rule(
    "SG2053",
    severity=Severity.WARNING,
    title="a title in capitals",
    why="Recipients want titles in the case of their language, and change or refuse capitals.",
    example="title: BREAKWATER NIGHTS",
    remedy="write it as in Breakwater Nights; where the artist insists, suppress this with that"
    " reason",
    source="BR23 (style guides of recipients)",
)
def capitals(subject: ReleaseSubject) -> Iterator[Hit]:
    """More than five letters that are all capitals; abbreviations are shorter. Latin words in a
    title of another script, which has no capitals, are left alone."""

    def shouts(text: str) -> bool:
        if not text.isupper():
            return False  # nearly always
        capitals = sum(map(str.isupper, text))
        return capitals > _SHORT and capitals == sum(map(str.isalpha, text))

    return _where(subject, shouts, "{} is all capitals", "title", "version", "work", "disc")


@rule(
    "SG2054",
    severity=Severity.WARNING,
    title="the type of the release in its title",
    why="Recipients add Single or EP by themselves; it would stand there twice.",
    example="title: Undertow EP",
    remedy="remove it; type: says what the release is",
    source="BR23 (style guides of recipients)",
)
def type_in_title(subject: ReleaseSubject) -> Iterator[Hit]:
    """Single, album, EP or LP as the last word."""
    for text in texts(subject.model, (), (), ("title",)):
        if _TYPE.search(text.value):
            yield _hit(text, f"the title {text.value!r} ends with a type of release")


@rule(
    "SG2055",
    severity=Severity.WARNING,
    title="the version in the title",
    why="A version belongs to DDEX's SubTitle: recipients find the other versions by the title.",
    example="title: Breakwater (Acoustic)",
    remedy="give it by itself, as in  title: Breakwater  and  version: Acoustic",
    source="BR23 (DDEX DisplayTitle and SubTitle)",
)
def version_in_title(subject: ReleaseSubject) -> Iterator[Hit]:
    """Brackets at the end that hold a word for a version."""
    for text in subject.titles:
        title = text.value
        if text.key != "title" or not title.endswith((")", "]")):
            continue
        begin = max(title.rfind("("), title.rfind("["))
        if begin >= 0 and _VERSION.search(title, begin):
            plain, version = title[:begin].rstrip(), title[begin + 1 : -1]
            remedy = f"title: {plain}  and  version: {version}" if plain else None
            yield _hit(text, f"the title {title!r} holds a version", remedy)


@rule(
    "SG2056",
    severity=Severity.WARNING,
    title="brackets around a version",
    why="The brackets are added when title and version are put together: they would stand twice.",
    example="version: (Acoustic)",
    remedy="remove the brackets, as in  version: Acoustic",
    source="BR23 (DDEX DisplayTitleText)",
)
def version_in_brackets(subject: ReleaseSubject) -> Iterator[Hit]:
    """Round and square."""
    return _where(subject, _ENCLOSED.fullmatch, "the version {} has brackets", "version")


@rule(
    "SG2057",
    severity=Severity.WARNING,
    title="invisible characters of no width",
    why="Nobody sees them, and no search for the title finds it.",
    example='title: "Break\\u200bwater"',
    remedy="remove it; it is often pasted along unseen",
    source="Unicode (default ignorable code points)",
)
def zero_width(subject: ReleaseSubject | ConfigSubject) -> Iterator[Hit]:
    """Zero-width and soft hyphens; joiners only among Latin letters, and marks of direction only
    where nothing runs from right to left: others need them. In names of parties and labels, too."""
    if isinstance(subject, ConfigSubject):
        every = shared_names(subject.frame.catalogue)
    else:
        model, tracks = subject.model, subject.tracks
        said = texts(model, tracks, OF_BOTH, OF_RELEASE, beyond_ascii=True)
        every = chain(said, names(model, tracks))
    for text in every:
        bad = _ZERO_WIDTH.search(text.value) or _MARKS.search(text.value)
        if bad and not (_MARKS.match(bad.group()) and _RIGHT_TO_LEFT.search(text.value)):
            code = f"U+{ord(bad.group()):04X}"
            yield _hit(text, f"the {SAID[text.key]} holds the invisible character {code}")


@rule(
    "SG2058",
    severity=Severity.WARNING,
    title="the language does not go with the script of a title",
    why="Titles are sorted, searched and spoken by their language.",
    example="language: en\ntitle: 桜",
    remedy="set the language of the metadata, as in  language: ja",
    source="DDEX LanguageAndScriptCode",
)
def language_and_script(subject: ReleaseSubject | ConfigSubject) -> Iterator[Hit]:
    """Letters that are not Latin against the language that a translation, a line of artists or a
    party's other name has, and against that of the metadata."""
    if isinstance(subject, ConfigSubject):
        usual, every = None, shared_names(subject.frame.catalogue)
    else:
        model = subject.model
        usual = model.language or subject.config.defaults.language
        every = _in_languages(subject)
    for text in every:
        language = text.language or usual
        if language is None or text.value.isascii():
            continue
        script = foreign_script(text.value, language)
        if script is not None:
            yield _hit(text, f"{text.value!r} is {script}, the language is {language}")


def _in_languages(subject: ReleaseSubject) -> Iterator[Said]:
    """The titles, where any is beyond ASCII, and the lines of artists that have a language."""
    if not subject.titles_together.isascii():
        yield from subject.titles
    if subject.model.display_artists or subject.special:
        for said in texts(subject.model, subject.tracks, ("display_artist",)):
            if said.language is not None:
                yield said


@rule(
    "SG2125",
    severity=Severity.ERROR,
    title="an emoji where the recipient takes none",
    why="The recipient refuses the message, or shows an empty box.",
    example="title: Breakwater 🌊   # and  emoji: false  in the target",
    remedy="write it in words, or leave the release out for this target",
    source="the recipient's own specification, as the target's file says",
)
def emoji(subject: TargetSubject) -> Iterator[Hit]:
    """Only where the target says  emoji: false. Of the label, what the target is told."""
    if subject.target.model.emoji:
        return
    label = Said("label", subject.document["label"], None, ("label",))
    model, tracks = subject.model, subject.tracks
    told = told_texts(model, tracks, subject.target.id, OF_BOTH, ("c_line",))
    parties, shared = subject.frame.catalogue.parties.values(), subject.base.shared
    others = party_names(party for party in parties if party.file in shared)
    for text in chain(told, names(model, tracks, parties=True), others, (label,)):
        if not text.value.isascii() and _EMOJI.search(text.value):
            said = SAID[text.key]
            yield _hit(text, f"the {said} holds an emoji, {subject.target.id} takes none")
