"""The store opens on SQLite and PostgreSQL, migrates once however many start, and keeps moments aware."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import pytest
from peewee import IntegrityError
from playhouse.migrate import SchemaMigrator
from playhouse.schema_diff import diff_models

from backend.clock import SHANGHAI
from backend.store import database
from backend.store.fields import NaiveMoment
from backend.store.ids import new_id
from backend.store.models import TABLES, Applicant, Application, Fact
from backend.store.models import database as db
from tests.store.fixtures import ENVIRONMENT

NOON = datetime(2026, 3, 4, 12, 0, 0, 7, tzinfo=SHANGHAI)


def test_a_moment_comes_back_the_same_in_shanghai(store):
    person = Applicant.create(created_at=NOON.astimezone(UTC))
    assert Applicant.get_by_id(person.id).created_at == NOON
    assert Applicant.get_by_id(person.id).created_at.utcoffset() == NOON.utcoffset()


def test_moments_compare_as_time_does(store):
    for hour in (1, 9, 23):
        Applicant.create(created_at=NOON.replace(hour=hour))
    later = Applicant.select().where(Applicant.created_at > NOON.replace(hour=8).astimezone(UTC))
    assert sorted(person.created_at.hour for person in later) == [9, 23]


def test_a_naive_moment_is_refused(store):
    with pytest.raises(NaiveMoment):
        Applicant.create(created_at=datetime(2026, 3, 4))  # noqa: DTZ001 - the very thing to refuse


def test_ids_sort_by_the_moment_they_were_made():
    assert new_id("app", NOON) < new_id("app", NOON.replace(second=1))
    assert len(new_id("app")) == 30


def test_ids_made_in_one_moment_still_sort_in_their_order():
    made = [new_id("app") for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == 2000


def test_a_fact_has_one_current_row_only(store):
    person = Applicant.create()
    Fact.create(applicant=person, name="education", value="master", source="form")
    with pytest.raises(IntegrityError), database.transaction():
        Fact.create(applicant=person, name="education", value="doctor", source="form")


def test_references_are_held(store):
    with pytest.raises(IntegrityError), database.transaction():
        Application.create(applicant="apl_nobody", city="c", item="i", pack_version="1", as_of=NOON.date())


def test_a_failed_transaction_leaves_nothing(store):
    with pytest.raises(ZeroDivisionError), database.transaction():
        Applicant.create()
        raise ZeroDivisionError
    assert Applicant.select().count() == 0


def test_many_threads_write_without_losing_anything(store):
    def write():
        with database.connection():
            for _ in range(10):
                with database.transaction():
                    Applicant.create()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Applicant.select().count() == 80


MIGRATE = """
from backend.settings import Settings
from backend.store.database import migrate
print(migrate(Settings.from_environment()))
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_several_processes_may_migrate_at_once(kind, tmp_path, request):
    environment = ENVIRONMENT | {"DATA_DIR": str(tmp_path)}
    if kind == "postgres":
        server = request.getfixturevalue("postgres_server")
        server.psql("CREATE DATABASE migrated_at_once")
        environment["DATABASE_URL"] = server.url("migrated_at_once")
    started = [
        subprocess.Popen([sys.executable, "-c", MIGRATE], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    said = sorted(process.communicate(timeout=120)[0].strip() for process in started)
    assert said[1:] == ["[]", "[]"]
    assert "0001_begin" in said[0]
    assert [process.returncode for process in started] == [0, 0, 0]


def test_nothing_is_pending_after_migrating(store):
    assert database.pending() == []


def test_the_migrated_schema_is_the_one_the_models_describe(store):
    assert str(diff_models(db.obj, TABLES)) == ""


def test_a_database_begun_before_the_newest_indexes_gets_them(store):
    before = {index.name for index in db.get_indexes("application")}
    db.execute_sql("DROP INDEX application_desk")
    db.execute_sql("CREATE INDEX application_city_due_on_id ON application (city, due_on, id)")
    for migration in ("0003_scale", "0005_lists"):
        import_module(f"backend.store.migrations.{migration}").up(None, db)
    assert {index.name for index in db.get_indexes("application")} == before


def test_a_database_begun_before_promised_limits_gets_their_column(store):
    migrator = SchemaMigrator.from_database(db.obj)
    migrator.migrate(migrator.drop_column("step_record", "statutory_on"))
    for _ in range(2):
        import_module("backend.store.migrations.0004_promised_limits").up(migrator, db)
    assert str(diff_models(db.obj, TABLES)) == ""
