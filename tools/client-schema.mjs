/** Writes the client's types of the shapes in `openapi.json` that it imports, and of those they name. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const TARGET = 'src/core/client/schema.ts';
const { openapi, info, components } = JSON.parse(readFileSync('openapi.json'));
const wanted = new Set();

function want(text, pattern) {
  for (const [, name] of text.matchAll(pattern)) {
    if (!wanted.has(name) && components.schemas[name]) {
      wanted.add(name);
      want(
        JSON.stringify(components.schemas[name]),
        /#\/components\/schemas\/(\w+)"/g
      );
    }
  }
}

for (const file of readdirSync('src', { recursive: true })) {
  if (/\.tsx?$/.test(file) && !TARGET.endsWith(file)) {
    want(readFileSync(`src/${file}`, 'utf8'), /chemas(?:'])?\['(\w+)'\]/g);
  }
}
const schemas = Object.fromEntries(
  [...wanted].sort().map(name => [name, components.schemas[name]])
);
const types = await openapiTS({
  openapi,
  info,
  paths: {},
  components: { schemas }
});
writeFileSync(
  TARGET,
  `/** Written by jlpm generate:api. */
${astToString(types)}`
);
