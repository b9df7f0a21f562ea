"""Shapes: column names, vocabularies, table schemas, typed parameters and the prediction record."""
