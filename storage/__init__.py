"""The tables, their migrations and one query file per noun: the only SQL there is."""
