"""The city, its kecamatan and kelurahan, with both code systems: they collide, so neither stands without its name."""

from enum import StrEnum

from sqlmodel import Field

from api.core.table import Table, text_enum


class RegionLevel(StrEnum):
    CITY = "city"
    DISTRICT = "district"
    VILLAGE = "village"


class Region(Table, table=True):
    """A region; `code` is Kemendagri's with dots, `bps_code` that of BPS."""

    __tablename__ = "regions"

    code: str = Field(max_length=13, primary_key=True)
    bps_code: str = Field(max_length=10, unique=True)
    level: RegionLevel = Field(sa_type=text_enum(RegionLevel))
    name: str = Field(max_length=80)
    parent: str | None = Field(default=None, max_length=13, foreign_key="regions.code", index=True)
