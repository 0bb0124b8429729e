"""Nouns, rules and screens: plain values in, plain values out; imports nothing of ours."""
