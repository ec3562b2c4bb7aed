"""Refusals of the visits room."""

from api.core.problems import Problem


class VisitConflict(Problem):
    """The id is taken, by other content or by somebody else's visit; which of the two is not said.

    A visit is never overwritten: a correction is a new visit, with its own id, that names the old one in `corrects`.
    """

    status, code = 409, "visit_conflict"
    title_id, title_en = "Id kunjungan ini sudah dipakai", "This visit id is taken"
    breaks = ("pk_visits",)


class WaitsInQuarantine(Problem):
    """This very visit came in before and could not be taken as it was: it is kept, and a person decides about it."""

    status, code = 409, "waits_in_quarantine"
    title_id, title_en = "Kunjungan ini menunggu di karantina", "This visit waits in quarantine"
