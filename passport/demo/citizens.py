"""The sample people whose five values the citizen's page fills in; development only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from passport.demo import lists
from passport.errors import Sentence

_FILE = "demo.json"  # written by `prepare`


@dataclass(frozen=True, slots=True)
class SampleCitizen:
    """The five values as somebody would type them, and what the sample shows."""

    title: Sentence
    full_name: str
    birth_date: str
    sex: str
    id_number: str
    latest_dose: str


def sample_citizens(today: date) -> list[SampleCitizen]:
    """One with a certificate to download; one misspelt, lacking dose 2, whom the page tells where to go."""
    people, _ = lists.sample_people(today)
    ready, blocked = people[lists.TWO_DOSES], people[lists.MISSPELT]
    return [
        SampleCitizen(
            Sentence("Người đã có chứng nhận", "Somebody with a certificate"),
            full_name=ready.full_name,
            birth_date=lists.shown(ready.born),
            sex=ready.sex,
            id_number=ready.id_number,
            latest_dose=lists.shown(today - timedelta(days=lists.SECOND_DOSE)),
        ),
        SampleCitizen(
            Sentence("Người bị ghi sai tên, thiếu mũi 2", "Somebody misspelt, lacking dose 2"),
            full_name=lists.misspelt(blocked),
            birth_date=lists.shown(blocked.born),
            sex=blocked.sex,
            id_number=blocked.id_number,
            latest_dose=lists.shown(today - timedelta(days=lists.FIRST_DOSE)),
        ),
    ]


def load(folder: Path) -> tuple[SampleCitizen, ...]:
    """The sample people in the run-time files under `folder`, or none."""
    path = folder / _FILE
    if not path.exists():
        return ()
    people = json.loads(path.read_text("utf-8")).get("people", ())
    return tuple(SampleCitizen(**person | {"title": Sentence(**person["title"])}) for person in people)
