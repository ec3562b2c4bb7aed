"""What the releases room refuses."""

from api.core.problems import Problem


class NothingDecided(Problem):
    """No household of this campaign has a decided verdict, so there is nothing to release."""

    status, code = 409, "nothing_decided"
    title_id, title_en = "Belum ada putusan yang ditetapkan", "Nothing has been decided in this campaign yet"


class ManifestNotReady(Problem):
    """The worker is still making the files to hash them; ask again after `Retry-After` seconds."""

    status, code = 409, "manifest_not_ready"
    title_id, title_en = "Manifes masih disiapkan; coba lagi sebentar", "The manifest is being made; ask again later"

    def __init__(self) -> None:
        super().__init__(None, headers={"Retry-After": "5"})


class ManifestFailed(Problem):
    """The files could not be made to hash them. The log says why, and the next worker that starts tries again."""

    status, code = 409, "manifest_failed"
    title_id, title_en = "Manifes gagal dibuat", "The manifest could not be made"


class NotEndorsed(Problem):
    """The household was not sent to the ministry: the mayor has not endorsed it."""

    status, code = 409, "not_endorsed"
    title_id, title_en = "Rumah tangga ini belum disahkan wali kota", "The mayor has not endorsed this household"


class NotCsv(Problem):
    """The file of answers must come as `text/csv`."""

    status, code = 415, "not_csv"
    title_id, title_en = "Kirim sebagai text/csv", "Send it as text/csv"
