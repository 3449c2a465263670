"""Which provider this process may use: said once at the start, before the first text."""

from collections.abc import Callable

from supervision.config import Settings
from supervision.db import fetch_value
from supervision.errors import Refusal
from supervision.messages.providers import Provider, open_provider

RECEIPTS_PATH = "/receipts/twilio"


async def make_provider(settings: Settings, write: Callable[[str], object] = print) -> Provider:
    """The provider of the settings, for this database. Raises Refusal with one sentence.

    A demo starts only with the console; production refuses a demo; Twilio needs the cross-border assessment.
    """
    demo = await is_demo()
    if demo and settings.mode == "production":
        raise Refusal("这是演示数据库，正式运行方式不使用它：请另建数据库，或设置 SUPERVISION_MODE=training。")
    if demo and settings.sms != "console":
        raise Refusal("演示数据库只能使用 console 短信通道：请去掉 SUPERVISION_SMS。")
    if _goes_abroad(settings):
        raise Refusal(
            "没有启动：Twilio 的服务器在境外，国家机关处理的个人信息未经安全评估不得出境；"
            "请在 SUPERVISION_CROSS_BORDER_ASSESSMENT 中写明评估文件的名称和文号，或改用境内通道。"
        )
    return open_provider(settings, receipts_path=RECEIPTS_PATH, write=write)


def _goes_abroad(settings: Settings) -> bool:
    """Every number of this register is a mainland one, so that each text would be refused one by one."""
    closed = settings.mode == "production" and settings.region.lower() == "cn"
    return closed and settings.sms == "twilio" and not settings.cross_border_assessment.strip()


async def is_demo() -> bool:
    """Whether this database holds the demo district."""
    return bool(await fetch_value("SELECT 1 FROM installation WHERE key = 'demo'"))
