"""`flask users`: accounts of staff and their roles by area."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from flask import current_app
from flask_security import hash_password
from sqlalchemy.orm import Session

from passport.cli.output import emit_json, emit_table, json_option, say, told
from passport.errors import InputError, Refusal
from passport.house import clock, current_house
from passport.registry import audit
from passport.registry.accounts import ROLES, Account, create_account, find_account, grant_role, list_accounts
from passport.registry.areas import require_area
from passport.registry.invitations import make_link

COMMAND = click.Group("users", help="Accounts of staff and their roles by area.")
_ACTOR = "command line"


@COMMAND.command("create")
@click.argument("email", metavar="EMAIL")
@click.option("--name", required=True, help="Full name.")
@click.option("--password-file", metavar="FILE", help="A file whose first line is the password, - for stdin.")
@told
def create(email: str, name: str, password_file: str | None) -> None:
    """Makes an account without any role; asks for the password on a terminal."""
    now, settings = clock(), current_house().settings
    if settings.production and settings.secret_key_file is None:
        # Hashes are salted with it: an account made without the service's own secret could never sign in.
        raise InputError(Refusal.BAD_SETTING, "PASSPORT_SECRET_KEY_FILE")
    password = _password(password_file)
    with current_house().database.transaction() as session:
        account = create_account(session, email=email, name=name, password_hash=hash_password(password))
        audit.record(session, actor=_ACTOR, action="user_created", subject=f"account {account.id}", at=now)
    say(f"{email}: created; give a role with flask users grant")


@COMMAND.command("invite")
@click.argument("email", metavar="EMAIL")
@click.option("--name", help="Full name; makes the account when there is none.")
@click.option("--role", type=click.Choice(ROLES), help="A role for it, in --area CODE or --national.")
@click.option("--area", metavar="CODE", help="The area, with all beneath it.")
@click.option("--national", is_flag=True, help="The whole country.")
@told
def invite(email: str, name: str | None, role: str | None, area: str | None, national: bool) -> None:
    """Prints a link by which the owner of an account chooses a password, once and within three days."""
    house, now = current_house(), clock()
    with house.database.transaction() as session:
        account = (
            create_account(session, email=email, name=name, password_hash=None)
            if name
            else find_account(session, email)
        )
        if role:
            _grant(session, account, role=role, area=area, national=national, now=now)
        token = make_link(session, account=account, now=now)
        audit.record(session, actor=_ACTOR, action="link_made", subject=f"account {account.id}", at=now)
    click.echo(f"{house.settings.base_url}/staff/welcome/{token}")


@COMMAND.command("list")
@json_option
@told
def list_(as_json: bool) -> None:
    """Lists accounts and their roles."""
    with current_house().database.reading() as session:
        accounts = [
            (account, [(grant.role, grant.area.code if grant.area else None) for grant in account.grants])
            for account in list_accounts(session)
        ]
    if as_json:
        emit_json(
            [
                {
                    "email": account.email,
                    "name": account.name,
                    "active": account.active,
                    "roles": [{"role": role, "area": area} for role, area in roles],
                }
                for account, roles in accounts
            ]
        )
    else:
        emit_table(
            ("email", "name", "active", "roles"),
            (
                (account.email, account.name, account.active, " ".join(f"{role}@{area or '*'}" for role, area in roles))
                for account, roles in accounts
            ),
        )


@COMMAND.command("grant")
@click.argument("email", metavar="USER")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--area", metavar="CODE", help="The area, with all beneath it.")
@click.option("--national", is_flag=True, help="The whole country.")
@told
def grant(email: str, role: str, area: str | None, national: bool) -> None:
    """Gives a role in an area."""
    with current_house().database.transaction() as session:
        account = find_account(session, email)
        where = _grant(session, account, role=role, area=area, national=national, now=clock())
    say(f"{account.email}: {role} in {where}")


def _grant(session: Session, account: Account, *, role: str, area: str | None, national: bool, now: datetime) -> str:
    """Gives the role and answers the name of its area; raises InputError (bad_option, unknown_area_code)."""
    if (area is None) != national:
        raise InputError(Refusal.BAD_OPTION, "one of --area CODE and --national")
    within = require_area(session, area, on=current_house().today(now)) if area else None
    grant_role(session, account=account, role=role, area=within)
    subject, detail = f"account {account.id}", {"role": role, "area": area}
    audit.record(session, actor=_ACTOR, action="role_granted", subject=subject, detail=detail, at=now)
    return within.name if within else "the whole country"


def _password(file: str | None) -> str:
    """The password from a file, stdin or the terminal; raises InputError (bad_option) when it is too weak."""
    if file is None:
        password: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(Refusal.BAD_OPTION, f"{file}: not a readable text file") from error
        password = text.partition("\n")[0].rstrip("\r")
    with current_app.test_request_context():  # the sentences of Flask-Security are translated for a request
        faults, normal = current_app.extensions["security"].password_util.validate(password, is_register=True)
    if faults:
        raise InputError(Refusal.BAD_OPTION, " ".join(str(fault) for fault in faults))
    return str(normal)
