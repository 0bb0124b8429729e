"""Conversations: one file declares one Flow; the engine is pure, the runner keeps and shows."""
