"""A rule that cannot mean what it says is refused by name (W1, W7; contracts.md section 4)."""

from typing import Any

import pytest
from pydantic import ValidationError

from kpi_monitor.rules.definition import compile_rule
from kpi_monitor.rules.schemas import RuleBody
from shared.errors import InvalidError
from tests.unit.kpi.builders import budget_body, rule_body

LEVELS = [{"severity": "warning", "value": "0.015"}]


@pytest.mark.parametrize(
    ("changes", "code", "why"),
    [
        ({"kpi": "magic"}, "kpi_unknown", "no such KPI"),
        (
            {"condition": {"op": "<", "levels": LEVELS, "reset": "0.014"}},
            "reset_inside_threshold",
            "a reset on the breaching side would resolve while firing",
        ),
        (
            {"condition": {"op": ">=", "levels": LEVELS, "reset": "0.016"}},
            "reset_inside_threshold",
            "the same for the other direction",
        ),
        ({"min": {"reach": "10"}}, "measure_not_additive", "distinct counts are never summed"),
        ({"min": {"stock": "10"}}, "measure_not_additive", "registered as gauge"),
        ({"for": 2}, "for_unavailable", "not built"),
        ({"keep_firing": 1}, "keep_firing_unavailable", "not built"),
        ({"baseline": {"kind": "week"}}, "baseline_unavailable", "not built"),
        (
            {"window": {"kind": "sliding", "size": "60m", "hop": "5m"}},
            "window_kind_unavailable",
            "not built",
        ),
        ({"baseline": {}}, "baseline_unavailable", "not built, whatever is in it"),
        (
            {"window": {"kind": "tumbling", "size": "7m"}},
            "window_size_invalid",
            "does not tile a day",
        ),
        (
            {"window": {"kind": "tumbling", "size": "60m", "hop": "5m"}},
            "hop_unexpected",
            "windows that tile the time do not hop",
        ),
        (
            {"window": {"kind": "tumbling", "size": "60m", "hop": "\0"}},
            "hop_unexpected",
            "what is not read would reach the database as it is",
        ),
        (
            {"window": {"kind": "tumbling"}},
            "window_size_missing",
            "without a size there is no window",
        ),
        ({"group_by": []}, "group_by_unknown", "a rule has a group"),
        (
            {"scope": {"campaign": "double11-2025", "lines": []}},
            "lines_missing",
            "no line is not every line",
        ),
        ({"maturity": ""}, "maturity_invalid", "no duration"),
        ({"group_by": ["channel"]}, "group_by_unknown", "lines have no dimensions yet"),
        ({"window": None}, "window_missing", "a KPI over time needs a window"),
        ({"labels": {"severity": "x"}}, "label_reserved", "severity would split one alert in two"),
        ({"maturity": "40d"}, "maturity_invalid", "longer than panes are told apart"),
        (
            {
                "suppress": {
                    "to": "info",
                    "while": {"kpi": "budget.pacing_ratio", "between": ["0.7", "1.2"]},
                }
            },
            "suppress_kpi_differs",
            "the latest totals would make a closed window depend on when it is judged",
        ),
        (
            {
                "condition": {
                    "op": "<",
                    "levels": [
                        {"severity": "critical", "value": "0.010"},
                        {"severity": "warning", "value": "0.015"},
                    ],
                }
            },
            "levels_out_of_order",
            "levels go from mild to severe",
        ),
    ],
)
def test_a_wrong_rule_is_refused_with_its_code(
    changes: dict[str, Any], code: str, why: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        compile_rule(1, rule_body(**changes), frozenset({"stock"}))
    assert refused.value.code == code, why


@pytest.mark.parametrize(
    "window",
    [
        None,
        {"kind": "sliding", "size": "1h"},
        {"kind": "tumbling"},
        {"kind": "tumbling", "size": "30s"},
        {"kind": "tumbling", "size": "an hour"},
    ],
)
def test_a_refused_window_is_answered_with_one_that_works(window: dict[str, Any] | None) -> None:
    with pytest.raises(InvalidError, match=r"\b1h\b"):
        compile_rule(1, rule_body(window=window))
    compile_rule(1, rule_body(window={"kind": "tumbling", "size": "1h"}))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"window": {"kind": "tumbling", "size": "60m"}}, "window_unexpected"),
        ({"min": {"clicks": "5"}}, "figure_unknown"),
        ({"group_by": ["line", "channel"]}, "group_by_unknown"),
        ({"maturity": "30m"}, "maturity_unexpected"),
    ],
)
def test_a_wrong_budget_rule_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidError) as refused:
        compile_rule(1, budget_body(**changes))
    assert refused.value.code == code


def test_the_reset_defaults_to_the_first_level() -> None:
    assert compile_rule(1, budget_body()).condition.reset_text == "0.80"


def test_a_rule_reads_the_measures_of_its_formula_minimum_and_suppress() -> None:
    assert compile_rule(1, rule_body(min={"conversions": "1"})).measures == {
        "clicks",
        "impressions",
        "conversions",
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"min": {"impressions": 50000}},
        {"condition": {"op": "<", "levels": [{"severity": "warning", "value": 0.015}]}},
        {"condition": {"op": "<", "levels": []}},
        {"condition": {"op": "=", "levels": LEVELS}},
        {"severity": "info"},
        {"min": {f"m{n}": "1" for n in range(65)}},
        {"maturity": "0" * 21},
        {"window": {"kind": "tumbling", "size": "6" * 21}},
        {"window": {"kind": "sliding", "size": "60m", "hop": "5" * 21}},
        {"rule": "white space"},
    ],
)
def test_a_body_outside_the_contract_is_refused_before_it_is_compiled(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError):
        RuleBody.model_validate(rule_body(**changes))


def test_the_words_of_the_contract_survive_storage() -> None:
    stored = RuleBody.model_validate({**budget_body(), "for": 0}).as_json()
    assert stored["for"] == 0
    assert stored["suppress"]["while"]["between"] == ["0.7", "1.2"]
    assert compile_rule(1, stored) == compile_rule(1, budget_body())
