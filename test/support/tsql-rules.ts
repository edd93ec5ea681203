/** What parses but must not be in our T-SQL: newer than SQL Server 2016, or a danger to the CRM. */
import { codeOf } from '../../src/crm/deploy/tsql-text.ts';

const RULES: readonly { found: RegExp; why: string }[] = [
  {
    found: /\b(STRING_AGG|CONCAT_WS|TRANSLATE)\s*\(|\bTRIM\s*\(/i,
    why: 'is of SQL Server 2017; ours starts at 2016 SP1',
  },
  {
    found:
      /\b(GREATEST|LEAST|GENERATE_SERIES|JSON_OBJECT|JSON_ARRAY|DATETRUNC)\s*\(|\bIS\s+(NOT\s+)?DISTINCT\s+FROM\b/i,
    why: 'is of SQL Server 2022; ours starts at 2016 SP1',
  },
  { found: /\bMERGE\b(?!\s+JOIN)/i, why: 'fires the triggers once an action and has races of its own' },
  { found: /@@IDENTITY\b/i, why: 'tells of the last insert of any trigger; use SCOPE_IDENTITY()' },
  { found: /\bNOLOCK\b/i, why: 'reads rows twice or not at all' },
  {
    found: /\bWITH\s*\((?![^)]*READCOMMITTEDLOCK)[^)]*\bREADPAST\b/i,
    why: 'is refused in a database with READ_COMMITTED_SNAPSHOT on, unless READCOMMITTEDLOCK is beside it',
  },
  { found: /\bCURSOR\s+(LOCAL|GLOBAL|FOR|FAST_FORWARD|STATIC|FORWARD_ONLY)\b/i, why: 'work in sets' },
  {
    found: /\bSELECT\s+(TOP\s*\([^)]*\)\s*)?\*/i,
    why: 'customers add columns to the vendor’s tables',
  },
  { found: /\bWAITFOR\b/i, why: 'holds locks while it waits' },
  { found: /\bGETDATE\s*\(|\bSYSDATETIME\s*\(/i, why: 'our times are UTC: SYSUTCDATETIME()' },
  { found: /\bSET\s+(LANGUAGE|DATEFIRST|DATEFORMAT|IDENTITY_INSERT)\b/i, why: 'nothing may depend on it' },
  { found: /\b(xp_cmdshell|OPENROWSET|OPENQUERY|TRUSTWORTHY)\b/i, why: 'reaches out of the database' },
];

/** One line a breach. A file that has to break a rule says so: `-- allowed: FOUND, because …`. */
export const ruleBreaches = (text: string): string[] => {
  const code = codeOf(text);
  const allowed = [...text.matchAll(/-- allowed: ([\w@]+), because \S/g)].map(([, word]) =>
    word?.toUpperCase(),
  );
  return RULES.flatMap(({ found, why }) => {
    const match = found.exec(code);
    if (match === null) return [];
    const word = match[0].replace(/\s+/g, ' ').trim();
    return allowed.includes(/[\w@]+/.exec(word)?.[0].toUpperCase()) ? [] : [`${word}: ${why}`];
  });
};
