const baseConfig = require('@jupyterlab/galata/lib/playwright-config');

const port = process.env.VISIONLENS_TEST_PORT ?? '8871';
const url = `http://localhost:${port}`;

module.exports = {
  ...baseConfig,
  testDir: './tests',
  // One folder for each server: what runs beside it must not clear it.
  outputDir: `./test-results/${port}`,
  workers: 1,
  retries: 0,
  // Other tests run beside these on the same processors.
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    ...baseConfig.use,
    baseURL: url,
    viewport: { width: 1600, height: 960 },
    trace: 'off',
    video: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM,
      chromiumSandbox: false,
      args: [
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
        // Without a GPU pages are painted faster this way; WebGL is SwiftShader's all the same.
        '--disable-gpu-compositing',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync'
      ]
    }
  },
  webServer: {
    command: `python ui-tests/serve.py ${port}`,
    cwd: `${__dirname}/..`,
    url: `${url}/lab`,
    timeout: 180_000,
    reuseExistingServer: false,
    stdout: 'pipe'
  }
};
