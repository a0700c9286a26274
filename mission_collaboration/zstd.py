"""The module that reads and writes zstd: the standard library's from Python 3.14 on, a backport before.

The library itself needs none of it. Without the backport this import fails, and the extra `replay` brings it.
"""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
