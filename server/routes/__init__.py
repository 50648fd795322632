"""Routes: each parses, calls the host once, and answers. `server.app` maps errors."""
