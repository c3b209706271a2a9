"""Protected values: authenticated encryption, keyed look-up hashes, masking.

Sealed text is `algorithm.key id.nonce.ciphertext` (base64url), so that an old value says how to open it and keys and
ciphers can change while both live. The place of a value (table, column, row) is bound in as associated data: a sealed
value moved to another row does not open. Keys come through the small `KeySource` interface, today from the settings,
tomorrow from a key service or a certified module (GB/T 39786).
"""

import base64
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from backend.settings import Settings

NONCE_BYTES = 12
TAG_BYTES = 16
CIPHERS: Mapping[str, tuple[Callable, int]] = {
    "SM4-GCM": (algorithms.SM4, 16),
    "AES-GCM": (algorithms.AES, 32),
}
"""Algorithm name → block cipher and key length in bytes."""


class UnknownCipher(ValueError):
    """The settings or a stored value name a cipher this program does not have. `name` is that cipher."""

    def __init__(self, name: str):
        super().__init__(f"unknown cipher {name}; known are {', '.join(CIPHERS)}")
        self.name = name


class UnknownKey(LookupError):
    """A stored value was sealed with a key that is no longer given. `key_id` is its id."""

    def __init__(self, key_id: str):
        super().__init__(f"key {key_id} is needed to open a stored value and is not in TALENT_MASTER_KEYS")
        self.key_id = key_id


class BrokenSeal(ValueError):
    """A stored value was changed, cut, or moved from where it was sealed."""


class KeySource(Protocol):
    """Where keys come from."""

    active: str
    """Id of the key that seals new values."""

    def key(self, key_id: str) -> bytes:
        """Return the 32 bytes of a master key. Raises UnknownKey."""


@dataclass(frozen=True)
class SettingsKeys:
    """Master keys as the operator gave them in the environment."""

    keys: Mapping[str, bytes] = field(repr=False)
    active: str

    def key(self, key_id: str) -> bytes:
        """Return the 32 bytes of a master key. Raises UnknownKey."""
        if key_id not in self.keys:
            raise UnknownKey(key_id)
        return self.keys[key_id]


@dataclass(frozen=True)
class Place:
    """Where a sealed value lives; part of what is authenticated."""

    table: str
    column: str
    row: str

    def associated(self) -> bytes:
        """Return the associated data: the three names, unambiguous."""
        return "\x1f".join((self.table, self.column, self.row)).encode()


class Vault:
    """Seals and opens values with one active key and cipher, and opens what older ones sealed."""

    def __init__(self, keys: KeySource, cipher: str, lookup_key: bytes):
        if cipher not in CIPHERS:
            raise UnknownCipher(cipher)
        self._keys, self._cipher, self._lookup_key = keys, cipher, lookup_key
        self._derived = lru_cache(maxsize=64)(self._derive)

    def seal_bytes(self, data: bytes, place: Place) -> bytes:
        """Return header, nonce, ciphertext and tag of `data` as one byte string."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        encryptor = self._engine(self._cipher, self._keys.active, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(place.associated())
        sealed = encryptor.update(data) + encryptor.finalize() + encryptor.tag
        return f"{self._cipher}.{self._keys.active}.".encode() + nonce + sealed

    def open_bytes(self, sealed: bytes, place: Place) -> bytes:
        """Return what `seal_bytes` was given. Raises BrokenSeal, UnknownKey, UnknownCipher."""
        try:
            cipher, key_id, rest = sealed.split(b".", 2)
        except ValueError:
            raise BrokenSeal("not a sealed value") from None
        nonce, data, tag = rest[:NONCE_BYTES], rest[NONCE_BYTES:-TAG_BYTES], rest[-TAG_BYTES:]
        if len(rest) < NONCE_BYTES + TAG_BYTES:
            raise BrokenSeal(f"a value at {place.table}.{place.column} is cut")
        decryptor = self._engine(cipher.decode(), key_id.decode(), modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(place.associated())
        try:
            return decryptor.update(data) + decryptor.finalize()
        except InvalidTag:
            raise BrokenSeal(f"a value at {place.table}.{place.column} of {place.row} does not open") from None

    def seal(self, text: str, place: Place) -> str:
        """Return the sealed form of `text` for a text column."""
        header, key_id, rest = self.seal_bytes(text.encode(), place).split(b".", 2)
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        return ".".join((header.decode(), key_id.decode(), _encode(nonce), _encode(body)))

    def open(self, sealed: str, place: Place) -> str:
        """Return the text that was sealed at `place`. Raises BrokenSeal, UnknownKey, UnknownCipher."""
        try:
            cipher, key_id, nonce, body = sealed.split(".")
        except ValueError:
            raise BrokenSeal("not a sealed value") from None
        return self.open_bytes(f"{cipher}.{key_id}.".encode() + _decode(nonce) + _decode(body), place).decode()

    def current(self, sealed: str) -> bool:
        """Tell whether a sealed text uses the active key and cipher already."""
        return sealed.startswith(f"{self._cipher}.{self._keys.active}.")

    def lookup(self, kind: str, value: str) -> str:
        """Return the keyed hash by which equal values of a kind (a fact name) are found, e.g. an id number."""
        return hmac.digest(self._lookup_key, f"{kind}\x1f{value.strip().upper()}".encode(), "sha256").hex()

    def chain(self, content: str) -> str:
        """Return the keyed hash of one link of the audit chain."""
        return hmac.digest(self._lookup_key, b"audit\x1f" + content.encode(), "sha256").hex()

    def _engine(self, cipher: str, key_id: str, mode: modes.GCM) -> Cipher:
        if cipher not in CIPHERS:
            raise UnknownCipher(cipher)
        algorithm, _ = CIPHERS[cipher]
        return Cipher(algorithm(self._derived(cipher, key_id)), mode)

    def _derive(self, cipher: str, key_id: str) -> bytes:
        """One sub-key for each cipher, so that a master key never meets two algorithms."""
        _, length = CIPHERS[cipher]
        derivation = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"talent store {cipher}".encode())
        return derivation.derive(self._keys.key(key_id))


def vault_from(settings: Settings) -> Vault:
    """Build the vault of these settings. Raises UnknownCipher, and UnknownKey when the active key is not given."""
    keys = SettingsKeys(settings.master_keys, settings.master_key_id)
    keys.key(settings.master_key_id)
    return Vault(keys, settings.cipher, settings.lookup_key)


class VaultSlot:
    """The vault of this process, filled by `database.open_store` together with the database."""

    def __init__(self):
        self._vault: Vault | None = None

    def fill(self, vault: Vault) -> None:
        """Use `vault` from now on."""
        self._vault = vault

    def __getattr__(self, name: str):
        if self._vault is None:
            raise RuntimeError("the store is not open: call backend.store.database.open_store(settings) first")
        return getattr(self._vault, name)


vault = VaultSlot()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise BrokenSeal("not a sealed value") from None


# --- masking: what may be shown ---------------------------------------------------------------------------------------


def mask_name(name: str) -> str:
    """Return a Chinese name with all but its first character hidden (王小明 → 王*明, 王明 → 王*)."""
    if len(name) <= 1:
        return "*" * len(name)
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_middle(text: str, first: int, last: int) -> str:
    """Return `text` with everything between its first and last characters starred; short text entirely."""
    if len(text) <= first + last:
        return "*" * len(text)
    return text[:first] + "*" * (len(text) - first - last) + text[len(text) - last :]


MASKS: Mapping[str, Callable[[str], str]] = {
    "full_name": mask_name,
    "id_number": lambda text: mask_middle(text, 4, 2),
    "phone": lambda text: mask_middle(text, 3, 4),
    "bank_account": lambda text: mask_middle(text, 4, 4),
}
"""Fact name → how its value is shown where the whole is not needed. Other protected facts show as ******."""


def mask(name: str, value: object) -> str:
    """Return the masked form of a protected fact's value."""
    return MASKS[name](str(value)) if name in MASKS else "******"


_TYPED = (
    (re.compile(r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d{9}[\dXx](?![0-9A-Za-z])"), MASKS["id_number"]),
    (re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?!\d)"), MASKS["phone"]),
    (re.compile(r"(?<!\d)[3-6]\d{3}(?:[ -]?\d{4}){2,3}[ -]?\d{1,4}(?!\d)"), MASKS["bank_account"]),
)
"""What people type that must not travel: id numbers, mobile phones, bank cards, each with its mask."""


def mask_typed(text: str) -> str:
    """Return free text with id numbers, bank cards and mobile phones in it masked (before it is kept or passed on)."""
    for pattern, masked in _TYPED:
        text = pattern.sub(lambda hit, masked=masked: masked(re.sub(r"[ -]", "", hit.group())), text)
    return text
