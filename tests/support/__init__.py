"""What tests share: events, streams, clients, a naive implementation."""
