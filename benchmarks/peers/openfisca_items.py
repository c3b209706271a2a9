"""The three shared items as an OpenFisca system, written from the articles and without our packs.

    python openfisca_items.py PEOPLE.jsonl > RESULTS.jsonl     one line a person: [verdict, amount] for each item

Verdicts are numbers: 0 not eligible, 1 refer, 2 eligible. Runs in the peers' environment; imports nothing of ours.
"""

import json
import sys
import time
from collections import defaultdict

import numpy as np
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

Person = build_entity(key="person", plural="people", label="A talent", is_person=True)


def _fact(name, kind):
    default = {bool: False, int: 0, str: ""}[kind]
    return type(
        name,
        (Variable,),
        {
            "value_type": kind,
            "entity": Person,
            "definition_period": DateUnit.DAY,
            "label": name,
            "default_value": default,
        },
    )


BOOLS = """full_time_employment employer_on_key_list employer_on_leading_list employer_good_standing
employer_has_talent_demand employer_above_scale pension_paid_by_current_employer employer_registered_in_city
employer_operating_normally has_talent_card still_employed flexible_introduction false_materials founder_insured_in_city
first_time_founder business_operating_normally startup_subsidy_received""".split()
NUMBERS = """contract_years pension_months_consecutive benefit_months_received entity_pension_months
local_employees_insured hired_months licence_days licence_three_months licence_year licence_year_and_quarter""".split()
TEXTS = """highest_full_time_education professional_title skill_level pension_type recognition_category hukou_city operating_district
registered_district""".split()


def _is(person, day, name, *values):
    found = person(name, day)
    return np.isin(found, values)


class tier(Variable):
    """3 for doctor or senior title, 2 for master, associate senior or senior technician, 1 for bachelor or technician."""

    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        degree = "highest_full_time_education"  # full-time study counts, whatever came after it
        first = _is(person, day, degree, "doctor") + _is(person, day, "professional_title", "senior")
        second = (
            _is(person, day, degree, "master")
            + _is(person, day, "professional_title", "associate_senior")
            + _is(person, day, "skill_level", "senior_technician")
        )
        third = _is(person, day, degree, "bachelor") + _is(person, day, "skill_level", "technician")
        return np.select([first > 0, second > 0, third > 0], [3, 2, 1], 0)


class employer_covered(Variable):
    """2 covered, 1 in doubt (not above the statistical scale), 0 not covered."""

    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        return 2 * (person("employer_on_key_list", day) + person("employer_on_leading_list", day) > 0)

    def formula_2021_03_23(person, day):
        listed = person("employer_on_key_list", day) + person("employer_on_leading_list", day) > 0
        sound = person("employer_good_standing", day) * person("employer_has_talent_demand", day)
        return np.select([listed, sound * person("employer_above_scale", day), sound], [2, 2, 1], 0)


class urgent_talent_recognition(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        must = (
            (person("tier", day) > 0)
            * person("full_time_employment", day)
            * (person("contract_years", day) >= 3)
            * _is(person, day, "pension_type", "enterprise_employee")
            * person("pension_paid_by_current_employer", day)
            * (person("pension_months_consecutive", day) >= 3)
            * person("employer_registered_in_city", day)
            * person("employer_operating_normally", day)
            * np.logical_not(person("false_materials", day))
            * np.logical_not(_is(person, day, "recognition_category", "urgent_needed", "other_special"))
        )
        covered = person("employer_covered", day)
        reserve = _is(person, day, "recognition_category", "youth_reserve")
        return np.select([must * (covered > 0) == 0, (covered == 1) + reserve > 0], [0, 1], 2)


class living_allowance(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        return _living(person, day, np.zeros(person.count, bool), _unlisted(person, day))

    def formula_2021_03_23(person, day):
        return _living(person, day, person("flexible_introduction", day), np.zeros(person.count, bool))


def _unlisted(person, day):
    """The employer left the list: the text does not say what becomes of the allowance."""
    return np.logical_not(person("employer_on_key_list", day) + person("employer_on_leading_list", day))


def _living(person, day, barred, doubtful):
    special = _is(person, day, "recognition_category", "other_special")
    must = (
        (special + _is(person, day, "recognition_category", "urgent_needed") > 0)
        * person("has_talent_card", day)
        * (special + (person("tier", day) > 0) > 0)
        * person("still_employed", day)
        * (person("contract_years", day) >= 3)
        * _is(person, day, "pension_type", "enterprise_employee")
        * (person("benefit_months_received", day) < 36)
        * (person("hired_months", day) <= 0)
        * np.logical_not(person("false_materials", day))
        * np.logical_not(barred)
    )
    return np.select([must == 0, doubtful], [0, 1], 2)


class living_allowance_amount(Variable):
    """Yuan a month; 0 where none is fixed."""

    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        fixed = np.logical_not(_is(person, day, "recognition_category", "other_special"))
        rate = np.select([person("tier", day) == n for n in (3, 2, 1)], [2000, 1200, 600], 0)
        return rate * fixed * (person("living_allowance", day) == 2)


class startup_subsidy(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        here = _is(person, day, "hukou_city", "安阳市")
        insured = person("entity_pension_months", day) >= 3
        return _startup(person, day, 2 * here, 2 * insured)

    def formula_2021_03_23(person, day):
        here, insured = _is(person, day, "hukou_city", "安阳市"), person("founder_insured_in_city", day)
        settled = np.where(here, 2, np.where(insured, 1, 2))
        paid = person("entity_pension_months", day) >= 3
        enough = np.select(
            [paid, np.logical_not(here) * np.logical_not(insured), here * np.logical_not(insured)], [2, 2, 1], 0
        )
        return _startup(person, day, settled, enough)


def _startup(person, day, settled, insured):
    must = (
        _is(person, day, "recognition_category", "youth_reserve")
        * person("has_talent_card", day)
        * (person("tier", day) > 0)
        * person("first_time_founder", day)
        * (person("licence_three_months", day) > 0)
        * (person("licence_year_and_quarter", day) > 0)
        * person("business_operating_normally", day)
        * (person("operating_district", day) == person("registered_district", day))
        * np.logical_not(person("startup_subsidy_received", day))
        * np.logical_not(person("false_materials", day))
        * (settled > 0)
        * (insured > 0)
    )
    doubt = (settled == 1) + (insured == 1) + (person("licence_year", day) == 0) > 0
    return np.select([must == 0, doubt], [0, 1], 2)


class startup_subsidy_amount(Variable):
    value_type = int
    entity = Person
    definition_period = DateUnit.DAY

    def formula(person, day):
        by_tier = np.select([person("tier", day) == n for n in (3, 2, 1)], [20000, 10000, 5000], 0)
        sum_ = np.where(person("local_employees_insured", day) >= 10, 20000, by_tier)
        return sum_ * (person("startup_subsidy", day) == 2)


FORMULAS = (
    tier,
    employer_covered,
    urgent_talent_recognition,
    living_allowance,
    living_allowance_amount,
    startup_subsidy,
    startup_subsidy_amount,
)
OUTPUTS = (
    ("urgent_talent_recognition", None),
    ("living_allowance", "living_allowance_amount"),
    ("startup_subsidy", "startup_subsidy_amount"),
)


def system() -> TaxBenefitSystem:
    """Return the tax and benefit system."""
    built = TaxBenefitSystem([Person])
    facts = [_fact(n, bool) for n in BOOLS] + [_fact(n, int) for n in NUMBERS] + [_fact(n, str) for n in TEXTS]
    built.add_variables(*facts, *FORMULAS)
    return built


def _shift(text: str, months: int) -> str:
    """The corresponding day months later, as ISO text."""
    year, month, day = map(int, text.split("-"))
    total = year * 12 + month - 1 + months
    year, month = divmod(total, 12)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    last = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
    return f"{year:04d}-{month + 1:02d}-{min(day, last):02d}"


def _months(text: str) -> int:
    """The running number of a day's month."""
    return int(text[:4]) * 12 + int(text[5:7])


def inputs(one: dict) -> dict:
    """Add the lengths of time that the articles ask about; OpenFisca has no calendar of its own."""
    facts, day = dict(one["facts"]), one["as_of"]
    licence, hired = facts.pop("business_registered_on"), facts.pop("hired_on")
    facts["hired_months"] = int(_months(day) - _months(hired) > 36)
    facts["licence_three_months"] = int(_shift(licence, 3) <= day)
    facts["licence_year"] = int(day <= _shift(licence, 12))
    facts["licence_year_and_quarter"] = int(day <= _shift(licence, 15))
    return facts


def judge(people: list[dict]) -> list[list]:
    """Return for every person the verdict and amount of each item, all people of a day in one simulation."""
    built, results = system(), [None] * len(people)
    by_day = defaultdict(list)
    for number, one in enumerate(people):
        by_day[one["as_of"]].append(number)
    for day, numbers in by_day.items():
        simulation = SimulationBuilder().build_default_simulation(built, count=len(numbers))
        rows = [inputs(people[n]) for n in numbers]
        for name in (*BOOLS, *NUMBERS, *TEXTS):
            if name in rows[0]:
                simulation.set_input(name, day, np.array([row[name] for row in rows]))
        columns = []
        for verdict, amount in OUTPUTS:
            columns.append(simulation.calculate(verdict, day).tolist())
            columns.append(simulation.calculate(amount, day).tolist() if amount else [0] * len(numbers))
        for position, number in enumerate(numbers):
            results[number] = [column[position] for column in columns]
    return results


def main(path: str) -> None:
    """Judge the people of a file; the time it took goes to standard error."""
    with open(path, encoding="utf8") as stream:
        people = [json.loads(line) for line in stream]
    began = time.perf_counter()
    results = judge(people)
    print(json.dumps({"seconds": time.perf_counter() - began, "people": len(people)}), file=sys.stderr)
    for row in results:
        print(json.dumps(row))


if __name__ == "__main__":
    main(sys.argv[1])
