"""Sambang: the open API on which a city validates its social-welfare registry."""

__version__ = "0.1.0"
