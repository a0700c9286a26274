"""What is below the requests: sockets with deadlines and limits, the server's processes, and how they end."""
