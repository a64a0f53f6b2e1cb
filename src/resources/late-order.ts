import type { Resource } from '../plan/resource.js';
import { today } from '../records/port-order.js';
import type { Finding } from './row-findings.js';

/**
 * What speaks against placing a port order now whose day is past; null where its day is to come. One that is there
 * already keeps its own date: this is asked of those alone that would have to be placed.
 */
export function lateOrder({ values }: Pick<Resource, 'values'>): Finding | null {
  const { portDate } = values;
  if (portDate === undefined || portDate >= today()) return null;
  return {
    ...{ code: 'PORT_ORDER_LATE', column: 'portDate', value: portDate },
    message: `${portDate} is past, and the order is not there: it would be placed now`,
    hint: 'Give a day in the future; the dry run tells which days the losing carrier offers.',
  };
}
