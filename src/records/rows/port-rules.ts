import { dayOff } from '../cells/holidays.js';
import { columnsOf } from '../columns.js';
import { countryOf } from '../complete.js';
import { today } from '../port-order.js';
import type { RowCheck } from './row-check.js';

const PORT_COLUMNS = columnsOf('port');
const DAY_MS = 86_400_000;
/** A date that is further off is most likely a slip of the year; carriers take orders for about as long. */
const MAX_DAYS_AHEAD = 30;

const TOLL_FREE = /^18(?:00|22|33|44|55|66|77|88)/;

/** What the row of a number to port must say; what its order must say, its first row is asked for by `PortOrders`. */
export function checkPort(check: RowCheck): void {
  const { values } = check;
  check.applyDefaults('port');
  const { phoneNumber, portDate } = values;
  if (phoneNumber !== undefined && TOLL_FREE.test(phoneNumber)) {
    // an account with toll-free numbers needs a rate plan for them, which no column names
    const message = `${phoneNumber} is toll-free; this program ports local numbers only`;
    const hint = 'Order the port of toll-free numbers in the portal, and leave the row out here.';
    check.add('PORT_TOLL_FREE', 'phoneNumber', message, hint);
  }
  if (portDate !== undefined) checkDate(check, portDate);
  if (values.holdActivation === true) {
    const message = 'holdActivation has no effect: a ported number is activated on the day of its port';
    check.add('NO_EFFECT', 'holdActivation', message, 'Leave the cell blank.');
  }
}

function checkDate(check: RowCheck, day: string): void {
  const now = today();
  if (day < now) {
    // Whether the order is there, the platform alone knows: a run and a dry run ask it.
    const message = `${day} is past: the order is not placed unless it is there already`;
    const hint = 'Give a day in the future. An order that is there already keeps its own date.';
    check.add('PORT_DATE_PAST', 'portDate', message, hint);
    return;
  }
  const days = Math.round((Date.parse(day) - Date.parse(now)) / DAY_MS);
  if (days > MAX_DAYS_AHEAD) {
    const message = `${day} is ${days} days off; carriers may not take an order for a day so far off`;
    check.add(
      'PORT_DATE_FAR',
      'portDate',
      message,
      'Check the year; the dry run asks which days are offered.',
    );
  }
  const reason = dayOff(day, countryOf(check.values));
  if (reason === null) return;
  const message = `${day} is ${reason}; carriers may not port on it`;
  check.add('PORT_DATE_NO_WORKDAY', 'portDate', message, 'Use a working day if you can.');
}

/** One warning names all port cells of a row that ports nothing. */
export function refusePortCells(check: RowCheck): void {
  const filled = PORT_COLUMNS.filter((column) => check.values[column] !== undefined);
  const [first] = filled;
  if (first === undefined || check.isBad('numberSource')) return;
  const message = `numberSource is not PORT, so ${filled.join(', ')} ${filled.length === 1 ? 'has' : 'have'} no effect`;
  check.add('NO_EFFECT', first, message, 'Set numberSource to PORT, or leave the cells blank.');
}
