"""A season of validation is prepared: the campaign and its gates, teams of one coordinator and up to `span`
enumerators, and the bimtek without which nobody is given a door to knock on."""
