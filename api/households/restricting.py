"""A person whose data may not be used for now (law 27/2022, 40-41): nobody but Bappeda sees it, and no release has it.

That the field no longer reads the person is a row policy of `members`; a release leaves the person out. What else may
show the person (who spoke at the door, photos) is withheld from the field for the whole household, and in what people
wrote about it (answers, comments, reasons) the words of the person's name are struck out by the database, which alone
knows them. Not found: a nickname, or a name that was misspelt.
"""

import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar
from uuid import UUID

import orjson

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.database import Connection
from api.core.problems import NotFound
from api.core.vault import Vault
from api.households import queries
from api.households.bodies import RestrictionIn
from api.households.revising import Change, Revision, revise_households
from api.tables import RevisionCause

Told = TypeVar("Told")
# fields in which people say something in words of their own
OWN_WORDS: Final = frozenset({"answers", "comment", "mother_name", "reason", "return_comment"})


async def restrict_person(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, body: RestrictionIn
) -> None:
    """Restrict a person of this household, or lift it; twice is once. Raises `NotFound`."""
    found = await connection.fetchrow(queries.PERSON_TO_RESTRICT, household_id, body.member_id)
    if found is None:
        raise NotFound
    if (found["restricted_at"] is not None) == body.restricted:
        return
    now, pointer = clock.now(), f"/members/{body.member_id}/restricted"
    told = Revision(
        household_id,
        RevisionCause.CORRECTION,
        [Change(pointer, not body.restricted, body.restricted)],
        None,
        body.reason,
    )
    await revise_households(connection, actor.id, vault, [told], now)
    await connection.execute(queries.RESTRICT_PERSON, body.member_id, now if body.restricted else None)
    # a household is called by its head: not by one whose name may not be shown
    await connection.execute(queries.CALL_BY_HEAD, household_id, queries.WITHHELD)
    done = "member.restricted" if body.restricted else "member.released_from_restriction"
    await actor.note(done, household_id, member_id=body.member_id)


def called_by(head: Mapping[str, Any]) -> str:
    """What a household with this head is called."""
    name: str = head["name"]
    return queries.WITHHELD if head["restricted_at"] is not None else name


async def visible_people(connection: Connection, member_ids: list[UUID]) -> set[UUID]:
    """Those of these people whom the caller may read."""
    rows = await connection.fetch("select id from members where id = any($1)", member_ids)
    return {row["id"] for row in rows}


async def hides_somebody(connection: Connection, actor: Actor, household_id: UUID | None) -> bool:
    """Whether somebody of this household is restricted and the caller may not read who: Bappeda may."""
    return household_id is not None and bool(await _hiding(connection, actor, {household_id}))


async def _hiding(connection: Connection, actor: Actor, household_ids: Collection[UUID]) -> set[UUID]:
    if actor.role is Role.BAPPEDA or not household_ids:
        return set()
    rows = await connection.fetch("select holding_restricted($1::uuid[]) as id", list(household_ids))
    return {row["id"] for row in rows}


async def struck_out(
    connection: Connection,
    actor: Actor,
    said: Sequence[tuple[UUID | None, Told]],
    fields: Collection[str] | None = OWN_WORDS,
) -> list[Told]:
    """What was said about these households, without the names that the caller may not read.

    Looks into the fields in which people use words of their own, at any depth; `None` is every text there is.
    """
    hiding = await _hiding(connection, actor, {household_id for household_id, _ in said} - {None})  # type: ignore[arg-type]
    texts = [
        (household_id, text) for household_id, one in said if household_id in hiding for text in _words(one, fields)
    ]
    if not texts:
        return [one for _, one in said]
    rows = await connection.fetch(queries.STRIKE_OUT, *map(list, zip(*texts, strict=True)))
    left = iter([row["text"] for row in rows])
    return [_walked(one, fields, lambda _: next(left)) if household_id in hiding else one for household_id, one in said]


def _words(value: Any, fields: Collection[str] | None) -> Iterator[str]:
    found: list[str] = []
    _walked(value, fields, lambda text: found.append(text) or text)  # type: ignore[func-returns-value]
    return iter(found)


def _walked(value: Any, fields: Collection[str] | None, say: Callable[[str], str]) -> Any:
    """The same with each text in these fields said anew, in a fixed order."""
    if isinstance(value, dict):
        return {
            name: _walked(one, None if fields is None or name in fields else fields, say) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_walked(one, fields, say) for one in value]
    return say(value) if type(value) is str and fields is None else value


def seen_version(revision: int | str, whole: Any, seen: Any) -> str:
    """The text of an ETag: the revision, and what the caller is shown of it where that is not all.

    Else who had read it before a restriction would be told that the name in it still stands.
    """
    if seen == whole:
        return str(revision)
    digest = hashlib.sha256(orjson.dumps(seen, default=str, option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{revision}.{digest[:16]}"
