"""The cells of a workbook as openpyxl reads them: by sheet, rows of [type, value, number format, quote prefix]."""

import datetime
import json
import sys

from openpyxl import load_workbook


def told(cell):
    value = cell.value
    if isinstance(value, (datetime.datetime, datetime.date)):
        value = value.isoformat()
    return [cell.data_type, value, cell.number_format, cell.quotePrefix]


book = load_workbook(sys.argv[1])
sheets = {sheet.title: [[told(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book}
first = book.worksheets[0]
print(
    json.dumps(
        {
            "sheets": sheets,
            "frozen": first.freeze_panes,
            "filter": first.auto_filter.ref,
            "comment": book.properties.description,
            "title": book.properties.title,
        },
        ensure_ascii=False,
    )
)
