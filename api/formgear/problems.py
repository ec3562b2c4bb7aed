"""Refusals of the FormGear bridge."""

from api.core.problems import Problem


class NoPublishedForm(Problem):
    """The campaign of this assignment names no questionnaire with a published version: there is nothing to fill in."""

    status, code = 409, "no_published_form"
    title_id, title_en = "Kuesioner kegiatan ini belum terbit", "The campaign has no published questionnaire yet"
