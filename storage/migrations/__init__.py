"""The steps from one schema to the next; never edited once released, a backup is the way back."""
