"""Tests of the Graph stand-in."""
