"""Ad platforms as data: one YAML file under `platforms/` says how a platform's rows are read."""
