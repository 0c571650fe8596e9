// The filter tree: checking, searching, and what the checked leaves choose.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  branchesOf,
  buildTree,
  checkState,
  choiceOf,
  chosen,
  collectionsOf,
  countChecked,
  leavesOf,
  searchTree,
  toggle,
  type TreeNode,
} from '../src/filter/tree.ts';
import { NO_BRANCHES } from '../src/address/page_address.ts';
import type { Catalog } from '../src/server/wire.ts';

const kind = (id: string, count: number) => ({ id, title: { uk: `вид ${id}`, en: `kind ${id}` }, count });
const CATALOG: Catalog = {
  revision: 1,
  demonstration: true,
  bbox: null,
  sectors: [
    {
      id: 'education', title: { uk: 'Освіта', en: 'Education' }, color: '#1860d8', icon: 'school', count: 60,
      service_areas: [
        {
          id: 'schools', title: { uk: 'Загальна освіта', en: 'General education' }, count: 60,
          collections: [
            { id: 'gymnasiums', title: { uk: 'Гімназії', en: 'Gymnasiums' }, geometry: 'point', icon: 'school', count: 40, kinds: [kind('city', 30), kind('private', 10)] },
            { id: 'libraries', title: { uk: 'Бібліотеки', en: 'Libraries' }, geometry: 'point', icon: 'library', count: 20, kinds: [] },
          ],
        },
      ],
    },
    {
      id: 'health', title: { uk: 'Охорона здоров’я', en: 'Health' }, color: '#e40024', icon: 'hospital', count: 5,
      service_areas: [
        {
          id: 'first-aid', title: { uk: 'Швидка допомога', en: 'First aid' }, count: 5,
          collections: [{ id: 'stations', title: { uk: 'Станції', en: 'Stations' }, geometry: 'point', icon: 'x', count: 5, kinds: [kind('main', 5)] }],
        },
      ],
    },
  ],
};

const tree = buildTree(CATALOG);
const find = (key: string, nodes: TreeNode[] = tree): TreeNode => {
  for (const node of nodes) {
    if (node.key === key) return node;
    const below = node.children.length > 0 ? findOrNull(key, node.children) : null;
    if (below) return below;
  }
  throw new Error(`no node ${key}`);
};
const findOrNull = (key: string, nodes: TreeNode[]): TreeNode | null => {
  try {
    return find(key, nodes);
  } catch {
    return null;
  }
};

test('checking a branch checks all below it; one leaf less makes every branch above mixed', () => {
  const all = toggle(find('sector/education'), new Set());
  assert.equal(checkState(find('service_area/schools'), all), 'all');
  const less = toggle(find('kind/gymnasiums:private'), all);
  assert.equal(checkState(find('collection/gymnasiums'), less), 'some');
  assert.equal(checkState(find('sector/education'), less), 'some');
  assert.equal(checkState(find('sector/health'), less), 'none');
});

test('a mixed branch becomes checked, a checked one is cleared', () => {
  const mixed = new Set(['gymnasiums:city']);
  const checked = toggle(find('collection/gymnasiums'), mixed);
  assert.deepEqual([...checked].sort(), ['gymnasiums:city', 'gymnasiums:private']);
  assert.equal(toggle(find('collection/gymnasiums'), checked).size, 0);
});

test('a branch is named once, by its highest checked branch, and is read back to the same leaves', () => {
  const cases: [string[], object][] = [
    [[], NO_BRANCHES],
    [['gymnasiums:city', 'gymnasiums:private', 'libraries'], { ...NO_BRANCHES, sectors: ['education'] }],
    [['gymnasiums:city', 'libraries'], { ...NO_BRANCHES, collections: ['libraries'], kinds: ['gymnasiums:city'] }],
  ];
  for (const [leaves, branches] of cases) {
    assert.deepEqual(branchesOf(tree, new Set(leaves)), branches);
    assert.deepEqual([...leavesOf(tree, branchesOf(tree, new Set(leaves)))].sort(), [...leaves].sort());
  }
});

test('a branch the catalog no longer has is forgotten', () => {
  assert.equal(leavesOf(tree, { ...NO_BRANCHES, sectors: ['gone'], kinds: ['gymnasiums:gone'] }).size, 0);
});

test('nothing checked chooses everything', () => {
  assert.equal(choiceOf(tree, new Set()), null);
  assert.equal(chosen(null, { collection: 'anything' }), true);
});

test('a choice takes whole collections and single kinds', () => {
  const choice = choiceOf(tree, new Set(['libraries', 'gymnasiums:city']));
  assert.deepEqual(choice, { whole: ['libraries'], partial: [{ collection: 'gymnasiums', kinds: ['city'] }] });
  assert.equal(chosen(choice, { collection: 'libraries', kind: null }), true);
  assert.equal(chosen(choice, { collection: 'gymnasiums', kind: 'city' }), true);
  assert.equal(chosen(choice, { collection: 'gymnasiums', kind: 'private' }), false);
  assert.equal(chosen(choice, { collection: 'gymnasiums' }), false);
  assert.equal(chosen(choice, { collection: 'stations', kind: 'main' }), false);
});

test('counts of checked branches add up', () => {
  assert.equal(countChecked(tree, new Set(['libraries', 'gymnasiums:city'])), 50);
  assert.equal(countChecked(tree, leavesOf(tree, { ...NO_BRANCHES, sectors: ['education', 'health'] })), 65);
});

test('a search keeps the way to what it found, and what is below it', () => {
  const found = searchTree(tree, 'ГІМНАЗ');
  assert.deepEqual([...(found?.matched ?? [])], ['collection/gymnasiums']);
  assert.deepEqual([...(found?.kept ?? [])].sort(), [
    'collection/gymnasiums',
    'kind/gymnasiums:city',
    'kind/gymnasiums:private',
    'sector/education',
    'service_area/schools',
  ]);
});

test('a search finds in both languages, with any apostrophe, and every word must fit', () => {
  for (const typed of ["здоров'я", 'здоров’я охорона', 'HEALTH']) {
    assert.ok(searchTree(tree, typed)?.matched.has('sector/health'), typed);
  }
  assert.equal(searchTree(tree, 'охорона освіта')?.matched.size, 0);
  assert.equal(searchTree(tree, '  '), null);
});

test('collections come in the order of the catalog', () => {
  assert.deepEqual(collectionsOf(tree).map(({ id }) => id), ['gymnasiums', 'libraries', 'stations']);
});
