"""What clients with FormGear handed in, as it came."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from api.core.table import Table, sealed


class FormgearSubmission(Table, table=True):
    """FormGear's documents as they came, without the bytes of photos; the receipt holds the visit made of them."""

    __tablename__ = "formgear_submissions"

    receipt_id: UUID = Field(foreign_key="receipts.id", primary_key=True)
    documents: bytes = sealed("formgear.documents", row="receipt_id")
    received_at: datetime
