"""How near each other the doors of a person and of a team lie, in figures."""

import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from api.assignments.schemas import SpreadOut, TeamReachOut
from api.assignments.walking import in_one_piece
from api.assignments.work import Enumerator, Share


def reach(
    people: Sequence[Enumerator], shares: Iterable[Share], borders: Mapping[str, Collection[str]]
) -> dict[str, Any]:
    """The RWs and villages of each person, and each team's villages, once these shares are given."""
    rws: dict[UUID, set[tuple[str, str]]] = {}
    villages: dict[UUID, set[str]] = {}
    teams: dict[UUID, set[str]] = {person.team_id: set() for person in people}
    loads = dict.fromkeys(teams, 0)
    held = [(person, group, group.households) for person in people for group in person.holds]
    for person, group, households in (*held, *((share.enumerator, share.group, share.households) for share in shares)):
        rws.setdefault(person.id, set()).add(group.place[:2])
        villages.setdefault(person.id, set()).add(group.region_code)
        teams[person.team_id].add(group.region_code)
        loads[person.team_id] += households
    return {
        "rws_per_enumerator": _spread(rws),
        "villages_per_enumerator": _spread(villages),
        "teams": [
            TeamReachOut(
                team_id=team,
                enumerators=sum(person.team_id == team for person in people),
                households=loads[team],
                villages=sorted(found),
                connected=in_one_piece(found, borders) if found else None,
            )
            for team, found in sorted(teams.items(), key=lambda team: str(team[0]))
        ],
    }


def _spread(found: Mapping[UUID, Collection[Any]]) -> SpreadOut:
    counts = [len(places) for places in found.values()] or [0]
    return SpreadOut(min=min(counts), median=statistics.median(counts), max=max(counts))
