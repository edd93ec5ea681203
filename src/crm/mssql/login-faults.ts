/**
 * Why a login was refused. SQL Server says it in two errors, the reason first and then 18456 "Login failed"; the driver
 * hands on the text of the last one only, which reads like a wrong password although the database was just recovering.
 */
import type { Connection } from 'tedious';

const LOGIN_FAILED = 18456;

/** From before `connect`: the error that `connect` ends with gets the `number` of the reason. */
export const nameLoginFault = (connection: Connection): void => {
  const numbers: number[] = [];
  const note = ({ number }: { number: number }): void => void numbers.push(number);
  connection.on('errorMessage', note);
  // before the caller's own listener, which was there first in a pool
  connection.prependOnceListener('connect', (error?: Error) => {
    connection.off('errorMessage', note);
    if (error === undefined || numbers.length === 0) return;
    Object.assign(error, { number: numbers.find((number) => number !== LOGIN_FAILED) ?? LOGIN_FAILED });
  });
};
