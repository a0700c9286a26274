"""Puts a report into words, and into JUnit's XML."""

from __future__ import annotations

import json
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from .kinds import Object
from .model import Difference, Missing
from .runner import Outcome, Report

LONGEST = 400


def shown(value: object) -> str:
    """Write a value on one line, cut where it gets too long to help."""
    text = repr(value) if isinstance(value, Missing) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"


def difference_lines(difference: Difference) -> list[str]:
    """Write one difference."""
    return [
        difference.where or "(the whole body)",
        f"    expected {shown(difference.expected)}",
        f"    got      {shown(difference.got)}",
    ]


def failure_lines(outcome: Outcome) -> Iterator[str]:
    """Write all that is wrong with one case."""
    if outcome.error is not None:
        yield outcome.error
    for step in outcome.failed_steps:
        yield step.label
        for difference in step.differences:
            yield from (f"  {line}" for line in difference_lines(difference))


def failure_text(outcome: Outcome, rules: list[Object]) -> str:
    """Write a failed case: its name, the rules it proves in words, and the exact difference."""
    says = {str(rule["id"]): str(rule["says"]) for rule in rules}
    head = [f"FAILED  {outcome.case.title}", f"  in {outcome.case.file}"]
    head += [f"  {rule}: {says.get(rule, '(not in the list of rules)')}" for rule in outcome.case.rules]
    return "\n".join([*head, *(f"    {line}" for line in failure_lines(outcome))])


def rule_table(report: Report, rules: list[Object]) -> list[str]:
    """Write how each rule fared, leaving out those of which no case ran."""
    ran: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        for rule in outcome.case.rules:
            ran.setdefault(rule, []).append(outcome)
    return [rule_row(rule, ran[str(rule["id"])]) for rule in rules if rule["id"] in ran]


def rule_row(rule: Object, outcomes: list[Outcome]) -> str:
    """Write the row of one rule."""
    passed = sum(outcome.passed for outcome in outcomes)
    mark = "ok    " if passed == len(outcomes) else "FAILED"
    return f"{mark}  {rule['id']:<4} {passed:>4} of {len(outcomes):<4}  {rule['says']}"


def summary(report: Report, rules: list[Object]) -> str:
    """Write everything that the command prints at its end."""
    failures = [failure_text(outcome, rules) for outcome in report.failures]
    total, failed = len(report.outcomes), len(report.failures)
    last = f"{total - failed} of {total} cases passed, {failed} failed, in {report.seconds:.1f} s"
    return "\n".join(["", *rule_table(report, rules), "", *(f"{text}\n" for text in failures), last])


def junit(report: Report) -> bytes:
    """Write the report as JUnit XML, one suite a data file."""
    root = Xml.Element("testsuites", name="conformance")
    suites: dict[str, list[Outcome]] = {}
    for outcome in report.outcomes:
        suites.setdefault(outcome.case.file, []).append(outcome)
    for file, outcomes in suites.items():
        root.append(junit_suite(file, outcomes))
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def junit_suite(file: str, outcomes: list[Outcome]) -> Xml.Element:
    """Write the suite of one data file."""
    errors = sum(outcome.error is not None for outcome in outcomes)
    failed = sum(not outcome.passed and outcome.error is None for outcome in outcomes)
    counts = {"tests": len(outcomes), "failures": failed, "errors": errors}
    suite = Xml.Element("testsuite", {"name": file, **{name: str(count) for name, count in counts.items()}})
    suite.extend(junit_case(outcome) for outcome in outcomes)
    return suite


def junit_case(outcome: Outcome) -> Xml.Element:
    """Write one case."""
    case = Xml.Element(
        "testcase",
        name=outcome.case.title,
        classname=" ".join(outcome.case.rules),
        time=f"{outcome.seconds:.4f}",
    )
    if not outcome.passed:
        tag = "error" if outcome.error is not None else "failure"
        Xml.SubElement(case, tag, message=outcome.error or "not what the contract says").text = xml_safe(
            "\n".join(failure_lines(outcome))
        )
    return case


def xml_safe(text: str) -> str:
    """Replace characters that XML 1.0 cannot hold, such as the control characters of a hostile answer."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)
