"""The collaboration contract: events, payloads, state, errors, verdicts.

Pure: nothing here knows HTTP, a clock, the environment, randomness or a log. Rule numbers (E1, P5, S16,
R31 …) are those of the contract; COMPATIBILITY.md lists what was settled where it is silent.
"""
