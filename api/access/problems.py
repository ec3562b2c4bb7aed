"""Refusals of those who come to the door."""

from api.core.problems import Problem


class InvalidCredentials(Problem):
    """Unknown user, wrong password, account switched off or never activated: one answer, after the same time."""

    status, code = 401, "invalid_credentials"
    title_id, title_en = "Nama pengguna atau kata sandi salah", "The username or the password is wrong"

    def __init__(self) -> None:
        super().__init__(None, headers={"WWW-Authenticate": 'Bearer realm="sambang"'})


class DeviceRevoked(Problem):
    """The phone was cut off, for good. The app needs a new `device_id` of its own, and the person the password."""

    status, code = 403, "device_revoked"
    title_id, title_en = "Perangkat ini sudah diputus", "This device has been cut off"


class DeviceNotEnrolled(Problem):
    """This phone is none of the caller's: nobody signed in on it under this `device_id`."""

    status, code = 403, "device_not_enrolled"
    title_id, title_en = "Perangkat ini tidak terdaftar atas nama Anda", "This device is not enrolled as yours"


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
