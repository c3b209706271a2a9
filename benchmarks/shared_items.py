"""Three items that our engine, OpenFisca and Zen all judge, and invented people about whom everything is known.

The facts are those on which the three items of Anyang turn, without the rare ones (prior recognition, directed
graduates, discipline, changes after recognition), which the peers' models leave out.
"""

import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

CITY = "anyang"
ITEMS = ("urgent_talent_recognition", "living_allowance", "startup_subsidy")
DAYS = (date(2020, 6, 15), date(2021, 3, 22), date(2021, 3, 23), date(2022, 9, 1))

CHOICES: dict[str, tuple[Any, ...]] = {
    "education": ("master", "doctor", "bachelor", "junior_college", "secondary_vocational"),
    "education_full_time": (True, False),
    "professional_title": ("none", "intermediate", "associate_senior", "senior"),
    "skill_level": ("none", "senior_worker", "technician", "senior_technician"),
    "full_time_employment": (True, False),
    "employer_on_key_list": (True, False),
    "employer_good_standing": (True, False),
    "employer_has_talent_demand": (True, False),
    "employer_above_scale": (True, False),
    "contract_years": (3, 1, 2, 4, 5),
    "pension_type": ("enterprise_employee", "resident", "public_institution"),
    "pension_paid_by_current_employer": (True, False),
    "pension_months_consecutive": (3, 0, 2, 4, 12),
    "employer_registered_in_city": (True, False),
    "employer_operating_normally": (True, False),
    "has_talent_card": (True, False),
    "still_employed": (True, False),
    "flexible_introduction": (False, True),
    "false_materials": (False, True),
    "benefit_months_received": (0, 12, 35, 36),
    "hukou_city": ("安阳市", "郑州市"),
    "founder_insured_in_city": (True, False),
    "first_time_founder": (True, False),
    "business_operating_normally": (True, False),
    "entity_pension_months": (3, 0, 2, 8),
    "local_employees_insured": (0, 9, 10, 30),
    "startup_subsidy_received": (False, True),
    "operating_district": ("文峰区", "北关区"),
    "registered_district": ("文峰区",),
}
"""Fact → values; the first is taken nine times out of ten where it matters, so that all verdicts come up often."""

SPREAD = {
    "education": ("doctor", "master", "bachelor", "junior_college"),
    "recognition_category": ("urgent_needed", "other_special", "youth_reserve", "none", "none"),
    "licence_days": (120, 91, 92, 93, 200, 364, 366, 400, 460),
}
FIXED = {
    "employer_on_leading_list": False,
    "employer_category": "enterprise",
    "contract_type": "labor",
    "hukou_never_moved_out": False,
}


def people(number: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Yield so many people, each with a day (`as_of`) and JSON facts; the same ones for the same seed."""
    chance = random.Random(seed)
    for _ in range(number):
        day = chance.choice(DAYS)
        facts = {name: _value(chance, values) for name, values in CHOICES.items()} | FIXED
        facts["education"] = chance.choice(SPREAD["education"])
        facts["recognition_category"] = chance.choice(SPREAD["recognition_category"])
        lower = "junior_college" if chance.random() < 0.5 else facts["education"]
        facts["highest_full_time_education"] = facts["education"] if facts["education_full_time"] else lower
        facts["hired_on"] = (day - timedelta(days=chance.randrange(20, 1400))).isoformat()
        facts["business_registered_on"] = (day - timedelta(days=chance.choice(SPREAD["licence_days"]))).isoformat()
        yield {"as_of": day.isoformat(), "facts": facts}


def _value(chance: random.Random, values: tuple[Any, ...]) -> Any:
    return values[0] if chance.random() < 0.9 else chance.choice(values)


def write(path: Path, number: int) -> None:
    """Write people as JSON Lines, for a peer in another environment."""
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in people(number)), encoding="utf8")
