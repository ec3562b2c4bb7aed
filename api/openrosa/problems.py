"""Refusals that Collect is told. Only 201 and 202 make it forget what it sent; after these it keeps it."""

from api.core.problems import Problem


class WrongVersion(Problem):
    """OpenRosa 1.0 is spoken here: say so in `X-OpenRosa-Version`."""

    status, code = 400, "openrosa_version"
    title_id, title_en = "Header X-OpenRosa-Version harus 1.0", "The header X-OpenRosa-Version must be 1.0"


class BrokenParcel(Problem):
    """No multipart/form-data, cut off, or of too many parts."""

    status, code = 400, "multipart_unreadable"
    title_id, title_en = "Kiriman tidak utuh atau bukan multipart", "The parcel is not whole, or no multipart"


class NoForm(Problem):
    status, code = 400, "no_filled_form"
    title_id, title_en = "Kiriman harus memuat satu xml_submission_file", "There must be one xml_submission_file"


class BrokenForm(Problem):
    """The filled form is no XML, has a DTD, is nested too deeply, or does not say which form it is."""

    status, code = 400, "filled_form_unreadable"
    title_id, title_en = "Isian formulir bukan XML yang dapat dibaca", "The filled form is no XML that can be read"


class EncryptedForm(Problem):
    """Encrypted on the phone with a key that is not ours: it stays there, and nothing of it is kept."""

    status, code = 422, "encrypted_form"
    title_id, title_en = (
        "Isian terenkripsi tidak dapat dibaca di sini; gunakan formulir tanpa enkripsi",
        "An encrypted form cannot be read here; use a form without encryption",
    )


class NoInstanceId(Problem):
    status, code = 400, "no_instance_id"
    title_id, title_en = "Isian formulir tidak memiliki meta/instanceID", "The filled form has no meta/instanceID"


class TokenRefused(Problem):
    """The code is unknown, ended, or cut off; which of these is not said. Sign in and make a new one."""

    status, code = 403, "collect_code_refused"
    title_id, title_en = (
        "Kode Collect ini tidak berlaku; masuk dan buat kode QR baru",
        "This code of Collect does not work; sign in and make a new QR code",
    )


class UnknownForm(Problem):
    status, code = 404, "unknown_form"
    title_id, title_en = "Formulir ini tidak dikenal", "This form is not known"


class UnknownFormVersion(Problem):
    status, code = 404, "unknown_form_version"
    title_id, title_en = "Versi formulir ini tidak dikenal", "This version of the form is not known"


class UnknownPredecessor(Problem):
    """The submission that this one edits has not come in from you; send that one first."""

    status, code = 404, "unknown_predecessor"
    title_id, title_en = (
        "Kiriman yang diperbaiki belum diterima; kirim yang lama dahulu",
        "What this one edits has not come in; send that one first",
    )


class FormNotAccepting(Problem):
    """A draft, or a form that no campaign asks."""

    status, code = 409, "form_not_accepting"
    title_id, title_en = "Formulir ini tidak menerima kiriman", "This form takes no submissions"


class OtherSubmission(Problem):
    """The instanceID came in before with other content; a correction is a new one that names it as `deprecatedID`."""

    status, code = 409, "submission_differs"
    title_id, title_en = (
        "Kiriman dengan id ini sudah diterima dengan isi lain",
        "This submission came in before with other content",
    )


class Replaced(Problem):
    """A newer version of this submission has come in already."""

    status, code = 409, "submission_replaced"
    title_id, title_en = "Kiriman ini sudah diganti versi yang lebih baru", "A newer version has replaced this one"
    breaks = ("uq_openrosa_submissions_principal_id_replaces",)


class CollectNotAcceptable(Problem):
    """The code comes as `application/json` or `image/png`."""

    status, code = 406, "collect_code_not_acceptable"
    title_id, title_en = "Hanya tersedia sebagai JSON atau PNG", "Only as JSON or PNG"
