"""Invented people, sample lists, the ten sample cards and the told story. Development only: it refuses production."""
