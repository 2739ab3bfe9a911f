"""kpi-monitor: numbers over time, rules over them, breaches."""

SERVICE = "kpi-monitor"
SCHEMA = "kpi"
