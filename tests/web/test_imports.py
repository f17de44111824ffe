"""Importing a roster through the pages: send, preview, confirm; each action climbs the ladder."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
import sqlalchemy as sa

from partygroup.people.imports import PAGE
from partygroup.people.models import Belonging, Person, RosterImport
from tests.rosters import excel

BAD_IDS = ("0", "2147483648", "9" * 300, "１", "%00")
TITLES = ["工号", "姓名", "二级党委", "党支部", "党小组", "党员类别", "星级", "手机号"]
SOMEBODY = ["900001", "苏新䶮", "青松厂党委", "红柳车间党支部", "朱雀党小组", "正式党员", "3", "13800000000"]


def roster(*rows, name: str = "花名册.xlsx"):
    return excel(TITLES, *rows), name


def person(**changes) -> list[str]:
    return [changes.get(title, value) for title, value in zip(TITLES, SOMEBODY, strict=True)]


def send(client, *rows, **typed):
    form = {"valid_from": "2026-01-01", "unit_id": typed.pop("unit_id", ""), "file": roster(*rows)} | typed
    return client.post("/imports", data=form, content_type="multipart/form-data")


@pytest.fixture
def office(world, client, at):
    """The company's office, in November 2026."""
    at("2026-11-24 09:00")
    client.sign_on(world.company_officer, office=True)
    client.unit_id = world.company.id
    return client


def previewed(office, *rows) -> str:
    """Send a roster and return the address of its preview."""
    answer = send(office, *rows, unit_id=office.unit_id)
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_roster_is_previewed_then_confirmed(office, session):
    path = previewed(office, SOMEBODY)
    page = office.get(path)
    assert "新加入 1 人" in page.text and "苏新䶮" in page.text
    assert session.scalar(sa.select(Person.id).where(Person.staff_no == "900001")) is None
    answer = office.post(f"{path}/applying")
    assert answer.status_code == 303 and answer.headers["Location"] == path
    assert "名单已导入" in office.get(path).text
    assert session.scalar(sa.select(Person.name).where(Person.staff_no == "900001")) == "苏新䶮"
    assert "已导入" in office.get("/imports").text


def test_confirming_twice_says_so(office, session):
    path = previewed(office, SOMEBODY)
    office.post(f"{path}/applying")
    office.post(f"{path}/applying")
    assert "没有再改动" in office.get(path).text
    assert session.scalar(sa.select(sa.func.count(Person.id)).where(Person.staff_no == "900001")) == 1


def test_faults_are_shown_by_cell_and_handed_out(office):
    path = previewed(office, SOMEBODY, person(工号="900002", 星级="九"))
    page = office.get(path)
    assert "G3" in page.text and "星级只能是0到5的整数" in page.text
    file = office.get(f"{path}/faults.xlsx")
    lines = list(openpyxl.load_workbook(io.BytesIO(file.data)).active.iter_rows(values_only=True))
    assert lines[1][0] == "900002" and "星级" in lines[1][-1]


def test_faulty_rows_wait_unless_the_good_ones_are_wanted(office):
    path = previewed(office, SOMEBODY, person(工号="900002", 星级="九"))
    refused = office.post(f"{path}/applying")
    assert refused.status_code == 422 and "还有1行有问题" in refused.text
    assert office.post(f"{path}/applying", data={"only_good_rows": "1"}).status_code == 303


def test_people_left_out_are_ended_only_when_ticked(office, world, session):
    rows = [person(工号=world.member.staff_no, 姓名=world.member.name, 手机号="")]
    path = previewed(office, *rows)
    page = office.get(path)
    assert "文件里没有的人" in page.text and world.leader.name in page.text
    lost = session.scalar(sa.select(Person.id).where(Person.name == "田大利"))
    forgot = office.post(f"{path}/applying", data={"ended": lost})
    assert forgot.status_code == 422 and "日期" in forgot.text
    assert re.search(rf'name="ended" value="{lost}" checked', forgot.text)
    assert office.post(f"{path}/applying", data={"ended": lost, "ended_on": "2026-11-01"}).status_code == 303
    ends = session.scalars(sa.select(Belonging.until_on).where(Belonging.person_id == lost)).all()
    assert [str(day) for day in ends] == ["2026-11-01"]


def test_units_of_the_works_are_shown_apart(office):
    titles, row = [*TITLES, "车间"], [*person(二级党委="一炼钢厂党委", 党支部="转炉党支部"), "转炉车间"]
    path = send(office, unit_id=office.unit_id, file=(excel(titles, row), "花名册.xlsx")).headers["Location"]
    page = office.get(path).text
    assert "新设单位 3 个" in page and "<li>钢城公司党委 一炼钢厂党委</li>" in page
    assert "新设生产单位 2 个" in page and "<li>一炼钢厂党委（厂）</li>" in page
    office.post(f"{path}/applying")
    assert "新设单位 3 个，新设生产单位 2 个。" in office.get(path).text


def test_the_result_names_who_left(office, world):
    path = previewed(office, person(工号=world.member.staff_no, 姓名=world.member.name, 手机号=""))
    assert "离开 1 人" not in office.get(path).text
    office.post(f"{path}/applying", data={"ended": world.probationer.id, "ended_on": "2026-11-01"})
    page = office.get(path).text
    assert "离开 1 人</b>" in page and f"<b>{world.probationer.name}</b>" in page
    assert "红柳车间党支部，2026-11-01离开" in page and world.probationer.staff_no in page
    assert f"<b>{world.leader.name}</b>" not in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("file", (io.BytesIO(), ""), "请选择一份花名册"),
        ("valid_from", "", "请写上生效日期"),
        ("valid_from", "2026-02-30", "没有这一天"),
        ("valid_from", "2026-11-25", "生效日期不能晚于今天"),
        ("unit_id", "999999", "请选择为哪个单位"),
    ],
)
def test_what_is_wrong_is_said_at_its_own_field(office, field, typed, words):
    answer = send(office, SOMEBODY, **{"unit_id": office.unit_id} | {field: typed})
    assert answer.status_code == 422 and re.search(rf'<a href="#{field}">{words}', answer.text)
    assert re.findall(r'<a href="#(\w+)">[^<]*[。]</a>', answer.text) == [field]


def test_all_that_is_wrong_is_said_at_once(office):
    answer = send(office, unit_id="", valid_from="2026-02-30", file=(io.BytesIO(), ""))
    assert re.findall(r'<a href="#(\w+)">[^<]*[。]</a>', answer.text) == ["file", "valid_from", "unit_id"]
    assert 'value="2026-02-30"' in answer.text


@pytest.mark.parametrize("name", ["名单.xls", "名单.pdf", "名单.csv", "../../名单.docx"])
def test_other_files_are_refused_beside_the_form(office, name):
    file = (io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100), name)
    answer = send(office, unit_id=office.unit_id, file=file)
    assert answer.status_code == 422 and 'id="file-error"' in answer.text


def send_bytes(client, size: int):
    """Send a file of that many bytes; encoded here, since the test client would leave its own copy open."""
    head = "--b\r\nContent-Disposition: form-data; name="
    fields = f'{head}"valid_from"\r\n\r\n2026-01-01\r\n{head}"unit_id"\r\n\r\n{client.unit_id}\r\n'
    file = f'{head}"file"; filename="a.csv"\r\nContent-Type: text/csv\r\n\r\n'
    body = (fields + file).encode() + b"x" * size + b"\r\n--b--\r\n"
    return client.post("/imports", data=body, content_type="multipart/form-data; boundary=b")


def test_a_file_of_five_megabytes_is_read_and_more_is_refused(office):
    assert "一格特别长" in send_bytes(office, 5 * 1024 * 1024).text
    assert "不能超过5 MB" in send_bytes(office, 5 * 1024 * 1024 + 1).text
    assert send_bytes(office, 6 * 1024 * 1024).status_code == 413


def test_the_unit_office_imports_its_own_committee_only(world, client, at):
    at("2026-11-24 09:00")
    client.sign_on(world.unit_officer, office=True)
    foreign = person(工号="900002", 二级党委="黑土厂党委")
    answer = send(client, SOMEBODY, foreign, unit_id=world.committee.id)
    assert "不在您的范围内" in client.get(answer.headers["Location"]).text
    assert send(client, SOMEBODY, unit_id=world.company.id).status_code == 422


def test_an_import_of_the_company_is_not_found_by_a_unit_office(office, world):
    path = previewed(office, SOMEBODY)
    office.sign_on(world.unit_officer, office=True)
    for address in (path, f"{path}/faults.xlsx"):
        assert office.get(address).status_code == 404
    assert office.post(f"{path}/applying").status_code == 404


def test_only_who_sent_it_confirms_it(office, world, session):
    path = previewed(office, SOMEBODY)
    session.execute(sa.update(RosterImport).values(by_id=world.member.id))
    assert "由上传的人自己确认" in office.get(path).text
    assert office.post(f"{path}/applying").status_code == 422


@pytest.mark.parametrize("role", ["member", "leader", "secretary", "auditor", "account_officer"])
def test_others_may_not_import(world, client, role):
    client.sign_on(world.actors[role], office=True)
    assert client.get("/imports").status_code == 403
    assert send(client, SOMEBODY, unit_id=world.company.id).status_code == 403


def test_a_sleeping_office_is_asked_for_the_password(world, client):
    client.sign_on(world.company_officer)
    page = client.get("/imports")
    assert page.status_code == 401 and "再输一次密码" in page.text


def test_who_is_not_logged_in_is_asked_to(client, clean):
    assert client.get("/imports").status_code in (302, 303)


@pytest.mark.parametrize("bad", BAD_IDS)
def test_bad_ids_are_not_found(office, bad):
    assert office.get(f"/imports/{bad}").status_code == 404


def test_old_imports_are_paged_and_as_many_statements_for_many(office, session, world, statements):
    def cost() -> int:
        office.get("/imports")
        with statements() as seen:
            office.get("/imports")
        return len(seen)

    previewed(office, SOMEBODY)
    few = cost()
    kept = session.scalar(sa.select(RosterImport))
    values = {
        column.name: getattr(kept, column.name) for column in RosterImport.__table__.columns if column.name != "id"
    }
    session.execute(sa.insert(RosterImport.__table__), [values] * (PAGE + 3))
    assert cost() == few
    page = office.get("/imports")
    older = re.search(r'href="(/imports\?before=\d+)"', page.text)[1]
    assert office.get(older).text.count('<li><a href="/imports/') == 4


@pytest.mark.parametrize("before", BAD_IDS)
@pytest.mark.parametrize("address", ["/imports", "/imports/figures"])
def test_a_page_after_nonsense_is_the_first_page(office, address, before):
    assert office.get(f"{address}?before={before}").status_code == 200


def test_long_lists_say_how_long_they_are(office):
    rows = [person(工号=f"91{number:04d}") for number in range(205)]
    page = office.get(previewed(office, *rows))
    assert "新加入 205 人" in page.text and "列出前 200 人" in page.text


def test_a_file_that_changes_nothing_asks_for_nothing(office):
    alone = person(党支部="新设党支部")
    first = previewed(office, alone)
    office.post(f"{first}/applying")
    assert "新加入 1 人，新设单位 2 个。" in office.get(first).text
    again = previewed(office, alone)
    page = office.get(again)
    assert "没有要改的" in page.text and "确认导入" not in page.text
    office.post(f"{again}/applying")
    assert "没有要改的" in office.get(again).text
