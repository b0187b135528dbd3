"""Who is in the demonstration firm, and outside of it."""

from __future__ import annotations

from dataclasses import dataclass

FIRM_ID = "firm-demo"
FIRM_NAME = "Whitfield & Castellanos LLP"
TENANT = "5f2d7c1e-8a44-4f0e-9c55-0d1f6a3b9e10"
OUTSIDE_TENANT = "b81c0a52-3d6e-4c7a-8e19-7f4a2c6d5b33"


@dataclass(frozen=True)
class Person:
    """A person with a mailbox; staff also have an id and a role in CaseFlow. `zone` is an IANA name."""

    staff_id: str
    name: str
    email: str
    oid: str
    zone: str
    role: str = "staff"
    tid: str = TENANT


AVA = Person(
    "staff-ava",
    "Ava Whitfield",
    "ava@whitfield-castellanos.example",
    "0a6f0a3e-1111-4c0b-9d3e-6a1f5d2c7b01",
    "America/New_York",
)
JONAS = Person(
    "staff-jonas",
    "Jonas Petrov",
    "jonas@whitfield-castellanos.example",
    "0a6f0a3e-2222-4c0b-9d3e-6a1f5d2c7b02",
    "America/Chicago",
)
MIRIAM = Person(
    "staff-miriam",
    "Miriam Castellanos",
    "miriam@whitfield-castellanos.example",
    "0a6f0a3e-3333-4c0b-9d3e-6a1f5d2c7b03",
    "America/New_York",
    role="firm_admin",
)
# an outsider who invites the firm's people; has no part in CaseFlow
DANA = Person(
    "",
    "Dana Brooks",
    "dana@brooks-forensics.example",
    "7c2e9b14-4444-4d2a-8b6f-2e8d1c5a9f04",
    "America/New_York",
    tid=OUTSIDE_TENANT,
)
STAFF = (AVA, JONAS, MIRIAM)
EVERYBODY = (*STAFF, DANA)
