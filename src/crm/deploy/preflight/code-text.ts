/** How a code of the preflight is explained. */

export type Severity = 'error' | 'warning' | 'info' | 'ok';

export interface CodeText {
  severity: Exclude<Severity, 'ok'>;
  /** Where it can be met. */
  engine: 'both' | 'mssql' | 'postgres';
  /** `deploy --accept` may go on in spite of it. Only for errors. */
  acceptable?: true;
  means: string;
  why: string;
  remedy: string;
}
