"""Words of a workspace's own for its messages, in a language in which nothing can grow. Pure.

Of Jinja it has what is said as it is, what is filled in, `if`, `for` and seven filters: no call, no
assignment, no arithmetic, no macro, no other file. So a message is no longer than what it is made
of, times its loops, and those are counted (ADR 0010 says why: what cannot be written cannot hang).
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import jinja2
from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from alerts.configuration.document import Document
from alerts.configuration.yaml_reader import PlaceError

SOURCE_CHARACTERS_MAX = 4_000
TEXT_CHARACTERS_MAX = 16_000
STEPS_MAX = 5_000
"""Of all loops together."""
LOOPS_MAX, DEPTH_MAX = 2, 20
FILTERS = ("default", "first", "join", "last", "length", "lower", "upper")
TESTS = ("defined", "none")
COUNTED, STEPS = "_counted", "_steps"
_SAID = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Const, nodes.For, nodes.If)
_ASKED = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.CondExpr)
_WEIGHED = (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not)
ALLOWED = (*_SAID, *_ASKED, *_WEIGHED)
Shape = dict[str, "Shape"] | list["Shape"] | str | None
"""Of a value: its fields, what each item of a list is, "" of a text, None where anything may be."""
_FACT: Shape = {"label": "", "text": ""}
_ALERT: Shape = {
    **dict.fromkeys(("heading", "headline", "status", "link", "respond"), ""),
    **dict.fromkeys(("labels", "annotations"), None),
    "facts": [_FACT],
}
FIELDS: dict[str, Shape] = {
    **dict.fromkeys(("title", "receiver", "status", "reason", "zone"), ""),
    "alerts": [_ALERT],
    "still_open": [""],
}
"""What a template may say, as `own_words.values_of` has it."""


class TemplateFaultError(ValueError):
    """A template cannot be used, or not for this message; the message says why."""


class OwnTemplate(Struct, frozen=True):
    """`title` may be empty: then it is the usual one."""

    name: str
    title: str
    text: str

    def check(self) -> None:
        """Raises TemplateFaultError for what is no template of this language."""
        _compiled(self.title)
        _compiled(self.text)

    def check_names(self) -> None:
        """Raises TemplateFaultError for a field that no message has, in whatever branch it is."""
        for source in (self.title, self.text):
            _shape(_ENVIRONMENT.parse(source), FIELDS)

    def render(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """Title and text. Raises TemplateFaultError."""
        title, text = (_rendered(one, values).strip() for one in (self.title, self.text))
        if not text:
            raise TemplateFaultError("it says nothing")
        return title, text


def read_templates(document: Document) -> dict[str, OwnTemplate]:
    """By name. Raises PlaceError."""
    found: dict[str, OwnTemplate] = {}
    for place, one in enumerate(document.message_templates):
        path = f".message_templates[{place}]"
        if one.name in found:
            raise PlaceError(path, f"template {one.name!r} is defined twice")
        found[one.name] = OwnTemplate(one.name, one.title, one.text)
        try:
            found[one.name].check()
            found[one.name].check_names()
        except TemplateFaultError as error:
            raise PlaceError(path, str(error)) from error
    return found


@pass_context
def _counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    steps: list[int] = context[STEPS]
    for one in items:
        steps[0] += 1
        if steps[0] > STEPS_MAX:
            raise TemplateFaultError(f"its loops take more than {STEPS_MAX} steps")
        yield one


def _environment() -> ImmutableSandboxedEnvironment:
    found = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True
    )
    found.globals.clear()
    found.filters = {name: found.filters[name] for name in FILTERS} | {COUNTED: _counted}
    found.tests = {name: found.tests[name] for name in TESTS}
    return found


_ENVIRONMENT = _environment()


@lru_cache(maxsize=256)
def _compiled(source: str) -> jinja2.Template:
    if len(source) > SOURCE_CHARACTERS_MAX:
        raise TemplateFaultError(f"it has more than {SOURCE_CHARACTERS_MAX} characters")
    try:
        tree = _ENVIRONMENT.parse(source)
        _check(tree, 0, 0)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, COUNTED, [], [], None, None, lineno=loop.lineno)
        tree.set_environment(_ENVIRONMENT)
        return _ENVIRONMENT.from_string(tree)
    except jinja2.TemplateSyntaxError as error:
        raise TemplateFaultError(f"line {error.lineno}: {error.message}") from error
    except (RecursionError, MemoryError) as error:
        raise TemplateFaultError("it is nested too deep") from error


def _check(node: nodes.Node, depth: int, loops: int) -> None:
    line = f"line {node.lineno}"
    if not isinstance(node, ALLOWED):
        kind = type(node).__name__.lower()
        raise TemplateFaultError(f"{line}: {kind!r} is not in the language of templates")
    loops += isinstance(node, nodes.For)
    if depth > DEPTH_MAX or loops > LOOPS_MAX or getattr(node, "recursive", False):
        raise TemplateFaultError(f"{line}: it is nested too deep, loops at most {LOOPS_MAX} times")
    name = str(getattr(node, "attr" if isinstance(node, nodes.Getattr) else "name", ""))
    if name.startswith("_"):
        raise TemplateFaultError(f"{line}: {name!r} is not to be had")
    known = FILTERS if isinstance(node, nodes.Filter) else TESTS
    if isinstance(node, nodes.Filter | nodes.Test) and name not in known:
        raise TemplateFaultError(f"{line}: {name!r} is none of {', '.join(known)}")
    for child in node.iter_child_nodes():
        _check(child, depth + 1, loops)


def _shape(node: nodes.Node, names: Mapping[str, Shape]) -> Shape:
    """What a node is, where the names are known; those below it are looked at as well. What is
    asked for with `default` or `is defined` need not be there."""
    match node:
        case nodes.Name():
            return _field(names, node.name, node)
        case nodes.Getattr():
            return _field(_shape(node.node, names), node.attr, node)
        case nodes.Getitem(arg=nodes.Const(value=name)):
            return _field(_shape(node.node, names), name, node)
        case nodes.Filter(name="first" | "last", node=nodes.Expr() as inner):
            return _field(_shape(inner, names), 0, node)
        case nodes.Filter(name="default") | nodes.Test(name="defined"):
            return None
        case nodes.For():
            own = {**names, "loop": None, **_targets(node, _shape(node.iter, names))}
            for child in (*node.body, *filter(None, [node.test])):
                _shape(child, own)
            for child in node.else_:
                _shape(child, names)
        case _:
            for child in node.iter_child_nodes():
                _shape(child, names)
    return None


def _targets(loop: nodes.For, items: Shape) -> dict[str, Shape]:
    if isinstance(loop.target, nodes.Name):
        return {loop.target.name: items[0] if isinstance(items, list) else None}
    return {one.name: None for one in loop.target.find_all(nodes.Name)}


def _field(of: Shape | Mapping[str, Shape], name: str | int, node: nodes.Node) -> Shape:
    if isinstance(of, list) and isinstance(name, int):
        return of[0]
    if of is None or isinstance(name, int):
        return None
    if not isinstance(of, Mapping):
        what = "a list" if isinstance(of, list) else "a text"
        raise TemplateFaultError(f"line {node.lineno}: {what} has no field {name!r}")
    if name not in of:
        raise TemplateFaultError(f"line {node.lineno}: {name!r} is none of {', '.join(of)}")
    return of[name]


def _rendered(source: str, values: Mapping[str, Any]) -> str:
    pieces, size = [], 0
    try:
        for piece in _compiled(source).generate({**values, STEPS: [0]}):
            pieces.append(piece)
            size += len(piece)
            if size > TEXT_CHARACTERS_MAX:
                raise TemplateFaultError(f"it says more than {TEXT_CHARACTERS_MAX} characters")
    except TemplateFaultError:
        raise
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise TemplateFaultError(f"it cannot be filled in: {error}"[:200]) from error
    return "".join(pieces)
