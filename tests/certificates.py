"""A throw-away RSA key with its certificate, in the forms in which an app registration's may come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID

_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "outlook-sync")])
_NOW = datetime.now(UTC)
_CERTIFICATE = (
    x509.CertificateBuilder()
    .subject_name(_NAME)
    .issuer_name(_NAME)
    .public_key(_KEY.public_key())
    .serial_number(1)
    .not_valid_before(_NOW - timedelta(days=1))
    .not_valid_after(_NOW + timedelta(days=1))
    .sign(_KEY, hashes.SHA256())
)
RSA_CERTIFICATE = _CERTIFICATE.public_bytes(Encoding.PEM)
RSA_FILES = {
    "pem": _KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + RSA_CERTIFICATE,
    "pfx": pkcs12.serialize_key_and_certificates(b"app", _KEY, _CERTIFICATE, None, NoEncryption()),
}
