"""What a page costs: a server, a browser, and what goes over the wire between them."""
