"""The container at work: what `make check-image` builds, runs, asks, and kills."""
