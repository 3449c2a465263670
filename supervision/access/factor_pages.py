"""One's own second factor: put in force, changed, given up; and reset by the security administrator."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect, Template

from supervision.access import second_factor, totp
from supervision.access.confirm import confirmed
from supervision.access.forms import go, typed
from supervision.access.second_factor import Offer
from supervision.access.viewer import Viewer, guard
from supervision.clock import Clock
from supervision.config import Settings
from supervision.errors import Refusal
from supervision.language import gettext as _
from supervision.web import AnyRequest, page

OWN: list[Any] = [guard("own_account"), confirmed]
ISSUER = "零漏管"


@get("/account/second-factor", guards=OWN)
async def own_factor(
    request: AnyRequest,
    viewer: NamedDependency[Viewer],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> Template:
    """What is in force; or the picture for a telephone that makes codes from now on."""
    factor = await second_factor.running(viewer.id)
    if factor is None or request.query_params.get("new") == "1":
        return _offer_page(request, viewer, second_factor.new_offer(viewer, clock.now()))
    asked = second_factor.must_have(settings, viewer.role)
    return page(request, "access/second_factor.html", factor=factor, must_have=asked)


def _offer_page(request: AnyRequest, viewer: Viewer, offer: Offer, *, refusal: Refusal | None = None) -> Template:
    address = totp.address_of(offer.secret, viewer.login, ISSUER)
    groups = [offer.secret[at : at + 4] for at in range(0, len(offer.secret), 4)]
    shown: dict[str, Any] = {"picture": totp.picture_of(address), "secret": " ".join(groups), "offer": offer.sealed}
    return page(request, "access/enrol.html", status=422 if refusal else 200, refusal=refusal, **shown)


@post("/account/second-factor", guards=OWN)
async def enrol(request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]) -> Response[Any]:
    """Put the telephone that was shown the picture in force; its recovery codes are shown this once."""
    form, now = await typed(request), clock.now()
    offer = second_factor.open_offer(viewer, form.get("offer", ""), now)
    if offer is None:
        late = Refusal(_("这个二维码已经过期，请重新扫描下面的新二维码。"))
        return _offer_page(request, viewer, second_factor.new_offer(viewer, now), refusal=late)
    try:
        codes = await second_factor.enrol(viewer, offer, form.get("one_time_password", ""), now)
    except Refusal as refusal:
        return _offer_page(request, viewer, offer, refusal=refusal)
    return page(request, "access/recovery_codes.html", codes=codes, said=_("动态验证码已经启用。"))


@post("/account/second-factor/codes", guards=OWN)
async def renew_codes(
    request: AnyRequest, viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Response[Any]:
    """Ten new recovery codes, shown this once."""
    codes = await second_factor.renew_codes(viewer, clock.now())
    return page(request, "access/recovery_codes.html", codes=codes, said=_("这是新的恢复码，原来的已经失效。"))


@post("/account/second-factor/end", guards=OWN)
async def end_factor(
    viewer: NamedDependency[Viewer], clock: NamedDependency[Clock], settings: NamedDependency[Settings]
) -> Redirect:
    """Do without a second factor from now on."""
    await second_factor.remove(viewer, settings, clock.now())
    return go("/account", _("动态验证码已停用。"))


@post("/staff/{staff_id:int}/second-factor", guards=[guard("manage_staff"), confirmed])
async def reset_factor(
    staff_id: FromPath[int], viewer: NamedDependency[Viewer], clock: NamedDependency[Clock]
) -> Redirect:
    """End the second factor of somebody who has lost telephone and recovery codes."""
    await second_factor.reset(viewer, staff_id, clock.now())
    return go(f"/staff/{staff_id}", _("动态验证码已重置，本人下次登录时会得到告知。"))


ROUTES = [own_factor, enrol, renew_codes, end_factor, reset_factor]
