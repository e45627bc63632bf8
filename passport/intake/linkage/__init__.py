"""Linkage: which person of a population register each row of a dirty list means (docs/linkage.md)."""
