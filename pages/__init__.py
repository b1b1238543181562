"""What people look at: pages read queries and enqueue commands."""
