"""A page with every macro of `ui`, and an app that shows it: for the tests of the frame."""

from collections.abc import AsyncIterator
from datetime import datetime
from types import SimpleNamespace

import httpx
import pytest
from jinja2 import DictLoader, Environment
from litestar import Litestar, Request, get, post
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.template import TemplateConfig

from supervision import web
from supervision.days import SHANGHAI

EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=SHANGHAI)
GALLERY = """
{% extends "base.html" %}
{% block title %}样张{% endblock %}
{% block beside %}{{ ui.badge("lapse", "逾期 3 天") }}{{ ui.tag("严管", "strict") }}{% endblock %}
{% block actions %}{{ ui.button("登记", icon="plus", href="/", kind="main") }}{% endblock %}
{% block content %}
{% call ui.card(flush=True) %}
{{ ui.tabs([{"href": "?", "label": "全部", "count": 2, "current": True}, {"href": "?late", "label": "逾期", "count": 1, "urgent": True}]) }}
<form class="filters" method="get" data-live>{{ ui.search("q", "姓名") }}{{ ui.filter("office", "司法所", [("", "全部司法所")]) }}</form>
<div class="scroll" tabindex="0" role="region" aria-label="名单"><table class="rows"><thead><tr><th>姓名</th><th>状态</th><th>近 14 天</th></tr></thead>
<tbody>{% for name in ("甲某", "乙某") %}<tr><td class="at-name">{{ ui.person_line(name, "男", 34, "/person/" ~ loop.index) }}</td>
<td class="at-state">{{ ui.badge("due", "今日到期") }}{{ ui.badge("ok", "正常") }}{{ ui.badge("paused", "请假外出") }}</td>
<td class="at-left">{{ ui.strip([("11-22", "done"), ("11-23", "missed")]) }}{{ ui.progress(0.3, "余 9 天") }}</td></tr>{% endfor %}</tbody></table></div>
{% endcall %}
{% call ui.card("办理", narrow=True) %}
<form class="form" method="post" action="/save" data-keep>{{ ui.csrf(csrf_token) }}{{ ui.problem("有 1 项需要修改。") }}
{{ ui.field("phone", "电话", "12", error="请输入 11 位手机号码", kind="tel", hint="本人在用的", required=True) }}
{{ ui.field("secret", "口令", kind="password") }}
{{ ui.field("met", "是否见到", "yes", kind="radio", options=[("yes", "见到"), ("no", "没有")]) }}
{{ ui.field("told", "已告知", kind="checkbox") }}{{ ui.select("mode", "方式", [("phone", "电话")]) }}{{ ui.textarea("note", "情况") }}
<div class="buttons">{{ ui.button("保存", kind="main") }}</div></form>
{% call ui.act("改电话", icon="phone", open=True) %}<p>在此办理</p>{% endcall %}
{% call ui.confirm("作废", "作废后不再算数。", open=True) %}{{ ui.button("作废", kind="danger") }}{% endcall %}
{% endcall %}
{{ ui.facts([("姓名", "甲某"), ("电话", None)]) }}{{ ui.timeline([{"when": "今天", "title": "升级", "kind": "lapse", "by": "系统"}]) }}
<div class="stats">{{ ui.stat("逾期", 4, "较昨日 −1", urgent=True) }}</div>{{ ui.flash("ok", "已保存。") }}{{ ui.empty("还没有。") }}{{ ui.pager("?p=2") }}
<form id="quick" method="post" action="/refuse" hx-post="/refuse" hx-swap="innerHTML">{{ ui.button("试着保存") }}</form>
{{ ui.button("取一行", type="button", attrs={"hx-get": "/gallery", "hx-target": "#part"}) }}<p id="part"></p>
<form method="post" action="/save" data-confirm="真的清空？">{{ ui.button("清空", kind="danger") }}</form>
{% endblock %}
"""


@pytest.fixture(scope="module")
def env() -> Environment:
    env = web.environment()
    pages = DictLoader(
        {
            "gallery.html": GALLERY,
            "_part.html": "只有一行",
            "_refused.html": "{{ ui.problem('号码不对') }}",
            "typo.html": "{{ no_such_name }}",
        }
    )
    env.loader.loaders.append(pages)  # type: ignore[union-attr]
    return env


def _frame(request: Request) -> None:
    request.state.clock = SimpleNamespace(now=lambda: EVENING)
    if "out" not in request.query_params:
        request.state.viewer = SimpleNamespace(id=7, name="陈晓明")
        request.state.nav = [
            {
                "href": "/",
                "label": "工作台",
                "icon": "layout-dashboard",
                "count": None,
                "current": True,
                "urgent": False,
            },
            {"href": "/a", "label": "预警", "icon": "bell", "count": 7, "current": False, "urgent": True},
        ]
        request.state.idle_seconds = 900
        request.state.banners = [{"kind": "training", "text": "训练时钟"}]


@pytest.fixture(scope="module")
def app(env: Environment) -> Litestar:
    @get("/gallery", sync_to_thread=False)
    def gallery(request: Request) -> web.Template:
        return web.page(request, "gallery.html", fragment="_part.html", toast="已保存")

    @get("/broken", sync_to_thread=False)
    def broken(request: Request) -> web.Template:
        return web.error_page(request, 503)

    @post("/save", sync_to_thread=False)
    def save(request: Request) -> web.Template:
        return web.error_page(request, 503)

    @post("/refuse", sync_to_thread=False)
    def refuse(request: Request) -> web.Template:
        return web.page(request, "_refused.html", status=422)

    return Litestar(
        [gallery, broken, save, refuse, web.static_router()],
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(env)),
        before_request=_frame,
        before_send=[web.security_headers],
    )


@pytest.fixture
async def client(app: Litestar) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        yield client
