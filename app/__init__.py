"""The Mission Collaboration Service."""
