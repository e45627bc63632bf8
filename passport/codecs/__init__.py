"""Bytes to bytes, without policy: what is malformed raises TrustError, what is well formed is not yet believed."""
