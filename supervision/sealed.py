"""Sealed columns: text that can't be read, changed or moved to another column without a key kept outside the database."""

import base64
import binascii
import hmac
import json
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from supervision.disk import sync_folder

CIPHER = "A256GCM"
SECRET_BYTES = 32
NONCE_BYTES = 12


class SealError(Exception):
    """A sealed value that this keyring can't open for this purpose; the message never holds the value."""


class KeyringError(Exception):
    """A key file that can't be made or used; the message is one sentence for whoever starts the program."""


@dataclass(frozen=True, repr=False)
class Keyring:
    """The keys of one installation: sealing keys by id, of which the last seals, and one secret for blind indexes.

    A newer sealing key may be added to the file; older values stay readable. The index secret never changes,
    because every blind index in the database was made with it.
    """

    keys: Mapping[str, bytes]
    index: bytes
    _derived: dict[str, bytes] = field(default_factory=dict, compare=False)
    """Label → the key made from the index secret: an import asks for the same few five times a person."""

    @classmethod
    def create(cls, path: Path) -> "Keyring":
        """Make a new key file that only its owner reads, whole or not at all; raise KeyringError when one is there."""
        keyring = cls({secrets.token_hex(4): secrets.token_bytes(SECRET_BYTES)}, secrets.token_bytes(SECRET_BYTES))
        keyring.store_new(path)
        return keyring

    @classmethod
    def load(cls, path: Path) -> "Keyring":
        """Read a key file; raise KeyringError when it is missing, malformed or open to other users."""
        try:
            text = _read_private(path)
        except FileNotFoundError as error:
            raise KeyringError(f"The key file {path} is missing; restore it from where keys are kept.") from error
        except OSError as error:
            raise KeyringError(f"The key file {path} can't be read: {error.strerror}.") from error
        try:
            return cls._parse(json.loads(text))
        except (ValueError, TypeError, KeyError):
            # without "from": the cause may quote the file, which is secret
            raise KeyringError(f"The key file {path} is damaged; restore it from where keys are kept.") from None

    def store_new(self, path: Path) -> None:
        """Write these keys to a file that isn't there yet; raise KeyringError when it is, or can't be written."""
        write_private(path, self._dump().encode())

    def store(self, path: Path) -> None:
        """Put these keys in the place of a key file, whole or not at all; raise KeyringError when it can't be written."""
        try:
            _write_over(path, self._dump().encode())
        except OSError as error:
            raise KeyringError(f"The key file {path} can't be written: {error.strerror}.") from error

    def grown(self) -> "Keyring":
        """The same with a new sealing key, which seals from now on."""
        return replace(self, keys={**self.keys, secrets.token_hex(4): secrets.token_bytes(SECRET_BYTES)})

    def only_newest(self) -> "Keyring":
        """The same without the older sealing keys."""
        return replace(self, keys={self.newest: self.keys[self.newest]})

    @property
    def newest(self) -> str:
        """The id of the key that seals."""
        return list(self.keys)[-1]

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that tell which installation's keys these are; safe to store in the database."""
        return self._derive("fingerprint").hex()[:16]

    def seal(self, text: str, purpose: str) -> str:
        """Encrypt with the newest key, as `<key id>.A256GCM.<base64url of nonce and ciphertext>`."""
        key_id = self.newest
        nonce = secrets.token_bytes(NONCE_BYTES)
        box = AESGCM(self.keys[key_id]).encrypt(nonce, text.encode(), purpose.encode())
        return f"{key_id}.{CIPHER}.{_encode(nonce + box)}"

    def open(self, value: str, purpose: str) -> str:
        """Decrypt what `seal` made; raise SealError for another key, another purpose, or one changed character."""
        key_id, box = _split(value)
        if key_id not in self.keys:
            raise SealError(f"the value was sealed with key {key_id!r}, which is not in the key file")
        try:
            return AESGCM(self.keys[key_id]).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], purpose.encode()).decode()
        except (InvalidTag, ValueError):
            raise SealError(f"the value was changed, or was not sealed for {purpose!r}") from None

    def blind(self, text: str, purpose: str) -> str:
        """Give the keyed HMAC-SHA256 (64 hex digits) by which equal texts of one purpose are found.

        Callers bring the text to one form first: `11010x` and `11010X` are two texts.
        """
        return hmac.digest(self._derive(f"blind:{purpose}"), text.encode(), "sha256").hex()

    def _derive(self, label: str) -> bytes:
        if label not in self._derived:
            hkdf = HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=label.encode())
            self._derived[label] = hkdf.derive(self.index)
        return self._derived[label]

    def _dump(self) -> str:
        keys = [{"id": key_id, "secret": base64.b64encode(secret).decode()} for key_id, secret in self.keys.items()]
        return json.dumps({"keys": keys, "index": base64.b64encode(self.index).decode()}, indent=1) + "\n"

    @classmethod
    def _parse(cls, content: Any) -> "Keyring":
        keys = {_key_id(item["id"]): _secret(item["secret"]) for item in content["keys"]}
        if not keys or len(keys) != len(content["keys"]):
            raise ValueError("no key, or one id twice")
        return cls(keys, _secret(content["index"]))

    def __repr__(self) -> str:
        return f"<Keyring {self.fingerprint}>"


Stamp = tuple[int, int, int]


@dataclass(frozen=True)
class _Used:
    """The keyring of this process, and the file that it follows: as it was when it was read."""

    keyring: Keyring
    path: Path | None = None
    stamp: Stamp | None = None


_in_use: list[_Used] = []


def use(keyring: Keyring) -> None:
    """Set the keyring of this process; called once at start."""
    _in_use[:] = [_Used(keyring)]


def follow(path: Path) -> Keyring:
    """Use a key file, and what it holds later: a rotation by another process is taken up at the next value."""
    stamp = _stamp(path)
    keyring = Keyring.load(path)
    _in_use[:] = [_Used(keyring, path, stamp)]
    return keyring


def keyring() -> Keyring:
    """The process's keyring, for many values in one go; raise RuntimeError when none was set."""
    return _current()


def seal(text: str, purpose: str) -> str:
    """Seal with the process's keyring; raise RuntimeError when none was set."""
    return _current().seal(text, purpose)


def open_sealed(value: str, purpose: str) -> str:
    """Open with the process's keyring; raise SealError, or RuntimeError when no keyring was set."""
    return _current().open(value, purpose)


def blind(text: str, purpose: str) -> str:
    """Make a blind index with the process's keyring; raise RuntimeError when none was set."""
    return _current().blind(text, purpose)


def _current() -> Keyring:
    if not _in_use:
        raise RuntimeError("no keyring: call sealed.use() at start")
    used = _in_use[0]
    if used.path is not None and (stamp := _stamp(used.path)) != used.stamp:
        used = _in_use[0] = replace(used, keyring=_reread(used.path, used.keyring), stamp=stamp)
    return used.keyring


def _reread(path: Path, before: Keyring) -> Keyring:
    """What the file holds now; a file that can't be used, or is another installation's, changes nothing for those at work."""
    try:
        now = Keyring.load(path)
    except KeyringError:
        return before
    return now if now.fingerprint == before.fingerprint else before


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _split(value: str) -> tuple[str, bytes]:
    """Take a sealed value apart into key id and box; raise SealError when it has another shape or cipher."""
    key_id, cipher, text = value.split(".") if value.count(".") == 2 else ("", "", "")
    if cipher != CIPHER:
        raise SealError("the value is not a sealed value, or was made by a cipher that is not known here")
    try:
        box = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise SealError("the value is damaged") from None
    # the decoder skips foreign characters and spare bits, so that several texts would stand for one box
    if _encode(box) != text:
        raise SealError("the value is damaged")
    return key_id, box


def _encode(box: bytes) -> str:
    return base64.urlsafe_b64encode(box).decode().rstrip("=")


def _key_id(value: Any) -> str:
    if not isinstance(value, str) or not value.isalnum():
        raise ValueError("a key id is letters and digits")
    return value


def _secret(value: Any) -> bytes:
    secret = base64.b64decode(value, validate=True)
    if len(secret) != SECRET_BYTES:
        raise ValueError("a secret is 32 bytes")
    return secret


def _read_private(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise KeyringError(f"The key file {path} is open to other users (mode {mode:04o}); run chmod 600 on it.")
        return file.read()


def write_private(path: Path, data: bytes) -> None:
    """Write a key file that only its owner reads and that isn't there yet, whole or not at all; raise KeyringError."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(path, data)
    except FileExistsError as error:
        raise KeyringError(f"The key file {path} is already there and is never overwritten.") from error
    except OSError as error:
        raise KeyringError(f"The key file {path} can't be written: {error.strerror}.") from error


def _write_new(path: Path, data: bytes) -> None:
    """Write beside and link into place: a killed start leaves no half-written key file that stops the next one."""
    draft = _draft(path, data)
    try:
        os.link(draft, path)
    finally:
        draft.unlink()
    sync_folder(path.parent)


def _write_over(path: Path, data: bytes) -> None:
    draft = _draft(path, data)
    try:
        # Root may change the keys of a program that runs as somebody else, who must go on reading them.
        owner = path.stat() if os.geteuid() == 0 and path.exists() else None
        if owner is not None:
            os.chown(draft, owner.st_uid, owner.st_gid)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def _draft(path: Path, data: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink()
        raise
    return draft
