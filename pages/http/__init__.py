"""HTTP beside the pages: routes, headers and start-up, without streamlit."""
