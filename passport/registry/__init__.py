"""The service database and the only SQL against it. Functions take a session and never commit; only jobs commit."""
