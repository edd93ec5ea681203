// Jest runs CommonJS; the product runs as ES modules under tsx. Both compile with esbuild, so tests see the same code.
const { transformSync } = require('esbuild');

module.exports = {
  process(text, file) {
    return transformSync(text, {
      loader: file.endsWith('.ts') ? 'ts' : 'js',
      format: 'cjs',
      target: 'node20',
      sourcemap: 'inline',
      sourcefile: file,
      supported: { 'dynamic-import': true },
      define: { 'import.meta.dirname': '__dirname', 'import.meta.filename': '__filename' },
    });
  },
};
