"""Compare the tables with the migrations, and write the difference down: ``diff`` and ``new WORDS``."""

from __future__ import annotations

import sys

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from storage.engine import make_engine, writing
from storage.migrations import alembic_config, upgrade
from storage.migrations.metadata import store_metadata
from storage.revisions import revisions

USAGE = 'usage: python -m storage.migrations diff | new "what changes"'


def difference(engine: Engine) -> list[str]:
    """What the tables have and an up-to-date database has not, or the other way round; [] if equal."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [repr(change) for change in compare_metadata(context, store_metadata())]


def new_revision(engine: Engine, words: str) -> None:
    """Write ``versions/NNNN_words.py`` from the difference; look it over before committing it."""
    config = alembic_config()
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["metadata"] = store_metadata()
    with writing(engine).begin() as connection:
        config.attributes["connection"] = connection
        number = f"{int(revisions()[-1]) + 1:04d}"
        command.revision(config, message=words, autogenerate=True, rev_id=number)


def main(arguments: list[str]) -> int:
    engine = make_engine("sqlite://")
    upgrade(engine)
    match arguments:
        case ["diff"]:
            changes = difference(engine)
            sys.stdout.write("\n".join(changes or ["tables and migrations agree"]) + "\n")
            return 1 if changes else 0
        case ["new", words]:
            new_revision(engine, words)
            return 0
        case _:
            sys.stderr.write(USAGE + "\n")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
