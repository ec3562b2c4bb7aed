"""The layouts in which lists arrive, one file each."""
