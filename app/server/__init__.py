"""What holds at the socket, before there is a request: deadlines, sizes of heads, numbers of connections."""
