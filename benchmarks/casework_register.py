"""An invented register for the measurements: cases in every state over three years, their steps, money, voices.

The people's facts are the ones a worked example tells, with identity numbers of their own under the store's own keyed
hashes, so that searching a person is what it is in service. Everything else PostgreSQL makes itself, by the set.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from backend.policy import Packs
from backend.store.crypto import vault
from backend.store.models import Application, StepRecord, database
from backend.workflow.stages import FINAL, plan

FACTS = {
    "education": "master",
    "education_full_time": True,
    "contract_years": 3,
    "employer_name": "第{employer}号制造有限公司",
    "employer_jurisdiction": "district",
    "hired_on": "2025-11-10",
    "married": False,
    "birth_date": "1990-03-07",
}
SEALED = ("full_name", "id_number", "phone")
EMPLOYERS = 2000
NAMESAKES = 25
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


@dataclass(frozen=True)
class Size:
    """How large a register is."""

    cases: int
    people: int


def name_of(number: int, people: int) -> str:
    """Return the name of one of so many people; 25 have the same, however many there are."""
    number %= max(1, people // NAMESAKES)
    return SURNAMES[number % 20] + GIVEN[number // 20 % 20] + GIVEN[number // 400 % 20]


def id_number_of(number: int) -> str:
    """Return the number that stands for a person's identity number."""
    return f"4105021990{number:08d}"


def phone_of(number: int) -> str:
    """Return a person's phone."""
    return f"138{number:08d}"


def fill(packs: Packs, size: Size, now: datetime) -> None:
    """Fill an empty, migrated PostgreSQL store. `now` is the moment up to which the register reaches."""
    db = database.obj
    _items(packs)
    _copy("applicant", ("id", "created_at", "state", "city", "name_masked", "preferences"), _people(packs, size, now))
    columns = ("id", "applicant_id", "name", "value", "value_sealed", "value_lookup", "value_masked")
    _copy("fact", (*columns, "source", "told_at", "deleted"), _facts(size, now))
    for statement in STATEMENTS:
        db.execute_sql(statement, {"cases": size.cases, "people": size.people, "now": now, "employers": EMPLOYERS})
    for statement in ("VACUUM ANALYZE", "CHECKPOINT"):  # as a server that has stood a night
        db.execute_sql(statement)


def _copy(table: str, columns: Iterable[str], rows: Iterator[tuple]) -> None:
    with (
        database.obj.connection().cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)") as copy,
    ):
        stream = io.StringIO()
        writer = csv.writer(stream)
        for row in rows:
            writer.writerow(row)
            if stream.tell() > 1 << 20:
                copy.write(stream.getvalue())
                stream.seek(0)
                stream.truncate()
        copy.write(stream.getvalue())


def _people(packs: Packs, size: Size, now: datetime) -> Iterator[tuple]:
    cities = list(packs)
    for n in range(size.people):
        masked = f"{name_of(n, size.people)[0]}**"
        yield f"apl_{n:026d}", now.isoformat(), "active", cities[n % len(cities)], masked, "{}"


def _facts(size: Size, now: datetime) -> Iterator[tuple]:
    told = now.isoformat()
    for n in range(size.people):
        person = f"apl_{n:026d}"
        secret = dict(zip(SEALED, (name_of(n, size.people), id_number_of(n), phone_of(n)), strict=True))
        for place, (name, value) in enumerate(secret.items()):
            hashed = vault.lookup(name, value)
            yield f"fct_{n:08d}{place:02d}", person, name, None, "-", hashed, "***", "form", told, False
        for place, (name, value) in enumerate(FACTS.items(), start=len(SEALED)):
            shown = value.format(employer=n % EMPLOYERS) if isinstance(value, str) else value
            written = json.dumps(shown, ensure_ascii=False)
            yield f"fct_{n:08d}{place:02d}", person, name, written, None, None, None, "form", told, False


def _items(packs: Packs) -> None:
    """Tell the database the stages of every service item of every city."""
    database.obj.execute_sql(
        "CREATE TEMP TABLE item (no int, city text, item text, version text, stages int);"
        "CREATE TEMP TABLE stage (no int, position int, last bool, step text, kind text, role text, agency text,"
        " length int, unit text)"
    )
    number = 0
    for pack in packs.values():
        for item in pack.items.values():
            if item.kind != "service":
                continue
            stages = plan(item, pack.city)
            one = (number, pack.city.id, item.id, pack.version, len(stages))
            database.obj.execute_sql("INSERT INTO item VALUES (%s, %s, %s, %s, %s)", one)
            for stage in stages:
                row = (
                    *(number, stage.position, stage.position == len(stages), stage.step, stage.kind),
                    *(str(stage.role), stage.desk, stage.length, stage.unit),
                )
                database.obj.execute_sql("INSERT INTO stage VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", row)
            number += 1


CASES = """
CREATE TEMP TABLE made AS
SELECT n, 'app_' || lpad(n::text, 26, '0') AS id, (n::bigint * 7919 %% %(people)s)::int AS person, item.*,
       %(now)s - interval '1 minute' * (n::bigint * 1576800 / %(cases)s) AS submitted_at,
       n %% 100 AS fate, 1 + (n / 100 + n %% 7) %% item.stages AS reached
FROM generate_series(0, %(cases)s - 1) AS n
JOIN item ON item.no = (n * 17 + n / 97) %% (SELECT count(*) FROM item)
"""
"""The nth case was submitted so long ago as its number says. Of a hundred cases ten are open: fates 0 to 9."""

EMPLOYER_ROWS = """
INSERT INTO employer (id, name, credit_code, city, state, created_at)
SELECT 'emp_' || lpad(n::text, 26, '0'), '第' || n || '号制造有限公司', 'C' || n,
       (SELECT city FROM item WHERE no = n %% (SELECT count(*) FROM item)), 'approved', %(now)s
FROM generate_series(0, %(employers)s - 1) AS n
"""

APPLICATIONS = """
INSERT INTO application (id, number, applicant_id, city, item, kind, pack_version, as_of, area, employer_id,
    applicant_masked, state, version, step, step_kind, role, agency, entered_at, due_on, frozen, fact_ids, declared_at,
    outcome, created_at, updated_at, submitted_at, decided_at, closed_at)
SELECT made.id, upper(made.city) || to_char(submitted_at, 'YYYYMMDD') || lpad(n::text, 7, '0'),
    'apl_' || lpad(person::text, 26, '0'), made.city, made.item, 'new', version, submitted_at::date, 'district',
    'emp_' || lpad((person %% %(employers)s)::text, 26, '0'), substr('王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗',
    person %% 20 + 1, 1) || '**', CASE WHEN fate = 0 THEN 'correction' WHEN fate < 10 THEN 'running'
    WHEN fate < 85 THEN 'granted' WHEN fate < 93 THEN 'rejected' WHEN fate < 97 THEN 'refused' ELSE 'withdrawn' END,
    3, step, stage.kind, CASE WHEN fate < 10 THEN role END, CASE WHEN fate < 10 THEN agency END,
    submitted_at, CASE WHEN fate < 10 AND length IS NOT NULL THEN %(now)s::date + (n %% 40 - 8) END, false,
    (SELECT json_agg('fct_' || lpad(person::text, 8, '0') || lpad(f::text, 2, '0')) FROM generate_series(0, 10) AS f),
    submitted_at, CASE WHEN fate >= 10 THEN 'done' END, submitted_at, submitted_at, submitted_at,
    CASE WHEN fate >= 10 THEN submitted_at + interval '12 days' END,
    CASE WHEN fate >= 10 THEN submitted_at + interval '12 days' END
FROM made JOIN stage ON stage.no = made.no
    AND stage.position = CASE WHEN fate < 10 THEN reached ELSE made.stages END
"""

STEPS = """
INSERT INTO step_record (id, application_id, step, kind, position, role, agency, entered_at, limit_length, limit_unit,
    due_on, left_at, outcome, actor_kind, actor, warned_level, overdue_since)
SELECT 'stp_' || lpad(n::text, 23, '0') || lpad(stage.position::text, 3, '0'), made.id, step, stage.kind,
    stage.position, role, agency, submitted_at + interval '2 days' * (stage.position - 1),
    length, unit, CASE WHEN length IS NOT NULL THEN
        CASE WHEN gone THEN (submitted_at + interval '2 days' * stage.position)::date + 3
        ELSE %(now)s::date + (n %% 40 - 8) END END,
    CASE WHEN gone THEN submitted_at + interval '2 days' * stage.position END,
    CASE WHEN gone THEN 'approved' END, 'staff', 'stf_' || (n %% 300), 0,
    CASE WHEN gone AND length IS NOT NULL AND n %% 50 = 0
        THEN (submitted_at + interval '2 days' * stage.position)::date END
FROM made JOIN stage ON stage.no = made.no
CROSS JOIN LATERAL (SELECT fate >= 10 OR stage.position < reached AS gone) AS past
WHERE fate >= 10 OR stage.position <= reached
"""

DECISIONS = """
INSERT INTO decision (id, application_id, kind, number, amount_fen, months, reasons, decided_by, decided_at)
SELECT 'dec_' || lpad(n::text, 26, '0'), id, CASE WHEN fate < 85 THEN 'grant' ELSE 'rejection' END, 'D' || n,
    CASE WHEN fate < 85 THEN 120000 END, NULL, '[]', 'stf_1', submitted_at + interval '12 days'
FROM made WHERE fate >= 10
"""

PAYMENTS = """
INSERT INTO payment (id, application_id, applicant_id, city, item, period, kind, payer, fen, share, pack_version,
    due_on, state, created_at, paid_on)
SELECT 'pay_' || payer || lpad(n::text, 20, '0'), id, 'apl_' || lpad(person::text, 26, '0'), city, item,
    to_char(submitted_at, 'YYYY-MM'), 'regular', payer, fen, share, version, (submitted_at + interval '20 days')::date,
    CASE WHEN n %% 20 = 0 THEN 'due' ELSE 'paid' END, submitted_at,
    CASE WHEN n %% 20 > 0 THEN (submitted_at + interval '15 days')::date END
FROM made CROSS JOIN (VALUES ('employer', 40000, '1/3'), ('city', 80000, '2/3')) AS share (payer, fen, share)
WHERE fate BETWEEN 10 AND 84 AND n %% 2 = 0
"""

RATINGS = """
INSERT INTO rating (id, application_id, step_record_id, applicant_id, city, agency, grade, tags, text, rated_at)
SELECT 'rat_' || lpad(n::text, 26, '0'), made.id, step_record.id, 'apl_' || lpad(person::text, 26, '0'), made.city,
    step_record.agency, 1 + (n / 7) %% 5, '[]', '', submitted_at + interval '13 days'
FROM made JOIN step_record ON step_record.application_id = made.id AND step_record.position = 1
WHERE fate BETWEEN 10 AND 39
"""

COMPLAINTS = """
INSERT INTO complaint (id, applicant_id, city, agency, kind, subject, text_sealed, files, filed_at, due_on, state)
SELECT 'cmp_' || lpad(n::text, 26, '0'), 'apl_' || lpad(person::text, 26, '0'), made.city, stage.agency,
    'complaint', '主题', '-', '[]', submitted_at, submitted_at::date + 15,
    CASE WHEN n %% 30 = 0 THEN 'open' ELSE 'closed' END
FROM made JOIN stage ON stage.no = made.no AND stage.position = 1 WHERE fate = 40
"""

AUDIT = """
INSERT INTO audit (seq, at, actor_kind, actor, action, subject_kind, subject, detail, previous_hash, hash)
SELECT n + 1, submitted_at, 'applicant', 'apl_' || lpad(person::text, 26, '0'), 'submit', 'application', id, '{}',
    md5(n::text), md5((n + 1)::text) FROM made;
INSERT INTO audit_head (id, seq, hash) SELECT 1, max(seq), md5(max(seq)::text) FROM audit
"""

MESSAGES = """
INSERT INTO outbox_message (id, event, applicant_id, template, application_id, keywords, page, channel, state,
    credit_spent, attempts, next_at, created_at, sent_at)
SELECT 'out_' || lpad(n::text, 26, '0'), id || ':2', 'apl_' || lpad(person::text, 26, '0'), 'result', id, '{}', '',
    'subscribe', 'sent', true, 1, submitted_at, submitted_at, submitted_at FROM made WHERE fate >= 10
"""

STATEMENTS = (
    *(
        "SET synchronous_commit = off",
        CASES,
        "ANALYZE made; ANALYZE stage; ANALYZE item",
        EMPLOYER_ROWS,
        APPLICATIONS,
        STEPS,
        DECISIONS,
        PAYMENTS,
    ),
    *(RATINGS, COMPLAINTS, AUDIT, MESSAGES, "SET synchronous_commit = on", "DROP TABLE made, item, stage"),
)
"""In the order in which references allow it. Money of every second grant; a rating of every third; few complaints."""


def open_share() -> float:
    """Return the share of the cases that are open: what a city of this size has on its desks."""
    final = Application.select().where(Application.state.in_([str(state) for state in FINAL])).count()
    return 1 - final / Application.select().count()


def steps() -> int:
    """Return how many stays at steps the register holds."""
    return StepRecord.select().count()
