"""Signed QR vaccine certificates: lists come in, certificates go out, anyone's are checked."""
