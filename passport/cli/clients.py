"""`flask clients`: programs with an API key."""

from __future__ import annotations

from typing import Any

import click

from passport.cli.output import emit_json, emit_table, json_option, say, told
from passport.domain.verdict import utc_text
from passport.house import clock, current_house
from passport.registry import audit
from passport.registry.accounts import find_account
from passport.registry.clients import (
    CHECKS_PER_MINUTE,
    MOST_CHECKS,
    SCOPES,
    create_client,
    list_clients,
    revoke_client,
)

COMMAND = click.Group("clients", help="Programs with an API key.")
_ACTOR = "command line"
_LIMIT = "Checks a minute; a batch counts as its items."


@COMMAND.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do.")
@click.option("--limit", type=click.IntRange(1, MOST_CHECKS), default=CHECKS_PER_MINUTE, show_default=True, help=_LIMIT)
@click.option("--acting", metavar="USER", help="The account in whose name it reads and changes records.")
@json_option
@told
def create(name: str, scopes: tuple[str, ...], limit: int, acting: str | None, as_json: bool) -> None:
    """Makes a client and prints its key, once."""
    now = clock()
    with current_house().database.transaction() as session:
        account = find_account(session, acting) if acting else None
        client, key = create_client(session, name=name, scopes=scopes, now=now, checks_per_minute=limit, acting=account)
        detail = {"name": name, "scopes": client.scopes, "limit": limit, "account": client.acting_id}
        audit.record(session, actor=_ACTOR, action="client_created", subject=client.id, detail=detail, at=now)
    if as_json:
        emit_json({"id": client.id, "key": key})
    else:
        say("Keep the key: it is not shown again.")
        click.echo(f"{client.id}\t{key}")


@COMMAND.command("list")
@json_option
@told
def list_(as_json: bool) -> None:
    """Lists clients without their keys."""
    with current_house().database.reading() as session:
        rows: list[dict[str, Any]] = [
            {
                "id": c.id,
                "name": c.name,
                "key": f"{c.prefix}…",
                "scopes": c.scopes,
                "limit": c.checks_per_minute,
                "acting": c.acting.email if c.acting else None,
                "created_at": utc_text(c.created_at),
                "revoked_at": utc_text(c.revoked_at),
            }
            for c in list_clients(session)
        ]
    if as_json:
        emit_json(rows)
    else:
        emit_table(
            ["id", "name", "key", "scopes", "limit", "acting", "revoked"],
            (
                (r["id"], r["name"], r["key"], " ".join(r["scopes"]), r["limit"], r["acting"], r["revoked_at"])
                for r in rows
            ),
        )


@COMMAND.command("revoke")
@click.argument("client_id", metavar="ID")
@told
def revoke(client_id: str) -> None:
    """Ends a client's key at once."""
    now = clock()
    with current_house().database.transaction() as session:
        client = revoke_client(session, client_id=client_id, now=now)
        audit.record(session, actor=_ACTOR, action="client_revoked", subject=client.id, detail={}, at=now)
    say(f"{client.name}: revoked")
