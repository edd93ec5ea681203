/** Opens what a command needs and closes it again, with one clear line when it cannot be had. */
import { readFileSync } from 'node:fs';
import { requireDatabase, requireDomino, type Config } from '../config.ts';
import { CrmError, type CrmDatabase } from '../crm/contract.ts';
import { openCrmDatabase } from '../crm/open.ts';
import { DominoError, type DominoServer } from '../domino/port.ts';
import { connectDas } from '../domino/das/connect.ts';
import { EXIT, UserError, errorText } from '../errors.ts';

export async function withCrm<T>(config: Config, work: (crm: CrmDatabase) => Promise<T>): Promise<T> {
  const crm = await openCrmDatabase(requireDatabase(config));
  try {
    return await work(crm);
  } finally {
    await crm.close();
  }
}

export function openDomino(config: Config): DominoServer {
  const access = requireDomino(config);
  const { auth, allDayEnd, timeZone, parallel, timeoutSeconds, methodOverride, certificateAuthorityFile } =
    config.domino;
  return connectDas({
    ...access,
    auth,
    allDayEnd,
    floatingZone: timeZone,
    parallel,
    methodOverride,
    answerTimeoutMs: timeoutSeconds * 1000,
    certificateAuthority: certificateAuthorityFile ? readCertificate(certificateAuthorityFile) : null,
  });
}

function readCertificate(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UserError(
      `the certificate file cannot be read: ${errorText(error)}`,
      'Correct "domino.certificateAuthorityFile" in the configuration.',
      EXIT.usage,
      { cause: error },
    );
  }
}

export async function withDomino<T>(config: Config, work: (domino: DominoServer) => Promise<T>): Promise<T> {
  const domino = openDomino(config);
  try {
    return await work(domino);
  } finally {
    await domino.close();
  }
}

const CRM_REMEDY: Record<CrmError['code'], string> = {
  crm_unreachable:
    'Check host, port and database in CRM_DATABASE_URL, and that the server accepts connections from here.',
  crm_login: 'Check user and password in CRM_DATABASE_URL.',
  crm_forbidden:
    'Grant the login domino_sync_runner or domino_sync_admin; deploy needs the login of the DBA (docs/dba.md).',
  crm_not_deployed: 'Run: crm-domino-sync deploy',
  crm_lease_lost: 'Another runner works on the mailbox; nothing to do.',
  crm_busy: 'Try again.',
  crm_refused: 'Correct what the message names.',
};

const DOMINO_REMEDY: Partial<Record<DominoError['code'], string>> = {
  domino_unreachable: 'Check DOMINO_URL, the HTTP task of the server, and the network.',
  domino_login: 'Check DOMINO_USER and DOMINO_PASSWORD: the Internet password of the technical user.',
  domino_forbidden:
    'Enable the Domino Access Services and give the technical user Editor access to the mail file.',
  domino_mail_file: 'Correct the path of the mail file (crm-domino-sync users enable … --mail-file PATH).',
};

/** Turns the faults of both sides into errors for the terminal; leaves everything else as it is. */
export function userFacing(error: unknown): unknown {
  if (error instanceof CrmError) {
    return new UserError(
      error.message,
      CRM_REMEDY[error.code],
      error.code === 'crm_refused' ? EXIT.usage : EXIT.crm,
      {
        cause: error,
      },
    );
  }
  if (error instanceof DominoError) {
    const remedy = DOMINO_REMEDY[error.code] ?? 'See the reason code in docs/reason-codes.md.';
    return new UserError(error.message, remedy, EXIT.domino, { cause: error });
  }
  return error;
}
