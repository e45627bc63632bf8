"""Lists come in and become verified people and doses: the first of the two jobs before a certificate."""
