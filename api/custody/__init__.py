"""Custody of what is personal: keys rotated while work goes on, people restricted, and what is past its time gone."""
