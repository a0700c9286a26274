"""Writes what of the documents follows from the code: `docs/contract.md`, and parts of pages written by hand."""
