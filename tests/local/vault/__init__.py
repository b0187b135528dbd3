"""Promises of the Key Vault stand-in."""
