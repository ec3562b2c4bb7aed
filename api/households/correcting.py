"""Corrections at a desk: of a household, its people, its family cards. Each that changes something is a revision."""

import re
from typing import Any
from uuid import UUID

import orjson

from api.access.actor import Actor
from api.access.roles import Role
from api.core import clock
from api.core.database import Connection
from api.core.problems import Forbidden, Invalid, NotFound
from api.core.revisions import demand
from api.core.types import mask
from api.core.vault import Vault
from api.households import queries
from api.households.bodies import HouseholdPatch, MemberPatch
from api.households.problems import HouseholdEnded
from api.households.restricting import called_by
from api.households.revising import Change, Revision, changed, revise_households
from api.households.schemas import Relation
from api.tables import HouseholdStatus, RevisionCause

OWN = ("address", "rw", "rt", "status")
PLAIN = ("name", "sex", "born_on", "relation", "nik_missing_reason")
ENDED = (HouseholdStatus.MERGED, HouseholdStatus.SPLIT)
Row = dict[str, Any]


async def correct_household(
    connection: Connection, actor: Actor, vault: Vault, household_id: UUID, seen: str, body: HouseholdPatch
) -> None:
    """Correct a household and its people; enumerators do so through their visits."""
    if actor.role is Role.ENUMERATOR:
        raise Forbidden
    present = await connection.fetchrow(queries.SEEN, household_id)
    if present is None:
        raise NotFound
    # the ETag also names the assignment: a change there is no conflict with a change here
    demand(re.sub(r'"(\d+)\.[^"]*"', r'"\1"', seen), present["revision"])
    if present["status"] in ENDED:
        raise HouseholdEnded
    if body.visit_id is not None and not await connection.fetchval(queries.VISIT_OF, body.visit_id, household_id):
        raise Invalid("/visit_id", "visit_of_another_household")

    people, cards = [], []
    if body.members or body.families:
        people = [dict(row) for row in await connection.fetch(queries.SEEN_PEOPLE, household_id)]
        cards = [dict(row) for row in await connection.fetch(queries.SEEN_CARDS, household_id)]
    changes: list[Change] = []
    written = _correct_people(body, people, vault, changes)
    recarded = _correct_cards(body, cards, vault, changes)
    _demand_numbers_once(body, people, cards)
    sent = body.model_dump(include=set(OWN), exclude_unset=True)
    head = {"head_name": _head_name(people, present["head_name"]) if written else present["head_name"]}
    wanted = {name: present[name] for name in OWN} | sent | head
    own = changed("", dict(present), wanted)
    if not (own or changes):
        return

    revision = Revision(household_id, RevisionCause.CORRECTION, [*own, *changes], body.visit_id, body.reason)
    await revise_households(connection, actor.id, vault, [revision], clock.now())
    if own:
        await connection.execute(queries.CORRECT, household_id, *wanted.values())
    if written:
        await connection.execute(queries.CORRECT_PEOPLE, household_id, _rows(written))
    if recarded:
        await connection.execute(queries.CORRECT_CARDS, household_id, _rows(recarded))
    # a pointer without its ids: which kinds of field, never whose
    fields = sorted({re.sub(r"/[0-9a-f-]{36}|/\d+(?=/)", "", one.pointer).lstrip("/") for one in revision.changes})
    await actor.note(
        "household.corrected", household_id, fields=fields, revision=present["revision"] + 1, visit_id=body.visit_id
    )


def _correct_people(body: HouseholdPatch, people: list[Row], vault: Vault, changes: list[Change]) -> list[Row]:
    """Change the people in place; the rows to write. Raises the refusal of a field."""
    by_id = {person["id"].hex: person for person in people}
    heads, written = _heads(people), []
    named: set[UUID] = set()
    for position, sent in enumerate(body.members or ()):
        where, person = f"/members/{position}", by_id.get(sent.id.hex)
        if person is None:
            raise Invalid(f"{where}/id", "unknown_member")
        if sent.id in named:
            raise Invalid(f"{where}/id", "repeated")
        named.add(sent.id)
        if found := _correct_person(sent, person, where, vault):
            changes += found
            written.append(person)
    for card, count in _heads(people).items():
        if count not in (heads[card], 1):
            raise Invalid("/members", "one_head_a_family")
    return written


def _correct_person(sent: MemberPatch, person: Row, where: str, vault: Vault) -> list[Change]:
    if sent.born_on is not None and sent.born_on > clock.working_day(clock.now()):
        raise Invalid(f"{where}/born_on", "in_the_future")
    before, pointer = dict(person), f"/members/{person['id']}"
    person |= sent.model_dump(include=set(PLAIN), exclude_unset=True)
    if "nik" in sent.model_fields_set:
        _renumber(person, "nik", "nik", "member.nik", sent.nik, vault)
        if sent.nik is not None and "nik_missing_reason" not in sent.model_fields_set:
            person["nik_missing_reason"] = None
    asked = sent.model_fields_set & {"nik", "nik_missing_reason"}
    if asked and (person["nik"] is None) == (person["nik_missing_reason"] is None):
        raise Invalid(f"{where}/nik_missing_reason", "nik_or_reason")
    plain = changed(pointer, before, {name: person[name] for name in PLAIN})
    return plain + _renumbered(f"{pointer}/nik", "member.nik", "nik", before, person, vault)


def _correct_cards(body: HouseholdPatch, cards: list[Row], vault: Vault, changes: list[Change]) -> list[Row]:
    """Change the family cards in place; the rows to write."""
    by_no = {card["no"]: card for card in cards}
    written, named = [], set()
    for position, sent in enumerate(body.families or ()):
        card = by_no.get(sent.no)
        if card is None:
            raise Invalid(f"/families/{position}/no", "unknown_family")
        if sent.no in named:
            raise Invalid(f"/families/{position}/no", "repeated")
        named.add(sent.no)
        before = dict(card)
        _renumber(card, "no_kk", "no_kk", "family.no_kk", sent.no_kk, vault)
        if found := _renumbered(f"/families/{sent.no}/no_kk", "family.no_kk", "no_kk", before, card, vault):
            changes += found
            written.append(card)
    return written


def _renumber(row: Row, column: str, kind: str, field: str, number: str | None, vault: Vault) -> None:
    """Seal another number in a row; the number that stands there already stays as it is sealed."""
    if number is None:
        row[column] = row[f"{column}_index"] = None
    elif row[f"{column}_index"] not in vault.indexes(kind, number):
        row[column] = vault.seal(field, UUID(str(row["id"])), number)
        row[f"{column}_index"] = vault.index(kind, number)


def _renumbered(pointer: str, field: str, column: str, before: Row, after: Row, vault: Vault) -> list[Change]:
    if before[column] == after[column]:
        return []
    row = UUID(str(after["id"]))
    old, new = (None if one[column] is None else mask(vault.open(field, row, one[column])) for one in (before, after))
    return [Change(pointer, old, new)]


def _demand_numbers_once(body: HouseholdPatch, people: list[Row], cards: list[Row]) -> None:
    """A NIK that was sent stands nowhere else in this household, nor is it a No. KK of it."""
    niks = [bytes(person["nik_index"]) for person in people if person["nik_index"]]
    for position, sent in enumerate(body.members or ()):
        if sent.nik is None:
            continue
        index = next(bytes(person["nik_index"]) for person in people if person["id"].hex == sent.id.hex)
        if niks.count(index) > 1:
            raise Invalid(f"/members/{position}/nik", "number_twice")
    card_numbers = {sent.no_kk for sent in body.families or () if sent.no_kk}
    for position, sent in enumerate(body.members or ()):
        if sent.nik in card_numbers:
            raise Invalid(f"/members/{position}/nik", "number_twice")


def _heads(people: list[Row]) -> dict[int, int]:
    heads = dict.fromkeys((person["family_no"] for person in people), 0)
    for person in people:
        heads[person["family_no"]] += person["relation"] == Relation.HEAD
    return heads


def _head_name(people: list[Row], present: str) -> str:
    """What the household is called: its first family's head. Who may not read that head leaves it as it is."""
    heads = [person for person in people if person["relation"] == Relation.HEAD]
    unseen = present == queries.WITHHELD and all(person["restricted_at"] is None for person in people)
    return called_by(heads[0]) if heads and not unseen else present


def _rows(rows: list[Row]) -> str:
    return orjson.dumps(rows, default=_as_text).decode()


def _as_text(value: Any) -> str:
    """Sealed bytes are ASCII and travel as they are, an index as hex; asyncpg has a UUID of its own."""
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return str(value)
