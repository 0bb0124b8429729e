"""Screens: one module a room; plain values in, a Screen out."""
