"""A sample project of functions."""
