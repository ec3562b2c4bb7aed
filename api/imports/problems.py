"""Why a file is not taken."""

from api.core.problems import Problem


class UnknownLayout(Problem):
    """The detail names the columns of ours that are missing; what stands in the file's header is never repeated."""

    status, code = 422, "unknown_layout"
    title_id, title_en = "Judul kolom tidak dikenal", "The header is not that of a known layout"


class UnreadableWorkbook(Problem):
    """It begins as an XLSX file and cannot be read as one, or it unpacks to more than is read."""

    status, code = 422, "unreadable_workbook"
    title_id, title_en = "Buku kerja tidak dapat dibaca", "The workbook cannot be read"


class BroughtNoPeople(Problem):
    """Codes are for the people of an import of layout `staff` that was no dry run."""

    status, code = 409, "brought_no_people"
    title_id, title_en = "Impor ini tidak membawa petugas", "This import brought no people"


class NotAcceptable(Problem):
    """The header `Accept` names none of the forms in which this is answered."""

    status, code = 406, "not_acceptable"
    title_id, title_en = "Bentuk yang diminta di Accept tidak tersedia", "Not available in a form that Accept names"


class FileTooLarge(Problem):
    status, code = 413, "too_large"
    title_id, title_en = "Terlalu besar", "Too large"


class NotMultipart(Problem):
    status, code = 415, "unsupported_media_type"
    title_id, title_en = "Kirim sebagai multipart/form-data", "Send multipart/form-data"
