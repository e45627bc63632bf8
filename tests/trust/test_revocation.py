from __future__ import annotations

import base64
import hashlib
import json
import threading
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from passport.errors import InputError, Refusal
from passport.formats.uvci import make
from passport.trust import lists
from passport.trust.keyring import import_keys
from passport.trust.own_revocations import own_file
from passport.trust.publishing import dcc_batches, revocation_list, smart_list
from passport.trust.revocation import Range, Revocations, Revoked, record_own, record_range
from passport.trust.revocation_book import book_file
from passport.trust.revocation_lists import RevocationReport, import_revocations, rid_of, table_file
from passport.trust.revocation_table import DIGEST, Record, RevocationTable, add_records
from passport.trust.signers import active_signer, create_signer

UVCI = make(country="VN", issuer="KIMSON", opaque="ABCDEF0123456789")
SIGNATURE = bytes(range(64))
DAY = timedelta(days=1)


@pytest.fixture
def take(tmp_path, now):
    """Imports one list."""

    def take(document: object, *, at: datetime = now, issuer: str | None = None, keys_dir=tmp_path) -> RevocationReport:
        data = document if isinstance(document, bytes) else json.dumps(document).encode()
        return import_revocations(keys_dir, [("list", data)], issuer=issuer, production=False, now=at)

    return take


@pytest.fixture
def check(tmp_path, now):
    """Asks of a certificate issued yesterday."""

    def check(keys_dir=tmp_path, **asked: object) -> Revoked | None:
        certificate = {
            "identifier": UVCI,
            "country": "VN",
            "stated_country": None,
            "signature": SIGNATURE,
            "algorithm": "ES256",
            "key_id": "0011223344556677",
            "issuer": "Ministry of Health",
            "issued_at": now - DAY,
            "rid": None,
        }
        return Revocations.load(keys_dir).check(**(certificate | asked))

    return check


def _hash(data: str | bytes) -> str:
    raw = data.encode() if isinstance(data, str) else data
    return base64.b64encode(hashlib.sha256(raw).digest()[:16]).decode()


def _batch(hash_type: str, *hashes: str, **extra: object) -> dict[str, object]:
    entries = [{"hash": text} for text in hashes]
    return {
        "country": "VN", "expires": "2027-01-01T00:00:00Z", "kid": "UNKNOWN_KID", "hashType": hash_type,
        "entries": entries, **extra,
    }  # fmt: skip


class TestOwn:
    def test_nothing_is_revoked_at_first(self, tmp_path, check) -> None:
        assert check() is None
        revocations = Revocations.load(tmp_path)
        assert (revocations.updated_at, revocations.version) == (None, 0)

    @pytest.mark.parametrize(
        "written",
        [UVCI, f"  {UVCI}\n", UVCI.lower(), UVCI.removeprefix("URN:UVCI:"), UVCI.partition("#")[0], UVCI[:-1] + "?"],
    )
    def test_no_spelling_of_an_identifier_escapes(self, tmp_path, check, now, written: str) -> None:
        record_own(tmp_path, identifier=UVCI, at=now, replaced=True)
        assert check(identifier=written) == Revoked(at=now, replaced=True)
        assert check(identifier=UVCI.replace("ABC", "ABD")) is None
        assert check(identifier=None) is None

    def test_the_version_grows_and_the_first_time_stays(self, tmp_path, check, now) -> None:
        record_own(tmp_path, identifier=UVCI, at=now, replaced=False)
        record_own(tmp_path, identifier=UVCI, at=now + DAY, replaced=False)
        assert Revocations.load(tmp_path).version == 2
        assert check() == Revoked(at=now, replaced=False)

    def test_a_torn_line_was_never_said_and_does_not_spoil_the_next(self, tmp_path, check, now) -> None:
        record_own(tmp_path, identifier="A", at=now, replaced=False)
        with own_file(tmp_path).open("ab") as file:
            file.write(b'{"hash": "00')
        assert Revocations.load(tmp_path).version == 1
        record_own(tmp_path, identifier=UVCI, at=now, replaced=False)
        assert Revocations.load(tmp_path).version == 2
        assert check() is not None
        assert check(identifier="A") is not None

    def test_several_writers_lose_nothing(self, tmp_path, now) -> None:
        def write(worker: int) -> None:
            for number in range(20):
                record_own(tmp_path, identifier=f"{worker}:{number}", at=now, replaced=False)

        workers = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(Revocations.load(tmp_path).own) == 80

    @pytest.mark.parametrize(
        "line",
        [
            b"rubbish",
            b"{}",
            b"[]",
            b'{"at": "2026-01-01", "hash": "00"}',
            b'{"at": 1}',
            b'{"at": "2026-01-01T00:00:00Z", "hash": 1}',
        ],
    )
    def test_a_spoilt_line_is_told(self, tmp_path, now, line: bytes) -> None:
        record_own(tmp_path, identifier=UVCI, at=now, replaced=False)
        with own_file(tmp_path).open("ab") as file:
            file.write(line + b"\n")
        with pytest.raises(InputError, match="line 2") as caught:
            Revocations.load(tmp_path)
        assert caught.value.reason is Refusal.BAD_KEY_FILE


class TestIndexOfOwn:
    """The index is made anew every few lines here, and nothing may show that it is there."""

    @pytest.fixture(autouse=True)
    def _small_tail(self, monkeypatch) -> None:
        monkeypatch.setattr("passport.trust.own_revocations.TAIL_LIMIT", 1000)

    def test_everything_is_found_wherever_it_lies(self, tmp_path, check, now) -> None:
        for number in range(60):
            record_own(tmp_path, identifier=f"ID{number % 50}", at=now + number * DAY, replaced=number % 2 == 0)
            if number % 10 == 0:
                record_range(tmp_path, revoked=Range(key_id=f"K{number}"), at=now)
        revocations = Revocations.load(tmp_path)
        assert (revocations.version, len(revocations.own), len(revocations.ranges)) == (66, 50, 6)
        assert 0 < len(revocations.own.newest) < 12
        for number in range(50):
            assert check(identifier=f"ID{number}") == Revoked(at=now + number * DAY, replaced=number % 2 == 0)
        assert check(identifier="ID50") is None
        assert check(identifier="ID50", key_id="K0") == Revoked(at=now, replaced=False)
        told = [certificate.digest for certificate in revocations.own.certificates()]
        assert len(told) == len(set(told)) == 50
        rid = rid_of(told[3])
        for named in (None, rid):  # a SMART Health Card has no identifier, or its revocation id for one
            assert check(identifier=named, rid=rid) == Revoked(at=now + 3 * DAY, replaced=False)

    def test_a_crash_between_table_and_index_does_no_harm(self, tmp_path, check, now) -> None:
        for number in range(20):
            record_own(tmp_path, identifier=f"ID{number}", at=now, replaced=False)
        own_file(tmp_path).with_suffix(".index.json").unlink()
        revocations = Revocations.load(tmp_path)
        assert (revocations.version, len(revocations.own)) == (20, 20)

    def test_an_old_copy_of_the_list_is_noticed(self, tmp_path, now) -> None:
        record_own(tmp_path, identifier="first", at=now, replaced=False)
        old = own_file(tmp_path).read_bytes()
        for number in range(20):
            record_own(tmp_path, identifier=f"ID{number}", at=now, replaced=False)
        own_file(tmp_path).write_bytes(old)
        with pytest.raises(InputError, match="older than its index"):
            Revocations.load(tmp_path)
        with pytest.raises(InputError, match="older than its index"):
            record_own(tmp_path, identifier="another", at=now, replaced=False)

    @pytest.mark.parametrize(("suffix", "data"), [(".index.json", b"{}"), (".index.json", b"x"), (".table", b"x")])
    def test_a_spoilt_index_is_told(self, tmp_path, now, suffix: str, data: bytes) -> None:
        for number in range(20):
            record_own(tmp_path, identifier=f"ID{number}", at=now, replaced=False)
        own_file(tmp_path).with_suffix(suffix).write_bytes(data)
        with pytest.raises(InputError) as caught:
            Revocations.load(tmp_path)
        assert caught.value.reason is Refusal.BAD_KEY_FILE


class TestRanges:
    @pytest.mark.parametrize(
        ("revoked", "covered"),
        [
            (Range(key_id="0011223344556677"), True),
            (Range(key_id="7700"), False),
            (Range(issuer="Ministry of Health"), True),
            (Range(issuer="VN"), True),
            (Range(issuer="XA"), False),
            (Range(identifier_prefix="urn:uvci:01:VN:KIMSON/"), True),
            (Range(identifier_prefix="01:VN:KIM/"), False),
            (Range(issuer="VN", issued_from=datetime(2026, 11, 20, tzinfo=UTC)), True),
            (Range(issuer="VN", issued_from=datetime(2026, 11, 21, tzinfo=UTC)), False),
            (Range(issuer="VN", issued_until=datetime(2026, 11, 20, 3, tzinfo=UTC)), False),
            (Range(issuer="VN", issued_until=datetime(2026, 11, 20, 4, tzinfo=UTC)), True),
            (Range(issuer="VN", key_id="7700"), False),
        ],
    )
    def test_what_lies_in_a_range(self, tmp_path, check, now, revoked: Range, covered: bool) -> None:
        record_range(tmp_path, revoked=revoked, at=now)
        assert check() == (Revoked(at=now, replaced=False) if covered else None)

    def test_one_without_a_time_of_issue_lies_in_every_span(self, tmp_path, check, now) -> None:
        record_range(tmp_path, revoked=Range(issuer="VN", issued_from=now, issued_until=now), at=now)
        assert check(issued_at=None) is not None

    @pytest.mark.parametrize("revoked", [Range(issued_from=datetime(2026, 1, 1, tzinfo=UTC)), Range(issuer="x" * 201)])
    def test_a_range_needs_bounds(self, tmp_path, now, revoked: Range) -> None:
        with pytest.raises(InputError) as caught:
            record_range(tmp_path, revoked=revoked, at=now)
        assert caught.value.reason is Refusal.BAD_OPTION


class TestDccBatches:
    @pytest.mark.parametrize("written", [UVCI, UVCI.partition("#")[0], UVCI.removeprefix("URN:UVCI:"), "a/free Id#7"])
    @pytest.mark.parametrize("hash_type", ["UCI", "COUNTRYCODEUCI"])
    def test_by_identifier(self, take, check, written: str, hash_type: str) -> None:
        hashed = written if hash_type == "UCI" else f"VN{written}"
        report = take(_batch(hash_type, _hash(hashed)))
        assert (report.added, report.refused) == (1, ())
        assert check(identifier=UVCI if "UVCI" in written or "KIMSON" in written else written) is not None
        assert check(identifier="another") is None

    def test_country_code_may_be_the_issuer(self, take, check) -> None:
        take(_batch("COUNTRYCODEUCI", _hash(f"DE{UVCI}")))
        assert check(country="US", issuer="DE") is not None
        assert check(country="US", issuer="FR") is None

    def test_country_code_may_be_the_one_in_the_statement(self, take, check) -> None:
        take(_batch("COUNTRYCODEUCI", _hash(f"DE{UVCI}")))
        assert check(country="EU", issuer="Robert Koch-Institut", stated_country="DE") is not None
        assert check(country="EU", issuer="Robert Koch-Institut", stated_country="FR") is None

    def test_by_signature_of_ecdsa_the_twin_does_not_escape(self, take, check) -> None:
        take(_batch("SIGNATURE", _hash(SIGNATURE[:32])))
        assert check() is not None
        assert check(signature=SIGNATURE[:32] + bytes(32)) is not None
        assert check(signature=SIGNATURE[32:] + SIGNATURE[:32]) is None
        assert check(algorithm="PS256") is None

    def test_by_signature_of_rsa_the_whole_counts(self, take, check) -> None:
        take(_batch("SIGNATURE", _hash(SIGNATURE)))
        assert check(algorithm="PS256") is not None
        assert check() is None

    def test_several_batches_in_one_file_and_bad_entries(self, take, check) -> None:
        bad = [{"hash": "AAAA"}, {"hash": "%"}, {"hash": 1}, "x", {}]
        report = take([_batch("UCI", _hash("a")), _batch("UCI", _hash("b"), entries=[{"hash": _hash("c")}, *bad])])
        assert report.added == 2
        assert [where for where, _ in report.refused] == [f"list entries[{number}]" for number in range(1, 6)]
        assert check(identifier="a")
        assert check(identifier="c")

    def test_a_whole_hash_is_cut(self, take, check) -> None:
        take(_batch("UCI", base64.b64encode(hashlib.sha256(b"a").digest()).decode()))
        assert check(identifier="a")


class TestSmartLists:
    KID = "3Kfdg-XwP-7gXyywtUfUADwBumDOPKMQx-iELL11W9s"

    def _list(self, *rids: object, ctr: object = 1, **extra: object) -> dict[str, object]:
        return {"kid": self.KID, "method": "rid", "ctr": ctr, "rids": list(rids), **extra}

    def test_a_revocation_id_with_and_without_a_time(self, take, check, now) -> None:
        limit = int(now.timestamp())
        assert take(self._list("always", f"until.{limit}")).added == 2
        assert check(key_id=self.KID, rid="always") == Revoked(at=None, replaced=False)
        assert check(key_id=self.KID, rid="until", issued_at=now - DAY) == Revoked(at=now, replaced=False)
        assert check(key_id=self.KID, rid="until", issued_at=now) is None
        assert check(key_id=self.KID, rid="until", issued_at=None) is not None
        assert check(key_id="another", rid="always") is None
        assert check(key_id=self.KID, rid=None) is None

    def test_a_list_only_ever_grows(self, take, check, now) -> None:
        limit = int(now.timestamp())
        take(self._list("a", f"b.{limit}", f"c.{limit}", ctr=2))
        take(self._list(f"a.{limit}", "b", f"c.{limit - 9}", ctr=3))
        after = now + DAY
        assert check(key_id=self.KID, rid="a", issued_at=after) is not None
        assert check(key_id=self.KID, rid="b", issued_at=after) is not None
        assert check(key_id=self.KID, rid="c", issued_at=now - timedelta(seconds=1)) is not None

    def test_an_older_edition_is_refused(self, take, tmp_path, now) -> None:
        take(self._list("a", ctr=2), issuer="https://a.example")
        older = take(self._list("b", ctr=1), issuer="https://a.example", at=now + DAY)
        assert (older.added, older.lists) == (0, ())
        assert "older" in older.refused[0][1]
        assert Revocations.load(tmp_path).updated_at == now

    def test_bad_ids_are_refused_by_themselves(self, take) -> None:
        report = take(self._list("good", "base64==", "$wrong!", "x" * 25, 7, "a.b", "a.99999999999"))
        assert report.added == 1
        assert len(report.refused) == 6

    @pytest.mark.parametrize("change", [{"method": "other"}, {"kid": None}, {"ctr": -1}, {"ctr": True}, {"ctr": None}])
    def test_bad_lists(self, take, change: dict[str, object]) -> None:
        report = take(self._list("a") | change)
        assert (report.added, len(report.refused)) == (0, 1)


class TestPlainArrays:
    def test_identifiers_in_any_spelling(self, take, check, tmp_path, now) -> None:
        report = take([UVCI.lower(), "X", "X"])
        assert (report.added, report.known) == (2, 1)
        assert check() == Revoked(at=None, replaced=False)
        assert Revocations.load(tmp_path).updated_at == now
        again = take([UVCI, "Y"], at=now + DAY)
        assert (again.added, again.known) == (1, 1)
        assert again.lists[0].as_dict()["entries"] == 2

    def test_an_empty_array_is_a_list_too(self, take, tmp_path, now) -> None:
        assert take([]).as_dict()["refused"] == []
        assert Revocations.load(tmp_path).updated_at == now

    def test_long_arrays_are_read_in_pieces(self, take, check) -> None:
        identifiers = [f"URN:UVCI:01:XA:{number:032X}" for number in range(25_000)]
        assert take(json.dumps(identifiers, indent=1).encode()).added == 25_000
        for number in (0, 22_000, 24_999):
            assert check(identifier=identifiers[number])
        assert check(identifier="URN:UVCI:01:XA:F") is None

    @pytest.mark.parametrize(
        "data",
        [
            b'["a", 7]', b'["a", ""]', b'["a"', b'["a",]', b'["a" "b"]', b'["a\xff"]', b"[[]]", b"[7]", b"{}", b"",
            b'{"hashType": "OTHER", "entries": []}', b'{"hashType": "UCI", "entries": [], "kid": 7}', b"[null]", b"x",
            json.dumps(["x" * 201]).encode(),
        ],
    )  # fmt: skip
    def test_rubbish_is_refused_with_a_reason_and_changes_nothing(self, take, tmp_path, data: bytes) -> None:
        report = take(data)
        assert (report.added, len(report.refused)) == (0, 1)
        assert report.refused[0][1]
        assert not table_file(tmp_path).exists()
        assert Revocations.load(tmp_path).updated_at is None


def test_an_array_is_cut_at_no_quote_within_an_identifier(take, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("passport.trust.revocation_lists._PIECE", 8)
    told = ['a",b', '",', ",", 'c"', "d\\", '\\",\\"', '["e",', "plain"] * 20
    identifiers = [f"{identifier}{number}" for number, identifier in enumerate(told)] + told
    for indent in (None, 1):
        report = take(json.dumps(identifiers, indent=indent).encode(), keys_dir=tmp_path / str(indent))
        assert (report.refused, report.added) == ((), len(set(identifiers)))
    assert take(json.dumps(identifiers).encode()[:-9] + b'" "x"]').refused


class TestSignedLists:
    @pytest.fixture
    def ministry(self, tmp_path, passphrase, now):
        there, here = tmp_path / "ministry", tmp_path / "checkpoint"
        create_signer(there, country="VN", issuer_name="Ministry", passphrase=passphrase, now=now - DAY, test=False)
        signer = active_signer(there, passphrase=passphrase, now=now, production=True)
        certificate = signer.certificate.public_bytes(Encoding.PEM)
        import_keys(here, [("vn", certificate)], signs_lists=True, production=True, now=now - timedelta(hours=1))
        return there, here, signer

    def test_all_that_we_know_is_told_and_taken(self, take, check, ministry, now) -> None:
        there, here, signer = ministry
        record_own(there, identifier=UVCI, at=now - DAY, replaced=True)
        record_range(there, revoked=Range(key_id="7700"), at=now)
        take(["foreign"], keys_dir=there)
        take({"kid": "k", "method": "rid", "ctr": 1, "rids": [f"r.{int(now.timestamp())}"]}, keys_dir=there)
        told = Revocations.load(there)
        assert told.version == 4
        data = revocation_list(told, issuer="VN", signer=signer, now=now)
        report = take(data, keys_dir=here, at=now + DAY)
        assert (report.added, report.refused) == (3, ())
        assert check(here) == Revoked(at=now - DAY, replaced=True)
        assert check(here, identifier="foreign") is not None
        assert check(here, identifier=None, key_id="7700") == Revoked(at=now, replaced=False)
        assert check(here, identifier=None, key_id="k", rid="r", issued_at=now - DAY) is not None
        assert check(here, identifier=None, key_id="k", rid="r", issued_at=now) is None
        assert Revocations.load(here).updated_at == now
        assert take(data, keys_dir=here).added == 0
        assert len(Revocations.load(here).ranges) == 1

    def test_an_older_one_is_refused(self, take, ministry, now) -> None:
        there, here, signer = ministry
        empty = {"issuer": "VN", "version": 5, "entries": [], "ranges": []}
        newer = lists.seal(empty, kind=lists.REVOCATION_LIST, signer=signer, now=now)
        older = lists.seal(empty | {"version": 4}, kind=lists.REVOCATION_LIST, signer=signer, now=now)
        assert take(newer, keys_dir=here).refused == ()
        assert "older" in take(older, keys_dir=here).refused[0][1]
        assert len(Revocations.load(there).own) == 0

    def test_unsigned_by_anybody_known_and_of_another_kind(self, take, ministry, now, tmp_path) -> None:
        _, here, signer = ministry
        good = {"issuer": "VN", "version": 5, "entries": [], "ranges": []}
        data = lists.seal(good, kind=lists.REVOCATION_LIST, signer=signer, now=now)
        stranger = tmp_path / "stranger"
        assert len(take(data, keys_dir=stranger).refused) == 1
        certificate = signer.certificate.public_bytes(Encoding.PEM)
        import_keys(stranger, [("vn", certificate)], production=True, now=now)  # signs certificates, not lists
        assert "not trusted to sign lists" in take(data, keys_dir=stranger).refused[0][1]
        trust = lists.seal(good, kind=lists.TRUST_LIST, signer=signer, now=now)
        shapeless = lists.seal({}, kind=lists.REVOCATION_LIST, signer=signer, now=now)
        for data in (trust, shapeless):
            assert len(take(data, keys_dir=here).refused) == 1

    def test_bad_entries_are_refused_by_themselves(self, take, ministry, now) -> None:
        _, here, signer = ministry
        good = {"hash": "00" * 16, "at": None, "replaced": False}
        entries = [
            good, {**good, "hash": "00"}, {**good, "at": "yesterday"}, {**good, "at": "2026-01-01T00:00:00"},
            {**good, "replaced": 1}, {**good, "at": "2999-01-01T00:00:00Z"}, 7,
        ]  # fmt: skip
        ranges = [
            {"range": {"key_id": "k"}, "at": "2026-01-01T00:00:00Z"},
            {"range": {}, "at": None}, {"range": 7, "at": None}, {"range": {"key_id": 7}, "at": None}, {}, 7,
        ]  # fmt: skip
        payload = {"issuer": "VN", "version": 1, "entries": entries, "ranges": ranges}
        data = lists.seal(payload, kind=lists.REVOCATION_LIST, signer=signer, now=now)
        report = take(data, keys_dir=here)
        assert (report.added, len(report.refused)) == (1, 11)
        assert len(Revocations.load(here).ranges) == 1


class TestExports:
    def test_our_own_list_as_batches_that_others_understand(self, take, check, tmp_path, now) -> None:
        there = tmp_path / "there"
        identifiers = [make(country="VN", issuer="A", opaque=f"{number}") for number in range(1001)]
        for identifier in (UVCI, *identifiers[:3]):
            record_own(there, identifier=identifier, at=now, replaced=False)
        batches = dcc_batches(Revocations.load(there).own, country="VN", now=now)
        assert [len(b["entries"]) for b in batches] == [4]
        assert batches[0]["entries"][0] == {"hash": _hash(UVCI)}
        assert take(batches).added == 4
        assert check() is not None

    def test_our_own_list_as_a_smart_list(self, tmp_path, check, now) -> None:
        record_own(tmp_path, identifier=UVCI, at=now, replaced=False)
        own = Revocations.load(tmp_path).own
        (certificate,) = own.certificates()
        rid = rid_of(certificate.digest)
        assert smart_list(own, key_id="k") == {"kid": "k", "method": "rid", "ctr": 1, "rids": [rid]}
        assert len(rid) <= 24
        assert check(identifier=None, key_id="k", rid=rid) == Revoked(at=now, replaced=False)


class TestTable:
    def test_growing_keeps_order_and_every_record(self, tmp_path) -> None:
        path = tmp_path / "t.table"
        known: set[bytes] = set()
        for step in range(5):
            digests = [hashlib.sha256(f"{step % 4} {number}".encode()).digest()[:DIGEST] for number in range(300)]
            assert add_records(path, map(Record, digests)) == len(set(digests) - known)
            known.update(digests)
            assert [r.digest for r in RevocationTable(path)] == sorted(known)
        assert add_records(path, []) == 0
        assert list(tmp_path.iterdir()) == [path]

    def test_hashes_that_begin_alike_are_told_apart(self, tmp_path) -> None:
        path = tmp_path / "t.table"
        digests = [bytes(8) + bytes(7) + bytes([last]) for last in (1, 2, 3, 5)]
        add_records(path, map(Record, digests[:2]))
        add_records(path, map(Record, digests[2:]))
        table = RevocationTable(path)
        assert [table.find(digest) for digest in digests] == [Record(digest) for digest in digests]
        assert table.find(bytes(15) + b"\x04") is None
        assert table.find(bytes(15) + b"\x06") is None

    def test_a_reader_keeps_what_it_opened(self, tmp_path) -> None:
        path = tmp_path / "t.table"
        add_records(path, [Record(b"\x01" * DIGEST)])
        old = RevocationTable(path)
        add_records(path, [Record(b"\x00" * DIGEST)])
        assert len(old) == 1
        assert old.find(b"\x01" * DIGEST) is not None
        assert len(RevocationTable(path)) == 2

    def test_a_failed_import_leaves_the_old_table(self, tmp_path) -> None:
        path = tmp_path / "t.table"
        add_records(path, [Record(b"\x01" * DIGEST)])

        def broken():
            yield Record(b"\x02" * DIGEST)
            raise ValueError("cut off")

        with pytest.raises(ValueError, match="cut off"):
            add_records(path, broken())
        assert len(RevocationTable(path)) == 1

    def test_a_cut_file_is_told(self, tmp_path) -> None:
        path = table_file(tmp_path)
        add_records(path, [Record(b"\x01" * DIGEST)])
        path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(InputError) as caught:
            Revocations.load(tmp_path)
        assert caught.value.reason is Refusal.BAD_KEY_FILE

    def test_looking_up_needs_next_to_no_memory(self, tmp_path) -> None:
        path = tmp_path / "t.table"
        add_records(path, (Record(hashlib.sha256(b"%d" % n).digest()[:DIGEST]) for n in range(30_000)))
        tracemalloc.start()
        table = RevocationTable(path)
        assert all(table.find(hashlib.sha256(b"%d" % n).digest()[:DIGEST]) for n in range(0, 30_000, 1_000))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 100_000


def test_a_file_over_the_limit_is_refused(take, monkeypatch) -> None:
    monkeypatch.setattr("passport.trust.revocation_lists.LIST_FILE_LIMIT", 10)
    assert "larger" in take(["a long identifier"]).refused[0][1]


def test_a_spoilt_book_is_told(tmp_path, take) -> None:
    take(["a"])
    for text in ("{", "{}", '{"version": 1, "updated_at": 1, "lists": [], "ranges": []}'):
        book_file(tmp_path).write_text(text)
        with pytest.raises(InputError) as caught:
            Revocations.load(tmp_path)
        assert caught.value.reason is Refusal.BAD_KEY_FILE
