"""What a template says by `_` is text: neither HTML nor a pattern, whoever wrote it."""

from supervision.web import environment

TYPED = "<b>100% %(name)s</b>"


def test_a_name_that_users_typed_is_shown_as_it_is() -> None:
    shown = environment().from_string("{{ _(typed) }}").render(typed=TYPED)
    assert shown == "&lt;b&gt;100% %(name)s&lt;/b&gt;"


def test_values_are_put_into_a_sentence_as_text() -> None:
    shown = environment().from_string('{{ _("已给 %(name)s 指派", name=typed) }}').render(typed=TYPED)
    assert shown == "已给 &lt;b&gt;100% %(name)s&lt;/b&gt; 指派"


def test_sentences_by_number_take_their_values_too() -> None:
    template = environment().from_string(
        '{{ ngettext("%(n)d 天，%(name)s", "%(n)d 天，%(name)s", n, n=n, name=typed) }}'
    )
    assert template.render(n=2, typed="<i>") == "2 天，&lt;i&gt;"
