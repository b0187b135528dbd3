"""Promises of the local functions host."""
