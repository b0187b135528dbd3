"""Promises of the Entra stand-in."""
