"""The WSGI application: `flask` and the server find it here."""

import os
import sys

from passport.app import create_app
from passport.cli.output import exit_code
from passport.errors import PassportError

try:
    app = create_app(for_commands=os.environ.get("FLASK_RUN_FROM_CLI") == "true")
except PassportError as error:
    print(f"{error.reason.value}: {error.message.en} {error.advice.en}", file=sys.stderr)
    raise SystemExit(exit_code(error)) from None
