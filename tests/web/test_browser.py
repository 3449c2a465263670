"""The frame in a real browser: both themes, desk and phone, keys, Chinese input, what is kept and what is not."""

from urllib.parse import urlsplit

import pytest

from tests.browser_tools import DESK, PHONE, SCHEMES, Troubles, axe_faults, chromium, show


@pytest.fixture
async def tab(client):
    """A tab of a real browser whose requests the app answers in this process; it fails on any console error."""

    async def answer(route):
        address = urlsplit(route.request.url)
        reply = await client.request(
            route.request.method,
            f"{address.path}?{address.query}",
            content=route.request.post_data_buffer,
            headers={key: value for key, value in route.request.headers.items() if key.startswith("hx-")},
        )
        await route.fulfill(status=reply.status_code, headers=dict(reply.headers), body=reply.content)

    async with chromium() as browser:
        tab = await browser.new_page()
        troubles = Troubles(tab.context, "localhost", expected=(422, 503))
        await tab.route("**/*", answer)
        yield tab
    assert troubles == []


@pytest.mark.browser
@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_macros_pass_axe_in_both_themes_on_desk_and_phone(tab, width, scheme):
    await tab.goto("http://localhost/gallery")
    await show(tab, width, scheme)
    assert await axe_faults(tab) == []
    assert await tab.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.browser
@pytest.mark.parametrize("width", [DESK, PHONE])
async def test_the_bar_cuts_no_name_and_all_of_the_own_menu_is_on_the_screen(tab, width):
    await tab.goto("http://localhost/gallery")
    await show(tab, width, "light")
    assert await tab.evaluate("(one => one.scrollWidth <= one.clientWidth)(document.querySelector('.top b'))")
    await tab.click(".top .menu > summary")
    ends = "[...document.querySelectorAll('.top .panel .button')].map((one) => one.getBoundingClientRect().right)"
    found = await tab.evaluate(ends)
    assert len(found) == 3 and max(found) <= width


@pytest.mark.browser
async def test_the_keyboard_walks_the_rows(tab):
    await tab.goto("http://localhost/gallery")
    name = "document.activeElement.textContent"
    seen = []
    for key in "jjjk":
        await tab.keyboard.press(key)
        seen.append(await tab.evaluate(name))
    assert seen == ["甲某", "乙某", "乙某", "甲某"]
    await tab.keyboard.press("/")
    assert await tab.evaluate("document.activeElement.name") == "q"


@pytest.mark.browser
async def test_a_half_typed_chinese_word_does_not_filter(tab):
    await tab.clock.install()
    await tab.goto("http://localhost/gallery")
    await tab.evaluate("window.fired = []; document.addEventListener('filter', () => window.fired.push(1))")
    await tab.focus("[data-search]")
    session = await tab.context.new_cdp_session(tab)
    await session.send("Input.imeSetComposition", {"text": "zhang", "selectionStart": 5, "selectionEnd": 5})
    await tab.clock.run_for(1000)
    assert await tab.evaluate("window.fired.length") == 0
    await session.send("Input.insertText", {"text": "张"})
    await tab.clock.run_for(1000)
    assert await tab.evaluate("window.fired.length") == 1


@pytest.mark.browser
async def test_the_chosen_theme_is_remembered(tab):
    await tab.goto("http://localhost/gallery")
    await tab.click(".top .menu summary")
    for _press in range(2):
        await tab.click("[data-theme-next]")
    await tab.reload()
    assert await tab.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.browser
async def test_a_form_that_did_not_arrive_comes_back_without_its_secrets(tab):
    await tab.goto("http://localhost/gallery")
    await tab.fill("[name=note]", "本人在家")
    await tab.fill("[name=phone]", "13800000000")
    await tab.fill("[name=secret]", "hunter2")
    await tab.click("text=保存")
    await tab.wait_for_url("**/save")
    assert "hunter2" not in await tab.evaluate("JSON.stringify(sessionStorage)")
    await tab.goto("http://localhost/gallery")
    assert await tab.input_value("[name=note]") == "本人在家"
    assert await tab.input_value("[name=secret]") == ""
    await tab.goto("http://localhost/gallery")
    assert await tab.input_value("[name=note]") == ""


@pytest.mark.browser
async def test_an_idle_time_out_keeps_what_was_typed_in_marked_forms(tab):
    await tab.clock.install()
    await tab.goto("http://localhost/gallery")
    await tab.fill("[name=note]", "本人在家")
    await tab.fill("[name=secret]", "hunter2")
    async with tab.expect_navigation():
        await tab.clock.run_for(901_000)
    assert await tab.input_value("[name=note]") == "本人在家"
    assert await tab.input_value("[name=secret]") == ""
    await tab.click(".top .menu summary")
    assert "已恢复" in await tab.inner_text("#toasts")


@pytest.mark.browser
async def test_a_refused_htmx_form_comes_back_with_its_sentence(tab):
    await tab.goto("http://localhost/gallery")
    await tab.click("text=试着保存")
    await tab.wait_for_selector("#quick >> text=号码不对")


@pytest.mark.browser
async def test_a_part_is_swapped_in_and_its_toast_shown(tab):
    await tab.goto("http://localhost/gallery")
    await tab.click("text=取一行")
    await tab.wait_for_selector("#part >> text=只有一行")
    await tab.wait_for_selector("#toasts >> text=已保存")


@pytest.mark.browser
async def test_what_is_not_confirmed_is_not_sent(tab):
    asked = []

    async def refuse(dialog):
        asked.append(dialog.message)
        await dialog.dismiss()

    tab.on("dialog", refuse)
    await tab.goto("http://localhost/gallery")
    await tab.click("text=清空")
    assert asked == ["真的清空？"] and tab.url.endswith("/gallery")
