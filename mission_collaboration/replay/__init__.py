"""Replays whole histories on an engine that groups and spills: DuckDB on one machine, Spark on a cluster.

What is ours is one function, the same for both engines: a mission's lines in canonical order in, its state and its
rejected lines out (`missions.fold_rows`). Reading lines is ours as well (`files`, `rows`), since engines lose line
numbers and bytes that are not UTF-8.
"""
