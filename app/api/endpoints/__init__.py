"""One file an endpoint: the function that answers, and its entry in the document."""
