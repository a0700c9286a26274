"""Explains a fold: what each event did to the state, why, and which event is to blame for each entry (contract §10)."""
