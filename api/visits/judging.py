"""What a visit means for its door. Pure: it knows no database, and one visit after another moves the door along.

The rules are those of contract section 5. `completed, refused, moved, part_of_other, duplicate` submit the assignment
with the verdict that they bring; `partial, appointment` never do; `not_found` and `no_respondent` submit on the third
different day in Malang on which nobody was met, corrected visits left out. A visit that rests on an older revision of
the assignment is kept, flagged `stale`, and moves nothing.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from api.access.roles import Role
from api.core import clock
from api.core.problems import Invalid
from api.households.problems import CampaignNotOpen
from api.questionnaires.checks import FormChecker, Found
from api.tables import (
    AssignmentStatus,
    CampaignStatus,
    Eligibility,
    FieldResult,
    RegistryAction,
    VerdictStage,
    VisitOutcome,
    Whereabouts,
)
from api.verdicts import lifecycle
from api.verdicts.lifecycle import Event
from api.verdicts.rules import Circumstances, demand_agreement
from api.verdicts.schemas import VerdictIn
from api.visits.checking import Written, check_answers, demand_unblocked
from api.visits.schemas import LocationIn, MemberIn, VisitIn

ABSENT = frozenset({VisitOutcome.NOT_FOUND, VisitOutcome.NO_RESPONDENT})
UNFINISHED = frozenset({VisitOutcome.PARTIAL, VisitOutcome.APPOINTMENT})
ANSWERED = frozenset({VisitOutcome.COMPLETED, VisitOutcome.PARTIAL})
ABSENT_DAYS = 3
CLOCK_SKEW_S = 300
EARTH_M = 6_371_000
THIRD_ABSENCE = "Dibuat oleh kunjungan hari ketiga tanpa hasil. Made by the third day on which nobody was met."


@dataclass(frozen=True, slots=True)
class Knock:
    """What an earlier visit to this door was."""

    id: UUID
    day: date
    outcome: VisitOutcome
    corrects: UUID | None


@dataclass(slots=True)
class Door:
    """An assignment under lock with what its visits are judged against; `judge` moves it along."""

    assignment_id: UUID
    household_id: UUID
    status: AssignmentStatus
    stage: VerdictStage | None
    revision: int
    campaign_status: CampaignStatus
    starts_on: date
    criteria_set: str | None
    questionnaire_id: UUID | None
    published: Mapping[int, Written]
    latitude: float | None
    longitude: float | None
    whereabouts: dict[UUID, Whereabouts | None]
    people: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    forms: dict[int, FormChecker] = field(default_factory=dict)
    knocks: list[Knock] = field(default_factory=list)

    def absent_days(self) -> set[date]:
        """The different days on which nobody was met; a visit that was corrected since does not count."""
        corrected = {knock.corrects for knock in self.knocks}
        return {knock.day for knock in self.knocks if knock.outcome in ABSENT and knock.id not in corrected}


@dataclass(frozen=True, slots=True)
class Judged:
    """What a visit turned out to be: what we add to it, and the verdict that it proposes, if it does.

    `moved_members` are those whose whereabouts change: id, from, to.
    """

    flags: list[str]
    clock_skew_s: float | None
    distance_m: float | None
    verdict: VerdictIn | None
    new_members: tuple[MemberIn, ...] = ()
    moved_members: tuple[tuple[UUID, Whereabouts | None, Whereabouts], ...] = ()
    places_household: bool = False
    findings: tuple[Found, ...] = ()

    @property
    def moves(self) -> bool:
        """A stale visit, and one that is kept beside another, moves nothing."""
        return not {"stale", "kept_beside"} & set(self.flags)


def judge(visit: VisitIn, door: Door, now: datetime, *, decided: bool = False) -> Judged:
    """Judge a visit and move its door along; raises the refusal and then leaves the door as it was.

    A check that blocks keeps a finished visit out, unless a person has `decided` that it counts.
    """
    _demand_open_campaign(door)
    if visit.based_on >= door.revision:
        lifecycle.demand(Event.SUBMIT, Role.ENUMERATOR, door.status, door.stage)
    _demand_sound(visit, door)
    whereabouts = door.whereabouts | {member.id: member.whereabouts for member in visit.members}
    if visit.verdict is not None:
        deceased = bool(whereabouts) and all(found is Whereabouts.DECEASED for found in whereabouts.values())
        demand_agreement(visit.verdict, Circumstances(door.criteria_set, deceased))
    skew = _skew_s(visit, now)
    found = check_answers(visit, door.forms, door.people)
    flags = [*_flags(visit, door, now, skew), *(["answers_to_check"] if found else [])]
    if not decided and "stale" not in flags:
        demand_unblocked(found)
    distance = _distance_m(visit.location, door)
    door.knocks.append(Knock(visit.id, clock.working_day(visit.started_at), visit.outcome, visit.corrects))
    if "stale" in flags:
        return Judged(flags, skew, distance, None, findings=found)
    new_members = tuple(member for member in visit.members if member.id not in door.whereabouts)
    moved_members = tuple(
        (member.id, door.whereabouts[member.id], member.whereabouts)
        for member in visit.members
        if member.id in door.whereabouts and door.whereabouts[member.id] is not member.whereabouts
    )
    places = _places_household(visit, door)
    if places and visit.location:
        door.latitude, door.longitude = visit.location.lat, visit.location.lon
    door.whereabouts = whereabouts
    verdict = _proposed(visit, door)
    if verdict is not None:
        door.status, door.stage, door.revision = AssignmentStatus.SUBMITTED, VerdictStage.PROPOSED, door.revision + 1
    return Judged(flags, skew, distance, verdict, new_members, moved_members, places, found)


def set_aside(visit: VisitIn, door: Door, now: datetime) -> Judged:
    """What is known of a visit that is only to be kept: flags, clock and distance; it is not judged."""
    skew = _skew_s(visit, now)
    return Judged(list(_flags(visit, door, now, skew)), skew, _distance_m(visit.location, door), None)


def _skew_s(visit: VisitIn, now: datetime) -> float | None:
    return (visit.device.clock_at - now).total_seconds() if visit.device and visit.device.clock_at else None


def _demand_open_campaign(door: Door) -> None:
    """Fieldwork takes every visit; the review that follows only those to what was returned."""
    returned_in_review = door.campaign_status is CampaignStatus.REVIEW and door.status is AssignmentStatus.RETURNED
    if door.campaign_status is not CampaignStatus.FIELDWORK and not returned_in_review:
        raise CampaignNotOpen


def _demand_sound(visit: VisitIn, door: Door) -> None:
    if visit.based_on > door.revision:
        raise Invalid("/based_on", "unknown_revision")
    if visit.ended_at < visit.started_at:
        raise Invalid("/ended_at", "before_start")
    if visit.corrects is not None and visit.corrects not in {knock.id for knock in door.knocks}:
        raise Invalid("/corrects", "unknown_visit")
    if visit.questionnaire_version is not None and visit.questionnaire_version not in door.forms:
        raise Invalid("/questionnaire_version", "unknown_version")
    if visit.questionnaire_version is None and visit.answers and door.questionnaire_id is not None:
        raise Invalid("/questionnaire_version", "missing")
    seen = set()
    for place, member in enumerate(visit.members):
        if member.id in seen:
            raise Invalid(f"/members/{place}/id", "repeated")
        seen.add(member.id)
        if member.id not in door.whereabouts and member.whereabouts is not Whereabouts.NEW:
            raise Invalid(f"/members/{place}/id", "unknown_member")
        if member.id not in door.whereabouts and member.name is None:
            raise Invalid(f"/members/{place}/name", "missing")
    _demand_fitting_verdict(visit)


def _demand_fitting_verdict(visit: VisitIn) -> None:
    if visit.verdict is None:
        if visit.outcome not in ABSENT | UNFINISHED:
            raise Invalid("/verdict", "missing")
    elif visit.outcome in UNFINISHED:
        raise Invalid("/verdict", "must_be_null")
    elif visit.verdict.field_result.value != visit.outcome.value:
        raise Invalid("/verdict/field_result", "differs_from_outcome")


def _flags(visit: VisitIn, door: Door, now: datetime, skew: float | None) -> Iterator[str]:
    """What a person should look at. A flag keeps nothing out: a wrong clock is no reason to lose a day's work."""
    if visit.based_on < door.revision:
        yield "stale"
    if skew is not None and abs(skew) > CLOCK_SKEW_S:
        yield "clock_skew"
    if visit.ended_at > now + timedelta(days=1):
        yield "future"
    if clock.working_day(visit.started_at) < door.starts_on:
        yield "before_campaign"
    if visit.location is not None and visit.location.mock:
        yield "mock_location"
    if not visit.notice_given and visit.outcome in ANSWERED:
        yield "no_notice"


def _proposed(visit: VisitIn, door: Door) -> VerdictIn | None:
    """The verdict that this visit submits; of an absent household only the third day brings one."""
    if visit.outcome in UNFINISHED or (visit.outcome in ABSENT and len(door.absent_days()) < ABSENT_DAYS):
        return None
    return visit.verdict or VerdictIn(
        field_result=FieldResult(visit.outcome.value),
        eligibility=Eligibility.UNDETERMINED,
        reasons=[],
        criteria=[],
        registry_action=RegistryAction.KEEP,
        comment=THIRD_ABSENCE,
    )


def _places_household(visit: VisitIn, door: Door) -> bool:
    """A household without a place on the map gets the phone's, unless made up or taken where nobody lives."""
    return (
        door.latitude is None
        and visit.location is not None
        and not visit.location.mock
        and visit.outcome is not VisitOutcome.NOT_FOUND
    )


def _distance_m(location: LocationIn | None, door: Door) -> float | None:
    """Metres between the phone and where the household was known to be (haversine)."""
    if location is None or door.latitude is None or door.longitude is None:
        return None
    here, there = math.radians(location.lat), math.radians(door.latitude)
    across = math.radians(location.lon - door.longitude)
    half = math.sin((here - there) / 2) ** 2 + math.cos(here) * math.cos(there) * math.sin(across / 2) ** 2
    return round(2 * EARTH_M * math.asin(min(1.0, math.sqrt(half))), 1)
