"""How a store made by an older version is brought up to date; each file under `versions` is one change."""
