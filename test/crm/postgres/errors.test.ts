/** What a fault of PostgreSQL means to the runner: whether it is tried again, and whether the data is to blame. */
import { toCrmError } from '../../../src/crm/postgres/errors.ts';

const thrown = (code: string, message = 'a text of the server') =>
  toCrmError(Object.assign(new Error(message), { code }), 'apply_inbound');

test.each([
  ['25006', 'crm_unreachable', 'a standby that cannot be written to'],
  ['25P03', 'crm_busy', 'a transaction that was idle too long'],
  ['25P04', 'crm_busy', 'a transaction that took too long'],
  ['40001', 'crm_busy', 'a serialisation fault'],
  ['40P01', 'crm_busy', 'a deadlock'],
  ['55P03', 'crm_busy', 'a lock that was not given in time'],
  ['57014', 'crm_busy', 'a statement that took too long'],
  ['57P01', 'crm_unreachable', 'a server that shuts down'],
  ['57P03', 'crm_unreachable', 'a server that starts'],
  ['53100', 'crm_busy', 'a full disk'],
  ['53200', 'crm_busy', 'a server without memory'],
  ['53300', 'crm_unreachable', 'a server without a free connection'],
  ['XX000', 'crm_busy', 'a function that was replaced this very moment'],
  ['XX001', 'crm_busy', 'a damaged page'],
])('%s is %s and tried again: %s', (state, code) => {
  expect(thrown(state)).toMatchObject({ code, details: { transient: true, sqlState: state } });
});

test.each([
  ['22P05', 'crm_refused'],
  ['22021', 'crm_refused'],
  ['23514', 'crm_refused'],
  ['CDS03', 'crm_refused'],
  ['42501', 'crm_forbidden'],
  ['42883', 'crm_not_deployed'],
  ['28P01', 'crm_login'],
])('%s is %s, and the same call would fail again', (state, code) => {
  expect(thrown(state)).toMatchObject({ code, details: { transient: false } });
});

test('a password never gets into the text', () => {
  const { message } = thrown('08006', 'could not connect to postgres://sync:s3cret@db/crm password=s3cret');
  expect(message).not.toContain('s3cret');
});
