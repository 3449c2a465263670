"""F24 违反社区矫正规定警告决定书 (law DI-W1..6, IM 35): to the person, a copy to the procuratorate."""

from supervision.documents.form import Block, Form
from supervision.documents.forms.f23_admonition import FORM as ADMONITION
from supervision.language import N_

FORM = Form(
    code="F24",
    title=N_("违反社区矫正规定警告决定书"),
    mark="警",
    layout="decision",
    fields={
        **ADMONITION.fields,
        "earlier": N_("以前受到训诫、警告的情况"),
    },
    blocks=(
        *ADMONITION.blocks[:4],
        Block("paragraph", "{earlier}"),
        Block("paragraph", "经查，{facts}"),
        Block("paragraph", "认定上述事实的证据有：{evidence}。"),
        Block(
            "paragraph",
            "{name}的行为属于《中华人民共和国社区矫正法实施办法》{article}规定的“{item_words}”情形。依照该项规定，决定给予{name}警告。",
        ),
        Block(
            "paragraph",
            "你应当立即改正，遵守法律、行政法规和社区矫正监督管理规定。仍不改正的，将依法提请有关机关处理。",
        ),
        Block("signature", "{organ}（公章）"),
        Block("signature", "{decided_on}"),
        *ADMONITION.blocks[-2:],
    ),
)
