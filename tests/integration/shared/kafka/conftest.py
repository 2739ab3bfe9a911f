"""An installation of its own for each test: topics, a schema, a pool."""

from collections.abc import AsyncIterator

import pytest

from shared.database.pool import Pool, create_pool
from shared.settings import CommonSettings
from tests.integration.shared.shared_helpers import make_schema, make_settings, new_prefix


@pytest.fixture
async def schema(postgres: str) -> str:
    return await make_schema(postgres)


@pytest.fixture
async def settings(kafka: str, postgres: str) -> CommonSettings:
    return make_settings(kafka, new_prefix(), database_url=postgres, session_timeout_s=10.0)


@pytest.fixture
async def pool(settings: CommonSettings) -> AsyncIterator[Pool]:
    pool = await create_pool(settings)
    yield pool
    await pool.close()
