"""The language of the house: people, names, doses, dose status, certificate, verdict. Standard library only."""
