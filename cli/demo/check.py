"""Compares what happened with what the scenario requires; every difference is one sentence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cli.demo.decisions import OPINIONS
from cli.demo.player import Player
from cli.demo.scenario import BEFORE, CAMPAIGN, RECEIVER, Moment, PersonAct, Said, clock

CHANNELS = ("dingtalk", "email")
DAY_ONE = {"ctr": "0.020000", "cpc": "0.750000", "cvr": "0.035000"}


def differences(
    expected: Iterable[Said], told: Iterable[tuple[str, str, Said]]
) -> tuple[list[str], list[str]]:
    """(missing, surplus) as sentences; each transition is expected once per channel."""
    wanted = Counter((RECEIVER, channel, *said[1:]) for said in expected for channel in CHANNELS)
    got = Counter((receiver, channel, *said[1:]) for receiver, channel, said in told)
    missing = [f"not told: {' '.join(one)}" for one in (wanted - got).elements()]
    surplus = [f"told but not expected: {' '.join(one)}" for one in (got - wanted).elements()]
    return missing, surplus


def after_moment(
    moment: Moment, player: Player, told: Sequence[tuple[str, str, Said]]
) -> list[str]:
    """Faults right after a moment: what was newly said, figures, and why money waits."""
    missing, surplus = differences(moment.said, told)
    faults = missing + surplus
    totals = player.totals()
    for line, ratio in moment.pacing.items():
        if totals[line]["pacing_ratio"] != ratio:
            faults.append(f"pacing of {line} is {totals[line]['pacing_ratio']}, not {ratio}")
    for line, amount in moment.forecast.items():
        if totals[line]["forecast_end"] != amount:
            faults.append(f"forecast of {line} is {totals[line]['forecast_end']}, not {amount}")
    for line, amount in moment.actual.items():
        if totals[line]["actual"] != amount:
            faults.append(f"actual of {line} is {totals[line]['actual']}, not {amount}")
    if moment.excepted is not None:
        reasons = [one["reason"] for one in player.exceptions()]
        if reasons != moment.excepted:
            faults.append(f"exceptions wait for {reasons}, not {moment.excepted}")
    return faults


def after_act(act: PersonAct, player: Player) -> list[str]:
    """Faults right after somebody has decided: what lines and buckets have then."""
    found = player.allocated() if act.allocated else {}
    return [
        f"{place} has {found.get(place)}, not {amount}, after {act.role}: {act.path}"
        for place, amount in act.allocated.items()
        if found.get(place) != amount
    ]


def opinions(player: Player) -> list[str]:
    """Step 1: both opinions on the exception are in the audit."""
    found = {
        row["detail"]["as"]: row["detail"]["opinion"]
        for row in player.audit()
        if row["action"] == "decided" and row["object"].startswith("exception/")
    }
    return [] if found == OPINIONS else [f"the audit has {found}, not {OPINIONS}"]


def moved_money(player: Player) -> list[str]:
    """Step 6: before it nothing has moved, the sum stays, and each move is one row of the audit."""
    faults = []
    before = player.allocated(known_at=(clock(6, 12) - timedelta(minutes=1)).isoformat())
    now = player.allocated()
    total = sum(Decimal(amount) for amount in now.values())
    if total != Decimal(BEFORE["plan"]["total"]["amount"]):
        faults.append(f"lines and reserve have {total}")
    for line, amount in {"L05": "30000.00", "L04": "100000.00"}.items():
        if before[line] != amount:
            faults.append(f"known at 11:59 {line} has {before[line]}, not {amount}")
    applied = Counter(row["action"] for row in player.audit() if "_applied" in row["action"])
    if applied != {"draw_applied": 1, "transfer_applied": 1}:
        faults.append(f"the audit has {dict(applied)}")
    return faults


def day_one_series(player: Player) -> list[str]:
    """Step 2: CTR 0.02, CPC 0.75 and CVR 0.035 of 11-01 on L03."""
    faults = []
    for kpi, value in DAY_ONE.items():
        answer = player.client.get(
            "kpi",
            "/v1/series",
            campaign=CAMPAIGN,
            kpi=kpi,
            window="1d",
            group_by="line",
            **{"from": clock(1).isoformat(), "to": clock(2).isoformat()},
        )
        found = {item["group"]: item["value"] for item in answer["items"]}
        if found.get("line:L03") != value:
            faults.append(f"{kpi} of L03 on 11-01 is {found.get('line:L03')}, not {value}")
    return faults


def restatement(before: dict[str, Any], after: dict[str, Any], player: Player) -> list[str]:
    """Step 7: the total falls by exactly 2,500.00 as a correction that names what it corrects."""
    faults = []
    fall = Decimal(before["total"]["actual"]) - Decimal(after["total"]["actual"])
    if fall != Decimal("2500"):
        faults.append(f"the total fell by {fall}, not by 2500.00")
    if after["L03"]["corrections"] != "-2500.00":
        faults.append(f"corrections of L03 are {after['L03']['corrections']}, not -2500.00")
    items = player.client.get("budget", f"/v1/campaigns/{CAMPAIGN}/lines/L03/entries", limit=500)[
        "items"
    ]
    entries = {item["entry"]: item for item in items}
    corrections = [item for item in items if item["kind"] == "correction"]
    if len(corrections) != 1:
        return [*faults, f"{len(corrections)} corrections on L03, not one"]
    corrected = entries.get(corrections[0]["corrects"])
    if corrected is None or corrected["period"] != corrections[0]["period"]:
        faults.append("the correction does not name the entry it corrects")
    return faults


def early_corrections(player: Player) -> list[str]:
    """Step 3: a day still running is no correction when its next snapshot comes."""
    found = player.totals()["L03"]["corrections"]
    return [] if found == "0.00" else [f"corrections of L03 are {found}, not 0.00"]
