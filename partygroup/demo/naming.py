"""Invented names, staff numbers and telephone numbers; nobody real is meant."""

from __future__ import annotations

from random import Random

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙马朱郭何林高罗郑梁谢宋唐许韩冯曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范石廖贾夏韦付方白邹孟熊秦邱侯江尹薛闫段雷黎史陶贺顾郝龚邵万钱严覃武戴莫孔向汤"
)
COMPOUND_SURNAMES = ("欧阳", "司徒", "上官", "令狐", "尉迟")
MALE = "守勤厚朴稼耕耘松柏桐岭岳川沛泉铭钧炜煜烁焕栋梁毅恒笃韧谨诚信义望宁长根茂材启明广田立本永固"
FEMALE = "兰芝蕙芹荷莲梅菊桂秀云霞雁燕素洁淑贞婉晴雨雪春穗禾青翠竹琴瑶"
#: First and last part of names written with a middle dot.
DOTTED = (("阿依别", "巴图拉", "热西丁", "吐尔逊"), ("艾力江", "哈里木", "塔什克", "玉山买"))
TENTHS_SHORT = 3


def invented_name(rng: Random, sex: str) -> str:
    """Return a name of two or three characters; now and then a compound surname or one with a middle dot."""
    luck = rng.random()
    if luck < 0.004:
        return "·".join(rng.choice(parts) for parts in DOTTED)
    surname = rng.choice(COMPOUND_SURNAMES) if luck < 0.02 else rng.choice(SURNAMES)
    pool = FEMALE if sex == "女" else MALE
    return surname + "".join(rng.sample(pool, 1 if rng.randrange(10) < TENTHS_SHORT else 2))


def staff_number(index: int) -> str:
    """Return the six-digit number of the index-th person: scattered, never twice, none of the easy 10xxxx."""
    return str(200_000 + index * 7_919 % 700_001)


def invented_phone(rng: Random) -> str:
    """Return eleven digits beginning with 100, where no mobile number begins."""
    return f"100{rng.randrange(10**8):08d}"
