"""Refusals of the assignments room."""

from api.core.problems import Problem


class NotInCampaign(Problem):
    """Work of a campaign goes to enumerators of its teams."""

    status, code = 409, "not_in_campaign"
    title_id, title_en = "Petugas bukan anggota tim kegiatan ini", "This person is in no team of the campaign"
