"""In whose name certificates go out, and what is needed to sign and to check them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passport.trust.signers import Signer
from passport.verifying.context import Context


@dataclass(frozen=True, slots=True)
class Issuer:
    """The authority that certificates name, with its signer of this moment.

    `context` is what its own texts are checked with before they go out; `keys_dir` is where it records what it
    revokes.
    """

    country: str
    name: str
    signer: Signer
    context: Context
    keys_dir: Path
