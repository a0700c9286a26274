"""Writes what of the documents follows from the code: `docs/contract.md` and the field tables of `COMPATIBILITY.md`."""
