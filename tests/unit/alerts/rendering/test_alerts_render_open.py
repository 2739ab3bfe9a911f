"""What is only still open: one line each, and no two that a reader cannot tell apart."""

import pytest

from tests.unit.alerts.rendering.rendered import render, view


def _open_lines(locale: str, *rules: tuple[str, str]) -> list[str]:
    """Of alerts about one line, one figure and one time; of each its rule's id and name."""
    same = {"kpi": "budget.used_ratio", "op": ">", "value": "1.03", "threshold": "1.00"}
    still = [
        view("unchanged", alert=number, rule=rule, names={"line": "赠品", "rule": name}, **same)
        for number, (rule, name) in enumerate(rules, start=2)
    ]
    text = render(view(), *still, locale=locale)[0].plain
    return [line for line in text.split("\n") if "103%" in line]


@pytest.mark.parametrize(
    ("rules", "zh", "en"),
    [
        (
            [("used", "预算使用"), ("over", "超支")],
            ("规则：预算使用；", "规则：超支；"),
            ("rule: 预算使用; ", "rule: 超支; "),
        ),
        (
            [("used", "预算使用"), ("used-2", "预算使用")],
            ("规则：预算使用（used）；", "规则：预算使用（used-2）；"),
            ("rule: 预算使用 (used); ", "rule: 预算使用 (used-2); "),
        ),
        (
            [("used", ""), ("over", "")],
            ("规则：used；", "规则：over；"),
            ("rule: used; ", "rule: over; "),
        ),
    ],
)
def test_what_is_open_by_two_rules_is_two_lines_that_differ(
    rules: list[tuple[str, str]], zh: tuple[str, str], en: tuple[str, str]
) -> None:
    for locale, names in (("zh-CN", zh), ("en", en)):
        lines = _open_lines(locale, *rules)
        assert [name in line for name, line in zip(names, lines, strict=True)] == [True, True]
        assert len(set(lines)) == len(rules)
