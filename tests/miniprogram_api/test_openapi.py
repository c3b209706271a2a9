"""The description of the interface is true: what it promises is what comes, for whatever is sent."""

import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from miniprogram_api import wire
from miniprogram_api.screens import blocks

CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)
ENDS_THE_SESSION = {"sign_out", "sign_out_everywhere", "delete_everything", "withdraw_consent"}

quickly = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_is_sent_the_answer_is_as_described(app, me):
    description = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
    asked = 0
    for found in description.get_all_operations():
        operation = found.ok()
        if operation.definition.raw["operationId"] not in ENDS_THE_SESSION:
            quickly(given(case=operation.as_strategy())(as_described(me.token)))()
            asked += 1
    assert asked > 50


def as_described(token: str):
    """Return the check of one case: sent with this token, the answer must be one that the description allows."""

    def check(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, checks=CHECKS)

    return check


def test_every_address_is_described(app, visitor):
    described = visitor.ask("GET", "/openapi.json")["paths"]
    routes = {
        rule.rule.replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1") and not rule.rule.endswith("openapi.json")
    }
    assert set(described) == routes


def test_addresses_that_are_open_to_all_say_so(visitor):
    paths = visitor.ask("GET", "/openapi.json")["paths"]
    assert paths["/api/v1/eligibility"]["post"]["security"] == [{}, {"session": []}]
    assert paths["/api/v1/applications"]["get"]["security"] == [{"session": []}]


def test_the_description_names_the_server_it_comes_from(visitor):
    assert visitor.ask("GET", "/openapi.json")["servers"] == [{"url": "http://localhost"}]


def test_no_two_models_share_a_name():
    ours = {name for name, model in vars(wire).items() if _is_model(model) and model.__module__ == wire.__name__}
    assert not ours & {name for name, model in vars(blocks).items() if _is_model(model)}


def _is_model(value) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
