"""Doors: everything that touches disk, network or tracker."""
