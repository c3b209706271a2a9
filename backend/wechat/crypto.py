"""Signatures and encryption of the platform, as its documents give them. Pure; nothing here trusts its input.

Push messages: AES-256-CBC, key = base64(EncodingAESKey + "="), iv = key[:16], PKCS#7 to 32 bytes,
plain text = 16 random bytes, length (4 bytes, big-endian), message, app id.
"""

import base64
import binascii
import hashlib
import hmac
import json
import struct
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32
RANDOM_BYTES = 16


class BadCipherText(ValueError):
    """A text was not encrypted for us: wrong key, cut, changed, or for another app id."""


def signature(*parts: str) -> str:
    """Return sha1 over the sorted, joined parts: of token, timestamp and nonce, with the ciphertext in safe mode."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def same(expected: str, given: str) -> bool:
    """Compare two signatures in constant time, whatever characters `given` holds."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "surrogatepass"))


def aes_key(encoding_aes_key: str) -> bytes:
    """Return the 32 bytes of an EncodingAESKey (43 characters; the last one may carry unused bits)."""
    key = base64.b64decode(f"{encoding_aes_key}=")
    if len(key) != BLOCK:
        raise ValueError("an EncodingAESKey has 43 characters")
    return key


def encrypt(key: bytes, message: str, app_id: str, random: bytes) -> str:
    """Return `message` encrypted for the platform. `random` are 16 fresh random bytes."""
    body = message.encode()
    plain = random + struct.pack(">I", len(body)) + body + app_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def decrypt(key: bytes, text: str, app_id: str) -> str:
    """Return the message in `text`. Raises BadCipherText for everything that was not encrypted for `app_id`."""
    plain = _unpad(_decrypted(key, key[:16], text), BLOCK)
    if len(plain) < RANDOM_BYTES + 4:
        raise BadCipherText("too short")
    (length,) = struct.unpack(">I", plain[RANDOM_BYTES : RANDOM_BYTES + 4])
    message, tail = plain[RANDOM_BYTES + 4 :][:length], plain[RANDOM_BYTES + 4 :][length:]
    if len(message) != length or not hmac.compare_digest(tail, app_id.encode()):
        raise BadCipherText("for another app id, or cut")
    return _text(message)


def _decrypted(key: bytes, iv: bytes, text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCipherText("not base64") from error
    if not data or len(data) % 16:
        raise BadCipherText("not whole blocks")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(data) + decryptor.finalize()


def _unpad(plain: bytes, block: int) -> bytes:
    padding = plain[-1]
    if not 1 <= padding <= block or padding > len(plain) or plain[-padding:] != bytes([padding]) * padding:
        raise BadCipherText("wrong padding")
    return plain[:-padding]


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise BadCipherText("not UTF-8") from error


# --- what the mini-program client hands over --------------------------------------------------------------------------


def raw_data_signature(raw_data: str, session_key: str) -> str:
    """Return the signature the client's user data carries: sha1(rawData + session_key)."""
    return hashlib.sha1((raw_data + session_key).encode(), usedforsecurity=False).hexdigest()


def open_client_data(session_key: str, iv: str, encrypted_data: str, app_id: str) -> Mapping[str, Any]:
    """Return what the client's encryptedData holds (AES-128-CBC under the session key).

    Raises BadCipherText when it was not made with this session key for this app id.
    """
    try:
        key, vector = base64.b64decode(session_key, validate=True), base64.b64decode(iv, validate=True)
        data = json.loads(_text(_unpad(_decrypted(key, vector, encrypted_data), 16)))
        watermark = data["watermark"]["appid"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadCipherText("not the data of this session") from error
    if watermark != app_id:
        raise BadCipherText("for another app id")
    return data


def seal_client_data(session_key: str, iv: str, data: Mapping[str, Any]) -> str:
    """Return `data` encrypted as the client's encryptedData, as WeChat itself would (AES-128-CBC, PKCS#7 to 16)."""
    plain = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    padding = 16 - len(plain) % 16
    cipher = Cipher(algorithms.AES(base64.b64decode(session_key)), modes.CBC(base64.b64decode(iv))).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([padding]) * padding) + cipher.finalize()).decode()


def page_signature(ticket: str, nonce: str, timestamp: str, url: str) -> str:
    """Return the signature a web page inside WeChat needs for the JS-SDK; `url` without its fragment."""
    text = f"jsapi_ticket={ticket}&noncestr={nonce}&timestamp={timestamp}&url={url}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()
