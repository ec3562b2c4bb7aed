"""The matrix's house, filled: no column that an answer could show is left empty, so an empty one hides nothing."""

import orjson

from tests.access.matrix_house import World, build
from tests.support.house import House
from tests.visits.bodies import ELIGIBLE, visit

EVERY = (
    "update households set latitude = -7.99, longitude = 112.61, accuracy_m = 8, rw = '005', rt = '003'",
    "update members set occupation = 'BURUH', mother_name = 'Mujiati', born_at = 'MALANG', whereabouts = 'present'",
    "update members set nik_missing_reason = 'unknown' where nik is null",
    "insert into imports (id, campaign_id, layout, status, sha256, bytes, by_code, created_by, created_at,"
    " dry_run, create_households, rows, accepted, rejected, warnings, households)"
    " select c.id, c.id, 'dtks_person', 'done', 'x', 1, '{}', p.id, now(), false, false, 0, 0, 0, 0, 0"
    " from campaigns c, principals p"
    " where p.role = 'bappeda'",
    "update household_sources set desil = 1, percentile = 7, snapshot_id = (select id from imports)",
    "update assignments set field_result = 'completed', eligibility = 'eligible', received_at = now()",
    "update household_programmes p set member_id = (select m.id from members m"
    " where m.household_id = p.household_id limit 1)",
    "update visits set mock_location = false, latitude = -7.99, longitude = 112.61, accuracy_m = 8, device_id = 'hp',"
    " app_version = '1.4',"
    " questionnaire_version = 1, clock_skew_s = 2, distance_m = 11, flags = '{no_notice}',"
    ' findings = \'[{"pointer": "/answers/floor", "code": "missing", "level": "warning"}]\'',
    "update verdict_revisions r set comment = 'cocok', reasons = '{well_off}', criteria = '{K1}',"
    " criteria_set = 'kriteria_fakir_miskin_262', visit_id = v.id from verdicts d join visits v"
    " on v.assignment_id = d.assignment_id where d.id = r.verdict_id",
    "update verdict_events set reason_code = 'unclear', comment = 'periksa lantai', move = 'return',"
    ' remarks = \'[{"pointer": "/answers/floor", "comment": "tanah?"}]\'',
    "update remark_resolutions set comment = 'sudah'",
    "update assignment_events set reason = 'periksa', enumerator_id = actor_id",
    "update household_revisions set reason = 'periksa', cause_id = id",
    "update devices set name = 'Samsung', app_version = '1.4', revoked_at = now(), revoked_by = staff_id,"
    " reason = 'hilang'",
    "update receipts set device_id = 'hp'",
    "update attachments set sha256 = repeat('0', 64), size = 9",
)
NOON = "2022-11-03T12:00:00+07:00"
PARADATA = {
    "timings": [{"question": "floor", "at": NOON, "seconds": 12}],
    "positions": [{"at": NOON, "lat": -7.99, "lon": 112.61, "accuracy_m": 8}],
    "edits": [{"question": "floor", "at": NOON}],
}
# what the camera wrote, and what changed
IN_PHOTO = {
    "taken_at": "2022:11:03 12:00:00", "offset": "+07:00", "lat": -7.99, "lon": 112.61, "make": "Samsung",
    "model": "A15", "software": "1.4",
}  # fmt: skip


ABOUT_MEMBER = {
    "whereabouts": "present", "name": "Sutinah", "nik": "3573041203851111", "nik_missing_reason": "unknown",
    "sex": "female", "born_on": "1985-03-12", "born_at": "MALANG", "relation": "head", "occupation": "BURUH",
    "mother_name": "Mujiati", "family_no": 1, "answers": {"works": "yes"},
}  # fmt: skip
HEAD_OF = """
select m.id from members m join assignments a on a.household_id = m.household_id where a.id = $1 order by m.line limit 1
"""


async def filled(house: House) -> World:
    """Everything of everybody, with a value in every column that has a place in an answer."""
    world = await build(house)
    for statement in EVERY:
        await house.owner.execute(statement)
    for whose, visit_id in world.things["visit"].items():
        assignment = world.things["assignment"][whose]
        head = await house.owner.fetchval(HEAD_OF, assignment)
        verdict = ELIGIBLE | {"reasons": ["well_off"], "comment": "cocok"}
        said = visit(
            assignment,
            id=str(visit_id),
            corrects=str(visit_id),
            members=[{"id": str(head)} | ABOUT_MEMBER],
            attachments=[{"name": "door.jpg", "sha256": "0" * 64, "bytes": 9}],
            verdict=verdict,
            device={"id": "hp", "app_version": "1.4", "clock_at": NOON},
            remarks=[{"pointer": "/answers/floor", "comment": "tanah"}],
            paradata=PARADATA,
        )
        told = [{"pointer": f"/members/{head}/name", "from": "SUTINAH", "to": "Sutinah"}]
        for field, table, column, content in (
            ("visit.content", "visits", "content", said),
            ("photo.found", "photos", "found", IN_PHOTO),
            ("household_revision.changes", "household_revisions", "changes", told),
        ):
            sealed = house.make.vault.seal_bytes(field, visit_id, orjson.dumps(content))
            await house.owner.execute(f"update {table} set {column} = $2 where id = $1", visit_id, sealed)
    return world
