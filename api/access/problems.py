"""Refusals of those who come to the door."""

from api.core.problems import Problem


class InvalidCredentials(Problem):
    """Unknown user, wrong password or code, account switched off or not activated: one answer, after the same time."""

    status, code = 401, "invalid_credentials"
    title_id, title_en = (
        "Nama pengguna, kata sandi, atau kode salah",
        "The username, the password or the code is wrong",
    )

    def __init__(self) -> None:
        super().__init__(None, headers={"WWW-Authenticate": 'Bearer realm="sambang"'})


class OtpRequired(Problem):
    """Username and password are right; send them again with `otp`, the code that the authenticator app shows."""

    status, code = 401, "otp_required"
    title_id, title_en = "Kode dari aplikasi autentikator diperlukan", "The code of the authenticator app is needed"

    def __init__(self) -> None:
        super().__init__(None, headers={"WWW-Authenticate": 'Bearer realm="sambang"'})


class SecondFactorStands(Problem):
    """A second factor is confirmed. Only the person who appoints you can take it away, when the app is lost."""

    status, code = 409, "second_factor_stands"
    title_id, title_en = "Faktor kedua sudah terpasang", "A second factor is in place"


class TooManyAttempts(Problem):
    """Too many wrong tries at this account or from this address: wait `Retry-After` seconds. Running sessions go on."""

    status, code = 429, "too_many_attempts"
    title_id, title_en = "Terlalu banyak percobaan masuk yang gagal", "Too many failed tries to sign in"

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(None, headers={"Retry-After": str(retry_after_s)})


class DeviceRevoked(Problem):
    """The phone was cut off, for good. The app needs a new `device_id` of its own, and the person the password."""

    status, code = 403, "device_revoked"
    title_id, title_en = "Perangkat ini sudah diputus", "This device has been cut off"


class DeviceNotEnrolled(Problem):
    """This phone is none of the caller's: nobody signed in on it under this `device_id`."""

    status, code = 403, "device_not_enrolled"
    title_id, title_en = "Perangkat ini tidak terdaftar atas nama Anda", "This device is not enrolled as yours"


class AuditStuck(Problem):
    """What is shown now could not be put into the audit chain: agencies and releases wait until it is sealed again.

    Field work is never refused for it. The operator sees it at `/healthz/audit` and in the log: does the worker run?
    """

    status, code = 503, "audit_stuck"
    title_id, title_en = "Rantai audit sedang tidak tersegel", "The audit chain is not being sealed"

    def __init__(self) -> None:
        super().__init__(None, headers={"Retry-After": "60"})


class UsernameTaken(Problem):
    status, code = 409, "username_taken"
    title_id, title_en = "Nama pengguna sudah dipakai", "This username is taken"
    breaks = ("uq_staff_username",)


class ClientIdTaken(Problem):
    status, code = 409, "client_id_taken"
    title_id, title_en = "client_id sudah dipakai", "This client_id is taken"
    breaks = ("uq_clients_client_id",)


class OwnAccount(Problem):
    """Nobody changes the role of the account they are signed in with, nor switches it off."""

    status, code = 409, "own_account"
    title_id, title_en = "Akun sendiri tidak dapat diubah dengan cara ini", "You may not do this to your own account"
