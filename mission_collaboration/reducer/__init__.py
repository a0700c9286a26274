"""Folds the events of a mission into its state (contract §5). Pure, and built on contract and decoding."""
