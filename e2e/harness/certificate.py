"""A self-signed certificate, which is its own authority: clients that trust it can check it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    certificate: Path
    key: Path


def make_certificate(folder: Path, domain: str, *, authority: bool = True) -> Certificate:
    """`authority`: whether it says so itself. Some clients take no authority for a server."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", f"/CN={domain}", "-addext", f"subjectAltName=DNS:{domain}",
            "-addext", f"basicConstraints=critical,CA:{str(authority).upper()}",
            "-keyout", made.key, "-out", made.certificate,
        ],
        check=True,
        capture_output=True,
    )
    return made
