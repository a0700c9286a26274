"""What an operator sees of the service: log lines, metrics, traces. Nothing that was sent is in any of them."""
