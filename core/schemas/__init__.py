"""The one source of every JSON Schema: what models must answer and what events carry."""
