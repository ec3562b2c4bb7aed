"""Refusals of the campaigns room."""

from api.core.problems import Problem


class CampaignCodeTaken(Problem):
    status, code = 409, "campaign_code_taken"
    title_id, title_en = "Kode kegiatan sudah dipakai", "Another campaign has this code"
    breaks = ("uq_campaigns_code",)


class ImpactAssessmentMissing(Problem):
    """Matching and validating registries is high-risk processing: UU 27/2022 article 34 asks for an assessment."""

    status, code = 409, "impact_assessment_missing"
    title_id, title_en = (
        "Penilaian dampak pelindungan data belum dicatat",
        "Field work needs the reference of a data-protection impact assessment",
    )


class NoPublishedForm(Problem):
    """The campaign names no questionnaire with a published version: there is nothing to fill in."""

    status, code = 409, "no_published_form"
    title_id, title_en = "Kuesioner kegiatan ini belum terbit", "The campaign has no published questionnaire yet"


class NoTrainedTeam(Problem):
    """Field work needs a team whose coordinator and at least one enumerator have passed a training of the campaign."""

    status, code = 409, "no_trained_team"
    title_id, title_en = "Belum ada tim yang lulus bimtek", "No team has passed a training yet"


class BusyElsewhere(Problem):
    """A person works in one open campaign at a time: row security knows one team for each person."""

    status, code = 409, "busy_elsewhere"
    title_id, title_en = (
        "Ada petugas yang masih bekerja di kegiatan lain yang terbuka",
        "Somebody still works in a team of another open campaign",
    )


class TeamFull(Problem):
    """A team has at most `span` enumerators, the campaign's span of control."""

    status, code = 409, "team_full"
    title_id, title_en = "Tim sudah penuh", "The team has as many enumerators as the campaign's span allows"


class TeamNameTaken(Problem):
    status, code = 409, "team_name_taken"
    title_id, title_en = "Nama tim sudah dipakai dalam kegiatan ini", "Another team of the campaign has this name"
    breaks = ("uq_teams_campaign_id_name",)


class CoordinatorTaken(Problem):
    status, code = 409, "coordinator_taken"
    title_id, title_en = (
        "Koordinator ini sudah memimpin tim lain dalam kegiatan ini",
        "This coordinator already leads another team of the campaign",
    )
    breaks = ("uq_teams_campaign_id_coordinator_id",)


class AlreadyMember(Problem):
    status, code = 409, "already_member"
    title_id, title_en = "Sudah menjadi anggota tim", "Already a member of a team at that time"
    breaks = ("uq_team_members_open",)


class WrongRole(Problem):
    """A coordinator leads a team, an enumerator is a member of one; nobody else has a place in it."""

    status, code = 409, "wrong_role"
    title_id, title_en = "Peran orang ini tidak sesuai", "This person's role does not fit the place"


class NotTrained(Problem):
    """Who has not passed a training of the campaign cannot hold assignments."""

    status, code = 409, "not_trained"
    title_id, title_en = "Petugas belum lulus bimtek", "This person has not passed a training of the campaign"


class HoldsWork(Problem):
    """Who leaves a team first hands open work on: `POST /v1/assignments/reassignments` with `from_enumerator_id`."""

    status, code = 409, "holds_work"
    title_id, title_en = (
        "Petugas masih memegang tugas yang belum selesai; alihkan dahulu",
        "This person still holds open work; hand it on first",
    )
