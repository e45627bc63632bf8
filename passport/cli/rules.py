"""`flask rules`: the rules of countries, taken in, listed and tried; needs no database."""

from __future__ import annotations

from pathlib import Path

import click

from passport.cli.auditing import audit_import
from passport.cli.output import DONE, NOT_VALID, emit_json, emit_table, json_option, say, told
from passport.domain.verdict import utc_text
from passport.house import clock, current_house
from passport.rules.rule import Rule
from passport.rules.rulesets import RuleStore, import_rules
from passport.rules.trials import try_rules

COMMAND = click.Group("rules", help="Rules of countries (CertLogic).")
_path = click.Path(path_type=Path)
_STDIN = Path("/dev/stdin")


@COMMAND.command("import")
@click.argument("paths", nargs=-1, required=True, type=_path, metavar="PATH...")
@json_option
@told
def import_(paths: tuple[Path, ...], as_json: bool) -> None:
    """Takes in rules: PATH is a JSON file, a folder of such, or `-` for stdin; exit code 1 if any was refused."""
    now = clock()
    files = [_STDIN if path == Path("-") else path for path in paths]
    report = import_rules(current_house().settings.keys_dir, files, now=now)
    counts = {"added": len(report.added), "known": len(report.known), "refused": len(report.refused)}
    if as_json:
        emit_json(
            {
                "added": [_named(rule) for rule in report.added],
                "known": [_named(rule) for rule in report.known],
                "refused": [{"source": source, "reason": reason} for source, reason in report.refused],
            }
        )
    for source, reason in report.refused:
        say(f"{source}: {reason}")
    say(", ".join(f"{count} {name}" for name, count in counts.items()))
    if report.added or report.known:
        countries = " ".join(sorted({rule.country for rule in (*report.added, *report.known)}))
        audit_import(action="rules_imported", subject=countries, detail=counts, at=now)
    raise SystemExit(NOT_VALID if report.refused else DONE)


@COMMAND.command("list")
@json_option
@told
def list_(as_json: bool) -> None:
    """Lists every version of every rule and whether it is in force now."""
    now = clock()
    rows = [
        _named(rule)
        | {
            "type": rule.type,
            "kind": rule.kind.value if rule.kind else None,
            "valid_from": utc_text(rule.valid_from),
            "valid_to": utc_text(rule.valid_to),
            "in_force": rule.in_force(now),
            "fault": rule.fault,
            "description": rule.description,
        }
        for rule in RuleStore.load(current_house().settings.keys_dir).rules
    ]
    if as_json:
        emit_json(rows)
    else:
        columns = (
            "country",
            "id",
            "version",
            "type",
            "kind",
            "valid_from",
            "valid_to",
            "in_force",
            "fault",
            "description",
        )
        emit_table(columns, ([row[column] for column in columns] for row in rows))


@COMMAND.command("test")
@click.argument("path", type=_path)
@json_option
@told
def test(path: Path, as_json: bool) -> None:
    """Tries every rule.json under PATH on the tests/*.json beside it; exit code 1 if one comes out otherwise."""
    trials = list(try_rules(path))
    failed = [trial for trial in trials if trial.problem]
    if as_json:
        problems = [{"rule": trial.rule, "case": trial.name, "problem": trial.problem} for trial in failed]
        emit_json({"passed": len(trials) - len(failed), "failed": len(failed), "problems": problems})
    else:
        for trial in failed:
            click.echo(f"{trial.rule} {trial.name}: {trial.problem}")
        click.echo(f"{len(trials) - len(failed)} passed, {len(failed)} failed")
    raise SystemExit(NOT_VALID if failed else DONE)


def _named(rule: Rule) -> dict[str, object]:
    return {"id": rule.identifier, "version": ".".join(map(str, rule.version)), "country": rule.country}
