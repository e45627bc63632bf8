"""The WSGI application: `flask` and the server find it here."""

from passport.app import create_app

app = create_app()
