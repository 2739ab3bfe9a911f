"""Money goes from place to place: steps of the journal, and lines as they are from then on.

No booked money moves, so posting goes on meanwhile.
"""

from budget.allocation import store as allocation
from budget.allocation.journal import AllocationStep, Holder
from budget.allocation.phasing import store_curve
from budget.allocation.store import AllocatingDocument
from budget.documents.proposals.money import WeighedProposal
from budget.documents.proposals.proposal import Proposal
from budget.ledger import moves
from shared.http.caller import Caller


async def give(caller: Caller, proposal: Proposal, weighed: WeighedProposal) -> None:
    """What an approved transfer, draw or return does, from this moment on."""
    conn, workspace = caller.conn, caller.workspace
    for shift in weighed.shifts:
        campaign = shift.money.campaign
        rows = [
            (name, line.allocated, store_curve(line.curve)) for name, line in shift.lines.items()
        ]
        await allocation.put_allocated(conn, workspace, campaign, rows)
        curves = {Holder("line", name): curve for name, _, curve in rows}
        document = AllocatingDocument(proposal.name, caller.now, curves)
        steps = [AllocationStep(place, caller.now, amount) for place, amount in shift.moves.items()]
        await allocation.add_steps(conn, workspace, campaign, document, steps)
    campaigns = {shift.money.campaign for shift in weighed.shifts}
    lines = {name for shift in weighed.shifts for name in shift.lines}
    await moves.touch_lines(conn, workspace, campaigns, lines)
