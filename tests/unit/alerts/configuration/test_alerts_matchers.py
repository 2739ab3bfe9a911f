"""Matchers are read as Alertmanager reads them; what it refuses is refused, with what to write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.configuration.matchers import (
    Matcher,
    MatcherError,
    Operator,
    impossible,
    parse_matcher,
    parse_matchers,
)

READ = [
    ("quoted", 'team="search"', [("team", "=", "search")]),
    ("bare", "team=search", [("team", "=", "search")]),
    ("blanks around", ' team = "search" ', [("team", "=", "search")]),
    ("blanks inside quotes", 'team=" a "', [("team", "=", " a ")]),
    ("not equal", "team!=search", [("team", "!=", "search")]),
    ("an expression", 'line=~"L0[1-3]"', [("line", "=~", "L0[1-3]")]),
    ("no expression", "line!~L0.", [("line", "!~", "L0.")]),
    ("an expression's own escapes", r'line=~"L\d+\.x"', [("line", "=~", r"L\d+\.x")]),
    ("an empty value", 'team=""', [("team", "=", "")]),
    ("nothing as value", "team=", [("team", "=", "")]),
    ("a bare value with blanks", "name=Spring Sale", [("name", "=", "Spring Sale")]),
    ("a quote, escaped", r'name="a \"b\""', [("name", "=", 'a "b"')]),
    ("a line break, escaped", r'name="a\nb"', [("name", "=", "a\nb")]),
    ("signs inside quotes", 'name="a==b,{c}"', [("name", "=", "a==b,{c}")]),
    ("several", 'a="b",c!="d"', [("a", "=", "b"), ("c", "!=", "d")]),
    ("several in braces", '{a="b", c=~"d,e",}', [("a", "=", "b"), ("c", "=~", "d,e")]),
    ("a name in other letters", "地区=华东", [("地区", "=", "华东")]),
    ("a name with a hyphen", 'cost-center="42"', [("cost-center", "=", "42")]),
    ("a quoted name", '"cost center"="42"', [("cost center", "=", "42")]),
    ("Go's escapes behind such a name", r'"\u5730"="\x61\102"', [("地", "=", "aB")]),
    ("several such in braces", '{"a b"=c,地=~"d|e"}', [("a b", "=", "c"), ("地", "=~", "d|e")]),
]


@pytest.mark.parametrize(("text", "wanted"), [one[1:] for one in READ], ids=[o[0] for o in READ])
def test_a_text_is_read_as(text: str, wanted: list[tuple[str, Operator, str]]) -> None:
    assert parse_matchers(text) == tuple(Matcher(*one) for one in wanted)


@pytest.mark.parametrize(
    ("text", "op", "value"),
    [("a==b", "=", "=b"), ("a =~=b", "=~", "=b"), ("a!==b", "!=", "=b"), ("a=~~b", "=~", "~b")],
)
def test_a_filter_may_have_a_value_that_begins_with_a_sign(
    text: str, op: Operator, value: str
) -> None:
    """As Alertmanager 0.25 answers; what its classic form has no value for is refused all the
    same."""
    assert parse_matcher(text, lenient=True) == Matcher("a", op, value)
    with pytest.raises(MatcherError):
        parse_matcher('a=="b"', lenient=True)


REFUSED = [
    ("two signs of equality", 'brand=="acme"', 'write brand="acme"'),
    ("two signs, bare", "brand == acme", "write brand = acme"),
    ("two signs behind another name", '地区=="华东"', "write 地区="),
    ("two operators", "brand=~=acme", "two operators"),
    ("the wrong way round", 'brand~="acme"', "no matcher"),
    ("a comparison", "spend>5", "no matcher"),
    ("two and signs", 'a="b" && c="d"', "quote"),
    ("two without a comma", 'a="b" c="d"', "quote"),
    ("no operator", "team", "no matcher"),
    ("no name", '="x"', "no matcher"),
    ("an empty name", '""="x"', "names no label"),
    ("nothing", "", "no matcher"),
    ("only braces", "{}", "no matcher"),
    ("a brace too few", '{a b="x"', "brace"),
    ("an unfinished quote", 'team="x', "unfinished"),
    ("a quote inside", 'team="a"b"', "quote"),
    ("single quotes", "地='x'", "no matcher"),
    ("no expression", 'team=~"("', "team"),
    ("an expression that Go has not", 'team=~"(?!a).*"', "look-around"),
    ("a back reference", r'team=~"(a)\1"', "back references"),
    ("an unknown escape of Go", r'"a b"=~"\d"', "write \\\\d"),
    ("bytes that are no text", r'"a b"="\xff"', "no text"),
]


@pytest.mark.parametrize(
    ("text", "detail"), [one[1:] for one in REFUSED], ids=[o[0] for o in REFUSED]
)
def test_another_text_is_refused_with_the_remedy(text: str, detail: str) -> None:
    with pytest.raises(MatcherError) as caught:
        parse_matchers(text)
    assert detail in str(caught.value)


def test_one_matcher_is_not_two() -> None:
    with pytest.raises(MatcherError, match="more than one"):
        parse_matcher("a=b,c=d")


names = st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_.-]{0,10}\Z") | st.text(min_size=1, max_size=8)


@given(names, st.sampled_from(["=", "!="]), st.text(max_size=20))
def test_whatever_a_matcher_says_it_is_read_back_from_its_text(
    name: str, op: Operator, value: str
) -> None:
    matcher = Matcher(name.encode("utf-8", "ignore").decode() or "x", op, value)
    assert parse_matchers(str(matcher)) == (matcher,)


@given(st.text("ab=!~{},\"\\' \n`()|*", max_size=14))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    try:
        found = parse_matchers(text)
    except MatcherError:
        return
    assert all(one.label for one in found)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("alertname=x", False),
        ("severity=page", True),
        ('severity=~"warn|crit"', True),
        ("severity=warning", False),
        ('severity=~"warning|critical"', False),
        ("severity!=info", False),
        ("team=search", False),
        ("地区=华东", True),
        ('"a b"=c', True),
    ],
)
def test_a_label_that_no_breach_can_have_is_known(text: str, wrong: bool) -> None:
    assert (impossible(parse_matcher(text)) is not None) is wrong


@pytest.mark.parametrize("expression", ["(a+)+b", "(a|a)*b", ".*.*.*.*.*.*x"])
def test_an_expression_takes_no_longer_than_its_label_is_long(expression: str) -> None:
    """Of another kind it would take longer than anybody waits, and everybody would wait with it."""
    matcher = parse_matcher(f'line=~"{expression}"')
    assert not matcher.matches({"line": "a" * 20_000})


def test_an_expression_that_is_too_large_compiled_is_refused() -> None:
    with pytest.raises(MatcherError, match="repetition size"):
        parse_matcher('line=~"((a{100}){100}){100}"')
