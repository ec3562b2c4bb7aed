"""Refusals of pushed items and of the quarantine."""

from api.core.problems import Problem


class NotHeld(Problem):
    """The item is about work that is not in the sender's hands, or not any more; it is kept, and a person decides."""

    status, code = 404, "not_held"
    title_id, title_en = (
        "Pekerjaan ini bukan, atau bukan lagi, di tangan Anda; koordinator memutuskan",
        "This work is not, or no longer, in your hands; a coordinator decides",
    )


class PutAside(Problem):
    """A person has looked at this item and put it aside. Its bytes are kept; nothing is left to do on the phone."""

    status, code = 409, "put_aside"
    title_id, title_en = "Kiriman ini sudah dikesampingkan petugas", "A person has put this item aside"


class AlreadyResolved(Problem):
    """Somebody has decided about this item already; a decision is made once."""

    status, code = 409, "already_resolved"
    title_id, title_en = "Kiriman ini sudah diputuskan", "This item has been resolved already"
    breaks = ("pk_quarantine_resolutions",)
