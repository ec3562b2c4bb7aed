"""Why a photo is not taken."""

from api.core.problems import Problem


class NotAPhoto(Problem):
    """Not a JPEG, PNG or WEBP, not whole, animated, or of too many pixels; sending it again is no use."""

    status, code = 422, "not_a_photo"
    title_id, title_en = (
        "Bukan foto yang dapat dibaca (JPEG, PNG, WEBP)",
        "Not a photo that can be read (JPEG, PNG, WEBP)",
    )


class OtherContent(Problem):
    """Size or sha256 differ from what the visit announced. What had come of it is forgotten: begin again."""

    status, code = 422, "differs_from_announced"
    title_id, title_en = "Isi berkas berbeda dari yang diumumkan", "The file is not the one that the visit announced"


class WrongOffset(Problem):
    """The piece begins beyond what is held: ask with `Content-Range: bytes */<size>` and go on from there."""

    status, code = 409, "wrong_offset"
    title_id, title_en = "Potongan ini tidak bersambung", "The piece does not follow what is held"


class PhotoTooLarge(Problem):
    status, code = 413, "too_large"
    title_id, title_en = "Terlalu besar", "Too large"


class NotAnImage(Problem):
    status, code = 415, "unsupported_media_type"
    title_id, title_en = (
        "Kirim sebagai image/jpeg, image/png atau image/webp",
        "Send image/jpeg, image/png or image/webp",
    )
