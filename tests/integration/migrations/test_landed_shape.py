"""A database that an earlier landing filled has the shape of a fresh one when it is upgraded."""

import pytest

from cli.contracts.tables import tables
from cli.helpers import run_coroutine
from cli.migrations.migrate import migrate
from tests.integration.migrations.landed import database, database_at, fetch
from tests.integration.migrations.landings import FIRST, LANDINGS, Landing

CURRENT = """
SELECT p.status FROM budget.campaigns AS c
JOIN budget.plans AS p USING (workspace, campaign, plan_version)
"""
DECIDED = """
SELECT d.object, d.amount, d.version, p.total, p.plan_version FROM budget.decisions AS d
LEFT JOIN budget.plans AS p ON d.object = 'plan/' || p.campaign || '/' || p.plan_version
"""

each_landing = pytest.mark.parametrize("landing", LANDINGS, ids=lambda one: one.name)


def shape(url: str) -> object:
    return run_coroutine(tables(url))


@each_landing
def test_migrations_that_landed_still_make_the_schema_of_their_landing(
    postgres: str, landing: Landing
) -> None:
    with (
        database_at(postgres, landing.revision) as made,
        database(postgres, landing.content()) as landed,
    ):
        assert shape(made) == shape(landed)


@each_landing
def test_a_filled_database_that_is_upgraded_has_the_shape_of_a_fresh_one(
    postgres: str, landing: Landing
) -> None:
    with database_at(postgres, "head") as fresh, database(postgres, landing.content()) as landed:
        migrate(landed)
        assert shape(landed) == shape(fresh)


def test_plans_say_which_is_in_force_and_old_decisions_are_about_what_they_named(
    postgres: str,
) -> None:
    """A decision on a plan was about its total; one on held money named no amount, so it is made
    anew, whatever was restated since."""
    with database(postgres, FIRST.content()) as url:
        migrate(url)
        plans = fetch(url, "SELECT status, applied_at, approved_at FROM budget.plans")
        current = fetch(url, CURRENT)
        decided = fetch(url, DECIDED)
    assert set(current) == {("in_force",)}
    assert "approved" not in {status for status, _, _ in plans}
    assert all(applied == approved for _, applied, approved in plans)
    assert {named.split("/")[0] for named, *_ in decided} == {"plan", "exception"}
    for named, amount, version, total, plan_version in decided:
        expected = (0, 0) if named.startswith("exception") else (total, plan_version)
        assert (amount, version) == expected, named
