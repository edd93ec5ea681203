/** Installs the tables of a Sage CRM database (empty but for its metadata) and the login Sage itself works with. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** How a Sage CRM database makes ids: identity columns, or the procedure `eware_get_identity_id`. */
export type IdScheme = 'identity' | 'eware';

/** A pool, or a client inside a transaction of the caller. */
export interface Queryable {
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<pg.QueryResult<Row>>;
}

export const SAGE_LOGIN = 'sage_crm';

const VENDOR_TABLES = [
  'communication',
  'comm_link',
  'users',
  'company',
  'person',
  'email',
  'emaillink',
  'opportunity',
  'cases',
  'custom_tables',
  'custom_captions',
] as const;

const sqlFile = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8');

/** Into schema `public` of an empty database, as one transaction. */
export const installVendorSchema = async (db: Queryable, ids: IdScheme): Promise<void> => {
  await db.query(`begin;\n${sqlFile('vendor-schema.sql')}\n${sqlFile(`vendor-ids-${ids}.sql`)}\ncommit;`);
};

/**
 * Makes the login of Sage's own service, which may read and write the vendor's tables and owns nothing of ours. Logins
 * belong to the whole server: an existing one gets this password. Not for several databases at the same moment.
 */
export const grantSageLogin = async (db: Queryable, ids: IdScheme, password: string): Promise<void> => {
  const login = pg.escapeIdentifier(SAGE_LOGIN);
  await db.query(`
    do $$
    begin
      if not exists (select from pg_roles where rolname = ${pg.escapeLiteral(SAGE_LOGIN)}) then
        create role ${login} login;
      end if;
      alter role ${login} password ${pg.escapeLiteral(password)};
    end;
    $$;
  `);
  const tables = ids === 'eware' ? [...VENDOR_TABLES, 'sql_identity'] : VENDOR_TABLES;
  await db.query(`grant select, insert, update, delete on ${tables.join(', ')} to ${login}`);
  if (ids === 'identity') await db.query(`grant usage on all sequences in schema public to ${login}`);
};
