"""Who may ask what: closed by default, others' things do not exist, a token ends, nothing inside leaks out."""

import re

import pytest

from backend.store.models import Session
from miniprogram_api import doors
from tests.miniprogram_api.world import Phone


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1")]


def filled(rule) -> str:
    samples = {"id": "app_" + "0" * 26, "point": "cpt_" + "0" * 26, "name": "home", "token": "a" * 20}
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda hit: samples.get(hit.group(1), "privacy"), rule.rule)


def test_every_address_wants_a_session_unless_it_is_on_the_list(app):
    client = app.test_client()
    wrong = []
    for rule in rules(app):
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            status = client.open(filled(rule), method=method, json={}).status_code
            is_open = rule.endpoint.rpartition(".")[2] in doors.OPEN_TO_ALL
            if (status == 401) == is_open:
                wrong.append(f"{method} {rule.rule} answered {status}")
    assert wrong == []


def test_the_list_names_no_address_that_is_not_there(app):
    assert {rule.endpoint.rpartition(".")[2] for rule in rules(app)} >= doors.OPEN_TO_ALL


@pytest.mark.parametrize("token", ["", "nonsense", "Bearer", "a" * 500])
def test_a_token_nobody_gave_opens_nothing(app, token):
    assert Phone(app.test_client(), token or None).send("GET", "/applications").status_code == 401


def test_a_session_ends_when_it_is_closed(me):
    me.ask("DELETE", "/session")
    assert me.send("GET", "/applications").status_code == 401


def test_all_sessions_of_a_person_can_be_closed_at_once(sign_in):
    one, two = sign_in("王"), sign_in("王")
    one.ask("DELETE", "/sessions")
    assert two.send("GET", "/applications").status_code == 401


def test_tokens_are_stored_as_hashes_only(me):
    assert me.token not in {session.token_hash for session in Session.select()}


def test_every_answer_names_its_request_and_hardens_itself(visitor):
    response = visitor.send("GET", "/about", headers={"X-Request-Id": "abcdefgh12"})
    assert response.headers["X-Request-Id"] == "abcdefgh12"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in response.headers


def test_a_request_id_that_could_break_a_log_line_is_replaced(visitor):
    response = visitor.send("GET", "/about", headers={"X-Request-Id": "x<script>"})
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-Id"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [("GET", "/nowhere", 404, "not_found"), ("DELETE", "/about", 405, "method_not_allowed")],
)
def test_errors_of_the_frame_have_the_same_shape(visitor, method, path, status, code):
    answered, error = visitor.error(method, path)
    assert (answered, error["code"]) == (status, code)
    assert error["message"]
    assert error["request_id"]


def test_what_breaks_inside_is_not_told(me, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("backend.store.inbox.newest", broken)
    status, error = me.error("GET", "/messages")
    assert (status, error["code"]) == (500, "internal")
    assert "secret" not in str(error)


def test_a_body_that_is_no_json_is_told_so(visitor):
    response = visitor.send("POST", "/deadlines", data=b"{", content_type="application/json")
    assert (response.status_code, response.json["error"]["code"]) == (422, "invalid_request")


def test_unknown_keys_of_a_request_are_refused(visitor):
    body = {"city": "testcity", "event_on": "2026-03-02", "length": 5, "unit": "workday", "lenght": 6}
    status, error = visitor.error("POST", "/deadlines", body)
    assert (status, error["fields"][0]["field"]) == (422, "lenght")


def test_the_clock_moves_in_the_sandbox_only(app, visitor):
    from dataclasses import replace

    app.extensions["talent"] = replace(
        app.extensions["talent"], settings=replace(app.extensions["talent"].settings, sandbox=False)
    )
    assert visitor.send("POST", "/sandbox/clock", {"days": 1}).status_code == 404


@pytest.mark.parametrize("text", [r"a\u0000b", r"half a pair \ud83d"])
def test_text_that_no_database_keeps_is_refused_with_its_field(me, text):
    body = f'{{"facts": {{"employer_name": "{text}"}}}}'
    refused = me.ask("PUT", "/me/facts", status=422, data=body, content_type="application/json")["error"]
    assert [problem["code"] for problem in refused["fields"]] == ["unreadable_text"]
    assert me.send("GET", "/screens/home?city=%00").status_code == 400
