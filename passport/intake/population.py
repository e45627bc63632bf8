"""The national population register's yes/no service: four fields go in, one word comes out (letter 9438/BYT-CNTT).

The register shows nothing of what it holds. `HttpPopulation` asks it over HTTP; `intake.standin` answers in its
place where no register can be reached, in development only.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import httpx

from passport.domain.people import Identity, PopulationAnswer
from passport.errors import Refusal, Refused
from passport.intake.standin import EmbeddedPopulation

BATCH = 200  # people asked about in one request
CONNECT_TIMEOUT, ANSWER_TIMEOUT = 5.0, 30.0  # seconds; a register that is slower counts as away


class PopulationService(Protocol):
    """Whoever answers for the population register."""

    def check(self, identities: Sequence[Identity]) -> list[PopulationAnswer]:
        """One answer for each identity, in order; `away` where none could be had. Raises nothing."""


class HttpPopulation:
    """The register's service: `POST {url}/check` with `{"items": […]}`, answered by `{"answers": ["right", …]}`."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def check(self, identities: Sequence[Identity]) -> list[PopulationAnswer]:
        """Asks in batches; whatever is no proper answer (timeout, status, rubbish) counts as away."""
        answers: list[PopulationAnswer] = []
        with httpx.Client(timeout=httpx.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT)) as client:
            for at in range(0, len(identities), BATCH):
                answers += self._ask(client, identities[at : at + BATCH])
        return answers

    def _ask(self, client: httpx.Client, batch: Sequence[Identity]) -> list[PopulationAnswer]:
        items = [
            {"full_name": i.full_name, "sex": i.sex.value, "born": str(i.born), "id_number": i.id_number} for i in batch
        ]
        try:
            reply = client.post(f"{self._url}/check", json={"items": items})
            reply.raise_for_status()
            body: Any = reply.json()
            answers = [PopulationAnswer(word) for word in body["answers"]]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError):
            answers = []
        return answers if len(answers) == len(batch) else [PopulationAnswer.AWAY] * len(batch)


def population_service(*, url: str, standin: Path, production: bool) -> PopulationService:
    """The register at `url`, or the stand-in's file where no address is set.

    Raises Refused (demo_in_production) rather than let a stand-in answer for the register in production.
    """
    if url:
        return HttpPopulation(url)
    if production:
        raise Refused(Refusal.DEMO_IN_PRODUCTION, "PASSPORT_POPULATION_URL")
    return EmbeddedPopulation(standin)
