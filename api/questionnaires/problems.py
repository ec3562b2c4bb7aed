"""Refusals of the questionnaires room."""

from api.core.problems import Problem


class QuestionnaireCodeTaken(Problem):
    status, code = 409, "questionnaire_code_taken"
    title_id, title_en = "Kode kuesioner sudah dipakai", "Another questionnaire has this code"
    breaks = ("uq_questionnaires_code",)


class VersionTaken(Problem):
    """Two people stored a version of the same questionnaire at the same moment: send yours again."""

    status, code = 409, "version_taken"
    title_id, title_en = "Nomor versi baru saja dipakai; kirim lagi", "This version number was just taken; send again"
    breaks = ("uq_questionnaire_versions_questionnaire_id_version",)


class CellTooLong(Problem):
    """A cell of a spreadsheet holds 32,767 characters. The JSON of the version holds it whole."""

    status, code = 409, "cell_too_long"
    title_id, title_en = "Tidak muat dalam satu sel lembar kerja", "It does not fit into a cell of a spreadsheet"


class NotXlsx(Problem):
    """A form comes as a workbook of XLSForm."""

    status, code = 415, "not_xlsx"
    title_id, title_en = "Kirim sebagai berkas XLSX", "Send it as an XLSX workbook"
