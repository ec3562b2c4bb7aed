"""The city, its kecamatan and kelurahan, and the official code lists. Read by everybody, written by migrations."""
