"""ingest knows shapes: keys, sources, platforms; what is accepted is in Kafka."""

SCHEMA = "ingest"
