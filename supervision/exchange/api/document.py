"""The OpenAPI file, made from what the routes themselves read and answer."""

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from supervision.access.forms import LARGEST_ID
from supervision.checkins.tables import MODES
from supervision.exchange.api.posting import KEY, LONGEST
from supervision.exchange.api.reading import LARGEST_KEY, LARGEST_PAGE, PAGE
from supervision.exchange.api.resources import REPORTS, RESOURCES, Field, Filter, Resource
from supervision.problems import MEDIA_TYPE
from supervision.rollcall.headline import HOW

BASE: Final = "/api/v1"
Schema = dict[str, Any]

TYPES: Mapping[str, Schema] = {
    "id": {"type": "integer", "minimum": 0},
    "text": {"type": "string"},
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "boolean": {"type": "boolean"},
}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
NULL_TEXT: Final[Schema] = {"type": ["string", "null"]}
ABOUT: Final = """\
For other systems. A token is made by `supervision token create` and sent as `Authorization: Bearer …`; it sees what its owner \
may see, within its office and permissions. What isn't yours is not there (404). Lists go on after the `next` of their answer. \
Moments are ISO 8601 with their zone. Every failure is a problem (RFC 9457) with a sentence in Chinese."""
READS: Final = (400, 401, 403, 404, 405, 500, 503, 507)
WRITES: Final = (400, 401, 403, 404, 405, 409, 413, 415, 422, 500, 503, 507)


@cache
def document() -> Schema:
    """The whole file (OpenAPI 3.1)."""
    paths: Schema = {}
    for resource in RESOURCES:
        paths[f"{BASE}/{resource.name}"] = {"get": _list(resource)}
        paths[f"{BASE}/{resource.name}/{{{resource.path_id}}}"] = {"get": _one(resource)}
    paths[f"{BASE}/{REPORTS.name}"]["post"] = _post_report()
    paths[f"{BASE}/rollcall"] = {"get": _rollcall()}
    paths[f"{BASE}/changes"] = {"get": _changes()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "零漏管", "version": "1", "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": PROBLEM} | {_name(one): _object_of(one.fields) for one in RESOURCES},
        },
    }


PROBLEM: Final[Schema] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "number": {"type": "string", "description": "of an error that was logged: to be quoted"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "additionalProperties": False,
}


def _name(resource: Resource) -> str:
    return resource.name.capitalize()


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _of_field(one: Field) -> Schema:
    schema = dict(TYPES[one.type])
    if one.words:
        schema["enum"] = [*one.words, *([None] if one.null else [])]
    if one.null:
        schema["type"] = [schema["type"], "null"]
    return schema | ({"description": one.about} if one.about else {})


def _object_of(fields: Mapping[str, Field]) -> Schema:
    return _object({name: _of_field(one) for name, one in fields.items()})


def _object(properties: Schema) -> Schema:
    """Every property is there, and no other: fields are only ever added."""
    return {
        "type": "object",
        "required": list(properties),
        "properties": properties,
        "additionalProperties": False,
    }


def _operation(name: str, summary: str, answers: Schema, **more: Any) -> Schema:
    return {"operationId": name, "summary": summary, **more, "responses": answers}


def _answers(status: int, schema: Schema, statuses: tuple[int, ...]) -> Schema:
    good = {"description": HTTPStatus(status).phrase, "content": {"application/json": {"schema": schema}}}
    bad = {"content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}
    return {str(status): good} | {str(one): {"description": HTTPStatus(one).phrase} | bad for one in statuses}


def _query(name: str, schema: Schema, about: str = "") -> Schema:
    return {"name": name, "in": "query", "schema": schema} | ({"description": about} if about else {})


def _of_filter(name: str, one: Filter) -> Schema:
    schemas: Mapping[str, Schema] = {
        "id": {"type": "integer", "minimum": 0, "maximum": LARGEST_ID},
        "boolean": {"type": "boolean"},
        "word": {"type": "string", "enum": list(one.words)},
        "text": {"type": "string", "minLength": 1, "maxLength": 100},
    }
    return _query(name, schemas[one.type], one.about)


def _paging() -> list[Schema]:
    after = {"type": "integer", "minimum": 0, "maximum": LARGEST_KEY}
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE}
    return [_query("after", after, "go on after this: the `next` of the page before"), _query("limit", limit)]


def _list(resource: Resource) -> Schema:
    page = _object({"items": {"type": "array", "items": _ref(_name(resource))}, "next": NULL_TEXT})
    parameters = [*_paging(), *(_of_filter(name, one) for name, one in resource.filters.items())]
    answers = _answers(200, page, READS)
    return _operation(f"list_{resource.name}", f"A page of {resource.title}", answers, parameters=parameters)


def _one(resource: Resource) -> Schema:
    id = {"type": "integer", "minimum": 0, "maximum": LARGEST_ID}
    parameters = [{"name": resource.path_id, "in": "path", "required": True, "schema": id}]
    answers = _answers(200, _ref(_name(resource)), READS)
    return _operation(f"get_{resource.name}", f"One of {resource.title}", answers, parameters=parameters)


def _post_report() -> Schema:
    key = {"type": "string", "pattern": KEY, "minLength": 1, "maxLength": 200}
    about = "the same key and body: the same answer, nothing is done again; another body: 409"
    header = {"name": "Idempotency-Key", "in": "header", "required": True, "schema": key, "description": about}
    body = {
        "type": "object",
        "required": ["person", "mode", "happened_at"],
        "properties": {
            "person": {"type": "integer", "minimum": 0, "maximum": LARGEST_ID},
            "mode": {"type": "string", "enum": list(MODES)},
            "happened_at": {"type": "string", "format": "date-time"},
            "content": {"type": "string", "maxLength": LONGEST},
        },
        "additionalProperties": False,
    }
    return _operation(
        "post_report",
        "Put a report down; what it meets ends, with its alert",
        _answers(201, _ref(_name(REPORTS)), WRITES),
        parameters=[header],
        requestBody={"required": True, "content": {"application/json": {"schema": body}}},
    )


def _rollcall() -> Schema:
    named = _object(
        {
            "number": {"type": "string"},
            "name": {"type": "string"},
            "order": {"type": ["integer", "null"]},
            "person": {"type": ["integer", "null"]},
            "codes": {"type": "array", "items": {"type": "string"}},
            "what": {"type": "string"},
        }
    )
    bucket = _object({"code": {"type": "string"}, "title": {"type": "string"}, "count": COUNT})
    counted: Schema = {
        "total": COUNT,
        "remainder": COUNT,
        "buckets": {"type": "array", "items": bucket},
        "remainder_list": {"type": "array", "items": named},
        "list_hash": {"type": "string"},
    }
    answer = _object(
        {
            "at": TYPES["moment"],
            "register": {"type": "string"},
            **counted,
            "closes": {"type": "boolean"},
            "resettlement": _object(counted),
            "strays": {"type": "array", "items": named},
            "not_under_supervision": COUNT,
            "audit_head": NULL_TEXT,
            "headline": _headline(),
        }
    )
    return _operation("get_rollcall", "The roll call now, of the token's scope", _answers(200, answer, READS))


def _headline() -> Schema:
    contact = _object(
        {
            "number": {"type": "string"},
            "name": {"type": "string"},
            "at": TYPES["moment"],
            "how": {"type": "string", "enum": list(HOW)},
        }
    )
    counts = ("past_limit", "past_own_limit", "never_contacted", "late_entries")
    late_steps: Schema = {"type": ["integer", "null"]}
    oldest: Schema = {"anyOf": [contact, {"type": "null"}]}
    return _object(dict.fromkeys(counts, COUNT) | {"late_steps": late_steps, "oldest_contact": oldest})


def _changes() -> Schema:
    change = _object(
        {
            "seq": {"type": "integer", "minimum": 1},
            "at": TYPES["moment"],
            "source": {"type": "string", "enum": ["act", "alert"]},
            "what": {"type": "string", "description": "the act, or what happened to the alert"},
            "subject_kind": NULL_TEXT,
            "subject_id": {"type": ["integer", "null"]},
            "alert": {"type": ["integer", "null"]},
            "people": {"type": "array", "items": TYPES["id"]},
        }
    )
    page = _object(
        {
            "items": {"type": "array", "items": change},
            "next": {"type": "string", "pattern": "^[0-9]+$"},
            "more": {"type": "boolean"},
        }
    )
    after: Schema = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": LARGEST_KEY}, {"const": "end"}]}
    limit = _paging()[1]
    parameters = [_query("after", after, "a `next` of before; `end`: only where the feed stands"), limit]
    summary = "What changed about whom, each change once and in one order"
    return _operation("list_changes", summary, _answers(200, page, READS), parameters=parameters)
