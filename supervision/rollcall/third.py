"""The third list: people whom we know and who are on neither register, each by something that says why we know them.

Every person is on at least one of the three lists; who is known by nothing at all is named as lost.
"""

KNOWN_BY: tuple[str, ...] = (
    "SELECT FROM {orders} o WHERE o.person = p.id AND o.created_at <= $1",
    "SELECT FROM {assistance} h WHERE h.person = p.id AND h.created_at <= $1",
    "SELECT FROM expected_order x WHERE x.person = p.id AND x.created_at <= $1",
    "SELECT FROM commission c WHERE c.person = p.id AND c.created_at <= $1",
    "SELECT FROM prisoner n WHERE n.person = p.id AND n.recorded_at <= $1",
    "SELECT FROM family_member f WHERE f.person = p.id AND f.recorded_at <= $1",
)
"""What says why we know the person `p`: a period of correction or of help, past ones too, a commission, a visit to a prisoner."""

_KNOWN = " OR ".join(f"EXISTS ({sql})" for sql in KNOWN_BY)
_HERE = "p.created_at <= $1 AND p.merged_into IS NULL AND {scope}"
ON_NEITHER = f"""{_HERE} AND ({_KNOWN})
   AND NOT EXISTS (SELECT FROM {{orders}} o WHERE o.person = p.id AND o.created_at <= $1 AND o.ended_at IS NULL)
   AND NOT EXISTS (SELECT FROM {{assistance}} h WHERE h.person = p.id AND h.created_at <= $1 AND h.ended_at IS NULL)"""
"""The person `p` is on the third list."""

APART = f"SELECT count(*) AS people FROM person p WHERE {ON_NEITHER}"
FIND_ON_NO_LIST = f"SELECT p.id AS person, p.name FROM person p WHERE {_HERE} AND NOT ({_KNOWN}) ORDER BY p.id"
