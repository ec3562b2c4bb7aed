"""A filled form out of its XML: no DTD, no entities, bounded in depth and number, names without their namespaces.

defusedxml parses: it refuses what a bomb is made of before anything is expanded, and reads what pyxform's own reader
reads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize
from uuid import NAMESPACE_URL, UUID, uuid5
from xml.etree.ElementTree import Element, ParseError, TreeBuilder  # the parser itself is defusedxml's

from defusedxml.ElementTree import DefusedXMLParser

from api.openrosa.problems import BrokenForm, EncryptedForm, NoInstanceId

DEEPEST: Final = 30
MOST_ELEMENTS: Final = 20_000
MOST_PHOTOS: Final = 400
LONGEST_ID: Final = 249
PHOTO: Final = re.compile(r"[^/\\\x00-\x1f]{1,200}\.(jpe?g|png|webp)", re.IGNORECASE)
UUID_SCHEME: Final = "uuid:"


class _Bounded(TreeBuilder):
    """Builds the tree, and stops where no form of ours would go."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth, self.count = self.depth + 1, self.count + 1
        if self.depth > DEEPEST or self.count > MOST_ELEMENTS:
            raise BrokenForm
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag.rpartition("}")[2])


@dataclass(frozen=True, slots=True)
class FilledForm:
    """One submission: which form in which version, its own id, and the id of what it edits."""

    root: Element
    form_id: str
    version: str
    instance_id: UUID
    edits: UUID | None

    @property
    def photos(self) -> list[str]:
        """The names of the photos that belong to it, in its order: the answers that are such a name."""
        told = (text_of(element) for element in leaves(self.root))
        return list(dict.fromkeys(text for text in told if PHOTO.fullmatch(text)))

    @property
    def makes_entities(self) -> bool:
        """Whether it wants to make or change entities, which it may not: lists of people are the city's."""
        return any(one.tag == "entity" and "dataset" in one.attrib for one in self.root.iter())


def read_form(xml: bytes) -> FilledForm:
    """Read a submission; raises `BrokenForm`, `EncryptedForm` and `NoInstanceId`."""
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(xml)
        root: Element = parser.close()
    except (ParseError, ValueError, LookupError) as refused:  # defusedxml's own refusals are ValueErrors
        raise BrokenForm from refused
    form_id = root.get("id", "")
    if not 0 < len(form_id) <= LONGEST_ID or "\0" in form_id:
        raise BrokenForm
    if root.get("encrypted") == "yes" or root.find("encryptedXmlFile") is not None:
        raise EncryptedForm
    meta = root.find("meta")
    own = _instance(meta, "instanceID")
    if own is None:
        raise NoInstanceId
    return FilledForm(root, form_id, root.get("version", ""), own, _instance(meta, "deprecatedID"))


def leaves(element: Element) -> Iterator[Element]:
    """The elements that hold no others: the answers."""
    return (one for one in element.iter() if len(one) == 0)


def text_of(element: Element | None) -> str:
    """What stands in it; composed, as names of files come, where it is no longer than one.

    Composing takes time with the square of the marks that follow a letter: a megabyte of them would take minutes.
    """
    text = "" if element is None or element.text is None else element.text.strip()
    return normalize("NFC", text) if len(text) <= LONGEST_ID else text


def _instance(meta: Element | None, name: str) -> UUID | None:
    """`uuid:…` as the id that it is; an id of another kind becomes one, always the same."""
    told = text_of(meta.find(name)) if meta is not None else ""
    if not told:
        return None
    if len(told) > LONGEST_ID:
        raise BrokenForm
    try:
        return UUID(told.removeprefix(UUID_SCHEME))
    except ValueError:
        return uuid5(NAMESPACE_URL, told)
