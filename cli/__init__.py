"""The `paceline` command: runs, checks and feeds an installation."""
