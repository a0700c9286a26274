"""Below the requests: sockets with their deadlines and limits; processes, who looks after whom, and how they end."""
