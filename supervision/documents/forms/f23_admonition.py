"""F23 训诫决定书 (law DI-X1..4, IM 34): to the person, a copy to the procuratorate."""

from supervision.documents.form import Block, Form
from supervision.language import N_

FORM = Form(
    code="F23",
    title=N_("训诫决定书"),
    mark="训",
    layout="decision",
    fields={
        "organ": N_("社区矫正机构名称"),
        "name": N_("姓名"),
        "sex": N_("性别"),
        "born_on": N_("出生日期"),
        "id_number": N_("居民身份证号码"),
        "order_kind": N_("矫正类别"),
        "crime": N_("罪名"),
        "start_on": N_("矫正期限起始日"),
        "end_on": N_("矫正期限届满日"),
        "facts": N_("违反规定的事实"),
        "evidence": N_("证据"),
        "article": N_("适用的条款"),
        "item_words": N_("条款的内容"),
        "decided_on": N_("决定日期"),
    },
    blocks=(
        Block("organ", "{organ}"),
        Block("title", "{title}"),
        Block("number", "{number}"),
        Block(
            "paragraph",
            "社区矫正对象{name}，{sex}，{born_on}出生，居民身份证号码{id_number}，因犯{crime}接受社区矫正，矫正类别为{order_kind}，"
            "矫正期限自{start_on}起至{end_on}止。",
        ),
        Block("paragraph", "经查，{facts}"),
        Block("paragraph", "认定上述事实的证据有：{evidence}。"),
        Block(
            "paragraph",
            "{name}的行为属于《中华人民共和国社区矫正法实施办法》{article}规定的“{item_words}”情形。依照该项规定，决定给予{name}训诫。",
        ),
        Block(
            "paragraph",
            "希望你从中吸取教训，遵守法律、行政法规和社区矫正监督管理规定。再有违反的，将依法予以警告或者作其他处理。",
        ),
        Block("signature", "{organ}（公章）"),
        Block("signature", "{decided_on}"),
        Block("receipt", "本决定书已向我宣读并送达。社区矫正对象签名：＿＿＿＿＿＿　　年　　月　　日"),
        Block("receipt", "拒绝签名的，送达人、见证人签名：＿＿＿＿＿　＿＿＿＿＿　　年　　月　　日"),
    ),
)
