"""What the releases room refuses."""

from api.core.problems import Problem


class NothingDecided(Problem):
    """No household of this campaign has a decided verdict, so there is nothing to release."""

    status, code = 409, "nothing_decided"
    title_id, title_en = "Belum ada putusan yang ditetapkan", "Nothing has been decided in this campaign yet"
