"""The API beside its floors: what the same durable work costs with raw asyncpg, same rows, indexes and audit row."""
