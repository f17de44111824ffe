"""The faulty rows of a table as a file, to be mended and sent again."""

from __future__ import annotations

import io

import xlsxwriter


def fault_sheet(headers: list[str], faults: list[dict]) -> bytes:
    """Return an Excel file of the faulty rows as they were typed, with a column of reasons.

    A faulty row holds its number (`row`), `cells` as typed, and `faults` with cell, column and reason.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("有问题的行")
    bold = book.add_format({"bold": True})
    titles = [*headers, "原行号", "原因"]
    for column, title in enumerate(titles):
        page.write_string(0, column, title, bold)
    for number, row in enumerate(faults, 1):
        _write_faulty(page, number, row, len(titles) - 2)
    page.freeze_panes(1, 0)
    page.set_column(0, len(titles) - 2, 12)
    page.set_column(len(titles) - 1, len(titles) - 1, 80)
    book.close()
    return out.getvalue()


def _write_faulty(page, number: int, row: dict, width: int) -> None:
    for column, cell in enumerate(row["cells"][:width]):
        page.write_string(number, column, cell)
    reasons = "；".join(f"{fault['cell']} {fault['column']}：{fault['reason']}" for fault in row["faults"])
    page.write_number(number, width, row["row"])
    page.write_string(number, width + 1, reasons[:32000])
