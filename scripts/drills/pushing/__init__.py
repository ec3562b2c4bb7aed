"""What phones are promised about their work, tried on a house whose parts are killed on purpose."""
