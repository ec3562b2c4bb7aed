"""Refusals of the assignments room."""

from api.core.problems import Problem


class NotInCampaign(Problem):
    """Work of a campaign goes to enumerators of its teams."""

    status, code = 409, "not_in_campaign"
    title_id, title_en = "Petugas bukan anggota tim kegiatan ini", "This person is in no team of the campaign"


class NobodyLeft(Problem):
    """Open work is spread over the other trained members of its team, and the team has none."""

    status, code = 409, "nobody_left"
    title_id, title_en = (
        "Tidak ada petugas lain di tim yang sudah lulus bimtek",
        "The team has no other trained enumerator to take this work",
    )
