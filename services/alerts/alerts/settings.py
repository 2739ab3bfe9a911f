"""alerts' settings: the common ones, the configuration directory, the mail server, deliveries."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from alerts.channels.addresses import mail_sender
from shared.names import NAME_RULE, is_name
from shared.settings import CommonSettings


def _workspace(text: str) -> str:
    if text and not is_name(text):
        raise ValueError(f"a workspace is {NAME_RULE}")
    return text


class AlertsSettings(CommonSettings):
    """One alerts process. Units are the last word of a name."""

    # Where two settings contradict each other, the error would show all of them, passwords too.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    service: str = "alerts"
    port: int = 8004

    alerts_dir: Path = Path("deploy/alerts.d")
    """One file per workspace: `<workspace>.yml`."""

    alertmanager_workspace: Annotated[str, AfterValidator(_workspace)] = ""
    """Of callers of Alertmanager's API without a credential; "" refuses them."""
    alertmanager_prefix: str = Field("", pattern=r"^(/[A-Za-z0-9._~-]+)*$")
    """Below which all paths are reached too, as behind a proxy that leaves it in."""

    alerts_url: str = Field("", pattern=r"^(https?://[^\s/?#]+(/[^\s?#]*)?)?$", max_length=200)
    """Where people reach this service: messages then have links to a page to answer on."""
    link_key: SecretStr | None = Field(None, min_length=32)
    """Signs the links; without it one is made, and kept in the database."""
    link_days: int = Field(7, ge=1, le=90)

    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(25, ge=1, le=65535)
    smtp_security: Literal["none", "starttls", "tls"] = "starttls"
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "Paceline <paceline@localhost.localdomain>"

    send_timeout_s: float = Field(15.0, gt=0, le=60)
    claim_s: float = Field(60.0, gt=0)
    """How long a claimed delivery is left to its sender; longer than `send_timeout_s`."""
    senders: int = Field(16, ge=1, le=64)
    retry_first_s: float = Field(1.0, gt=0)
    retry_max_s: float = Field(300.0, gt=0)
    retry_refused_first_s: float = Field(60.0, gt=0)
    retry_refused_max_s: float = Field(3600.0, gt=0)
    """What a provider refuses waits for a person: these pauses only notice the correction."""
    notifications_keep_days: int = Field(400, ge=1)
    """What was told, when it is over and has arrived; longer than anybody asks for a campaign."""
    flush_groups_max: int = Field(50, ge=1, le=1000)
    """Groups decided in one transaction."""

    @field_validator("mail_from")
    @classmethod
    def _is_a_sender(cls, text: str) -> str:
        mail_sender(text)
        return text

    @model_validator(mode="after")
    def _claims_outlast_sends(self) -> Self:
        # Else another sender takes what is still on its way, and people get it twice.
        if self.claim_s <= self.send_timeout_s:
            raise ValueError("claim_s must be longer than send_timeout_s")
        return self
