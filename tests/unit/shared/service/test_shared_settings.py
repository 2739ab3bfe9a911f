"""A setting that cannot be ends the process with one sentence, not with a trace of the code."""

from typing import Self

import pytest
from pydantic import Field, model_validator

from shared.settings import EXIT_NOT_READY, CommonSettings, read_settings


class Settings(CommonSettings):
    limit_s: int = Field(60, ge=60)
    password: str = ""

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.limit_s == 61:
            raise ValueError("a limit needs another")
        return self


def refuse(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(f"PACELINE_{name}", value)
    with pytest.raises(SystemExit) as ended:
        read_settings(Settings)
    assert ended.value.code == EXIT_NOT_READY


def test_each_wrong_setting_is_named_with_what_it_may_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(monkeypatch, LIMIT_S="30", PORT="x")
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "PACELINE_LIMIT_S=30: send 60 or more" in said
    assert "PACELINE_PORT=x: send a whole number" in said


def test_settings_that_do_not_agree_are_refused_without_saying_any_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse(monkeypatch, LIMIT_S="61", PASSWORD="hunter2")
    said = capsys.readouterr().err
    assert "a limit needs another" in said
    assert "hunter2" not in said


def test_right_settings_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACELINE_LIMIT_S", "90")
    assert read_settings(Settings).limit_s == 90
