/** What the drivers throw, as the runner and the administrator are told it. */
import type { EventEmitter } from 'node:events';
import sql from 'mssql';
import { Connection, ConnectionError, RequestError } from 'tedious';
import { isLockFault, toCrmError } from '../../../src/crm/mssql/errors.ts';
import { nameLoginFault } from '../../../src/crm/mssql/login-faults.ts';

const refusedBy = (number: number, message = 'text of the server'): RequestError =>
  Object.assign(new RequestError(message, 'EREQUEST'), { number });

test.each([
  [51001, 'crm_lease_lost', true, 'CDS01'],
  [51002, 'crm_refused', false, 'CDS02'],
  [51003, 'crm_refused', false, 'CDS03'],
  [51004, 'crm_busy', true, '51004'],
  [1205, 'crm_busy', true, '1205'],
  [1222, 'crm_busy', true, '1222'],
  [229, 'crm_forbidden', false, '229'],
  [2812, 'crm_not_deployed', false, '2812'],
  [208, 'crm_not_deployed', false, '208'],
  [9002, 'crm_busy', true, '9002'],
  [983, 'crm_unreachable', true, '983'],
  [8152, 'crm_refused', false, '8152'],
])('error %i is %s', (number, code, transient, sqlState) => {
  expect(toCrmError(refusedBy(number), 'fold_changes')).toMatchObject({
    code,
    details: { transient, sqlState },
  });
});

test('what our own procedures raise is handed on in their words', () => {
  expect(toCrmError(refusedBy(51003, 'refused: item 3: start_at'), 'apply_inbound').message).toBe(
    'apply_inbound: refused: item 3: start_at',
  );
});

test('a time-out of a statement is busy, one of a connection is unreachable', () => {
  const statement = new RequestError('Timeout: Request failed to complete in 120000ms', 'ETIMEOUT');
  const connection = new ConnectionError('Failed to connect to db:1433 in 10000ms', 'ETIMEOUT');
  expect(toCrmError(statement, 'x')).toMatchObject({ code: 'crm_busy', details: { transient: true } });
  expect(toCrmError(connection, 'x')).toMatchObject({
    code: 'crm_unreachable',
    details: { transient: true },
  });
  expect(toCrmError(new sql.ConnectionError(connection, 'ETIMEOUT'), 'x')).toMatchObject({
    code: 'crm_unreachable',
  });
});

/** What a server answers a login with, one error after the other, and what `connect` then ends with. */
const refusedLogin = (...numbers: number[]): Error => {
  const connection = new Connection({ server: 'crm.example' });
  const error = new ConnectionError("Login failed for user 'sync'.", 'ELOGIN');
  nameLoginFault(connection);
  const events: EventEmitter = connection;
  for (const number of numbers) events.emit('errorMessage', { number });
  events.emit('connect', error);
  return error;
};

test.each([
  ['a wrong password', [18456], 'crm_login', false],
  ['a locked login', [18486], 'crm_login', false],
  ['a database that is not there, or not yet', [4060, 18456], 'crm_unreachable', true],
  ['a database being recovered', [922, 18456], 'crm_unreachable', true],
  ['a replica whose role is being decided', [983, 18456], 'crm_unreachable', true],
  ['a paused server', [17142, 18456], 'crm_unreachable', true],
  ['an updating server', [18401], 'crm_unreachable', true],
  ['a fail-over in the cloud', [40613], 'crm_unreachable', true],
])('a login refused for %s', (_, numbers, code, transient) => {
  const error = refusedLogin(...numbers);
  for (const thrown of [error, new sql.ConnectionError(error)])
    expect(toCrmError(thrown, 'x')).toMatchObject({
      code,
      details: { transient, sqlState: String(numbers[0]) },
    });
});

test('of several errors of a statement the one that is known counts', () => {
  const both = new AggregateError([refusedBy(3930), refusedBy(1205)], 'two errors');
  expect(toCrmError(both, 'x')).toMatchObject({ code: 'crm_busy', details: { transient: true } });
  expect(isLockFault(both)).toBe(true);
});

test('a text is one line and repeats no password', () => {
  const error = new RequestError('a\n  b mssql://sync:secret@db/CRM Password=secret;');
  expect(toCrmError(error, 'x').message).toBe('x: a b mssql://sync:***@db/CRM Password=***');
});

test('a deadlock and a lock that was not freed may succeed the next time', () => {
  expect([1205, 1222, 2627].map((number) => isLockFault(refusedBy(number)))).toEqual([true, true, false]);
});
