"""What users read for the codes of people."""

from supervision.language import N_

SEXES = {"male": N_("男"), "female": N_("女"), "unknown": ""}
