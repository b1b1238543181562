"""The HTTP API on the pages' port: one table of endpoints makes the routes and their OpenAPI document."""
