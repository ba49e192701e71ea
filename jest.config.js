const jestJupyterLab = require('@jupyterlab/testutils/lib/jest-config');

const esModules = [
  '@codemirror',
  '@jupyter/ydoc',
  '@jupyter/react-components',
  '@jupyter/web-components',
  '@microsoft',
  'exenv-es6',
  '@jupyterlab/',
  '@tanstack/',
  'd3-array',
  'd3-contour',
  'internmap',
  'lib0',
  'nanoid',
  'vscode-ws-jsonrpc',
  'y-protocols',
  'y-websocket',
  'yjs',
  'zustand'
].join('|');

const baseConfig = jestJupyterLab(__dirname);

module.exports = {
  ...baseConfig,
  automock: false,
  // A busy machine is not a failure.
  testTimeout: 60_000,
  setupFilesAfterEnv: [
    ...(baseConfig.setupFilesAfterEnv ?? []),
    '<rootDir>/jest.setup.js'
  ],
  collectCoverageFrom: [
    'src/**/*.{ts,tsx}',
    '!src/**/*.d.ts',
    '!src/core/client/schema.ts',
    '!src/**/__tests__/**',
    '!src/**/.ipynb_checkpoints/*'
  ],
  coverageReporters: ['lcov', 'text-summary', 'json-summary'],
  transform: {
    ...baseConfig.transform,
    // File by file; `tsc` judges the types of all of them once.
    '^.+\\.tsx?$': [
      'ts-jest/legacy',
      {
        tsconfig: './tsconfig.test.json',
        isolatedModules: true,
        diagnostics: false
      }
    ],
    '^.+\\.mjs$': 'babel-jest'
  },
  testRegex: 'src/.*/.*.spec.ts[x]?$',
  transformIgnorePatterns: [`/node_modules/(?!${esModules}).+`]
};
