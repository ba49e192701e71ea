import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import prettierRecommended from 'eslint-plugin-prettier/recommended';
import globals from 'globals';
import jupyterPlugin from '@jupyter/eslint-plugin';

/** One folder of `src/` for each capability. */
const CAPABILITIES =
  'agents|analysis|attributes|duplicates|embeddings|evaluation|export|ingestion|labels|map';
/** Views of the core that still show what a capability makes, until it is declared to them. */
const SHOWN_BY_CORE = [
  'src/core/datasets/{DatasetCard,DatasetsPanel}.tsx',
  'src/core/datasets/types.ts',
  'src/core/filters/{Conditions,SavedViewRow,SavedViews,SearchBox}.tsx',
  'src/core/filters/steps.ts',
  'src/core/grid/GridPanel.tsx',
  'src/core/plugins/core.ts'
];

export default defineConfig([
  {
    ignores: [
      'node_modules',
      'dist',
      'lib',
      'coverage',
      '**/*.js',
      '**/*.mjs',
      '**/*.d.ts',
      '.venv',
      'src/core/client/schema.ts',
      'visionlens_jlab',
      '**/__tests__',
      'ui-tests'
    ]
  },
  js.configs.recommended,
  tseslint.configs.recommended,
  { plugins: { jupyter: jupyterPlugin } },
  jupyterPlugin.configs.recommended,
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      globals: { ...globals.browser, ...globals.es2015, ...globals.node },
      parserOptions: { project: 'tsconfig.json', sourceType: 'module' }
    },
    rules: {
      '@typescript-eslint/naming-convention': [
        'error',
        {
          selector: 'interface',
          format: ['PascalCase'],
          custom: { regex: '^I[A-Z]', match: true }
        }
      ],
      '@typescript-eslint/no-unused-vars': ['warn', { args: 'none' }],
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'prefer-arrow-callback': 'error'
    }
  },
  {
    files: ['src/core/**'],
    ignores: SHOWN_BY_CORE,
    rules: {
      'no-restricted-syntax': [
        'error',
        ...['ImportDeclaration', 'ImportExpression', 'ExportNamedDeclaration'].map(
          node => ({
            selector: `${node}[source.value=/^(\\.\\.\\u002F)+(${CAPABILITIES})(\\u002F|$)/]`,
            message:
              'The core knows no capability: it declares what it adds, in its plugin.ts.'
          })
        )
      ]
    }
  },
  prettierRecommended
]);
