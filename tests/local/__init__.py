"""Promises of the local world."""
