"""Typed parameters, one module per pipeline: frozen models with units in their names."""
