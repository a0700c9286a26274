"""Variants whose verdicts are wrong (A3, C2, M1)."""

from collections.abc import Callable
from dataclasses import replace

from conformance.kinds import Object, objects
from conformance.model import Json

from .answers import answering
from .between import Exchange, replies
from .variant import Around, Variant


def verdicts(change: Callable[[Object], Object]) -> Around:
    """Change the verdict on each event of a batch."""

    def altered(answer: Object, request: Object) -> Object:
        results = [change(result) for result in objects(answer["results"])]
        return {**answer, "results": list[Json](results), "valid": all(result["valid"] for result in results)}

    return replies(altered, to="/validate/batch")


def without_mapping(result: Object) -> Object:
    kept = [found for found in objects(result["violations"]) if found["layer"] != "mapping"]
    return {**result, "violations": list[Json](kept), "valid": not kept}


def taint(answer: Object, request: Object) -> Object:
    results = [{**result, "valid": answer["valid"]} for result in objects(answer["results"])]
    return {**answer, "results": list[Json](results)}


def stop_at_first(answer: Object, request: Object) -> Object:
    results = objects(answer["results"])
    bad = [place for place, result in enumerate(results) if not result["valid"]]
    return {**answer, "results": list[Json](results[: bad[0] + 1] if bad else results)}


def without_schema(result: Object, request: Object) -> Object:
    """Let the JSON Schema see nothing wrong with second 60."""
    place = result["index"]
    assert isinstance(place, int)
    events = request["events"]
    assert isinstance(events, list)
    kept = [found for found in objects(result["violations"]) if found["layer"] != "schema"]
    return {**result, "violations": list[Json](kept)} if ":60" in str(events[place]) else result


def overlook_second_60(answer: Object, request: Object) -> Object:
    results = [without_schema(result, request) for result in objects(answer["results"])]
    return {**answer, "results": list[Json](results)}


def verdict(**members: Json) -> Around:
    """Say something else in every verdict on a payload."""
    return replies(lambda answer, request: {**answer, **members}, to="/validate")


def first_violation(answer: Object, request: Object) -> Object:
    return {**answer, "model_violations": list[Json](objects(answer["model_violations"])[:1])}


def unprocessable(exchange: Exchange) -> Exchange:
    invalid = exchange.path == "/validate" and b'"valid":false' in exchange.body
    return replace(exchange, status=422) if invalid else exchange


VARIANTS = (
    Variant(
        "answers 200 and valid to an invalid payload",
        "Every payload is fine.",
        "C2",
        "Every broken field is named",
        ("/valid", "false", "true"),
        around=verdict(valid=True),
    ),
    Variant(
        "answers 422 to an invalid payload",
        "To judge bad data is called a mistake of the caller.",
        "C2",
        "A model violation names field, message, type and input",
        ("status", "200", "422"),
        around=answering(unprocessable),
    ),
    Variant(
        "asks the models alone",
        "The JSON Schema has no say.",
        "C2",
        "A schema violation names place, message and validator",
        ("/schema_violations", '"a list of 1"', "[]"),
        around=verdict(schema_violations=[]),
    ),
    Variant(
        "skips the JSON Schema and says so",
        "The JSON Schema is not asked.",
        "C2",
        "A schema violation names place, message and validator",
        ("/schema_violations", '"a list of 1"', "[]"),
        around=verdict(schema_violations=[], schema_check_skipped=True),
    ),
    Variant(
        "names the first broken field alone",
        "A producer who repairs a payload learns of its defects one by one.",
        "C2",
        "Every broken field is named",
        (
            "/model_violations",
            "\"among others {'field': 'participant_id'}\"",
            '[{"field": "mission_id", "message": "Input',
        ),
        around=replies(first_violation, to="/validate"),
    ),
    Variant(
        "overlooks the canonical mapping",
        "An event whose aggregate does not fit its mission is called valid.",
        "M1",
        "The mapping reports an aggregate_id without its prefix",
        ("/valid", "false", "true"),
        around=verdicts(without_mapping),
    ),
    Variant(
        "lets a bad event taint its neighbours",
        "One bad event makes the whole batch invalid.",
        "A3",
        "A bad event does not taint its neighbours",
        ("/results/0/valid", "true", "false"),
        around=replies(taint, to="/validate/batch"),
    ),
    Variant(
        "stops at the first invalid event",
        "What stands behind the first bad event is not judged.",
        "A3",
        "A bad event does not taint its neighbours",
        ("/results", '"a list of 3"', '[{"index": 0, "event_id":'),
        around=replies(stop_at_first, to="/validate/batch"),
    ),
    Variant(
        "publishes a schema that takes second 60",
        "A producer who checks events by the schema first learns too late that one is refused.",
        "E16",
        "timestamp refuses second 60",
        (
            "/results/0/violations",
            "\"among others {'layer': 'schema', 'pointer': '/events/0/timestamp'}\"",
            '[{"layer": "model",',
        ),
        around=replies(overlook_second_60, to="/validate/batch"),
    ),
)
