"""Recipes of exports: each change is a new version beside the old ones."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from db.ledger import now, patient
from db.new import insert_new
from db.recipe_tables import recipes


@patient
def add(engine: sa.Engine, recipe: str, body: str, person: str) -> int:
    """Keeps `body` under the name; returns its version. What the newest one says adds none."""
    with engine.begin() as connection:
        query = sa.select(recipes).where(recipes.c.recipe == recipe)
        last = connection.execute(query.order_by(recipes.c.version.desc()).limit(1)).first()
        if last is not None and last.body == body:
            return int(last.version)
        version = int(last.version) + 1 if last is not None else 1
        row = {"recipe": recipe, "version": version, "body": body, "made_by": person,
               "made_at": now()}  # fmt: skip
        if not insert_new(connection, recipes, [row]):  # somebody saved under it just now
            raise sa.exc.OperationalError("recipes", {}, Exception("another version came first"))
    return version


def every(engine: sa.Engine) -> list[dict[str, Any]]:
    """The newest version of each recipe, by name."""
    newest = sa.select(recipes.c.recipe, sa.func.max(recipes.c.version).label("version"))
    newest = newest.group_by(recipes.c.recipe)
    last = newest.subquery()
    query = sa.select(recipes).join(
        last, sa.and_(recipes.c.recipe == last.c.recipe, recipes.c.version == last.c.version)
    )
    with engine.connect() as connection:
        found = connection.execute(query.order_by(recipes.c.recipe)).mappings()
        return [dict(row) for row in found]


def one(engine: sa.Engine, recipe: str, version: int | None = None) -> dict[str, Any] | None:
    """A version of a recipe, the newest where none is named; None where there is none."""
    query = sa.select(recipes).where(recipes.c.recipe == recipe)
    if version is not None:
        query = query.where(recipes.c.version == version)
    with engine.connect() as connection:
        row = connection.execute(query.order_by(recipes.c.version.desc()).limit(1)).mappings()
        found = row.first()
    return dict(found) if found else None
