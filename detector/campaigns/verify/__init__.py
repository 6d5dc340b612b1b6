"""Tests of a group on what did not help to find it; each gives statements for the report."""
