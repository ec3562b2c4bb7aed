"""Refusals of the verdicts room."""

from api.core.problems import Problem


class OwnWork(Problem):
    """Four eyes: nobody reviews or decides what they visited, wrote or approved themselves, whatever their role now."""

    status, code = 409, "own_work"
    title_id, title_en = (
        "Anda tidak boleh meninjau atau memutuskan hasil kerja sendiri",
        "You may not review or decide your own work",
    )


class VerdictChanged(Problem):
    """The `revision` in the body is no longer the present one: read the verdict again before judging it."""

    status, code = 409, "verdict_changed"
    title_id, title_en = "Putusan sudah berubah sejak Anda membacanya", "The verdict has changed since you read it"


class CampaignClosed(Problem):
    """The status of a campaign alone opens and closes work: in a closed one no verdict moves."""

    status, code = 409, "campaign_closed"
    title_id, title_en = "Kegiatan sudah ditutup", "The campaign is closed"
