/**
 * What may import what: a capability those below it and the core, the core no capability, and nothing
 * in a circle. Type-only and lazy imports count too.
 */

/** Folders of `src/`, from top to bottom; those of one line do not know each other. */
const LAYERS = [
  ['analysis'],
  ['agents', 'attributes', 'duplicates', 'export', 'labels', 'map', 'plugins'],
  ['evaluation'],
  ['ingestion'],
  ['embeddings'],
  ['core']
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true }
    },
    ...LAYERS.flatMap((layer, i) =>
      layer.map(folder => ({
        name: `${folder}-imports-down`,
        comment:
          'What lies higher declares what it adds, in its plugin.ts (docs/architecture.md).',
        severity: 'error',
        from: { path: `^src/${folder}/` },
        to: {
          path: `^src/(index\\.ts|(${LAYERS.slice(0, i + 1)
            .flat()
            .filter(other => other !== folder)
            .join('|')})/)`
        }
      }))
    ),
    {
      name: 'every-folder-has-its-layer',
      severity: 'error',
      from: { pathNot: `^src/((${LAYERS.flat().join('|')})/|index\\.ts$)` },
      to: {}
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    includeOnly: '^src/',
    exclude: { path: '__tests__' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' }
  }
};
