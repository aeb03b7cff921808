"""What a role at a desk lets people see and change of the directory."""

SECRETARIES = frozenset({"secretariat", "administrator"})
CHAIRS = frozenset({"chair", "cochair"})
# A chair names who decides in their place; the secretariat writes it down for them.
NAMING = SECRETARIES | CHAIRS
OFFICERS = SECRETARIES | CHAIRS | {"vice_chair", "rapporteur", "editor"}


def sees_addresses(roles: frozenset[str]) -> bool:
    """Addresses of people are personal data: officers write to them, members do not."""
    return bool(roles & OFFICERS)


def may_give(role: str, roles: frozenset[str]) -> bool:
    """Tell whether somebody with these roles may appoint or release a person in that role."""
    return "administrator" in roles or ("secretariat" in roles and role != "administrator")
