"""Holds the table that the fake obeys against Twilio's OpenAPI file, where that file is at hand."""

import json
from pathlib import Path

import pytest

from supervision.messages.providers import STATUS_RANK
from supervision.messages.providers.twilio import LONGEST_VALIDITY
from tests.messages import twilio_facts as facts

OPENAPI = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "twilio_api_v2010.json"


@pytest.fixture(scope="module")
def api():
    if not OPENAPI.exists():
        pytest.skip("Twilio's OpenAPI file isn't beside this checkout")
    return json.loads(OPENAPI.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def create(api):
    return api["paths"][facts.MESSAGES]["post"]


@pytest.fixture(scope="module")
def form(create):
    return create["requestBody"]["content"][facts.CONTENT_TYPE]["schema"]


@pytest.fixture(scope="module")
def message(api):
    return api["components"]["schemas"]["api.v2010.account.message"]["properties"]


def path_pattern(operation, name):
    return next(p["schema"]["pattern"] for p in operation["parameters"] if p["name"] == name)


def test_the_server_and_the_sign_in_are_as_published(api):
    assert api["servers"] == [{"url": facts.SERVER}]
    assert api["paths"][facts.MESSAGES]["servers"] == [{"url": facts.SERVER}]
    assert api["components"]["securitySchemes"]["accountSid_authToken"]["scheme"] == facts.AUTH_SCHEME


def test_creating_takes_one_form_and_answers_201_only(create):
    assert set(create["requestBody"]["content"]) == {facts.CONTENT_TYPE}
    assert set(create["responses"]) == {str(facts.CREATED)}
    assert set(create["responses"]["201"]["content"]) == {facts.ANSWER_TYPE}
    assert path_pattern(create, "AccountSid") == facts.ACCOUNT_SID


def test_the_parameters_of_a_message_are_as_published(form):
    assert set(form["properties"]) == facts.PARAMETERS
    assert set(form["required"]) == facts.REQUIRED
    assert form["properties"]["MessagingServiceSid"]["pattern"] == facts.SERVICE_SID


def test_no_parameter_makes_a_request_safe_to_repeat(form):
    assert not [name for name in form["properties"] if "idempot" in name.lower()]


def test_the_limits_in_words_are_as_published(form):
    assert facts.VALIDITY_WORDS in form["properties"]["ValidityPeriod"]["description"]
    assert facts.BODY_WORDS in form["properties"]["Body"]["description"]
    assert facts.UCS2_WORDS in form["properties"]["Body"]["description"]


def test_the_fields_of_a_message_are_as_published(message):
    assert set(message) == facts.ANSWER_FIELDS
    assert message["sid"]["pattern"] == facts.MESSAGE_SID


def test_the_statuses_are_as_published(api):
    schemas = api["components"]["schemas"]
    assert set(schemas["message_enum_status"]["enum"]) == facts.STATUSES
    assert facts.DIRECTION in schemas["message_enum_direction"]["enum"]


def test_one_message_is_fetched_by_get(api):
    fetch = api["paths"][facts.MESSAGE]["get"]
    assert set(fetch["responses"]) == {str(facts.FOUND)}
    assert path_pattern(fetch, "Sid") == facts.MESSAGE_SID


def test_the_list_and_its_filters_are_as_published(api):
    listing = api["paths"][facts.MESSAGES]["get"]
    query = {p["name"]: p for p in listing["parameters"] if p["in"] == "query"}
    answer = listing["responses"][str(facts.FOUND)]["content"][facts.ANSWER_TYPE]["schema"]["properties"]
    least, _, most = facts.PAGE_SIZE
    size = query["PageSize"]
    assert set(query) == facts.LIST_FILTERS
    assert set(answer) == facts.LIST_FIELDS
    assert (size["schema"]["minimum"], size["schema"]["maximum"]) == (least, most)
    assert facts.PAGE_SIZE_WORDS in size["description"]


def test_our_own_tables_name_the_same_statuses_and_limit():
    assert set(STATUS_RANK) == facts.STATUSES
    assert facts.VALIDITY[1] == LONGEST_VALIDITY
