"""Places that lists name: communes by code and day, sites by code or name; each looked up once a list."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from passport.domain.names import fold
from passport.registry.areas import find_area
from passport.registry.sites import list_sites


class Places:
    """Answers the numbers of records, so that they outlive the session they were found in."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._communes: dict[tuple[str, date], int | None] = {}
        self._sites: dict[str, int | None] | None = None

    def within(self, session: Session) -> Places:
        """The same knowledge, asked through the session of the next batch."""
        self._session = session
        return self

    def commune(self, code: str, *, on: date) -> int | None:
        """The commune that carried `code` on a day, or None."""
        key = (code, on)
        if key not in self._communes:
            area = find_area(self._session, code, on=on, level="commune")
            self._communes[key] = area.id if area else None
        return self._communes[key]

    def site(self, text: str) -> int | None:
        """The site with this code or name, or None; a name that several sites have names none of them."""
        if self._sites is None:
            self._sites = {}
            for site in list_sites(self._session):
                name = fold(site.name)
                self._sites[name] = None if name in self._sites else site.id
                self._sites[fold(site.code)] = site.id
        return self._sites.get(fold(text))
