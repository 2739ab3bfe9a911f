"""PostgreSQL and Apache Kafka as processes of ours: the same ones as in production."""
