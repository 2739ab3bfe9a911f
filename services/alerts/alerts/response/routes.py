"""HTTP of what people answer to alerts: who has it, who wants to hear of it later, and why."""

import time
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends, Request, Response

from alerts.response import commands
from alerts.response.commands import ActionTerms, Answering
from alerts.response.rates import Rate
from alerts.response.schemas import (
    ActionResults,
    ActionsBody,
    AnswerBody,
    AssigneeBody,
    RemarkBody,
    ResponseView,
    SnoozeBody,
    result_view,
    view,
)
from shared.errors import ErrorItem, PacelineError
from shared.http.answers import answers
from shared.http.caller import Caller, Number, Operator, once
from shared.http.conventions import Reply

ANSWERS_PER_MINUTE = 120


def answer_rate(
    per_minute: int = ANSWERS_PER_MINUTE, clock: Callable[[], float] = time.monotonic
) -> Rate:
    """How often one person answers, in this process."""
    return Rate(
        per_minute,
        "answers_too_often",
        f"more than {per_minute} answers in a minute: many alerts at once are one answer by "
        "POST /v1/alerts/actions",
        clock,
    )


def count_answer(request: Request, principal: Operator) -> None:
    """Raises TooManyRequestsError for a person who answers too often."""
    rate: Rate = request.app.state.answer_rate
    rate.take(f"{principal.workspace}/{principal.subject}")


router = APIRouter(prefix="/v1/alerts", tags=["alerts"], dependencies=[Depends(count_answer)])
NOTHING_SAID = AnswerBody()
RESPONSE = answers(ResponseView, keyed=True)


@router.post("/actions", **answers(ActionResults, keyed=True), summary="Answer to many alerts")
async def post_actions(request: Request, body: ActionsBody, principal: Operator) -> Response:
    """One answer for each alert. Where none could be done, the refusal of the first, and all of
    them in `errors`: alert_unknown, out_of_reach, alert_over. Errors also as of one alert."""

    async def act(caller: Caller) -> Reply:
        numbers = [int(one) for one in body.alerts]
        found, now = await commands.answer(_answering(caller), numbers, body.all_terms())
        outcomes = [(one, found[int(one)]) for one in body.alerts]
        refused = [one for _, one in outcomes if isinstance(one, PacelineError)]
        if len(refused) == len(outcomes):
            refused[0].errors = [
                ErrorItem(loc=f"alerts.{place}", code=one.code, detail=one.detail)
                for place, one in enumerate(refused)
            ]
            raise refused[0]
        return Reply(200, {"results": [result_view(*one, now) for one in outcomes]})

    return await once(request, principal, act)


@router.post("/{alert}/ack", **RESPONSE, summary="Acknowledge an alert")
async def post_ack(
    request: Request, alert: Number, principal: Operator, body: AnswerBody = NOTHING_SAID
) -> Response:
    """Somebody has it: nobody is reminded of it while it is at this level. Acknowledged again, it
    stays as it was. Errors: alert_unknown, alert_over."""
    return await once(request, principal, _answer(alert, body.terms("ack")))


@router.post("/{alert}/unack", **RESPONSE, summary="Take an acknowledgement or a closing back")
async def post_unack(
    request: Request, alert: Number, principal: Operator, body: AnswerBody = NOTHING_SAID
) -> Response:
    """It is open, and people are reminded of it as before. Errors: alert_unknown, alert_over."""
    return await once(request, principal, _answer(alert, body.terms("unack")))


@router.post("/{alert}/snooze", **RESPONSE, summary="Hear of an alert later")
async def post_snooze(
    request: Request, alert: Number, body: SnoozeBody, principal: Operator
) -> Response:
    """It is not told until then, unless it becomes worse or ends; if it is still open then, it is
    told again. Errors: alert_unknown, alert_over, duration_invalid, snooze_over,
    snooze_too_long."""
    return await once(request, principal, _answer(alert, body.terms("snooze")))


@router.post("/{alert}/unsnooze", **RESPONSE, summary="End a snooze")
async def post_unsnooze(
    request: Request, alert: Number, principal: Operator, body: AnswerBody = NOTHING_SAID
) -> Response:
    """What it kept back and is still open is told. Errors: alert_unknown, alert_over."""
    return await once(request, principal, _answer(alert, body.terms("unsnooze")))


@router.post("/{alert}/comment", **RESPONSE, summary="Say something about an alert")
async def post_comment(
    request: Request, alert: Number, body: RemarkBody, principal: Operator
) -> Response:
    """The next message about it says it too; of one that is over it is on record. Errors:
    alert_unknown."""
    return await once(request, principal, _answer(alert, ActionTerms("comment", body.comment)))


@router.post("/{alert}/assign", **RESPONSE, summary="Say who looks after an alert")
async def post_assign(
    request: Request, alert: Number, body: AssigneeBody, principal: Operator
) -> Response:
    """The next message about it names them. Errors: alert_unknown, alert_over."""
    return await once(request, principal, _answer(alert, body.terms("assign")))


@router.post("/{alert}/resolve", **RESPONSE, summary="Close an alert by hand")
async def post_resolve(
    request: Request, alert: Number, principal: Operator, body: AnswerBody = NOTHING_SAID
) -> Response:
    """Somebody says that it is dealt with: nobody is reminded of it while it is at this level, and
    messages say who closed it. The alert itself ends when its figure is well again, or its sender
    says so; if it becomes better or worse before, it is open again. Errors: alert_unknown,
    alert_over."""
    return await once(request, principal, _answer(alert, body.terms("resolve")))


def _answer(alert: int, terms: ActionTerms) -> Callable[[Caller], Awaitable[Reply]]:
    async def act(caller: Caller) -> Reply:
        subject, now = await commands.answer_one(_answering(caller), alert, terms)
        return Reply(200, view(subject, now))

    return act


def _answering(caller: Caller) -> Answering:
    return Answering(caller.conn, caller.reach, caller.principal.subject, caller.clock)
