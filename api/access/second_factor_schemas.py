"""Bodies of the second factor."""

from typing import Annotated

from pydantic import Field

from api.core.schema import In, Out

Otp = Annotated[str, Field(min_length=6, max_length=20, repr=False, description="The six digits that the app shows.")]


class SecondFactorOut(Out):
    """The secret for an authenticator app. It is shown here and never again."""

    secret: Annotated[str, Field(description="In base32, to be typed into the app.")]
    uri: Annotated[str, Field(description="The same as an `otpauth` address, to be shown as a QR code.")]


class SecondFactorConfirmation(In):
    """The first code of the app."""

    otp: Otp
