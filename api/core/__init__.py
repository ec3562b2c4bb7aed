"""Machinery that knows nothing of households: settings, database, problems, pages, vault, jobs, files."""
