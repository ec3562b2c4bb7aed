"""How the households come in: the DTKS, then P3KE for those whom the DTKS has not, and the work is shared out."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from api.demo.dtks import write_dtks_person_file
from api.demo.p3ke import write_p3ke_files
from scripts.season_play.season import Json, Season

CAMPAIGN = "malang-2022"
IMPORT_S = 900
HOUSEHOLDS = 3000
ONLY_P3KE = 0.12  # of all households these are of P3KE's first desil and not in the DTKS
POOREST = 1


async def open_campaign(season: Season) -> None:
    """Find the demo's campaign, bring in the lists that it has not, and see whether somebody played before."""
    campaigns = await season.bappeda.pages("/v1/campaigns", status="fieldwork")
    found = next((one for one in campaigns if one["code"] == CAMPAIGN), campaigns[0] if campaigns else None)
    if found is None:
        raise season.ledger.surprise("no campaign is in fieldwork: start scripts/run with its demo")
    season.campaign = found
    season.begin_day(season.starts_on)
    if found["questionnaire_id"] is not None:
        versions = await season.bappeda.pages("/v1/questionnaires/{}/versions", found["questionnaire_id"])
        published = [one["version"] for one in versions if one["status"] == "published"]
        season.questionnaire_version = max(published, default=None)
    releases = await season.bappeda.pages("/v1/releases", campaign_id=season.campaign_id)
    season.earlier_releases = len(releases)
    if not season.goes_on:
        await _bring_in(season)


async def _bring_in(season: Season) -> None:
    """What is not in yet: a house of `scripts/run` has its DTKS already."""
    taken = await season.bappeda.pages("/v1/imports", campaign_id=season.campaign_id, status="done")
    layouts = {one["layout"] for one in taken if not one["dry_run"]}
    total = season.households or HOUSEHOLDS
    listed = sum(one["households"] for one in taken if one["layout"] == "dtks_person")
    new = round(total * ONLY_P3KE) if not listed else round(listed * ONLY_P3KE)
    with TemporaryDirectory(prefix="sambang-lists-") as temporary:
        folder = Path(temporary)
        dtks = await asyncio.to_thread(write_dtks_person_file, folder / "dtks.csv", listed or total - new, season.seed)
        if not listed:
            done = await _import(season, dtks.path)
            season.ledger.demand(done["households"] == dtks.households, "the DTKS brought other households than it has")
            season.done["rows rejected as planted"] = done["rejected"]
        if "p3ke_family" not in layouts:
            await _bring_in_p3ke(season, folder, new)


async def _bring_in_p3ke(season: Season, folder: Path, new: int) -> None:
    """The second list: it ranks whom the DTKS has too, and brings the poorest whom the DTKS has not."""
    await _visit_both_lists(season)
    made = await asyncio.to_thread(write_p3ke_files, folder, folder / "dtks.csv", new, season.seed)
    poorest = {"create_households": "true", "desil_max": str(POOREST)}
    dry = await _import(season, made.families, dry_run="true", **poorest)
    done = await _import(season, made.families, **poorest)
    season.ledger.demand(dry["households"] == done["households"] == new, "P3KE brought other families than it should")
    unknown = done["by_code"].get("household_unknown", 0)
    season.ledger.demand(unknown >= made.richer, "P3KE's richer families were taken for known")
    persons = await _import(season, made.persons, **poorest)
    season.ledger.demand(persons["households"] == 0, "P3KE's persons made households of their own")
    season.done |= {"only in P3KE": new, "in both lists": made.known}


async def _visit_both_lists(season: Season) -> None:
    """The campaign visits P3KE's households too; a change names the version that was seen."""
    if "p3ke" in season.campaign["sources"]:
        return
    path = "/v1/campaigns/{}"
    seen = await season.bappeda.answer("GET", path, season.campaign_id)
    body, version = {"sources": [*season.campaign["sources"], "p3ke"]}, {"If-Match": seen.headers["ETag"]}
    await season.bappeda.refused(428, "precondition_required", "PATCH", path, season.campaign_id, body=body)
    season.campaign = await season.bappeda.call("PATCH", path, season.campaign_id, body=body, headers=version)
    await season.bappeda.refused(
        412, "precondition_failed", "PATCH", path, season.campaign_id, body=body, headers=version
    )


async def _import(season: Season, path: Path, **fields: str) -> Json:
    content = await asyncio.to_thread(path.read_bytes)
    form = {name: (None, value) for name, value in ({"campaign_id": season.campaign_id} | fields).items()}
    files = {"file": (path.name, content, "text/csv"), **form}
    begun = await season.bappeda.call("POST", "/v1/imports", files=files, expect=(202,))
    until = time.monotonic() + IMPORT_S
    while time.monotonic() < until:
        state: Json = await season.bappeda.call("GET", "/v1/imports/{}", begun["id"])
        if state["status"] in ("done", "failed"):
            season.ledger.demand(state["status"] == "done", f"the import of {path.name} failed: {state['problem']}")
            return state
        await asyncio.sleep(0.5)
    raise season.ledger.surprise(f"the import of {path.name} did not end")


async def share_out(season: Season) -> None:
    """A dry run, then the allocation."""
    for dry_run in (True, False):
        shared = await season.bappeda.call(
            "POST", "/v1/campaigns/{}/allocations", season.campaign_id, body={"dry_run": dry_run}
        )
        season.ledger.demand(not shared["unallocated"], "households were left without an enumerator")
    season.done["allocated"] = shared["households"]
