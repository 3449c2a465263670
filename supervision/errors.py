"""What the domain says when it says no."""

from supervision.language import gettext as _


class Refusal(Exception):
    """A refusal of the domain: one sentence for the user; nothing was changed and nothing typed is lost."""

    def __init__(self, sentence: str, *, fields: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fields = fields or {}


class NotFound(Refusal):
    """ "Not yours" and "not there": the same answer, 404."""

    def __init__(self) -> None:
        super().__init__(_("没有找到，或者不在您的管理范围内。"))


class NotAllowed(Refusal):
    """The viewer's role doesn't hold this permission: 403."""

    def __init__(self) -> None:
        super().__init__(_("您的岗位没有办理这一事项的权限。"))
