"""The forms that are issued, one file each; a new form is a file and a line here."""

from collections.abc import Mapping

from supervision.documents.form import Form
from supervision.documents.forms import f23_admonition, f24_warning

FORMS: Mapping[str, Form] = {form.code: form for form in (f23_admonition.FORM, f24_warning.FORM)}
