"""What the releases room refuses."""

from api.core.problems import Problem


class NothingDecided(Problem):
    """No household of this campaign has a decided verdict, so there is nothing to release."""

    status, code = 409, "nothing_decided"
    title_id, title_en = "Belum ada putusan yang ditetapkan", "Nothing has been decided in this campaign yet"


class NotEndorsed(Problem):
    """The household was not sent to the ministry: the mayor has not endorsed it."""

    status, code = 409, "not_endorsed"
    title_id, title_en = "Rumah tangga ini belum disahkan wali kota", "The mayor has not endorsed this household"


class NotCsv(Problem):
    """The file of answers must come as `text/csv`."""

    status, code = 415, "not_csv"
    title_id, title_en = "Kirim sebagai text/csv", "Send it as text/csv"
