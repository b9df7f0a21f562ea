"""Meaning: pure functions and types of the clinic and of statistics; no files, no framework."""
