"""How far a credential reaches: a workspace, whole or limited to campaigns and regions (A1, S37).

Made once from the credential and passed to every read and write. What is not in reach is as if it
were not there: lists leave it out, one thing of it is unknown (404), writing is refused (403).
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace

from shared.database.pool import Conn
from shared.errors import ForbiddenError, NotFoundError

OUT_OF_REACH = "out_of_reach"
LIMITS_MAX = 1000
"""Campaigns or regions that a credential may name."""
NAMED_MAX = 10
"""So many of them a refusal names."""


@dataclass(frozen=True, slots=True)
class Reach:
    """`campaigns` and `regions` None: all of them. With both, a campaign has to be in both.

    A campaign without a region is in no region. What belongs to no campaign is in reach of the
    whole workspace alone.
    """

    workspace: str
    campaigns: frozenset[str] | None = None
    regions: frozenset[str] | None = None

    @property
    def is_whole(self) -> bool:
        """True when all of the workspace is in reach."""
        return self.campaigns is None and self.regions is None

    @property
    def listed(self) -> list[str] | None:
        """The campaigns for `$n::text[] IS NULL OR campaign = ANY($n)`. Of a reach by regions only
        after `resolved`."""
        assert self.regions is None, "regions are resolved to campaigns first"
        return None if self.campaigns is None else sorted(self.campaigns)

    @property
    def text(self) -> str:
        """The same text for the same limits."""
        limits = (self.campaigns, self.regions)
        return repr([None if limit is None else sorted(limit) for limit in limits])

    def covers(self, campaign: str | None, region: str | None = None) -> bool:
        """Whether a campaign of that region is in reach."""
        named = self.campaigns is None or campaign in self.campaigns
        return named and (self.regions is None or region in self.regions)

    def require(self, campaign: str | None, region: str | None = None) -> None:
        """Raises ForbiddenError `out_of_reach` unless `covers`, with the campaign that the caller
        named; of a stored thing of another campaign `unknown` says no more than was asked."""
        if not self.covers(campaign, region):
            detail = f"this credential does not reach {campaign}"
            if self.regions is not None and region not in self.regions:
                shown = ", ".join(sorted(self.regions)[:NAMED_MAX]) or "none"
                detail += f" without a region of its own: state in the body region, one of {shown}"
            raise ForbiddenError(OUT_OF_REACH, detail)

    def require_whole(self) -> None:
        """Raises ForbiddenError `out_of_reach` for what concerns the workspace as a whole."""
        if not self.is_whole:
            raise ForbiddenError(
                OUT_OF_REACH,
                "this credential is limited to campaigns or regions; this is of the workspace",
            )

    def unknown(self, what: str, name: object, *, to_write: bool = False) -> Exception:
        """What to raise for a thing that is unknown or out of reach: nobody learns which.

        404 `<what>_unknown`, and 403 to who would write with a limited reach.
        """
        if to_write and not self.is_whole:
            return ForbiddenError(OUT_OF_REACH, f"this credential does not reach {what} {name}")
        return NotFoundError(f"{what}_unknown", f"there is no {what} {name}")


FindCampaigns = Callable[[Conn, str, frozenset[str]], Awaitable[Iterable[str]]]
"""The campaigns of a workspace that are in any of these regions, as a service knows them."""


async def resolved(conn: Conn, reach: Reach, find: FindCampaigns) -> Reach:
    """The same reach with its regions turned into the campaigns they have now."""
    if reach.regions is None:
        return reach
    inside = frozenset(await find(conn, reach.workspace, reach.regions))
    campaigns = inside if reach.campaigns is None else reach.campaigns & inside
    return replace(reach, campaigns=campaigns, regions=None)


async def no_campaigns(_: Conn, __: str, ___: frozenset[str]) -> Iterable[str]:
    """Of a service that knows of no campaign in which region it is."""
    return ()
