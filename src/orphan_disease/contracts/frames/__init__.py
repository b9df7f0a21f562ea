"""Schemas of the tables that cross a room's border."""
