"""The three shared items as an OpenFisca system, written from the articles and without our packs.

    python openfisca_items.py PEOPLE.jsonl > RESULTS.jsonl     one line a person: [verdict, amount] for each item

Verdicts are numbers: 0 not eligible, 1 refer, 2 eligible. Runs in the peers' environment; imports nothing of ours.
"""

import json
import sys

import numpy as np
from lengths import inputs, read
from openfisca_core.entities import build_entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulation_builder import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from timing import undisturbed

ALONE = 300
"""How many people are judged one by one; that takes its time."""

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


BOOLS = (
    "full_time_employment",
    "employer_on_key_list",
    "employer_on_leading_list",
    "employer_good_standing",
    "employer_has_talent_demand",
    "employer_above_scale",
    "pension_paid_by_current_employer",
    "employer_registered_in_city",
    "employer_operating_normally",
    "has_talent_card",
    "still_employed",
    "flexible_introduction",
    "false_materials",
    "founder_insured_in_city",
    "first_time_founder",
    "business_operating_normally",
    "startup_subsidy_received",
)
NUMBERS = (
    "contract_years",
    "pension_months_consecutive",
    "benefit_months_received",
    "entity_pension_months",
    "local_employees_insured",
    "hired_months",
    "licence_three_months",
    "licence_year",
    "licence_year_and_quarter",
)
TEXTS = (
    "highest_full_time_education",
    "professional_title",
    "skill_level",
    "pension_type",
    "recognition_category",
    "hukou_city",
    "operating_district",
    "registered_district",
)


def _is(person, day, name, *values):
    found = person(name, day)
    return np.isin(found, values)


class tier(Variable):
    """3: doctor or senior title; 2: master, associate senior or senior technician; 1: bachelor or technician."""

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


def judge(built: TaxBenefitSystem, day: str, rows: list[dict]) -> list[list]:
    """Return for every person the verdict and amount of each item, all people of one day in one simulation."""
    simulation = SimulationBuilder().build_default_simulation(built, count=len(rows))
    for name in (*BOOLS, *NUMBERS, *TEXTS):
        simulation.set_input(name, day, np.array([row[name] for row in rows]))
    columns = []
    for verdict, amount in OUTPUTS:
        columns.append(simulation.calculate(verdict, day).tolist())
        columns.append(simulation.calculate(amount, day).tolist() if amount else [0] * len(rows))
    return [list(row) for row in zip(*columns, strict=True)]


def together(built: TaxBenefitSystem, people: list[tuple[str, dict]]) -> list[list]:
    """Judge everybody in one simulation a day; the results in the order of the people."""
    results: dict[int, list] = {}
    for day in {day for day, _ in people}:
        numbers = [number for number, (on, _) in enumerate(people) if on == day]
        results.update(zip(numbers, judge(built, day, [people[n][1] for n in numbers]), strict=True))
    return [results[number] for number in range(len(people))]


def alone(built: TaxBenefitSystem, people: list[tuple[str, dict]]) -> list[list]:
    """Judge everybody in a simulation of his own, as a person at a counter is."""
    return [judge(built, day, [row])[0] for day, row in people]


def main(path: str) -> None:
    """Judge the people of a file; the seconds it takes, together and one by one, go to standard error."""
    people, built = [(one["as_of"], inputs(one)) for one in read(path)], system()
    few = people[:ALONE]
    one_by_one = undisturbed(lambda some: alone(built, some), few, repeats=2)
    vectorised = undisturbed(lambda everybody: together(built, everybody[0]), [people])
    timings = {"people": len(people), "vectorised": vectorised, "few": len(few), "alone": one_by_one}
    print(json.dumps(timings), file=sys.stderr)
    for row in together(built, people):
        print(json.dumps(row))


if __name__ == "__main__":
    main(sys.argv[1])
