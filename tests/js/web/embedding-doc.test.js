// docs/embedding.md lists what the element's source has, no more and no less.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { resultNames, runNames } from '../../../web/widget/settings/attributes.js';

const root = new URL('../../../', import.meta.url);
/** @param {string} path */
const read = (path) => readFileSync(new URL(path, root), 'utf8');
const doc = read('docs/embedding.md');
const element = read('web/widget/background-remover.js');
const widget = readdirSync(new URL('web/widget/', root), { encoding: 'utf8', recursive: true })
  .filter((name) => name.endsWith('.js') && name !== 'compare-slider.js' && name !== 'remote-consent.js')
  .map((name) => read(`web/widget/${name}`))
  .join('\n');

/** The names in backticks of a table's first column. @param {string} heading what stands before the table */
function documented(heading) {
  const after = doc.slice(doc.indexOf(heading));
  const rows = /(^\|.*\n)+/m.exec(after)?.[0].trim().split('\n').slice(2) ?? [];
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name)).sort();
}

/** @param {Iterable<RegExpMatchArray>} matches */
const words = (matches) => [...new Set([...matches].flatMap(([, text]) => text.split(' ')))].sort();

/** The element's public members, split by whether they are called. */
function members() {
  const file = ts.createSourceFile('x.js', element, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
  const shape = /** @type {ts.ClassDeclaration} */ (
    file.statements.find((node) => ts.isClassDeclaration(node) && node.name?.text === 'BackgroundRemover')
  );
  const open = shape.members.filter(
    (node) =>
      node.name &&
      ts.isIdentifier(node.name) &&
      !/Callback$/.test(node.name.text) &&
      !(ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword)),
  );
  const named = (/** @type {ts.ClassElement[]} */ nodes) =>
    [...new Set(nodes.map(({ name }) => /** @type {ts.Identifier} */ (name).text))].sort();
  return {
    methods: named(open.filter(ts.isMethodDeclaration)),
    properties: named(open.filter((node) => !ts.isMethodDeclaration(node))),
  };
}

test('attributes', () => {
  const listed = /observedAttributes = \[\.\.\.resultNames, ([^\]]+)\]/.exec(element)?.[1] ?? '';
  const observed = [...resultNames, ...runNames, ...[...listed.matchAll(/'([\w-]+)'/g)].map(([, name]) => name)];
  const asked = words(widget.matchAll(/\b(?:this|host)\.(?:has|toggle)Attribute\('([\w-]+)'/g));
  const all = new Set([...observed, ...asked, ...(element.includes("':disabled'") ? ['disabled'] : [])]);
  assert.ok(all.size > 12);
  assert.deepEqual(documented('## Attributes'), [...all].sort());
});

test('properties and methods', () => {
  const { methods, properties } = members();
  assert.ok(methods.length > 4 && properties.length > 5);
  assert.deepEqual(documented('## Properties'), properties);
  assert.deepEqual(
    documented('## Methods').map((name) => name.replace(/\(.*/, '')),
    methods,
  );
});

test('events', () => {
  const full = words(widget.matchAll(/CustomEvent\('(background-remover-\w+)'/g));
  const emitted = words(widget.matchAll(/#emit\('(\w+)'/g)).map((name) => `background-remover-${name}`);
  assert.deepEqual(documented('## Events'), [...full, ...emitted].sort());
});

test('parts', () => {
  const source = words([...widget.matchAll(/ part="([^"]+)"/g), ...widget.matchAll(/'part', '([^']+)'/g)]);
  const table = doc.slice(doc.indexOf('Parts, for'));
  const named = [...table.slice(0, table.indexOf('\n## ')).matchAll(/`([a-z]+)`/g)].map(([, name]) => name);
  assert.deepEqual([...new Set(named)].sort(), source);
});

test('custom properties', () => {
  const used = words(read('web/widget/common/base-styles.js').matchAll(/var\((--[a-z-]+),/g));
  assert.deepEqual(documented('Custom properties'), used);
});
