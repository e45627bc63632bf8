"""Gets what the tests need and a package index cannot give: Debian's Chromium, where it may be installed.

Without it the browser tests skip with the reason; in CI they fail instead.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """Installs Chromium when it is absent and this user may; says what will be skipped otherwise."""
    folder = Path(os.environ.get("CONFORMANCE_DIR", "../shared/conformance"))
    if not folder.is_dir():
        print(f"conformance data: {folder} is absent, so those tests skip", file=sys.stderr)
    if shutil.which("chromium"):
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print("Chromium is absent and cannot be installed here, so the browser tests skip", file=sys.stderr)
        return 0
    print("==> Chromium for the browser tests", file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium", "poppler-utils"]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr[-500:], file=sys.stderr)
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
