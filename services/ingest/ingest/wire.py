"""The events of shared.events as callers send them, in a form made for speed.

These have the fields, defaults and tags of `SpendSent`, `MetricsSent` and `SourceSent`,
without the patterns and lengths: four patterns cost 1.3 of the 1.8 µs of decoding an event, and
nearly all of a source's events repeat the same names. What a pattern would check is held against
the published schema once per new name (stamping.py), so both accept the same events.
"""

from typing import Any, cast, get_type_hints

import msgspec
from msgspec import NODEFAULT, Raw, Struct

from shared.events import SORTED_ENCODER, MetricsData, MetricsSent, SourceSent, SpendData, SpendSent


def _without_patterns(struct: type[Struct], nested: type[Struct] | None = None) -> type[Struct]:
    hints = get_type_hints(struct)
    if nested is not None:
        hints["data"] = nested
    fields: list[Any] = []
    # The data last, where the stamps find them (stamping.py).
    for field in sorted(msgspec.structs.fields(struct), key=lambda field: field.name == "data"):
        if field.default is NODEFAULT:
            fields.append((field.name, hints[field.name]))
        else:
            fields.append((field.name, hints[field.name], field.default))
    config = struct.__struct_config__
    return msgspec.defstruct(
        struct.__name__,
        fields,
        frozen=True,
        kw_only=True,
        tag=config.tag,
        tag_field=config.tag_field,
        forbid_unknown_fields=config.forbid_unknown_fields,
        # What was not sent is not there when it is written again (json_keys counts on it).
        omit_defaults=True,
        # Events hold no cycles: the collector need not walk 10,000 of them per request.
        gc=False,
        module=__name__,
    )


SpendDataWire = cast("type[SpendData]", _without_patterns(SpendData))
MetricsDataWire = cast("type[MetricsData]", _without_patterns(MetricsData))
SpendWire = cast("type[SpendSent]", _without_patterns(SpendSent, SpendDataWire))
MetricsWire = cast("type[MetricsSent]", _without_patterns(MetricsSent, MetricsDataWire))
SourceWire = cast("type[SourceSent]", _without_patterns(SourceSent))

Wire = SpendSent | MetricsSent | SourceSent
"""What the decoders return, as far as a type checker needs to know."""

ONE_DECODER = msgspec.json.Decoder(SpendWire | MetricsWire | SourceWire)
LIST_DECODER = msgspec.json.Decoder(list[SpendWire | MetricsWire | SourceWire])  # type: ignore[valid-type]
LINE_ENCODER = SORTED_ENCODER
"""An event as it is stored, but for the stamps."""
RAW_LIST_DECODER = msgspec.json.Decoder(list[Raw])
