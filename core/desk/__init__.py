"""The desk's use cases over the ports: run a week, settle orders, check, mark, replay."""
