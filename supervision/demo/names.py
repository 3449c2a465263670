"""Invented names, put together from small lists; nobody real is meant."""

from collections.abc import Callable
from random import Random
from typing import Final

COMMON: Final = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
RARE: Final = ("单", "曾", "解", "查", "仇", "区", "尉迟", "万俟", "㐂", "𠮷")
"""Surnames that are read otherwise than they look, or that older programs can't hold."""
MALE: Final = "建国 志强 海涛 玉林 俊峰 永明 文斌 少华 晓东 振宇 立新 春生 国栋 彦军 瑞 浩 鹏 磊 勇 斌 凯 福旺 二小 保平 拴柱".split()
FEMALE: Final = "秀英 桂兰 丽娟 晓燕 雪梅 爱萍 静 敏 婷 娜 春花 玉珍 彩霞 佳怡 改梅 变莲 惠芳 云".split()


class Names:
    """Names one after another, the rare surnames first when asked for; no name twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._taken: set[str] = set()
        self._rare = list(RARE)

    def plain(self, sex: str = "") -> str:
        """A common surname with a given name."""
        return self._new(lambda: self._random.choice(COMMON), sex)

    def rare(self, sex: str) -> str:
        """The next rare surname with a given name; a common one when all were used."""
        if not self._rare:
            return self.plain(sex)
        surname = self._rare.pop(0)
        return self._new(lambda: surname, sex)

    def _new(self, surname: Callable[[], str], sex: str) -> str:
        given = {"male": MALE, "female": FEMALE}.get(sex, [*MALE[:20], *FEMALE])
        while (name := surname() + self._random.choice(given)) in self._taken:
            pass
        self._taken.add(name)
        return name
