"""The live loop: a mission moves on batch by batch, from checkpoint to checkpoint, and advice is given. Pure.

Built on the reducer: what is admitted is folded by the very steps that `/reduce` takes.
"""
