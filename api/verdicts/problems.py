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


class AlreadyResolved(Problem):
    """A remark is answered once; what is still wrong is a new remark."""

    status, code = 409, "already_resolved"
    title_id, title_en = "Catatan ini sudah dijawab", "This remark has been answered already"


class MinutesConflict(Problem):
    """These minutes are on record in this kelurahan with another date."""

    status, code = 409, "minutes_conflict"
    title_id, title_en = (
        "Berita acara ini tercatat dengan tanggal lain",
        "These minutes are on record with another date",
    )


class LetterConflict(Problem):
    """A letter of this number is on record with another date or for another release."""

    status, code = 409, "letter_conflict"
    title_id, title_en = (
        "Surat ini tercatat dengan tanggal atau rilis lain",
        "This letter is on record with another date or release",
    )


class NothingToEndorse(Problem):
    """No household of the release can be endorsed by this caller now; `detail` counts why."""

    status, code = 409, "nothing_to_endorse"
    title_id, title_en = "Tidak ada putusan yang dapat disahkan", "There is nothing to endorse in this release"
