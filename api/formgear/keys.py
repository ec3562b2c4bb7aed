"""How our things are called in FormGear's documents: the `dataKey` of each, and its place in a visit.

A question of the household keeps its name; a member's is `answer-<name>`, with `#<row>` behind it in a document. What
makes it a visit has a hyphen, which no question's name has. Keys of rows never end in one another: FormGear puts the
row into an expression by replacing text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from api.core.schema import pointer_of
from api.questionnaires.checks import FACTS

BASED_ON: Final = "visit-based_on"
ADDRESS: Final = "visit-address"
OUTCOME: Final = "visit-outcome"
NOTICE_GIVEN: Final = "visit-notice_given"
RESPONDENT: Final = "visit-respondent_name"
LOCATION: Final = "visit-location"
PHOTO: Final = "visit-house_photo"
MEMBERS: Final = "visit-members"
ELIGIBILITY: Final = "verdict-eligibility"
REGISTRY_ACTION: Final = "verdict-registry_action"
COMMENT: Final = "verdict-comment"

EACH_MEMBER: Final = "each-member"
MEMBER_ID: Final = "member-id"
MEMBER_NAME: Final = "member-name"
MEMBER_BORN_ON: Final = "member-born_on"
WHEREABOUTS: Final = "member-whereabouts"
NEW: Final = "member-new-"  # what is asked about somebody whom no list has: sex, born_on, relation
ANSWER: Final = "answer-"

PLACES: Final[Mapping[str, str]] = {
    BASED_ON: "/based_on",
    OUTCOME: "/outcome",
    NOTICE_GIVEN: "/notice_given",
    RESPONDENT: "/respondent/name",
    LOCATION: "/location",
    PHOTO: "/attachments",
    MEMBERS: "/members",
    ELIGIBILITY: "/verdict/eligibility",
    REGISTRY_ACTION: "/verdict/registry_action",
    COMMENT: "/verdict/comment",
}
KEYS: Final = {place: key for key, place in PLACES.items()} | {"/verdict": ELIGIBILITY}
# shown to the person who fills it in, and given back as it was: nothing is read from them
ECHOED: Final = frozenset({ADDRESS})
ROW = re.compile(r"([^#]+)#(\d{1,4})")
OF_MEMBER = re.compile(r"/members/(\d{1,4})(?:/(answers/)?(.+))?")


def facts(name: str) -> list[str]:
    """Where a fact of a member stands: as the list has it, or as it was found of somebody new."""
    return [f"member-{name}"] + ([NEW + name] if name in ("sex", "relation") else [])


def row_of(key: str) -> tuple[str, int] | None:
    """The key without its row, and the row; None where it has none."""
    found = ROW.fullmatch(key)
    return (found[1], int(found[2])) if found else None


def place_of(key: str, rows: Sequence[int]) -> str:
    """The JSON pointer into the visit of what has this key; `rows` are those of the visit's members, in its order."""
    if key in PLACES:
        return PLACES[key]
    found = row_of(key)
    if found is None or found[1] not in rows:
        return pointer_of(("answers", key))
    name, place = found[0], rows.index(found[1])
    if name.startswith(ANSWER):
        return pointer_of(("members", place, "answers", name.removeprefix(ANSWER)))
    return pointer_of(("members", place, name.removeprefix(NEW).removeprefix("member-")))


def key_of(pointer: str, rows: Sequence[int]) -> str | None:
    """The key of what stands at this place of the visit; None where a template has no such thing."""
    if pointer in KEYS:
        return KEYS[pointer]
    if pointer.startswith("/answers/"):
        return _plain(pointer.removeprefix("/answers/"))
    found = OF_MEMBER.fullmatch(pointer)
    if found is None or int(found[1]) >= len(rows):
        return None
    row, name = rows[int(found[1])], _plain(found[3] or "")
    if found[2]:
        return f"{ANSWER}{name}#{row}"
    return f"member-{name}#{row}" if name in FACTS or name in ("id", "name") else f"{WHEREABOUTS}#{row}"


def _plain(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")
