"""Sends a report in parts and keeps what became of its rows."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import chain
from types import MappingProxyType
from typing import Any

import httpx

from cli.commands.load.outcome import LoadOptions, LoadOutcome
from cli.commands.load.requests import post
from ingest.reports.completeness import ROWS_REFUSED, why_unsettled
from ingest.reports.facts import CODE as CONFLICT_CODE
from ingest.reports.reading.report import Report
from ingest.reports.repeats import Repeats
from ingest.reports.splitting import FilePart, empty, split


class Sending:
    """One load under way: all its parts have one import and one revision."""

    def __init__(  # noqa: PLR0917 - one load's fixed parts
        self,
        client: httpx.Client,
        url: str,
        report: Report,
        repeats: Repeats,
        import_id: str,
        options: LoadOptions,
    ) -> None:
        self._client = client
        self._url = url
        self._report = report
        self._repeats = repeats
        self._equal = {equal.second: equal for equal in repeats.equal}
        self._options = options
        self._outcome = LoadOutcome()
        moment = options.as_of or report.as_of
        self._query: dict[str, Any] = {
            "import": import_id,
            "revision": int((moment or datetime.now(UTC)).timestamp() * 1000),
            "decimal": report.notation.decimal,
            "dates": report.notation.dates,
        }
        if moment is not None:
            self._query["as_of"] = moment.isoformat()
        if options.dry_run:
            self._query["dry_run"] = "true"
        for name in ("source", "currency"):
            if getattr(options, name) is not None:
                self._query[name] = getattr(options, name)

    def send(self, *, then_complete: bool) -> LoadOutcome:
        """The only part says itself that its source is complete; of several parts, none does:
        that is said when all are there, and how many rows they had refused. So it is of a part
        whose next page is missing, as a part has rows alone."""
        parts = split(self._report, self._options.batch, self._repeats.conflicts)
        first, second = next(parts, None), next(parts, None)
        alone = second is None and self._report.next_page is None
        if isinstance(first, FilePart) and alone and then_complete:
            self._send_part(first, self._wish())
            return self._outcome
        for part in chain((first, second), parts):
            if isinstance(part, FilePart):
                self._send_part(part, "false")
                self._name_equal(part)
            elif part is not None:
                detail = self._repeats.conflicts[part.row].detail
                self._outcome.refuse(part.row, part.line, CONFLICT_CODE, detail)
        if then_complete:
            self.complete()
        return self._outcome

    def _wish(self) -> str:
        if self._options.complete_anyway:
            return "anyway"
        return "true" if self._options.complete else "false"

    def _send_part(self, part: FilePart, complete: str) -> None:
        params = {"first_row": part.first_row, "complete": complete}
        reply = self._post(part.body, params)
        outcome = self._outcome
        outcome.accepted += reply["accepted"]
        outcome.spend_rows += reply["spend_rows"]
        outcome.metrics_rows += reply.get("metrics_rows", 0)
        outcome.not_complete += reply.get("not_complete", [])
        for one in reply["rejected"]:
            row = one["row"] + part.first_row - 1
            outcome.refuse(row, part.lines[one["row"] - 1], one["code"], one["detail"])
        for one in reply.get("equal", []):
            row, line = one["row"] + part.first_row - 1, part.lines[one["row"] - 1]
            outcome.equal.append({"row": row, "line": line, "detail": one["detail"]})
        outcome.equal_count += reply.get("equal_rows", 0)
        outcome.left_out.update(reply.get("left_out", {}))
        outcome.sources.update(reply.get("sources", []))
        outcome.unset.update(reply.get("unset_sources", []))

    def _name_equal(self, part: FilePart) -> None:
        """Rows that repeat one of an earlier part: the service cannot see that."""
        for row in range(part.first_row, part.first_row + part.rows):
            equal = self._equal.get(row)
            if equal is not None and equal.first < part.first_row:
                line = part.lines[row - part.first_row]
                self._outcome.equal.append({"row": row, "line": line, "detail": equal.detail})
                self._outcome.equal_count += 1

    def complete(self, refused_later: Mapping[str, int] = MappingProxyType({})) -> None:
        """Says of each source that it is complete, if that is asked, in reports without rows."""
        if not self._options.completes:
            return
        body, unsettled = empty(self._report), self._outcome.unsettled
        unsettled += sum(refused_later.values())
        for source in sorted(self._outcome.sources) or (self._options.source,):
            params = {"complete": self._wish(), "unsettled": unsettled}
            reply = self._post(body, params if source is None else {**params, "source": source})
            for beat in reply.get("not_complete", []):
                self._outcome.not_complete.append(self._explained(beat, refused_later))

    def _explained(self, beat: dict[str, Any], refused_later: Mapping[str, int]) -> dict[str, Any]:
        """The service knows how many rows are not settled, the load also which ones."""
        outcome = self._outcome
        codes = outcome.codes + Counter(refused_later)
        why = why_unsettled(self._report.rows_count, codes, outcome.equal_count)
        return {**beat, "detail": why} if why and beat["code"] == ROWS_REFUSED else beat

    def _post(self, body: bytes, params: dict[str, Any]) -> Any:
        headers = {"Content-Type": self._report.media_type}
        query = {**self._query, **params}
        return post(self._client, self._url, params=query, content=body, headers=headers)
