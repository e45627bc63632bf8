"""A group's certificates against its passenger list: who is accepted, who is not, who is missing, what is nobody's.

Each certificate is checked by itself first. Several of one passenger are then judged together, so that doses on two
certificates count as one series. One that was replaced by another is set aside where another was handed in, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from passport.domain.certificate import Holder
from passport.domain.verdict import Outcome, Step, Verdict
from passport.errors import Reason, Sentence
from passport.formats.table import join
from passport.rendering.reading import read_codes
from passport.verifying.context import Context
from passport.verifying.findings import Findings
from passport.verifying.group_report import Line, Place, Report
from passport.verifying.passengers import Passenger, match_passengers, same_name_other_birth, same_person
from passport.verifying.several import CREDENTIALS_MOST, verify_several
from passport.verifying.steps import REPLACED
from passport.verifying.verify import is_certificate, verify

_PLACE_OF = {Outcome.VALID: Place.ACCEPTED, Outcome.INVALID: Place.REFUSED, Outcome.UNDETERMINED: Place.UNDECIDED}
_MISSING = Sentence("Không có chứng nhận nào của khách này.", "There is no certificate of this passenger.")
_UNCLEAR = Sentence(
    "Chưa rõ chứng nhận nào là của khách này.", "It is not clear which certificate is this passenger's."
)
_NO_NAME = Sentence("Danh sách không ghi họ tên.", "The list states no name.")
_NOBODY = Sentence("Chứng nhận không khớp với khách nào.", "The certificate fits no passenger.")
_BORN_LEFT_OUT = Sentence(
    "Ngày sinh bỏ trống; chỉ so họ tên.", "No birth date on the list; only the name was compared."
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the group is checked for; `at` is the clock of the check, such as the day of travel."""

    at: datetime | None = None
    country: str | None = None
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One certificate, or the lack of one, in a file, and what it is worth by itself."""

    file: str
    text: str | None
    verdict: Verdict


def read_papers(file: str, data: bytes, *, terms: Terms, context: Context, now: datetime) -> list[Paper]:
    """Every certificate in a picture or PDF, checked by itself; one without any for a file that shows none."""
    findings = Findings(context, now=now)
    with findings.during(Step.IMAGE):
        texts = join(read_codes(data))
    if findings.failures:
        return [Paper(file, None, findings.verdict())]
    shown = [text for text in texts if is_certificate(text)] or texts[:1]
    return [
        Paper(
            file,
            text,
            verify(text, context=context, now=now, at=terms.at, country=terms.country, policy=terms.policy),
        )
        for text in shown
    ]


def judge_group(
    passengers: Sequence[Passenger], papers: Sequence[Paper], *, terms: Terms, context: Context, now: datetime
) -> Report:
    """The sheet: each passenger with their certificates, and what is left over."""
    believed = _Believed(papers)
    matching = match_passengers(passengers, believed.holders)
    left = set(range(len(believed.holders))) - set(matching.person_of.values())
    lines = []
    for place, passenger in enumerate(passengers):
        person = matching.person_of.get(place)
        if person is not None:
            lines.append(_judged(passenger, believed.people[person], terms=terms, context=context, now=now))
            continue
        others = next((u.people for u in matching.unclear if place in u.passengers), frozenset())
        notes = _unclear_people([believed.people[h] for h in sorted(others)])
        slips = [] if others else [believed.people[h] for h in left]
        lines.append(_missing(passenger, notes, slips))
    for person in sorted(left):
        others = next((u.passengers for u in matching.unclear if person in u.people), frozenset())
        lines.append(_nobodys(believed.people[person], [passengers[p] for p in sorted(others)], passengers))
    lines += [_unread(texts) for texts in believed.others]
    findings = Findings(context, now=now)
    return Report(tuple(lines), findings.lists, now)


class _Believed:
    """The papers gathered: those of one person together, the same code in two files once, the others apart."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.people: list[list[Paper]] = []
        self.others: list[list[Paper]] = []
        self.holders: list[Holder] = []
        by_text: dict[str, list[Paper]] = {}
        for paper in papers:
            if paper.verdict.certificate is not None:
                self._believe(paper, paper.verdict.certificate.holder)
            elif paper.text is None:
                self.others.append([paper])
            elif paper.text in by_text:
                by_text[paper.text].append(paper)
            else:
                by_text[paper.text] = [paper]
                self.others.append(by_text[paper.text])

    def _believe(self, paper: Paper, holder: Holder) -> None:
        for known, person in zip(self.holders, self.people, strict=True):
            if same_person(holder, known):
                person.append(paper)
                return
        self.holders.append(holder)
        self.people.append([paper])


def _judged(passenger: Passenger, papers: list[Paper], *, terms: Terms, context: Context, now: datetime) -> Line:
    texts, replaced = _chosen(papers)
    verdict = verify_several(
        texts,
        context=context,
        now=now,
        at=terms.at,
        country=terms.country,
        policy=terms.policy,
        holder=passenger.query,
    ).spoken()
    notes = list(_about(passenger))
    match = verdict.holder_match
    certificate = verdict.certificate
    if match and match.why and certificate:
        name = certificate.holder.name
        said = Sentence(f"Trên chứng nhận: {name}.", f"On the certificate: {name}.")
        notes.append(Sentence(f"{said.vi} {match.why.vi}", f"{said.en} {match.why.en}"))
    if len(texts) > 1:
        several = f"Xét chung {len(texts)} chứng nhận.", f"{len(texts)} certificates were judged together."
        notes.append(Sentence(*several))
    if replaced:
        files = ", ".join(_files(replaced))
        old = f"Không xét mã cũ đã được thay bằng mã mới: {files}.", f"A code that was replaced was set aside: {files}."
        notes.append(Sentence(*old))
    return Line(
        _PLACE_OF[verdict.outcome],
        passenger,
        certificate.holder if certificate else None,
        verdict,
        verdict.message,
        verdict.advice if verdict.outcome is not Outcome.VALID else None,
        tuple(notes),
        _files(papers),
    )


def _chosen(papers: list[Paper]) -> tuple[list[str], list[Paper]]:
    """The certificates to be judged together, and those set aside since another was handed in that was not replaced.

    Of too many, those are looked at first that are not accepted whatever the others say.
    """
    replaced = [paper for paper in papers if _is_replaced(paper.verdict)]
    if len(replaced) == len(papers):
        replaced = []
    counting = [paper for paper in papers if paper not in replaced]
    in_turn = sorted(counting, key=lambda paper: not _is_bad(paper.verdict))
    return list(dict.fromkeys(paper.text for paper in in_turn if paper.text))[:CREDENTIALS_MOST], replaced


def _is_replaced(verdict: Verdict) -> bool:
    """Whether a newer certificate took the place of this one, whatever else is wrong with it."""
    return any(step.reason is Reason.REVOKED and step.detail == REPLACED for step in verdict.steps)


def _is_bad(verdict: Verdict) -> bool:
    """Whether a certificate is not accepted whatever the others say."""
    return verdict.outcome is Outcome.INVALID and verdict.reason is not Reason.RULE_FAILED


def _missing(passenger: Passenger, unclear: list[Sentence], strangers: list[list[Paper]]) -> Line:
    notes = [*_about(passenger), *unclear]
    for papers in strangers:
        holder = _holder(papers)
        if same_name_other_birth(passenger, holder):
            files = ", ".join(_files(papers))
            notes.append(
                Sentence(
                    f"Có chứng nhận cùng họ tên nhưng khác ngày sinh: {files}.",
                    f"A certificate has the same name but another birth date: {files}.",
                )
            )
    message = _UNCLEAR if unclear else _MISSING if passenger.name else _NO_NAME
    return Line(Place.MISSING, passenger, None, None, message, None, tuple(notes), ())


def _nobodys(papers: list[Paper], unclear: list[Passenger], passengers: Sequence[Passenger]) -> Line:
    """A genuine certificate that nobody on the list owns for sure; by itself it may be good or bad."""
    holder, notes = _holder(papers), []
    if unclear:
        rows = ", ".join(str(passenger.row) for passenger in unclear)
        notes.append(
            Sentence(
                f"Có thể là của khách ở dòng {rows}; đối chiếu giấy tờ để chọn.",
                f"It may be that of row {rows}; compare documents to choose.",
            )
        )
    for passenger in [] if unclear else passengers:
        if same_name_other_birth(passenger, holder):
            notes.append(
                Sentence(
                    f"Cùng họ tên với khách ở dòng {passenger.row} nhưng khác ngày sinh.",
                    f"The same name as row {passenger.row}, but another birth date.",
                )
            )
    return Line(
        Place.UNMATCHED, None, holder, papers[0].verdict, _NOBODY, None, tuple(notes), _files(papers)
    )  # fmt: skip


def _unread(papers: list[Paper]) -> Line:
    """A file without a certificate that can be believed: of whom it is is not told, for nobody signed for it."""
    verdict = papers[0].verdict
    return Line(Place.UNMATCHED, None, None, verdict, verdict.message, verdict.advice, (), _files(papers))


def _about(passenger: Passenger) -> list[Sentence]:
    if passenger.unread_born is not None:
        typed = passenger.unread_born
        return [Sentence(f"Ngày sinh không đọc được: “{typed}”.", f"The birth date could not be read: “{typed}”.")]
    return [] if passenger.born else [_BORN_LEFT_OUT]


def _unclear_people(people: list[list[Paper]]) -> list[Sentence]:
    if not people:
        return []
    files = ", ".join(file for papers in people for file in _files(papers))
    return [
        Sentence(
            f"Có thể là chứng nhận trong tệp: {files}; đối chiếu giấy tờ để chọn.",
            f"It may be the certificate in {files}; compare documents to choose.",
        )
    ]


def _holder(papers: list[Paper]) -> Holder:
    certificate = papers[0].verdict.certificate
    assert certificate is not None  # only what was believed is gathered by person
    return certificate.holder


def _files(papers: list[Paper]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(paper.file for paper in papers))
