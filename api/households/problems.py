"""Refusals of the households room."""

from api.core.problems import Problem


class PurposeRequired(Problem):
    """Whole numbers are shown for a purpose only: a short code in the header `Purpose`, kept with the disclosure."""

    status, code = 400, "purpose_required"
    title_id, title_en = "Sertakan header Purpose", "Say what for: send the header Purpose"


class HouseholdConflict(Problem):
    """The id is taken: by other content, or by something that the caller may not see."""

    status, code = 409, "household_conflict"
    title_id, title_en = "Id ini sudah dipakai untuk isi lain", "This id was used for other content"
    breaks = ("pk_members", "pk_assignments")


class CampaignNotOpen(Problem):
    """Households are found in field work: the campaign must be in fieldwork, and an enumerator in one of its teams."""

    status, code = 409, "campaign_not_open"
    title_id, title_en = "Kegiatan tidak sedang berjalan di lapangan", "The campaign is not in field work"


class HouseholdEnded(Problem):
    """The household was merged into another or wholly split: it stays to be read, and its people live elsewhere."""

    status, code = 409, "household_ended"
    title_id, title_en = "Rumah tangga ini sudah digabung atau dipecah", "This household was merged or split up"


class WorkUnderWay(Problem):
    """A visit's result waits for review, decision or a new visit: settle it before households are merged or split."""

    status, code = 409, "work_under_way"
    title_id, title_en = (
        "Selesaikan dulu hasil kunjungan yang sedang diproses",
        "Settle the visit that is still under review first",
    )
