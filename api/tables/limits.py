"""How many calls somebody may still make: the one place in which all processes count together."""

from datetime import datetime

from sqlmodel import Field

from api.core.table import Table


class CallBucket(Table, table=True):
    """A bucket of calls: a person, a machine or an address. It fills as time goes by; who is not here has a full one.

    Unlogged (its migration): after a crash everybody has a full bucket again, and no call waits for a disk.
    """

    __tablename__ = "call_buckets"

    subject: str = Field(primary_key=True, max_length=80)
    calls: float
    at: datetime
