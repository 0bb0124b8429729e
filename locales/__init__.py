"""The catalogues: every word that a person is shown, by key, one file per language."""
