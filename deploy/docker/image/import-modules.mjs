// Imports what the processes import, the parts that load late too, so that a module which was pruned away
// stops the build and not the first report of an error at night.
import { readFileSync, globSync } from 'node:fs';
import { isBuiltin } from 'node:module';

const imported = new Set();
for (const file of globSync('dist/**/*.js')) {
  const code = readFileSync(file, 'utf8');
  for (const [, name] of code.matchAll(/(?:\bfrom |\bimport\(|\bimport )['"]([^.'"][^'"]*)['"]/g))
    imported.add(name);
}
const modules = [...imported].filter((name) => !isBuiltin(name));
for (const name of modules) await import(name);
console.log(`${modules.length} modules load: ${modules.join(' ')}`);
