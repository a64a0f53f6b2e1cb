// What `validate` of a workbook is compared with: exceljs's stream reader, and nothing done with the rows.
import ExcelJS from 'exceljs';

let rows = 0;
const reader = new ExcelJS.stream.xlsx.WorkbookReader(process.argv[2], {
  worksheets: 'emit',
  sharedStrings: 'cache',
});
for await (const sheet of reader) for await (const row of sheet) if (row.values.length > 0) rows++;
console.log(rows);
