import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDomino } from '../../src/commands/connections.ts';
import { loadConfig } from '../../src/config.ts';
import { EXIT, UserError } from '../../src/errors.ts';

test('a certificate file that is missing is one line that names the key', () => {
  const cwd = mkdtempSync(join(tmpdir(), 'connections-'));
  const domino = {
    url: 'https://domino.example',
    user: 'sync',
    password: 'secret-of-domino',
    certificateAuthorityFile: join(cwd, 'missing.pem'),
  };
  writeFileSync(join(cwd, 'crm-domino-sync.config.json'), JSON.stringify({ domino }));
  const opening = () => openDomino(loadConfig({ cwd, env: {} }));
  expect(opening).toThrow(UserError);
  expect(opening).toThrow(
    expect.objectContaining({
      exitCode: EXIT.usage,
      message: expect.stringContaining('missing.pem'),
      remedy: expect.stringContaining('domino.certificateAuthorityFile'),
    }),
  );
});
