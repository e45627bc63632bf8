"""Wire formats, one a module behind the table FORMATS: text to Envelope (decoded), Envelope to Certificate (read)."""
